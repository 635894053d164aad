"""The people behind a figure: for each whether they count and why, by which proof, and where their case lies."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.oversight.indicators.catalogue import BY_NAME, Shape
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.models import FigureRun
from qihang.oversight.indicators.snapshots import cases_of
from qihang.web.access import roles
from qihang.web.formats import chinese_date, date_span
from qihang.web.navigation import actor_of
from qihang.web.parts import Tone
from qihang.web.views.results.board import region_of
from qihang.web.views.results.moments import moment_of
from qihang.web.views.results.proofs import Proof, Proofs, class_url, proofs_of
from qihang.web.views.results.roles import NAMERS, READERS

_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as the list shows it.

    `at` is its place in the list. For readers who see no names `name` and `url` are empty, and they reach the evidence as
    far as `proof.url` leads them.
    """

    at: int
    name: str
    url: str
    item: str
    item_url: str
    window: str
    verdict: str
    tone: Tone
    rank: str
    kind: str
    proof: Proof


@roles(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """One figure's cases, numerator first, then what is due, then what is still open. NotFound for an unknown one."""
    actor = actor_of(request)
    region = region_of(request, actor)
    indicator = request.GET.get("indicator", "")
    run = FigureRun.objects.latest_run()
    if indicator not in BY_NAME or run is None:
        raise NotFound("没有这个数，请回到成效总览再点")
    moment = moment_of(request, run)
    frame = cases_of(run, indicator=indicator, region=region.code, group=_group(request), as_of=moment.day)
    ordered = frame.sort("met", "over", "begins", descending=[True, True, False], nulls_last=True)
    page = Paginator(range(ordered.height), _A_PAGE).get_page(request.GET.get("page"))
    rows = [ordered.row(at, named=True) for at in page.object_list]
    return render(
        request,
        "results/cases.html",
        {
            "label": BY_NAME[indicator].label,
            "yearly": BY_NAME[indicator].shape is Shape.TARGET,
            "moment": moment,
            "back": moment.url("results", region=region.code),
            "region": region,
            "value": request.GET.get("value", ""),
            "run": run,
            "page": page,
            "lines": _lines(actor, indicator, moment.day, rows, page.start_index()),
            "unit": BY_NAME[indicator].counts,
            "met": int(frame.filter(frame["met"] & frame["over"]).height),
            "over": int(frame["over"].sum()),
            "running": frame.height - int(frame["over"].sum()),
            "named": actor.role in NAMERS,
        },
    )


def _group(request: HttpRequest) -> dict[str, str | None]:
    """The figure's group as the address names it. NotFound for a split that there is not."""
    group: dict[str, str | None] = {"programme": Programme.SKILLS}
    by = request.GET.get("by", "")
    if by:
        if by not in Grouping.values:
            raise NotFound("没有这种分法，请回到成效总览再点")
        group[by] = request.GET.get("value") or None
    return group


def _lines(actor: Actor, indicator: str, day: dt.date, rows: list[dict[str, Any]], first: int) -> list[CaseLine]:
    """A few queries for the places of a page and their proofs, however many cases there are."""
    places = Enrolment.objects.visible_to(actor).filter(public_id__in=[row["enrolment"] for row in rows])
    found = {str(place.public_id): place for place in places.select_related("person", "training_class")}
    proofs = proofs_of(actor, indicator, day, rows, list(found.values()))
    return [_line(actor, at, row, found.get(row["enrolment"]), proofs) for at, row in enumerate(rows, first)]


def _line(actor: Actor, at: int, row: dict[str, Any], place: Enrolment | None, proofs: Proofs) -> CaseLine:
    named = actor.role in NAMERS and place is not None
    evidence = EvidenceType(row["evidence"]) if row["evidence"] else None
    verdict, tone = _verdict(row)
    return CaseLine(
        at=at,
        name=str(place.person.name) if named and place else "",
        url=reverse("office_case", args=[place.public_id]) if named and place else "",
        item=place.training_class.name if place else "",
        item_url=class_url(actor, place) if place else "",
        window=_window(row["begins"], row["ends"]),
        verdict=verdict,
        tone=tone,
        rank=evidence.rank if evidence else "",
        kind=evidence.label if evidence else "",
        proof=proofs.get(place.pk, Proof("")) if place else Proof(""),
    )


def _window(begins: dt.date | None, ends: dt.date | None) -> str:
    if begins and ends:
        return date_span(begins, ends)
    return chinese_date(begins or ends)


def _verdict(row: dict[str, Any]) -> tuple[str, Tone]:
    if row["met"]:
        return ("算进去了", Tone.OK) if row["over"] else ("已经够，没到期", Tone.WAIT)
    return ("没达到", Tone.ERR) if row["over"] else ("没到期", Tone.WAIT)
