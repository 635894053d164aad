"""Codes sent by SMS: to sign in, to find back a password, to prove a phone number."""

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.db.models import QuerySet

from qihang.foundation.accounts import throttle
from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.enums import CodePurpose, Method
from qihang.foundation.accounts.models import OneTimeCode, User
from qihang.foundation.accounts.models.user import phone_key
from qihang.foundation.accounts.ports import Letter, send
from qihang.foundation.accounts.services.sign_in import account_key, begin_attempt, ensure_active, find_account
from qihang.foundation.accounts.tokens import as_meant, digest, new_digits
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.privacy import blind_index
from qihang.foundation.core.units import unit_of_work

_DIGITS = 6
_SMS = "sms"
_PHONE_DIGITS = 11
_UNFIT = "验证码没对上，或者过期了"
_WHAT_FOR = {
    CodePurpose.SIGN_IN: "登录",
    CodePurpose.RESET: "找回密码",
    CodePurpose.PROVE_PHONE: "核对手机号",
}


def send_one_time_code(*, user: User, purpose: CodePurpose, phone: str = "") -> None:
    """Send a code to the account's own phone, or to a `phone` that is to be proved. Older ones stop working."""
    number = phone_key(phone) if phone else user.phone.plain()
    code = new_digits(_DIGITS)
    expires = clock.now() + dt.timedelta(seconds=settings.SMS_CODE_SECONDS)
    OneTimeCode.objects.filter(user=user, purpose=purpose).delete()
    OneTimeCode.objects.create(
        user=user, purpose=purpose, digest=_digest(user, purpose, number, code), expires_at=expires
    )
    minutes = settings.SMS_CODE_SECONDS // 60
    text = f"{_WHAT_FOR[purpose]}的验证码是 {code}，{minutes} 分钟内有效。谁来要都不要给。"
    send(user, Letter(f"{_WHAT_FOR[purpose]}验证码", sms=text, phone=number))


def request_sign_in_code(*, phone: str, client: Client) -> None:
    """Send a sign-in code to a proved phone; says the same when nobody has it. Locked when asked too often."""
    if client.address:
        throttle.attempt(_SMS, client.address)
    user = _owner_of_phone(phone)
    throttle.attempt(_SMS, account_key(user) if user else f"text:{phone_key(phone)}")
    if user:
        send_one_time_code(user=user, purpose=CodePurpose.SIGN_IN)


def sign_in_by_code(*, phone: str, code: str, client: Client) -> User:
    """The account whose proved phone got `code`. Wrong, Locked or Inactive."""
    return check_one_time_code(
        user=_owner_of_phone(phone), identifier=phone, purpose=CodePurpose.SIGN_IN, code=code, client=client
    )


def _owner_of_phone(phone: str) -> User | None:
    user = find_account(phone) if phone_key(phone) else None
    return user if user and user.phone_proved_at else None


def check_one_time_code(
    *,
    user: User | None,
    identifier: str,
    purpose: CodePurpose,
    code: str,
    client: Client,
    phone: str = "",
    before_use: Callable[[User], None] | None = None,
) -> User:
    """Use a code up. Wrong, Locked or Inactive; the same for an account that does not exist.

    `before_use` may still refuse, once the code is known to fit: a stranger learns nothing from what it says.
    """
    attempt = begin_attempt(user=user, identifier=identifier, method=Method.SMS_CODE, client=client)
    number = phone or (user.phone.plain() if user and user.phone else "")
    if user is None or not _open_codes(user, purpose, number, code).exists():
        raise attempt.failed(_UNFIT, field="code")
    attempt.succeeded()
    ensure_active(user, Method.SMS_CODE, client)
    if before_use:
        before_use(user)
    if not _open_codes(user, purpose, number, code).update(used_at=clock.now()):
        raise DomainError(_UNFIT, code="wrong", field="code")  # of two at once, the second
    return user


def _open_codes(user: User, purpose: CodePurpose, phone: str, code: str) -> QuerySet[OneTimeCode]:
    wanted = _digest(user, purpose, phone, as_meant(code))
    codes = OneTimeCode.objects.filter(user=user, purpose=purpose, digest=wanted, used_at__isnull=True)
    return codes.filter(expires_at__gt=clock.now())


def _digest(user: User, purpose: str, phone: str, code: str) -> bytes:
    return digest("one_time_code", f"{purpose}:{user.pk}:{phone_key(phone)}:{code}")


# -- one's own phone number ------------------------------------------------------------------------------------------


def begin_phone(*, user: User, phone: str) -> str:
    """Send a code to a number that the account's owner says is theirs; returns the number as understood."""
    number = phone_key(phone)
    if len(number) != _PHONE_DIGITS or not number.startswith("1"):
        raise DomainError("手机号是 11 位数字，请再看一眼", field="phone")
    throttle.attempt(_SMS, account_key(user))
    _ensure_free(user, number)
    send_one_time_code(user=user, purpose=CodePurpose.PROVE_PHONE, phone=number)
    return number


def prove_phone(*, actor: Actor, user: User, phone: str, code: str, client: Client) -> None:
    """Keep a number as the account's own, once the code sent to it was typed in. Wrong or Locked."""
    check_one_time_code(
        user=user, identifier=user.login, purpose=CodePurpose.PROVE_PHONE, code=code, client=client, phone=phone
    )
    _ensure_free(user, phone)
    with unit_of_work(actor):
        user.phone = phone_key(phone)
        user.phone_proved_at = clock.now()
        user.save(update_fields=["phone", "phone_index", "phone_proved_at"])


def _ensure_free(user: User, phone: str) -> None:
    others = User.objects.filter(phone_index=blind_index(User, "phone_index", phone)).exclude(pk=user.pk)
    if others.exists():
        raise DomainError("这个手机号已经用在别的账号上。请换一个号，或者带身份证到就近窗口", field="phone")
