"""Choosing whom one acts as."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from qihang.foundation.accounts.ports import person_of
from qihang.foundation.core.errors import NotFound
from qihang.registry.organizations.services import actor_for, actor_for_self
from qihang.web import sessions
from qihang.web.landing import home_of
from qihang.web.middleware import memberships_of, without_second_factor
from qihang.web.navigation import actor_of
from qihang.web.requests import account_of, next_address, show


@without_second_factor
def choose(request: HttpRequest) -> HttpResponse:
    """List what somebody can act as; by POST, change to one of it."""
    if request.method == "POST":
        return _change(request)
    values = {
        "memberships": memberships_of(request),
        "current": actor_of(request).membership_id,
        "own": person_of(account_of(request).pk) is not None,
        "next": next_address(request),
    }
    return show(request, "account/switch.html", values)


def _change(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("membership", "")
    if chosen == sessions.SELF:
        actor = actor_for_self(account_of(request))
    else:
        membership = next((item for item in memberships_of(request) if str(item.public_id) == chosen), None)
        if membership is None:
            raise NotFound("没有这个身份，可能刚被收回")
        actor = actor_for(membership)
    request.session[sessions.MEMBERSHIP] = chosen
    return HttpResponseRedirect(next_address(request) or home_of(actor, request))
