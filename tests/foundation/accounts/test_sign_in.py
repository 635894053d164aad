"""The first proof: password by login or phone, and what is told to whom."""

import pytest
from django.contrib.auth.hashers import make_password
from tests.foundation.accounts.doors import CLIENT, OTHER_CLIENT, PASSWORD, PHONE, make_account

from qihang.foundation.accounts.errors import Inactive, Locked, Wrong
from qihang.foundation.accounts.models import SignInLog, User
from qihang.foundation.accounts.services.accounts import set_active, unlock
from qihang.foundation.accounts.services.sign_in import check_password, confirm_password, find_account
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

pytestmark = pytest.mark.django_db

SECURITY = Actor(user_id=0, user_label="安管", role=Role.SECURITY_ADMIN)


def log() -> list[tuple[int | None, str]]:
    return list(SignInLog.objects.order_by("id").values_list("user_id", "outcome"))


def try_wrong(identifier: str, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises((Wrong, Locked)):
            check_password(identifier=identifier, password="不对的密码", client=CLIENT)


@pytest.mark.parametrize("typed", ["WangXL", " wangxl ", "139 0755 1234", "+86 13907551234", "１３９０７５５１２３４"])
def test_login_and_phone_open_the_same_account_however_typed(typed: str) -> None:
    with unit_of_work(SECURITY):
        user = User.objects.create_user("wangxl", PASSWORD, name="王秀兰", phone=PHONE)
    assert check_password(identifier=typed, password=PASSWORD, client=CLIENT) == user


def test_a_wrong_password_says_how_many_tries_are_left_and_nothing_else() -> None:
    user = make_account()
    with pytest.raises(Wrong, match="登录名或密码没对上，还能试 4 次") as known:
        check_password(identifier=user.login, password="错", client=CLIENT)
    with pytest.raises(Wrong) as unknown:
        check_password(identifier="nobody", password="错", client=CLIENT)
    assert known.value.message == unknown.value.message


def test_the_fifth_failure_locks_and_the_right_password_waits_too() -> None:
    user = make_account()
    try_wrong(user.login, 4)
    with pytest.raises(Locked, match="窗口"):
        check_password(identifier=user.login, password="错", client=CLIENT)
    with pytest.raises(Locked):
        check_password(identifier=user.login, password=PASSWORD, client=OTHER_CLIENT)
    assert [outcome for _, outcome in log()] == ["wrong"] * 5 + ["locked"]


def test_a_login_that_nobody_has_locks_just_the_same() -> None:
    try_wrong("nobody", 5)
    with pytest.raises(Locked):
        check_password(identifier="nobody", password="错", client=CLIENT)


def test_login_and_phone_of_one_account_share_their_tries() -> None:
    user = make_account(phone=PHONE)
    try_wrong(user.login, 3)
    try_wrong(PHONE, 2)
    with pytest.raises(Locked):
        check_password(identifier=user.login, password=PASSWORD, client=CLIENT)


def test_one_account_locked_leaves_the_others_open() -> None:
    try_wrong(make_account().login, 5)
    other = make_account()
    assert check_password(identifier=other.login, password=PASSWORD, client=CLIENT) == other


def test_one_address_trying_many_accounts_is_locked_and_others_are_not(settings: object) -> None:
    settings.SIGN_IN_LIMITS = {"account": (5, 900, 900), "address": (3, 900, 900)}  # type: ignore[attr-defined]
    victim = make_account()
    for number in range(3):
        with pytest.raises(Wrong):
            check_password(identifier=f"guess{number}", password="错", client=CLIENT)
    with pytest.raises(Locked):
        check_password(identifier=victim.login, password=PASSWORD, client=CLIENT)
    assert check_password(identifier=victim.login, password=PASSWORD, client=OTHER_CLIENT) == victim


def test_successes_do_not_fill_an_offices_count(settings: object) -> None:
    settings.SIGN_IN_LIMITS = {"account": (5, 900, 900), "address": (2, 900, 900)}  # type: ignore[attr-defined]
    user = make_account()
    for _ in range(4):
        check_password(identifier=user.login, password=PASSWORD, client=CLIENT)


def test_an_account_that_was_switched_off_is_told_only_to_its_owner() -> None:
    user = make_account()
    set_active(actor=SECURITY, user=user, active=False)
    with pytest.raises(Wrong):
        check_password(identifier=user.login, password="错", client=CLIENT)
    with pytest.raises(Inactive, match="管理员"):
        check_password(identifier=user.login, password=PASSWORD, client=CLIENT)


def test_security_administrators_open_locks_and_nobody_else_does() -> None:
    user = make_account()
    try_wrong(user.login, 5)
    with pytest.raises(NotAllowed, match="安全管理员"):
        unlock(actor=Actor(role=Role.SYSTEM_ADMIN), user=user)
    assert unlock(actor=SECURITY, user=user) is True
    assert check_password(identifier=user.login, password=PASSWORD, client=CLIENT) == user


def test_the_log_keeps_no_login_that_nobody_has() -> None:
    """People type their password into the wrong box."""
    try_wrong("haikou-wan-2026")
    line = SignInLog.objects.get()
    assert (line.user_id, line.user_label) == (None, "")
    assert (line.address, line.method, line.outcome) == (CLIENT.address, "password", "wrong")


def test_the_log_is_append_only() -> None:
    from django.db import DatabaseError, transaction

    try_wrong("nobody")
    with pytest.raises(DatabaseError), transaction.atomic():
        SignInLog.objects.all().delete()


def test_a_password_stored_in_an_old_way_is_stored_anew_in_its_owners_name(settings: object) -> None:
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    user = make_account()
    with unit_of_work(SECURITY):
        User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD, hasher="md5"))
    check_password(identifier=user.login, password=PASSWORD, client=CLIENT)
    assert User.objects.get(pk=user.pk).password.startswith("pbkdf2_")
    entry = AuditEntry.objects.order_by("-id").select_related("context")[0]
    assert entry.context.actor["user_id"] == user.pk


def test_signing_in_writes_no_audited_row() -> None:
    user = make_account()
    before = AuditEntry.objects.count()
    check_password(identifier=user.login, password=PASSWORD, client=CLIENT)
    assert AuditEntry.objects.count() == before


def test_confirming_counts_and_names_the_field() -> None:
    user = make_account()
    confirm_password(user=user, password=PASSWORD, client=CLIENT)
    with pytest.raises(Wrong) as refusal:
        confirm_password(user=user, password="错", client=CLIENT)
    assert refusal.value.field == "password"


def test_an_account_without_password_is_opened_by_none() -> None:
    user = make_account(password=None)
    with pytest.raises(Wrong):
        check_password(identifier=user.login, password="", client=CLIENT)


def test_nobody_is_found_by_an_empty_name() -> None:
    make_account()
    assert find_account("") is None
    assert find_account("   ") is None
