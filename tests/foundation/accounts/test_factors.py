"""Second factors that are typed in. The codes are those of RFC 6238, appendix B."""

import base64
import datetime as dt

import pytest
from tests.foundation.accounts.doors import CLIENT, make_account

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.errors import Locked, Wrong
from qihang.foundation.accounts.models import RecoveryCode, SignInLog, Totp, User
from qihang.foundation.accounts.services import factors
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.models import Message

pytestmark = pytest.mark.django_db

RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
NOON = dt.datetime(2026, 11, 24, 12, 0, 10)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert factors.code_at(RFC_SECRET, second // 30) == code


def code_of(user: User, steps: int = 0) -> str:
    return factors.code_at(Totp.objects.get(user=user).secret.plain(), factors.current_step() + steps)


def with_totp() -> tuple[User, list[str]]:
    user = make_account()
    factors.start_totp(actor=owner_of(user), user=user)
    codes = factors.confirm_totp(actor=owner_of(user), user=user, code=code_of(user, -1))
    return user, codes


def test_a_generator_counts_only_after_its_first_code() -> None:
    user = make_account()
    factors.start_totp(actor=owner_of(user), user=user)
    assert factors.factors_of(user) == frozenset()
    with pytest.raises(DomainError, match="没对上") as refusal:
        factors.confirm_totp(actor=owner_of(user), user=user, code="000000")
    assert refusal.value.field == "code"
    codes = factors.confirm_totp(actor=owner_of(user), user=user, code=code_of(user))
    assert factors.factors_of(user) == {Method.TOTP, Method.RECOVERY_CODE}
    assert len(set(codes)) == factors.RECOVERY_CODES


def test_starting_again_before_the_first_code_makes_a_new_secret() -> None:
    user = make_account()
    first = factors.start_totp(actor=owner_of(user), user=user).secret.plain()
    assert factors.start_totp(actor=owner_of(user), user=user).secret.plain() != first
    assert Totp.objects.filter(user=user).count() == 1


def test_a_generator_in_use_is_not_replaced_behind_its_owners_back() -> None:
    user, _ = with_totp()
    with pytest.raises(DomainError, match="已经在用"):
        factors.start_totp(actor=owner_of(user), user=user)


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_phone_may_be_half_a_minute_off(drift: int) -> None:
    with clock.travel_to(NOON):
        user, _ = with_totp()
    with clock.travel_to(NOON + dt.timedelta(minutes=5)):
        assert factors.check_code(user=user, code=code_of(user, drift), client=CLIENT) == Method.TOTP


@pytest.mark.parametrize("drift", [-2, 2])
def test_and_no_more(drift: int) -> None:
    with clock.travel_to(NOON):
        user, _ = with_totp()
        with pytest.raises(Wrong):
            factors.check_code(user=user, code=code_of(user, drift), client=CLIENT)


def test_a_code_works_once() -> None:
    with clock.travel_to(NOON):
        user, _ = with_totp()
        code = code_of(user)
        assert factors.check_code(user=user, code=f"{code[:3]} {code[3:]}", client=CLIENT) == Method.TOTP
        with pytest.raises(Wrong):
            factors.check_code(user=user, code=code, client=CLIENT)


def test_the_code_that_switched_it_on_is_spent_too() -> None:
    with clock.travel_to(NOON):
        user, _ = with_totp()
        with pytest.raises(Wrong):
            factors.check_code(user=user, code=code_of(user, -1), client=CLIENT)


def test_guessing_codes_locks_the_account() -> None:
    user, _ = with_totp()
    for _ in range(5):
        with pytest.raises((Wrong, Locked)):
            factors.check_code(user=user, code="000000", client=CLIENT)
    with pytest.raises(Locked):
        factors.check_code(user=user, code=code_of(user), client=CLIENT)


def test_a_recovery_code_works_once_however_it_is_typed() -> None:
    user, codes = with_totp()
    assert factors.check_code(user=user, code=f" {codes[0].upper()} ", client=CLIENT) == Method.RECOVERY_CODE
    with pytest.raises(Wrong):
        factors.check_code(user=user, code=codes[0], client=CLIENT)
    assert factors.check_code(user=user, code=codes[1].replace("-", ""), client=CLIENT) == Method.RECOVERY_CODE
    assert "还剩 8 个" in Message.objects.filter(user=user).order_by("-id")[0].body


def test_recovery_codes_of_one_account_do_not_open_another() -> None:
    _, codes = with_totp()
    other, _ = with_totp()
    with pytest.raises(Wrong):
        factors.check_code(user=other, code=codes[0], client=CLIENT)


def test_new_recovery_codes_make_the_old_ones_void() -> None:
    user, old = with_totp()
    new = factors.renew_recovery_codes(actor=owner_of(user), user=user)
    with pytest.raises(Wrong):
        factors.check_code(user=user, code=old[0], client=CLIENT)
    assert factors.check_code(user=user, code=new[0], client=CLIENT) == Method.RECOVERY_CODE


def test_no_recovery_codes_without_a_factor() -> None:
    user = make_account()
    with pytest.raises(DomainError, match="先设置"):
        factors.renew_recovery_codes(actor=owner_of(user), user=user)


def test_stopping_the_only_factor_voids_the_codes_on_paper() -> None:
    user, _ = with_totp()
    factors.stop_totp(actor=owner_of(user), user=user)
    assert factors.factors_of(user) == frozenset()
    assert not RecoveryCode.objects.filter(user=user).exists()


def test_neither_secret_nor_codes_lie_in_the_open() -> None:
    user, codes = with_totp()
    secret = Totp.objects.get(user=user).secret.plain()
    written = " ".join(str(entry.after) for entry in AuditEntry.objects.all())
    assert secret not in written
    assert not any(code.replace("-", "") in written for code in codes)
    assert str(Totp.objects.get(user=user).secret) == "********"


def test_only_a_security_administrator_takes_factors_off() -> None:
    user, _ = with_totp()
    with pytest.raises(NotAllowed):
        factors.remove_factors(actor=Actor(role=Role.SYSTEM_ADMIN), user=user)
    factors.remove_factors(actor=Actor(user_id=1, user_label="安管", role=Role.SECURITY_ADMIN), user=user)
    assert factors.factors_of(user) == frozenset()


def test_the_address_in_the_picture_names_product_and_login() -> None:
    user = make_account()
    totp = factors.start_totp(actor=owner_of(user), user=user)
    address = factors.totp_address(totp)
    assert address.startswith("otpauth://totp/%E5%90%AF%E8%88%AA:" + user.login)
    assert f"secret={totp.secret.plain()}" in address


def test_failures_stand_in_the_log_with_their_method() -> None:
    user, _ = with_totp()
    with pytest.raises(Wrong):
        factors.check_code(user=user, code="000000", client=CLIENT)
    with pytest.raises(Wrong):
        factors.check_code(user=user, code="abcde-fghjk", client=CLIENT)
    methods = SignInLog.objects.filter(user_id=user.pk).order_by("id").values_list("method", "outcome")
    assert list(methods) == [("totp", "wrong"), ("recovery_code", "wrong")]


def test_a_rehearsal_on_another_day_keeps_to_the_clock_of_the_telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = factors.current_step()
    monkeypatch.setenv("QIHANG_CLOCK_SHIFT_DAYS", "225")
    assert factors.current_step() - before <= 1
