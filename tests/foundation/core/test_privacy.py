"""Encryption, blind index, masks, reveal and the life of keys. A user's identity number stands for any personal value."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model

from qihang.foundation.accounts.models import User
from qihang.foundation.core import ciphers, keyring
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.keyring import KeyDestroyed
from qihang.foundation.core.masks import mask
from qihang.foundation.core.models import DataKey, RevealLog
from qihang.foundation.core.privacy import Secret, blind_index, reveal
from qihang.foundation.core.units import unit_of_work

pytestmark = pytest.mark.django_db

CLERK = Actor(user_id=7, user_label="符晓", role="provider_clerk", region="460108")
NUMBER = "46010819820315424X"


@pytest.fixture(autouse=True)
def keys(settings: object, tmp_path: object) -> Iterator[None]:
    settings.KEYS_ROOT = tmp_path  # type: ignore[attr-defined]
    keyring.keyring.forget()
    yield
    keyring.keyring.forget()


def make_user(**fields: object) -> User:
    with unit_of_work(CLERK):
        return User.objects.create_user("fuxiao", name="符晓", **{"identity_no": NUMBER, **fields})


def stored_bytes(user: Model, column: str = "identity_no") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM accounts_user WHERE id = %s", [user.pk])
        return bytes(cursor.fetchone()[0])


@pytest.mark.parametrize("algorithm", ["aes-256-gcm", "sm4-gcm"])
def test_a_value_is_stored_encrypted_and_read_back(settings: object, algorithm: str) -> None:
    settings.ENCRYPTION_ALGORITHM = algorithm  # type: ignore[attr-defined]
    user = make_user()
    raw = stored_bytes(user)
    assert NUMBER.encode() not in raw
    assert raw[1] == ciphers.ALGORITHMS[algorithm]
    assert User.objects.get().identity_no.plain() == NUMBER


def test_values_of_both_algorithms_live_side_by_side(settings: object) -> None:
    old = make_user()
    settings.ENCRYPTION_ALGORITHM = "sm4-gcm"  # type: ignore[attr-defined]
    with unit_of_work(CLERK):
        new = User.objects.create_user("linzhiyuan", name="林志远", identity_no="460108197810120420")
    assert [u.identity_no.plain() for u in User.objects.order_by("id")] == [NUMBER, "460108197810120420"]
    assert stored_bytes(old)[1] != stored_bytes(new)[1]


def test_a_value_shows_masked_wherever_text_is_made_of_it() -> None:
    secret = make_user().identity_no
    assert f"{secret}" == str(secret) == "460108**********4X"
    assert NUMBER not in repr(secret)
    assert isinstance(User.objects.get().identity_no, Secret)


def test_blind_index_finds_exactly_the_same_text() -> None:
    user = make_user()
    assert User.objects.get(identity_index=blind_index(User, "identity_index", NUMBER)) == user
    assert not User.objects.filter(identity_index=blind_index(User, "identity_index", NUMBER[:-1] + "0")).exists()


def test_the_same_text_in_another_column_has_another_index() -> None:
    user = make_user(phone=NUMBER)
    assert user.phone_index != user.identity_index


def test_bytes_moved_to_another_column_do_not_decrypt() -> None:
    user = make_user()
    with unit_of_work(CLERK), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET phone = identity_no WHERE id = %s", [user.pk])
    with pytest.raises(ciphers.Undecipherable):
        User.objects.get().phone.plain()


def test_a_changed_byte_is_noticed() -> None:
    raw = bytearray(stored_bytes(make_user()))
    raw[-1] ^= 1
    key_id = ciphers.key_id_of(bytes(raw))
    with pytest.raises(ciphers.Undecipherable):
        ciphers.decrypt(bytes(raw), key=keyring.keyring.key(key_id), context=b"accounts.user.identity_no")


def test_rotation_keeps_history_readable_and_new_values_use_the_new_key() -> None:
    old = make_user()
    fresh = keyring.rotate("value")
    with unit_of_work(CLERK):
        new = User.objects.create_user("linzhiyuan", name="林志远", identity_no="460108197810120420")
    assert ciphers.key_id_of(stored_bytes(new)) == fresh
    assert ciphers.key_id_of(stored_bytes(old)) != fresh
    assert User.objects.get(pk=old.pk).identity_no.plain() == NUMBER


def test_rewrapping_changes_no_stored_value() -> None:
    user = make_user()
    before = stored_bytes(user)
    keyring.make_master("master-0002")
    assert keyring.rewrap("master-0002") == DataKey.objects.count()
    keyring.keyring.forget()
    assert stored_bytes(user) == before
    assert User.objects.get().identity_no.plain() == NUMBER


def test_destroying_a_retired_key_erases_what_it_protected() -> None:
    user = make_user()
    old = ciphers.key_id_of(stored_bytes(user))
    with pytest.raises(DomainError, match="轮换"):
        keyring.destroy(old)
    keyring.rotate("value")
    keyring.destroy(old)
    with pytest.raises(KeyDestroyed):
        User.objects.get().identity_no.plain()


def test_a_key_whose_transaction_came_to_nothing_encrypts_nothing_more() -> None:
    """The first value ever, refused: without its row in the database the key could never be read again."""
    with pytest.raises(RuntimeError), transaction.atomic():
        make_user()
        lost, _ = keyring.keyring.active("value")
        assert keyring.keyring.active("value")[0] == lost, "within its transaction it is the key"
        raise RuntimeError
    user = make_user()
    assert DataKey.objects.filter(pk=ciphers.key_id_of(stored_bytes(user))).exists()
    assert not DataKey.objects.filter(pk=lost).exists()
    keyring.keyring.forget()
    assert User.objects.get().identity_no.plain() == NUMBER


def test_a_rotation_that_came_to_nothing_leaves_the_old_key_in_use() -> None:
    make_user()
    old, _ = keyring.keyring.active("value")
    with pytest.raises(RuntimeError), transaction.atomic():
        fresh = keyring.rotate("value")
        assert keyring.keyring.active("value")[0] == fresh != old
        raise RuntimeError
    assert keyring.keyring.active("value")[0] == old


@pytest.mark.django_db(transaction=True)
def test_a_key_that_is_committed_is_not_asked_for_again(django_assert_num_queries: Any) -> None:
    """And one that another transaction is just making is waited for, not borrowed."""
    made, found = threading.Event(), []

    def borrow() -> None:
        made.wait(30)
        found.append(keyring.keyring.active("value")[0])
        connection.close()

    other = threading.Thread(target=borrow)
    other.start()
    with transaction.atomic():
        mine, _ = keyring.keyring.active("value")
        made.set()
        other.join(0.2)
        assert found == []
    other.join(30)
    assert found == [mine]
    with django_assert_num_queries(0):
        assert keyring.keyring.active("value")[0] == mine


@pytest.mark.django_db(transaction=True)
def test_finding_a_key_in_a_long_transaction_keeps_nobody_waiting() -> None:
    mine, _ = keyring.keyring.active("value")
    keyring.keyring.forget()
    found: list[int] = []

    def find() -> None:
        found.append(keyring.Keyring().active("value")[0])  # as another process does
        found.append(keyring.keyring.active("value")[0])
        connection.close()

    other = threading.Thread(target=find)
    with transaction.atomic():
        keyring.keyring.active("value")
        other.start()
        other.join(30)
        assert found == [mine, mine]


def test_the_index_key_does_not_rotate() -> None:
    with pytest.raises(DomainError):
        keyring.rotate("index")


def test_a_missing_master_key_says_which_file(settings: object, tmp_path: object) -> None:
    make_user()
    keyring.keyring.forget()
    settings.KEYS_ROOT = tmp_path / "elsewhere"  # type: ignore[attr-defined, operator]
    with pytest.raises(DomainError, match=r"master-0001\.key"):
        User.objects.get().identity_no.plain()


def test_reveal_is_written_down_and_needs_a_reason() -> None:
    user = make_user()
    with pytest.raises(DomainError):
        reveal(actor=CLERK, obj=user, field="identity_no", reason="  ")
    assert reveal(actor=CLERK, obj=user, field="identity_no", reason="核对证件") == NUMBER
    log = RevealLog.objects.get()
    assert (log.subject, log.subject_id, log.field, log.reason) == (
        "accounts.user",
        user.pk,
        "identity_no",
        "核对证件",
    )
    assert NUMBER not in str(log.actor)


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("identity", "460108198203154243", "460108**********43"),
        ("identity", "1234567", "*******"),
        ("phone", "13912345678", "139****5678"),
        ("phone", "6622333", "***2333"),
        ("account", "6222021234567890", "************7890"),
        ("name", "王秀兰", "王秀兰"),
        ("text", "随便什么很长很长的话", "********"),
    ],
)
def test_masks(kind: str, text: str, shown: str) -> None:
    assert mask(kind, text) == shown
