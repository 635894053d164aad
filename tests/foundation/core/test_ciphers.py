"""Values and keys as bytes: what was changed, cut or moved opens nothing, and a lost key is said to be lost."""

import stat
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.foundation.accounts.models import User
from qihang.foundation.core import ciphers, keyring
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.ciphers import ALGORITHMS, Undecipherable, decrypt, encrypt, key_id_of
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.keyring import KeyDestroyed
from qihang.foundation.core.models import DataKey
from qihang.foundation.core.privacy import Secret, blind_index, encrypt_many, index_many
from qihang.foundation.core.privacy import decrypt as decrypt_text
from qihang.foundation.core.units import unit_of_work

KEY = bytes(range(32))
CLERK = Actor(user_id=7, user_label="符晓", role="provider_clerk", region="460108")
_ALGORITHM = st.sampled_from(sorted(ALGORITHMS.values()))


def seal(text: bytes, algorithm: int = ciphers.AES_256_GCM, context: bytes = b"a.b.c", key: bytes = KEY) -> bytes:
    (stored,) = encrypt([text], algorithm=algorithm, key_id=5, key=key, context=context)
    return stored


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=4), _ALGORITHM, st.integers(0, 2**32 - 1), st.binary(max_size=20))
def test_every_value_comes_back_and_names_its_key(
    texts: list[bytes], algorithm: int, key_id: int, context: bytes
) -> None:
    stored = encrypt(texts, algorithm=algorithm, key_id=key_id, key=KEY, context=context)
    assert [decrypt(one, key=KEY, context=context) for one in stored] == texts
    assert {key_id_of(one) for one in stored} <= {key_id}
    assert len({bytes(one) for one in stored}) == len(texts), "equal texts lie as different bytes"


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS.values()))
def test_not_one_bit_that_matters_can_be_turned_unseen(algorithm: int) -> None:
    stored = seal("王秀兰".encode(), algorithm)
    for at in range(len(stored)):
        if 2 <= at < 6:
            continue  # the key's number: another number is another key, and that one does not fit
        for bit in (0, 7):
            changed = bytearray(stored)
            changed[at] ^= 1 << bit
            with pytest.raises(Undecipherable):
                decrypt(bytes(changed), key=KEY, context=b"a.b.c")


@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS.values()))
def test_a_value_cut_short_is_no_value_at_whatever_place(algorithm: int) -> None:
    """As a restored backup or a careless statement leaves it: a sentence for the log, not a fault of some library."""
    stored = seal(b"x" * 20, algorithm)
    for length in range(len(stored)):
        with pytest.raises(Undecipherable):
            decrypt(stored[:length], key=KEY, context=b"a.b.c")
        if length < 34:
            with pytest.raises(Undecipherable):
                key_id_of(stored[:length])
    with pytest.raises(Undecipherable):
        decrypt(stored + b"\x00", key=KEY, context=b"a.b.c")


@pytest.mark.parametrize(("version", "algorithm"), [(0, 1), (2, 1), (255, 2), (1, 0), (1, 3), (1, 255)])
def test_a_layout_of_the_future_is_refused_not_guessed(version: int, algorithm: int) -> None:
    stored = bytes([version, algorithm]) + seal(b"x")[2:]
    with pytest.raises(Undecipherable):
        key_id_of(stored)
    with pytest.raises(Undecipherable):
        decrypt(stored, key=KEY, context=b"a.b.c")


@pytest.mark.parametrize(("context", "key"), [(b"a.b.d", KEY), (b"", KEY), (b"a.b.c ", KEY), (b"a.b.c", bytes(32))])
@pytest.mark.parametrize("algorithm", sorted(ALGORITHMS.values()))
def test_in_another_place_or_under_another_key_it_says_nothing(context: bytes, key: bytes, algorithm: int) -> None:
    with pytest.raises(Undecipherable):
        decrypt(seal(b"x", algorithm), key=key, context=context)


# --- in the database ---------------------------------------------------------------------------------------------------


@pytest.fixture
def keys(settings: Any, tmp_path: Path) -> Any:
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.keyring.forget()
    yield tmp_path / "keys"
    keyring.keyring.forget()


def make_user(login: str = "fuxiao", **fields: object) -> User:
    with unit_of_work(CLERK):
        return User.objects.create_user(login, name="符晓", **fields)


@pytest.mark.django_db
@pytest.mark.usefixtures("keys")
class TestSecrets:
    @pytest.mark.parametrize("text", ["", " ", "\x00", "46010819820315424X", "𠮷田", "a" * 5000, "\n"])
    def test_any_text_comes_back_as_it_was_given(self, text: str) -> None:
        (stored,) = encrypt_many([text], "a.b.c")
        assert decrypt_text(stored, "a.b.c") == text

    def test_none_is_none_and_an_empty_text_is_an_empty_text(self) -> None:
        make_user("one", identity_no=None)
        make_user("two", identity_no="")
        one, two = User.objects.order_by("login")[:2]
        assert one.identity_no is None
        assert two.identity_no == ""
        assert not two.identity_no

    def test_a_secret_compares_by_what_it_holds_and_tells_nobody(self) -> None:
        one, two = (Secret(kind="identity", context="a.b.c", plain="46010819820315424X") for _ in range(2))
        other = Secret(kind="identity", context="a.b.c", plain="460108198203154243")
        assert one == two == "46010819820315424X"
        assert one != other
        assert one != None  # noqa: E711
        assert len({one, two, other}) == 2
        for said in (repr(one), str(one), f"{one}", f"{[one]}", f"{one!r}", f"{one!s}", str({"a": one})):
            assert "19820315" not in said

    def test_a_value_given_from_another_column_is_stored_for_its_own(self) -> None:
        user = make_user(phone="13907551234")
        with unit_of_work(CLERK):
            user.identity_no = user.phone
            user.save()
        assert User.objects.get().identity_no == "13907551234"

    def test_a_column_that_was_not_fetched_is_fetched_when_it_is_asked_for(self) -> None:
        make_user(phone="13907551234")
        assert User.objects.defer("phone").get().phone == "13907551234"
        assert User.objects.only("login").get().phone == "13907551234"

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.text(max_size=12), min_size=2, max_size=6, unique=True))
    def test_different_texts_have_different_indexes_and_equal_ones_the_same(self, texts: list[str]) -> None:
        made = index_many(texts, "a.b.c")
        assert len(set(made)) == len(texts)
        assert made == index_many(texts, "a.b.c")
        assert set(made).isdisjoint(index_many(texts, "a.b.d"))

    def test_an_index_says_nothing_without_the_key(self, keys: Path) -> None:
        before = blind_index(User, "phone_index", "13907551234")
        with transaction.atomic():
            DataKey.objects.filter(purpose="index").update(active=False)
            keyring.keyring.forget()
            assert blind_index(User, "phone_index", "13907551234") != before
            transaction.set_rollback(True)

    def test_one_number_however_typed_has_one_index(self) -> None:
        typed = ("13907551234", "+86 139 0755 1234", "１３９０７５５１２３４", "139-0755-1234")
        assert len({blind_index(User, "phone_index", one) for one in typed}) == 1


@pytest.mark.django_db
class TestMasters:
    def test_only_the_service_reads_them(self, keys: Path) -> None:
        make_user(phone="13907551234")
        (file,) = keys.glob("master-*.key")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(keys.stat().st_mode) == 0o700
        assert len(file.read_bytes()) == 32

    def test_one_that_is_there_is_never_written_over(self, keys: Path) -> None:
        name = keyring.make_master("master-0001")
        before = (keys / f"{name}.key").read_bytes()
        assert keyring.make_master("master-0001") == name
        assert (keys / f"{name}.key").read_bytes() == before

    def test_the_newest_wraps_new_keys(self, keys: Path) -> None:
        for name in ("master-0001", "master-0010", "master-0002"):
            keyring.make_master(name)
        (keys / "notes.txt").write_text("x")
        keyring.keyring.active("value")
        assert DataKey.objects.get().master == "master-0010"

    @pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, b"x" * 32])
    def test_one_that_is_not_the_right_one_is_said_to_be_wrong(self, keys: Path, content: bytes) -> None:
        """Put back from the wrong backup: the person at the keyboard must learn which file to look for."""
        make_user(phone="13907551234")
        (keys / "master-0001.key").write_bytes(content)
        keyring.keyring.forget()
        with pytest.raises(DomainError, match=r"master-0001\.key") as refusal:
            User.objects.get().phone.plain()
        assert refusal.value.code == "wrong_master"

    def test_wrapping_anew_under_one_that_is_missing_changes_nothing(self, keys: Path) -> None:
        make_user(phone="13907551234")
        before = list(DataKey.objects.order_by("id").values_list("master", "wrapped"))
        with pytest.raises(DomainError, match=r"master-0099\.key"):
            keyring.rewrap("master-0099")
        assert list(DataKey.objects.order_by("id").values_list("master", "wrapped")) == before

    def test_after_wrapping_anew_the_old_one_may_go(self, keys: Path) -> None:
        make_user(phone="13907551234")
        keyring.make_master("master-0002")
        keyring.rewrap("master-0002")
        (keys / "master-0001.key").unlink()
        keyring.keyring.forget()
        assert User.objects.get().phone == "13907551234"

    def test_a_destroyed_key_is_not_wrapped_to_life(self, keys: Path) -> None:
        make_user(phone="13907551234")
        old, _ = keyring.keyring.active("value")
        keyring.rotate("value")
        keyring.destroy(old)
        living = DataKey.objects.exclude(wrapped=None).count()
        assert keyring.rewrap("master-0001") == living
        with pytest.raises(KeyDestroyed):
            keyring.keyring.key(old)

    @pytest.mark.parametrize("key_id", [0, -1, 999_999])
    def test_a_key_that_never_was_is_neither_read_nor_destroyed(self, keys: Path, key_id: int) -> None:
        make_user(phone="13907551234")
        with pytest.raises(KeyDestroyed):
            keyring.keyring.key(key_id)
        with pytest.raises(DomainError):
            keyring.destroy(key_id)
        assert User.objects.get().phone == "13907551234"

    def test_there_is_one_active_key_of_a_purpose_after_any_number_of_turns(self, keys: Path) -> None:
        made = {keyring.rotate("value") for _ in range(4)}
        assert len(made) == 4
        assert DataKey.objects.filter(purpose="value", active=True).count() == 1
        assert keyring.keyring.active("value")[0] == max(made)
