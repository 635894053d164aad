"""Where each of the three administrators begins: the next step of setting up, and how the rest stands."""

from django.http import HttpRequest, HttpResponse

from qihang.foundation.core.audit_reading import seal_state
from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.requests import account_of, show
from qihang.web.views.manage.setup import steps_for


@roles(*SEPARATED_ADMINS)
def overview(request: HttpRequest) -> HttpResponse:
    """The first step that is not done, the others below it."""
    actor = actor_of(request)
    steps = steps_for(actor, account_of(request))
    values = {
        "steps": steps,
        "next": next((step for step in steps if not step.done), None),
        "left": sum(not step.done for step in steps),
        "seal": seal_state(actor=actor) if actor.role == Role.AUDIT_ADMIN else None,
    }
    return show(request, "manage/home.html", values)
