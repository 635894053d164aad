"""Second factors that are typed in: codes from a phone (RFC 6238), and codes kept on paper."""

import base64
import hashlib
import hmac
import secrets
import struct
from urllib.parse import quote, urlencode

from django.conf import settings

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.models import Passkey, RecoveryCode, SpentStep, Totp, User
from qihang.foundation.accounts.ports import Letter, send
from qihang.foundation.accounts.services.sign_in import Attempt, begin_attempt
from qihang.foundation.accounts.tokens import as_meant, digest, new_letters
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

_SECRET_BYTES = 20
_PERIOD = 30
_DIGITS = 6
_DRIFT = 1  # steps that a phone's clock may be off
RECOVERY_CODES = 10
_RECOVERY_LENGTH = 10


def factors_of(user: User) -> frozenset[Method]:
    """The second factors an account can use now; empty means a password alone opens it."""
    found = set()
    if Totp.objects.filter(user=user, confirmed_at__isnull=False).exists():
        found.add(Method.TOTP)
    if Passkey.objects.filter(user=user).exists():
        found.add(Method.PASSKEY)
    if found and RecoveryCode.objects.filter(user=user, used_at__isnull=True).exists():
        found.add(Method.RECOVERY_CODE)
    return frozenset(found)


# -- code generator ------------------------------------------------------------------------------------------------


def code_at(secret: str, step: int) -> str:
    """The six digits of a base32 `secret` in the `step`-th half minute since 1970 (RFC 4226, RFC 6238)."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    (number,) = struct.unpack(">I", mac[offset : offset + 4])
    return str((number & 0x7FFFFFFF) % 10**_DIGITS).zfill(_DIGITS)


def current_step() -> int:
    """The half minute we are in."""
    return int(clock.outside().timestamp()) // _PERIOD


def start_totp(*, actor: Actor, user: User) -> Totp:
    """A fresh secret to be scanned; it counts for nothing before `confirm_totp`."""
    secret = base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    with unit_of_work(actor):
        if Totp.objects.filter(user=user, confirmed_at__isnull=False).exists():
            raise DomainError("动态码已经在用。要换手机，请先停用再重新设置", code="exists")
        Totp.objects.filter(user=user).delete()
        return Totp.objects.create(user=user, secret=secret)


def totp_address(totp: Totp) -> str:
    """What the QR code holds, for any authenticator app."""
    issuer = str(settings.SITE.get("name", "启航"))
    query = urlencode({"secret": totp.secret.plain(), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(totp.user.login)}?{query}"


def confirm_totp(*, actor: Actor, user: User, code: str) -> list[str]:
    """Switch the code generator on with its first code. Recovery codes to be shown once, or [] if there are some."""
    with unit_of_work(actor):
        totp = Totp.objects.select_for_update().filter(user=user, confirmed_at__isnull=True).first()
        if totp is None:
            raise DomainError("请重新开始设置：扫码，再填动态码", code="missing")
        if not _spend(totp, code):
            raise DomainError("动态码没对上。请等它换成下一个再填，也看看手机时间准不准", field="code")
        totp.confirmed_at = clock.now()
        totp.save(update_fields=["confirmed_at"])
        codes = first_recovery_codes(actor=actor, user=user)
        send(user, Letter("登录多了一步动态码", notice="您给账号加上了动态码。不是您本人加的，请马上改密码，并打热线"))
    return codes


def stop_totp(*, actor: Actor, user: User) -> None:
    """Switch the code generator off."""
    with unit_of_work(actor):
        Totp.objects.filter(user=user).delete()
        drop_codes_without_factor(user)
        send(user, Letter("动态码停用了", notice="您的账号停用了动态码。不是您本人停的，请马上改密码，并打热线"))


def _spend(totp: Totp, code: str) -> bool:
    typed = as_meant(code)
    secret = totp.secret.plain()
    now = current_step()
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), typed.encode()):
            SpentStep.objects.filter(totp=totp, step__lt=now - _DRIFT).delete()
            _, first = SpentStep.objects.get_or_create(totp=totp, step=step)
            return first
    return False


# -- codes on paper --------------------------------------------------------------------------------------------------


def first_recovery_codes(*, actor: Actor, user: User) -> list[str]:
    """Codes for an account that has none left, with its first second factor; [] otherwise."""
    if RecoveryCode.objects.filter(user=user, used_at__isnull=True).exists():
        return []
    return renew_recovery_codes(actor=actor, user=user)


def renew_recovery_codes(*, actor: Actor, user: User) -> list[str]:
    """Ten new codes, to be shown once; the old ones stop working. DomainError without a second factor."""
    with unit_of_work(actor):
        User.objects.select_for_update().get(pk=user.pk)
        if not factors_of(user):
            raise DomainError("先设置动态码或通行密钥，再要备用码", code="no_factor")
        RecoveryCode.objects.filter(user=user).delete()
        codes = [new_letters(_RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def _digest(user: User, code: str) -> bytes:
    return digest("recovery_code", f"{user.pk}:{code}")


def drop_codes_without_factor(user: User) -> None:
    if not factors_of(user):
        RecoveryCode.objects.filter(user=user).delete()


# -- the second step -------------------------------------------------------------------------------------------------


def check_code(*, user: User, code: str, client: Client) -> Method:
    """What was typed at the second step fits the code generator or a recovery code. Wrong or Locked."""
    typed = as_meant(code).lower()
    looks_like_totp = len(typed) == _DIGITS and typed.isdecimal()
    method = Method.TOTP if looks_like_totp else Method.RECOVERY_CODE
    attempt = begin_attempt(user=user, identifier=user.login, method=method, client=client, second_step=True)
    fits = _totp_fits(user, typed) if looks_like_totp else _use_recovery_code(user, typed)
    return _judge(attempt, fits)


def _judge(attempt: Attempt, fits: bool) -> Method:
    if not fits:
        raise attempt.failed("没对上。动态码半分钟换一个，每个只能用一次", field="code")
    attempt.succeeded()
    return attempt.method


def _totp_fits(user: User, code: str) -> bool:
    totp = Totp.objects.filter(user=user, confirmed_at__isnull=False).first()
    return totp is not None and _spend(totp, code)


def _use_recovery_code(user: User, code: str) -> bool:
    with unit_of_work(owner_of(user)):
        used = RecoveryCode.objects.filter(user=user, digest=_digest(user, code), used_at__isnull=True)
        if not used.update(used_at=clock.now()):
            return False
        left = RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
        send(user, Letter("用了一个备用码", notice=f"刚才用备用码登录，还剩 {left} 个。不是您本人用的，请马上改密码"))
    return True


def remove_factors(*, actor: Actor, user: User) -> None:
    """Take all second factors off an account whose owner lost them and came in person. Security administrators."""
    if actor.role != Role.SECURITY_ADMIN:
        raise NotAllowed("解除动态码和通行密钥由安全管理员办")
    with unit_of_work(actor):
        Totp.objects.filter(user=user).delete()
        Passkey.objects.filter(user=user).delete()
        RecoveryCode.objects.filter(user=user).delete()
        send(user, Letter("登录的第二步解除了", notice="安全管理员解除了您的动态码和通行密钥。请重新设置"))
