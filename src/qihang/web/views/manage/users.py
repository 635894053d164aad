"""Accounts: found by login, name or phone; unlocked, let back in, switched off by the security administrator."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.models import Device, SignInLog, User
from qihang.foundation.accounts.services.accounts import find_accounts, set_active, unlock
from qihang.foundation.accounts.services.factors import factors_of, remove_factors
from qihang.foundation.accounts.services.passwords import find_reset_link, issue_reset_link
from qihang.foundation.accounts.services.sign_in import locked_until
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed, NotFound
from qihang.foundation.core.masks import mask
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.models import Membership
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.requests import show
from qihang.web.step_up import step_up

_FOUND_AT_MOST = 30
_SIGN_INS_SHOWN = 10


@roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
def search(request: HttpRequest) -> HttpResponse:
    """Accounts by what somebody knows of them. Nobody is listed unasked."""
    words = request.GET.get("q", "").strip()
    found = find_accounts(actor=actor_of(request), text=words, limit=_FOUND_AT_MOST + 1)
    people = found[:_FOUND_AT_MOST]
    roles_of = _roles_of(people)
    values = {
        "words": words,
        "rows": [
            {"user": user, "name": name_of(user, bool(roles_of.get(user.pk))), "roles": roles_of.get(user.pk, [])}
            for user in people
        ],
        "more": len(found) > _FOUND_AT_MOST,
    }
    return show(request, "manage/users.html", values)


def _roles_of(people: list[User]) -> dict[int, list[str]]:
    rows = Membership.objects.current().filter(user__in=people).select_related("organization").order_by("pk")
    found: dict[int, list[str]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append(f"{row.organization.label} · {row.get_role_display()}")
    return found


def name_of(user: User, works: bool) -> str:
    """A colleague's name; of somebody without a role, who may be a participant, only what a list may show."""
    return user.name if works else mask("name", user.name)


@roles(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
def detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Roles, locks and second factors of an account, and its last sign-ins."""
    user = _find(public_id)
    memberships = list(
        Membership.objects.visible_to(actor_of(request))
        .filter(user=user)
        .select_related("organization", "region")
        .order_by("-ended_on", "-pk")
    )
    values = {
        "owner": user,
        "name": name_of(user, bool(memberships)),
        "memberships": memberships,
        "locked_until": locked_until(user),
        "factors": [method.label for method in Method if method in factors_of(user)],
        "devices": Device.objects.filter(user=user).count(),
        "log": SignInLog.objects.filter(user_id=user.pk).order_by("-id")[:_SIGN_INS_SHOWN],
        "acts": [item for item in _ACTS.values() if _fits(item, actor_of(request), user)],
        "own": user.pk == actor_of(request).user_id,
        "crumbs": [Crumb("账号", reverse("manage_users")), Crumb(user.login)],
    }
    return show(request, "manage/user.html", values)


def _find(public_id: uuid.UUID) -> User:
    user = User.objects.filter(public_id=public_id).first()
    if user is None:
        raise NotFound("没有这个账号")
    return user


# -- acts of the security administrator -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Act:
    """One act, as the page that asks before it says it. `applies` hides what has nothing to do."""

    slug: str
    label: str
    what: str
    undo: str
    run: Callable[[HttpRequest, User], HttpResponse]
    applies: Callable[[User], bool]
    danger: bool = False


def _fits(act: Act, actor: Actor, user: User) -> bool:
    return actor.role == Role.SECURITY_ADMIN and user.pk != actor.user_id and act.applies(user)


@roles(Role.SECURITY_ADMIN)
@never_cache
@step_up
def act(request: HttpRequest, public_id: uuid.UUID, act: str) -> HttpResponse:
    """Ask, then do one of the acts."""
    user = _find(public_id)
    chosen = _ACTS.get(act)
    if chosen is None:
        raise NotFound("没有这一步")
    if user.pk == actor_of(request).user_id:
        raise NotAllowed("自己的账号在“我的账号”里办，这里办的要请另一位管理员")
    if request.method == "POST":
        return chosen.run(request, user)
    return show(request, "manage/user_act.html", {"act": chosen, "owner": user, "back": _page(user)})


def _page(user: User) -> str:
    return reverse("manage_user", args=[user.public_id])


def _done(request: HttpRequest, user: User, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(_page(user))


def _unlock(request: HttpRequest, user: User) -> HttpResponse:
    opened = unlock(actor=actor_of(request), user=user)
    return _done(request, user, "锁定解除了，现在就能再试" if opened else "没有锁着，不用解除")


def _remove_factors(request: HttpRequest, user: User) -> HttpResponse:
    remove_factors(actor=actor_of(request), user=user)
    return _done(request, user, "第二步解除了。请对方登录后马上重新设置")


def _reset(request: HttpRequest, user: User) -> HttpResponse:
    """The only time this link is seen."""
    token = issue_reset_link(actor=actor_of(request), user=user)
    values = {
        "owner": user,
        "link": request.build_absolute_uri(reverse("reset", args=[token])),
        "expires_at": find_reset_link(token).expires_at,
        "back": _page(user),
    }
    return show(request, "manage/reset_link.html", values)


def _disable(request: HttpRequest, user: User) -> HttpResponse:
    set_active(actor=actor_of(request), user=user, active=False)
    return _done(request, user, "账号停用了，登录着的设备都退出了")


def _enable(request: HttpRequest, user: User) -> HttpResponse:
    set_active(actor=actor_of(request), user=user, active=True)
    return _done(request, user, "账号恢复了")


_ACTS = {
    item.slug: item
    for item in (
        Act(
            "unlock",
            "解除锁定",
            "解除以后，对方马上能再试登录。先弄清楚是本人试错了，不是别人在猜密码。对方会收到一条消息。",
            "解除了不能收回，试错太多会再锁。",
            _unlock,
            lambda user: locked_until(user) is not None,
        ),
        Act(
            "reset",
            "发改密链接",
            "先当面核对证件。链接只显示一次，对方打开后自己设新密码；以前没用过的链接都作废。",
            "发了以后想作废，再发一次就行。",
            _reset,
            lambda user: user.is_active,
        ),
        Act(
            "factors",
            "解除登录第二步",
            "先当面核对证件。动态码、通行密钥和备用码一起解除，对方只用密码就能登录，直到重新设置。",
            "解除了不能恢复，对方要重新设置。",
            _remove_factors,
            lambda user: bool(factors_of(user)),
            danger=True,
        ),
        Act(
            "disable",
            "停用账号",
            "对方马上退出所有设备，以后登不进来。岗位和办过的事都留着。",
            "随时可以恢复。",
            _disable,
            lambda user: user.is_active,
            danger=True,
        ),
        Act(
            "enable",
            "恢复账号",
            "对方又能用原来的密码登录，原来的岗位照旧。",
            "随时可以再停用。",
            _enable,
            lambda user: not user.is_active,
        ),
    )
}
