"""Who looked behind masks and opened files, for the audit administrator."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.looks import all_looks, what_was_seen
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import show
from qihang.web.views.manage.asking import days_asked, user_id_of
from qihang.web.views.manage.forms import LookFilter
from qihang.web.views.manage.listing import page_of

_LINES = 50


@roles(Role.AUDIT_ADMIN)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Looks newest first, by person and day."""
    form = LookFilter(request.GET)
    page = page_of(request, _found(request, form), _LINES)
    values = {"form": form, "page": page, "lines": [_row(look) for look in page.object_list]}
    return show(request, "manage/looks.html", values)


def _found(request: HttpRequest, form: LookFilter) -> QuerySet[RevealLog]:
    actor = actor_of(request)
    if not form.is_valid():
        return all_looks(actor=actor).none()
    asked = form.cleaned_data
    try:
        user_id = user_id_of(asked["login"]) if asked["login"] else None
    except DomainError as refusal:
        show_refusal(form, refusal)
        return all_looks(actor=actor).none()
    since, until = days_asked(asked)
    return all_looks(actor=actor, user_id=user_id, since=since, until=until)


def _row(look: RevealLog) -> dict[str, Any]:
    actor = Actor.from_json(look.actor)
    kind, item = what_was_seen(look)
    return {
        "look": look,
        "who": actor.user_label or "系统",
        "role": Role(actor.role).label if actor.role in Role else "",
        "unit": actor.organization_label,
        "kind": kind,
        "item": item,
    }
