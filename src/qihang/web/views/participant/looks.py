"""谁看过我的信息: who looked at a person's numbers and certificates in the register, with unit, day and reason.

Papers handed in are opened in the course of the work on them; they stand in the auditor's list alone.
"""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.looks import looks_at, what_was_seen
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.registry.participants.finding import looks_at_person
from qihang.registry.participants.models import Person
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb

_A_PAGE = 20


@roles(Role.PARTICIPANT)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The looks, newest first."""
    person = Person.objects.visible_to(actor_of(request)).first()
    rows = looks_at_person(person) if person else looks_at({})
    page = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    crumbs = [Crumb("我的事", reverse("my_home")), Crumb("谁看过我的信息")]
    lines = [_line(look) for look in page.object_list]
    return render(request, "participant/looks.html", {"page": page, "lines": lines, "crumbs": crumbs})


def _line(look: RevealLog) -> dict[str, Any]:
    actor = Actor.from_json(look.actor)
    _, item = what_was_seen(look)
    return {
        "at": look.at,
        "who": "，".join(part for part in (actor.organization_label, actor.user_label) if part) or "系统",
        "item": item,
        "reason": look.reason,
    }
