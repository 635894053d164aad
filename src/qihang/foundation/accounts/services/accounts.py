"""Accounts themselves: made by an invitation or a counter code, switched off and on by administrators."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.passwords import check_password_rules
from qihang.foundation.accounts.ports import Letter, send
from qihang.foundation.accounts.services.devices import sign_out_elsewhere
from qihang.foundation.accounts.services.sign_in import find_account, open_again
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

_SHORTEST_SEARCH = 2


def make_account(
    *, actor: Actor, login: str, name: str, password: str | None, email: str = "", identity_no: str | None = None
) -> User:
    """A new account. DomainError names the field that is taken or breaks a rule."""
    user = User(login=login.strip().lower(), name=name.strip(), email=email.strip(), identity_no=identity_no or None)
    if password is not None:
        check_password_rules(password, user)
    user.set_password(password)
    with unit_of_work(actor):
        save_checked(user)
    return user


def save_checked(user: User) -> None:
    """Save within an open unit, turning a broken constraint into a refusal that names its field."""
    user.login = user.login.strip().lower()
    try:
        with transaction.atomic():
            user.clean_fields(exclude=["password"])
            user.fill_indexes()
            user.validate_unique()
            user.validate_constraints()
            user.save()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise DomainError(str(messages[0]), code="invalid", field=_field_of(field, str(messages[0]))) from None
    except IntegrityError as error:  # somebody else was quicker
        message = _message_of(error)
        raise DomainError(message, code="invalid", field=_field_of("__all__", message)) from None


def _message_of(error: IntegrityError) -> str:
    broken = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    known = {item.name: str(item.get_violation_error_message()) for item in User._meta.constraints}
    return known.get(broken or "", "这个登录名刚被别人用了，请换一个")


def _field_of(field: str, message: str) -> str | None:
    """Constraints do not say which input they mean; their words do."""
    if field != "__all__":
        return field
    words = {"登录名": "login", "手机": "phone", "身份证": "identity_no"}
    return next((name for word, name in words.items() if word in message), None)


def set_active(*, actor: Actor, user: User, active: bool) -> None:
    """Switch an account off, ending its sessions, or on again. Security administrators, and never their own."""
    _require_security(actor, "停用和恢复账号")
    if user.pk == actor.user_id:
        raise NotAllowed("不能停用自己的账号，请另一位管理员办")
    with unit_of_work(actor):
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            sign_out_elsewhere(user=user, keep=None)


def unlock(*, actor: Actor, user: User) -> bool:
    """Let a locked account try again at once, tell its owner, and record who did it. Whether it was locked."""
    _require_security(actor, "解除登录锁定")
    with unit_of_work(actor):
        opened = open_again(user)
        if opened:
            user.unlocked_at = clock.now()
            user.save(update_fields=["unlocked_at"])
            send(user, Letter("登录锁定解除了", notice="安全管理员解除了登录锁定。不是您要办的，请马上改密码"))
    return opened


def find_accounts(*, actor: Actor, text: str, limit: int) -> list[User]:
    """Accounts whose login or name begins with `text`, or whose phone it is; `limit` at most. [] for less than two
    characters. System and security administrators.
    """
    if actor.role not in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}:
        raise NotAllowed("查账号由系统管理员和安全管理员办")
    words = text.strip()
    if len(words) < _SHORTEST_SEARCH:
        return []
    exact = find_account(words)
    begins = User.objects.filter(Q(login__startswith=words.lower()) | Q(name__startswith=words)).order_by("login")
    others = begins.exclude(pk=exact.pk) if exact else begins
    return [*([exact] if exact else []), *others[: limit - bool(exact)]]


def _require_security(actor: Actor, what: str) -> None:
    if actor.role != Role.SECURITY_ADMIN:
        raise NotAllowed(f"{what}由安全管理员办")


def set_email(*, actor: Actor, user: User, email: str) -> None:
    """Where letters to the owner go; empty takes it away. The caller has made sure that the owner is there."""
    with unit_of_work(actor):
        user.email = email.strip()
        user.save(update_fields=["email"])
