"""One person of the register: who, what they are from when to when, and all that hangs on the record."""

from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.models import Evidence
from qihang.registry.participants.enums import PersonState
from qihang.registry.participants.models import MergeProposal, Person, PersonCategory
from qihang.registry.participants.own_case import own_persons
from qihang.registry.participants.services import everyone_of
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW, MERGERS, PERSON_WORKFLOW
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, Event
from qihang.web.views.employment.roles import LISTED
from qihang.web.views.office.people_rows import category_label
from qihang.web.views.office.records import record_of
from qihang.web.views.office.roles import CASE_ROLES, REVEALERS
from qihang.web.views.office.timeline import events_of

_CATEGORY = PersonCategory._meta.label_lower


def person_of(actor: Actor, public_id: UUID | str) -> Person:
    """The record by its opaque id, if the actor may see it; else a page that says there is none."""
    rows = Person.objects.visible_to(actor).select_related("merged_into", "hukou_region")
    return cast("Person", get_object_or_404(rows, public_id=public_id))


@roles(*CASE_ROLES)
@require_safe
def person(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything about one person that does not depend on a class."""
    actor = actor_of(request)
    found = person_of(actor, public_id)
    record = record_of(actor, found)
    own = found.pk in own_persons(actor)
    values = {
        "record": record,
        "person": found,
        "own": own,
        "waiting": MergeProposal.objects.visible_to(actor).open().about([found.pk]).order_by("pk"),
        "evidence": _evidence(actor, [row.pk for row, _ in record.categories]),
        "events": _events(actor, found),
        "may": _may(actor, found, own),
        "crumbs": [Crumb("查人", reverse("office_people")), Crumb(str(found.name))],
    }
    return render(request, "office/person.html", values)


def _may(actor: Actor, found: Person, own: bool) -> dict[str, bool]:
    active = found.state == PersonState.ACTIVE and not own
    return {
        "reveal": actor.role in REVEALERS,
        "merge": active and actor.role in MERGERS,
        "category": active and actor.role == Role.INTAKE_OFFICER,
        "work": actor.role in LISTED,
    }


def _evidence(actor: Actor, categories: Iterable[int]) -> list[Evidence]:
    rows: Any = Evidence.objects.visible_to(actor).filter(subject=_CATEGORY, subject_id__in=list(categories))
    return list(rows.select_related("file"))


def _events(actor: Actor, found: Person) -> list[Event]:
    """The history of the record, of those merged into it, and of all their categories, in one line of time."""
    everyone = everyone_of(found)
    categories = dict(
        PersonCategory.objects.visible_to(actor).filter(person__in=everyone).values_list("pk", "category")
    )
    rows = TransitionLog.objects.filter(subject=_CATEGORY, subject_id__in=list(categories))
    merged = TransitionLog.objects.filter(subject=PERSON_WORKFLOW.subject, subject_id__in=everyone)
    lines = sorted([*rows, *merged], key=lambda line: (line.at, line.pk))
    return [event for line in lines for event in _told(line, categories)]


def _told(line: TransitionLog, categories: dict[int, str]) -> list[Event]:
    if line.subject != _CATEGORY:
        return events_of(PERSON_WORKFLOW, [line])
    line.label = f"{line.label}：{category_label(categories[line.subject_id])}"
    return events_of(CATEGORY_WORKFLOW, [line])
