"""The work list: everything that waits for the actor, of whatever kind, the most urgent first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import WorkCalendar
from qihang.registry.reference.models import Region
from qihang.web.access import roles
from qihang.web.due import Due, due
from qihang.web.navigation import actor_of
from qihang.web.parts import Chip, View
from qihang.web.views.office.addresses import kept_address, without
from qihang.web.views.office.roles import CASE_ROLES, DESKS
from qihang.web.views.office.work import Narrowing, Waiting, WorkRow, WorkSource, sources_for

_ROWS = 20
_SOON = 1  # the level of a Due that is amber


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of work in the list, with the kind it is of and its clock."""

    source: WorkSource
    waiting: Waiting
    due: Due | None
    row: WorkRow | None = None

    @property
    def late(self) -> bool:
        return self.waiting.due is not None and self.waiting.due < clock.today()

    @property
    def soon(self) -> bool:
        return self.due is not None and self.due.level <= _SOON and not self.late


@roles(*CASE_ROLES)
def home(request: HttpRequest) -> HttpResponse:
    """What waits, by view, kind, place and words; all of it in the address."""
    actor = actor_of(request)
    entries = _entries(actor, _narrowing(request), request.GET.get("kind", ""))
    view = request.GET.get("view", "")
    shown = Paginator(_in_order(_in_view(entries, view), request.GET.get("sort", "")), _ROWS)
    page = shown.get_page(request.GET.get("page"))
    page.object_list = _loaded(actor, list(page.object_list))
    return render(request, "office/home.html", {"page": page, **_frame(request, actor, entries, view, page)})


def _narrowing(request: HttpRequest) -> Narrowing:
    return Narrowing(words=request.GET.get("q", "").strip(), region=request.GET.get("region", ""))


def _entries(actor: Actor, narrowing: Narrowing, kind: str) -> list[Entry]:
    """Everything that waits, without rows: one round of light queries a kind."""
    calendar = WorkCalendar()
    return [
        Entry(
            source,
            waiting,
            due(waiting.due, calendar=calendar, started=waiting.since) if waiting.due else None,
        )
        for source in sources_for(actor)
        if kind in {"", source.key}
        for waiting in source.waiting(actor, narrowing)
    ]


def _in_view(entries: Sequence[Entry], view: str) -> list[Entry]:
    if view == "soon":
        return [entry for entry in entries if entry.soon]
    return [entry for entry in entries if entry.late] if view == "late" else list(entries)


def _in_order(entries: Sequence[Entry], order: str) -> list[Entry]:
    """By the last day, those without one after the others; or by how long they have waited."""
    if order == "since":
        return sorted(entries, key=lambda entry: entry.waiting.since)
    return sorted(
        entries,
        key=lambda entry: (entry.waiting.due is None, entry.waiting.due or clock.today(), entry.waiting.since),
    )


def _loaded(actor: Actor, entries: Sequence[Entry]) -> list[Entry]:
    """The rows of one page. What somebody finished meanwhile drops out."""
    wanted: dict[str, list[int]] = {}
    for entry in entries:
        wanted.setdefault(entry.source.key, []).append(entry.waiting.id)
    by_key = {entry.source.key: entry.source for entry in entries}
    rows = {key: by_key[key].rows(actor, ids) for key, ids in wanted.items()}
    return [
        Entry(entry.source, entry.waiting, entry.due, row)
        for entry in entries
        if (row := rows[entry.source.key].get(entry.waiting.id))
    ]


def _frame(request: HttpRequest, actor: Actor, entries: Sequence[Entry], view: str, page: Page[Any]) -> dict[str, Any]:
    """Everything around the rows."""
    late = sum(entry.late for entry in entries)
    soon = sum(entry.soon for entry in entries)
    today = sum(entry.waiting.due == clock.today() for entry in entries)
    by_since = request.GET.get("sort") == "since"
    regions = _regions(actor)
    kinds = [(source.key, source.label) for source in sources_for(actor)]
    return {
        "mine": actor.role in DESKS,
        "by_me": [source.label for source in sources_for(actor) if actor.role in source.desks],
        "sums": [
            ("今天到期", today, "err" if today else ""),
            ("快到期", soon, ""),
            ("已超期", late, "err" if late else ""),
        ],
        "views": [
            View("全部", without(request, "view", "page"), len(entries), current=view not in {"soon", "late"}),
            View("快到期", kept_address(request, view="soon"), soon, current=view == "soon"),
            View("已超期", kept_address(request, view="late"), late, current=view == "late"),
        ],
        "kinds": kinds if len(kinds) > 1 else [],
        "regions": regions,
        "chips": _chips(request, kinds, regions),
        "order_due": "none" if by_since else "ascending",
        "order_since": "ascending" if by_since else "none",
        "orders": [
            View("期限，近的在前", without(request, "sort", "page"), current=not by_since),
            View("等得久的在前", kept_address(request, sort="since"), current=by_since),
        ],
        "bulk": _bulk(actor, page),
        "here": request.get_full_path(),
    }


def _regions(actor: Actor) -> list[tuple[str, str]]:
    """The places below the actor's, to choose from; none where there is nothing below."""
    rows = Region.objects.children_of(actor.region).in_force() if actor.region else Region.objects.none()
    return list(rows.order_by("code").values_list("code", "name"))


def _chips(request: HttpRequest, kinds: Sequence[tuple[str, str]], regions: Sequence[tuple[str, str]]) -> list[Chip]:
    """Filters in force, each with the way to drop it."""
    chosen = {
        "kind": dict(kinds).get(request.GET.get("kind", ""), ""),
        "region": dict(regions).get(request.GET.get("region", ""), ""),
        "q": request.GET.get("q", "").strip(),
    }
    return [Chip(label, without(request, name, "page")) for name, label in chosen.items() if label]


def _bulk(actor: Actor, page: Page[Any]) -> dict[str, str] | None:
    """The one thing that may be done to rows of this page together."""
    for entry in page.object_list:
        act = entry.source.bulk(actor)
        if act and entry.row.choosable:
            return {"key": entry.source.key, "label": act.label, "url": reverse(act.url_name)}
    return None
