"""Choosing a password: one's own, with a link, or with a code from a message."""

import datetime as dt

from django.conf import settings

from qihang.foundation.accounts import throttle
from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.clients import Client
from qihang.foundation.accounts.enums import CodePurpose
from qihang.foundation.accounts.errors import Expired
from qihang.foundation.accounts.models import ResetLink, User
from qihang.foundation.accounts.passwords import check_password_rules
from qihang.foundation.accounts.ports import Letter, send
from qihang.foundation.accounts.services.codes import check_one_time_code, send_one_time_code
from qihang.foundation.accounts.services.devices import sign_out_elsewhere
from qihang.foundation.accounts.services.sign_in import account_key, find_account
from qihang.foundation.accounts.tokens import digest, new_token
from qihang.foundation.core import clock
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work

_RESET = "reset"
_RESET_MAIL = """{name}：

打开下面的链接，给账号换一个密码：
{address}

链接只能用一次。不是您本人要的，不用管它，密码没有变。"""
_CHANGED = Letter("密码改好了", notice="您的密码刚改过，别的设备都已经退出。不是您本人改的，请马上带身份证到就近窗口")


def change_password(*, actor: Actor, user: User, password: str, keep_session: str | None = None) -> None:
    """Set a new password and end all sessions but `keep_session`. DomainError when a rule forbids the password.

    The caller has made sure that the owner is there.
    """
    check_password_rules(password, user)
    with unit_of_work(actor):
        user.set_password(password)
        user.save(update_fields=["password"])
        ResetLink.objects.filter(user=user, used_at__isnull=True).update(used_at=clock.now())
        sign_out_elsewhere(user=user, keep=keep_session)
        send(user, _CHANGED)


# -- a way back in, asked for by whoever says to be the owner --------------------------------------------------------


def request_reset(*, identifier: str, client: Client, link: str) -> None:
    """Send a code to the account's proved phone and a link to its e-mail address.

    Answers the same whether or not the account exists. `link` is the address of the page, with {token} in it. Locked
    when asked too often.
    """
    user = find_account(identifier)
    if client.address:
        throttle.attempt(_RESET, client.address)
    throttle.attempt(_RESET, account_key(user) if user else f"text:{identifier.strip().lower()}")
    if user is None or not user.is_active:
        return
    if user.phone_proved_at:
        send_one_time_code(user=user, purpose=CodePurpose.RESET)
    if user.email:
        address = link.format(token=_new_link(ANONYMOUS, user))
        send(user, Letter("找回密码", email=_RESET_MAIL.format(name=user.name, address=address)))


def issue_reset_link(*, actor: Actor, user: User) -> str:
    """A link's token for an owner who came to the counter with their papers. Security administrators."""
    if actor.role != Role.SECURITY_ADMIN:
        raise NotAllowed("发改密链接由安全管理员办")
    return _new_link(actor, user)


def _new_link(actor: Actor, user: User) -> str:
    token = new_token()
    with unit_of_work(actor):
        ResetLink.objects.filter(user=user, used_at__isnull=True).update(used_at=clock.now())
        expires = clock.now() + dt.timedelta(seconds=settings.RESET_LINK_SECONDS)
        ResetLink.objects.create(user=user, digest=digest("reset_link", token), expires_at=expires)
    return token


# -- using it --------------------------------------------------------------------------------------------------------


def find_reset_link(token: str) -> ResetLink:
    """The open link of a token. Expired otherwise."""
    found = ResetLink.objects.select_related("user").filter(
        digest=digest("reset_link", token), used_at__isnull=True, expires_at__gt=clock.now(), user__is_active=True
    )
    link = found.first()
    if link is None:
        raise Expired("这个链接用过了，或者过期了。请重新找回密码，或者带身份证到就近窗口")
    return link


def reset_by_link(*, token: str, password: str) -> User:
    """Set the password with a link; of two tries at once, one wins. Expired, or DomainError for a bad password."""
    link = find_reset_link(token)
    check_password_rules(password, link.user)
    owner = owner_of(link.user)
    with unit_of_work(owner):
        open_links = ResetLink.objects.filter(pk=link.pk, used_at__isnull=True)
        if not open_links.update(used_at=clock.now()):
            raise Expired("这个链接刚刚用过了。请用新密码登录")
        change_password(actor=owner, user=link.user, password=password)
    return link.user


def reset_by_code(*, identifier: str, code: str, password: str, client: Client) -> User:
    """Set the password with a code from an SMS. Wrong, Locked, Expired, or DomainError for a bad password."""
    owner = check_one_time_code(
        user=find_account(identifier),
        identifier=identifier,
        purpose=CodePurpose.RESET,
        code=code,
        client=client,
        # Only then: what the rules say of a password tells whether there is such an account, its phone and birthday.
        before_use=lambda owner: check_password_rules(password, owner),
    )
    change_password(actor=owner_of(owner), user=owner, password=password)
    return owner
