"""Everyone of a class: who, which category, whether the subsidy's conditions are met, and how the place stands."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qihang.delivery.training.categories import category_name
from qihang.delivery.training.completing import Presence, presence_of
from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core import clock
from qihang.registry.reference.codes import codes
from qihang.web.access import roles
from qihang.web.explained import is_gone
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, View
from qihang.web.views.provider.access import PEOPLE_READERS, class_of, crumbs_of

_PAGE = 100
OUTCOMES = {"passed": "够", "unknown": "在查", "failed": "不够", "none": "不领补贴"}


def outcome_of(place: Enrolment) -> str:
    """How the conditions of the subsidy came out, in three outcomes; "none" for who does without it."""
    if not place.subsidised or is_gone(place):
        return "none"
    decision = place.decision
    if decision is None:
        return "failed" if place.state == EnrolmentState.REFUSED else "unknown"
    return {True: "passed", False: "failed", None: "unknown"}[decision.eligible]


def education_name(identifier: str) -> str:
    """The words for a level of education."""
    names = {code.identifier: code.name for code in codes("education")}
    return names.get(identifier, identifier) or "没有填"


@roles(*PEOPLE_READERS)
def overview(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The list, by state and by outcome."""
    item = class_of(request, public_id)
    actor = actor_of(request)
    places = (
        Enrolment.objects.visible_to(actor)
        .filter(training_class=item)
        .select_related("person", "decision", "training_class")
    )
    counts = dict(places.order_by("state").values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    outcome = request.GET.get("outcome", "")
    rows = list(places.filter(state=state) if state in EnrolmentState.values else places)
    if outcome in OUTCOMES:
        rows = [place for place in rows if outcome_of(place) == outcome]
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    presence = {one.enrolment.pk: one for one in presence_of(list(page))}
    brings_in = actor.role in PROVIDERS and item.state == ClassState.APPROVED and item.roster_last_day >= clock.today()
    return render(
        request,
        "provider/people.html",
        {
            "item": item,
            "crumbs": crumbs_of(request, item, Crumb("学员")),
            "views": _views(item, counts, state, outcome),
            "outcomes": list(OUTCOMES.items()),
            "state": state,
            "outcome": outcome,
            "page": page,
            "rows": [_row(place, presence.get(place.pk)) for place in page],
            "everyone": sum(counts.values()),
            "roster_url": reverse("import_start", args=["roster", item.public_id]) if brings_in else "",
        },
    )


def _views(item: TrainingClass, counts: dict[str, int], state: str, outcome: str) -> list[View]:
    here = reverse("class_people", args=[item.public_id])
    kept = f"&outcome={outcome}" if outcome in OUTCOMES else ""
    views = [View("全部", here + kept.replace("&", "?", 1), sum(counts.values()), current=not state)]
    for known in EnrolmentState:
        if counts.get(known):
            views.append(View(known.label, f"{here}?state={known}{kept}", counts[known], current=state == known))
    return views


def _row(place: Enrolment, presence: Presence | None) -> dict[str, Any]:
    return {
        "place": place,
        "person": place.person,
        "category": category_name(place.category),
        "outcome": outcome_of(place),
        "presence": presence if presence and presence.held else None,
    }
