"""谁看过我的信息: who looked at a person's numbers in the register or opened their papers, with unit, day and reason."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.delivery.employment.models import WorkSpell
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.looks import looks_at, what_was_seen
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.models import StoredFile
from qihang.registry.participants.finding import kept_of_person
from qihang.registry.participants.models import Person
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb

_A_PAGE = 20


@roles(Role.PARTICIPANT)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The looks of others, newest first."""
    actor = actor_of(request)
    person = Person.objects.visible_to(actor).first()
    rows = looks_at(_things_of(actor, person) if person else {}).exclude(actor__user_id=actor.user_id)
    page = Paginator(rows, _A_PAGE).get_page(request.GET.get("page"))
    crumbs = [Crumb("我的事", reverse("my_home")), Crumb("谁看过我的信息")]
    lines = [_line(look) for look in page.object_list]
    return render(request, "participant/looks.html", {"page": page, "lines": lines, "crumbs": crumbs})


def _things_of(actor: Actor, person: Person) -> dict[str, list[int]]:
    """What the register keeps of a person, and the files of the work that was claimed for them."""
    files = WorkSpell.objects.visible_to(actor).filter(person=person, evidence__file__isnull=False)
    papers = list(files.values_list("evidence__file", flat=True))
    return kept_of_person(person) | {StoredFile._meta.label_lower: papers}


def _line(look: RevealLog) -> dict[str, Any]:
    actor = Actor.from_json(look.actor)
    _, item = what_was_seen(look)
    return {
        "at": look.at,
        "who": "，".join(part for part in (actor.organization_label, actor.user_label) if part) or "系统",
        "item": "材料" if look.subject == StoredFile._meta.label_lower else item,
        "reason": look.reason,
    }
