"""Reading the parameters: what holds here today, every version of a key, what waits for a checker."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.roles import Role
from qihang.registry.policy.catalogue import SUBJECTS, subject_of
from qihang.registry.policy.engine.parameters import KeySpec, by_text
from qihang.registry.policy.enums import ParameterState, VerifiedMark
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import Hands, ValueHere, hands_of, missing_parameters, values_here
from qihang.registry.policy.words import place_name, places_to_read
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, View
from qihang.web.views.manage_policy.forms import ListFilterForm, spec_of
from qihang.web.views.manage_policy.readers import POLICY_HANDS, READERS
from qihang.web.views.manage_policy.showing import row_values, span_text

_PAGE = 20
_MISSING = "missing"


@roles(*READERS)
def in_force(request: HttpRequest) -> HttpResponse:
    """The values that bind at a place on a day, by subject, the missing ones among them."""
    actor = actor_of(request)
    region, on = home_region(actor), clock.today()
    form = ListFilterForm(places_to_read(), request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    region, on = asked.get("region") or region, asked.get("on") or on
    found = [value for value in values_here(region=region, on=on) if _matches(value, asked.get("q", ""))]
    shown = request.GET.get("v", "")
    values = {
        "form": form,
        "q": request.GET.get("q", ""),
        "region": region,
        "place": place_name(region),
        "on": on,
        "places": places_to_read(),
        "views": _views(found, shown, {"q": asked.get("q", ""), "region": region, "on": on.isoformat()}),
        "subjects": _by_subject(_proposed(actor), [value for value in found if _in_view(value, shown)], region, actor),
        "may_propose": actor.role == Role.POLICY_OFFICER,
        "waiting": _waiting_link(actor),
    }
    return render(request, "manage_policy/parameters.html", values)


@roles(*READERS)
def versions(request: HttpRequest, key: str) -> HttpResponse:
    """Every value a key ever had that the reader may see, by place and day, with whose hands it went through."""
    actor, spec = actor_of(request), known_key(key)
    rows = Parameter.objects.visible_to(actor).filter(key=key).select_related("instrument")
    page = Paginator(rows.order_by("by", "region", "-valid_from", "-id"), _PAGE).get_page(request.GET.get("page"))
    hands = hands_of(page.object_list)
    values = {
        "spec": spec,
        "subject": subject_of(key),
        "page": page,
        "rows": [_version(row, hands[row.pk]) for row in page.object_list],
        "crumbs": [Crumb("参数", reverse("manage_parameters")), Crumb(spec.label)],
        "may_propose": actor.role == Role.POLICY_OFFICER,
    }
    return render(request, "manage_policy/versions.html", values)


@roles(*POLICY_HANDS)
def waiting(request: HttpRequest) -> HttpResponse:
    """What waits for a checker at the actor's places, the oldest first: drafts, and values asked back.

    For officers also what came back.
    """
    actor = actor_of(request)
    mine = Parameter.objects.visible_to(actor).select_related("instrument")
    waiting = mine.waiting_for(actor)
    drafts = list(waiting.drafts().order_by("created_at"))
    asked_back = list(waiting.asked_back().order_by("revoke_asked_on", "pk"))
    returned = mine.returned_to(actor) if actor.role == Role.POLICY_OFFICER else []
    hands = hands_of([*drafts, *asked_back, *returned])
    values = {
        "drafts": [_version(row, hands[row.pk]) for row in drafts],
        "asked_back": [_asked_back(row, hands[row.pk]) for row in asked_back],
        "returned": [_version(row, hands[row.pk]) for row in returned],
        "is_checker": actor.role == Role.POLICY_CHECKER,
    }
    return render(request, "manage_policy/waiting.html", values)


def next_to_propose(actor: Actor) -> tuple[str, str, int] | None:
    """The first value of the officer's place that is missing and not proposed: its label, its form, how many there are."""
    region = home_region(actor)
    proposed = _proposed(actor)
    missing = [
        one
        for one in missing_parameters(region=region, on=clock.today())
        if (one.spec.key, by_text(one.by), region) not in proposed
    ]
    if actor.role != Role.POLICY_OFFICER or not missing:
        return None
    first = missing[0]
    return first.label, _form_for(first.spec.key, region, by_text(first.by)), len(missing)


def _form_for(key: str, region: str, by: str) -> str:
    return f"{reverse('manage_parameter_propose', args=[key])}?{urlencode({'region': region, 'by': by})}"


def known_key(key: str) -> KeySpec:
    """The key of an address. NotFound for one that the product does not know."""
    spec = spec_of(key)
    if spec is None:
        raise NotFound(f"没有“{key}”这个参数")
    return spec


def home_region(actor: Actor) -> str:
    """Where the actor works; administrators look after the whole province."""
    return settings.PROVINCE_CODE if actor.role == Role.SYSTEM_ADMIN else actor.region or settings.PROVINCE_CODE


def _matches(value: ValueHere, wanted: str) -> bool:
    text = f"{value.label} {value.spec.key} {subject_of(value.spec.key)}".lower()
    return all(word in text for word in wanted.lower().split())


def _in_view(value: ValueHere, shown: str) -> bool:
    if shown == _MISSING:
        return not value.rows
    return not shown or any(row.verified == shown for row in value.rows)


def _views(found: Sequence[ValueHere], shown: str, asked: dict[str, Any]) -> list[View]:
    labels = {"": "全部", **{mark.value: mark.label for mark in VerifiedMark}, _MISSING: "没有值"}
    counts = {code: sum(1 for value in found if _in_view(value, code)) for code in labels}
    return [
        View(label, f"?{urlencode({**asked, 'v': code})}", counts[code], current=code == shown)
        for code, label in labels.items()
        if counts[code] or code in ("", shown)
    ]


def _proposed(actor: Actor) -> dict[tuple[str, str, str], Parameter]:
    """The drafts that wait for a checker, by key, kind and place, for those who set values."""
    if actor.role not in POLICY_HANDS:
        return {}
    drafts = Parameter.objects.visible_to(actor).waiting_for(actor).drafts()
    return {(draft.key, draft.by, draft.region): draft for draft in drafts}


def _by_subject(
    proposed: dict[tuple[str, str, str], Parameter], found: Sequence[ValueHere], region: str, actor: Actor
) -> list[dict[str, Any]]:
    grouped: dict[str, list[ValueHere]] = {}
    for value in found:
        grouped.setdefault(value.spec.key.split(".", 1)[0], []).append(value)
    return [
        {"name": SUBJECTS[name], "rows": [_entry(value, region, actor, proposed) for value in grouped[name]]}
        for name in SUBJECTS
        if name in grouped
    ]


def _entry(
    value: ValueHere, region: str, actor: Actor, proposed: dict[tuple[str, str, str], Parameter]
) -> dict[str, Any]:
    own = {"key": value.spec.key, "label": value.label, "values": [row_values(row) for row in value.rows]}
    if draft := proposed.get((value.spec.key, by_text(value.by), region)):
        return {**own, "draft": draft}
    if value.rows or actor.role != Role.POLICY_OFFICER:
        return own
    return {**own, "propose": _form_for(value.spec.key, region, by_text(value.by))}


def _version(row: Parameter, hands: Hands) -> dict[str, Any]:
    return {
        "parameter": row,
        "span": span_text(row.valid_from, row.valid_to),
        "proposed": hands.proposed,
        "settled": hands.settled if row.state != ParameterState.DRAFT else None,
        "over": bool(row.valid_to and row.valid_to < clock.today()),
    }


def _asked_back(row: Parameter, hands: Hands) -> dict[str, Any]:
    """A value in force, with whoever asked it back last and why."""
    return {"parameter": row, "span": span_text(row.valid_from, row.valid_to), "asked": hands.settled}


def _waiting_link(actor: Actor) -> int | None:
    return Parameter.objects.visible_to(actor).waiting_for(actor).count() if actor.role in POLICY_HANDS else None
