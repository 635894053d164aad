"""Puts the actor on every request, ends idle sessions, and holds back who owes a second factor."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.roles import OFFICERS, SEPARATED_ADMINS
from qihang.registry.organizations.models import Membership
from qihang.registry.organizations.services import actor_for, actor_for_self, current_memberships
from qihang.web import sessions

_STAFF = "staff"


class PlainTextMiddleware:
    """Refuses an address with a zero character in it: no keyboard types one, and the database takes none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        texts = (request.path, *(text for _, values in request.GET.lists() for text in values))
        if any("\0" in text for text in texts):
            raise BadRequest("zero character in the address")
        return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Leads visitors to the sign-in page; whoever sent a form after the session had ended learns that it is lost."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        if request.method == "POST":
            messages.warning(request, "登录过期了，刚才填的没有存上。登录以后请再填一次")
        return super().handle_no_permission(request, view_func)


class ActorMiddleware:
    """`request.actor` is who acts: the membership chosen in the session, else the first, else the person themselves.

    `request.memberships` are those they can change to. A membership that ended is gone at the next request.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and sessions.went_idle(request):
            sessions.end(request)
            messages.info(request, "有一阵没动，先替您退出了。请再登录一次")
        _set_actor(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Send whoever needs a second factor and has none to set one up."""
        user = request.user
        if not isinstance(user, User) or getattr(view, "without_second_factor", False):
            return None
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if actor.role not in required_roles() or sessions.has_second_factor(request, user):
            return None
        return HttpResponseRedirect(reverse("account_security") + "?needed=1")


def _set_actor(request: HttpRequest) -> None:
    user = request.user
    memberships: list[Membership] = []
    actor = ANONYMOUS
    if isinstance(user, User):
        memberships = current_memberships(user)
        actor = choose_actor(user, memberships, request.session.get(sessions.MEMBERSHIP))
    request.actor = actor  # type: ignore[attr-defined]
    request.memberships = memberships  # type: ignore[attr-defined]


def choose_actor(user: User, memberships: Sequence[Membership], chosen: str | None) -> Actor:
    """Who acts, when the session says `chosen` (a membership's public id, or "self")."""
    if chosen == sessions.SELF or not memberships:
        return actor_for_self(user)
    return actor_for(next((item for item in memberships if str(item.public_id) == chosen), memberships[0]))


def memberships_of(request: HttpRequest) -> list[Membership]:
    """What the signed-in person can act as."""
    found: list[Membership] = getattr(request, "memberships", [])
    return found


def required_roles() -> frozenset[str]:
    """The roles that need a second factor in this installation."""
    named = {name.strip() for name in settings.MFA_REQUIRED_ROLES.split(",") if name.strip()}
    staff = OFFICERS | SEPARATED_ADMINS if _STAFF in named else frozenset()
    return frozenset(named - {_STAFF}) | staff


def without_second_factor(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view that people reach before they have the second factor that their role needs."""
    view.without_second_factor = True  # type: ignore[attr-defined]
    return view
