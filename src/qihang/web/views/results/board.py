"""成效总览: one sentence, the three aims, the places, the institutions, the cohorts."""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotFound
from qihang.foundation.jobs import services as jobs
from qihang.oversight.indicators.catalogue import BY_NAME
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.models import FigureRun
from qihang.oversight.indicators.snapshots import REFRESH_JOB, figures_of
from qihang.registry.policy import lookup
from qihang.registry.reference.models import Region
from qihang.registry.reference.scope import region_within
from qihang.web.access import roles
from qihang.web.formats import percent, with_unit
from qihang.web.navigation import actor_of
from qihang.web.parts import Cohort
from qihang.web.views.results.places import institutions_of, places_below, tiles_of
from qihang.web.views.results.reading import HEADLINE, Reader, Row, evidence_of, reader_of, row_of
from qihang.web.views.results.roles import READERS

_WINDOW = "employment.window_months"
_COHORTS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of the sentence; `figure` is the number in it that matters, set in bold."""

    words: str
    figure: str = ""


@roles(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The figures of a region as they were last computed; without a region the reader's own."""
    actor = actor_of(request)
    region = region_of(request, actor)
    run = FigureRun.objects.latest_run()
    context: dict[str, Any] = {"region": region, "run": run, "above": _above(actor, region)}
    if run is not None:
        context |= _figures(run, reader_of(region.code, run.as_of))
    return render(request, "results/board.html", context)


@roles(*READERS)
@require_POST
def refresh_now(request: HttpRequest) -> HttpResponse:
    """Have everything computed anew, in the background."""
    jobs.enqueue(kind=REFRESH_JOB, actor=actor_of(request), payload={})
    messages.success(request, "在重新算了，一两分钟后刷新这一页")
    return HttpResponseRedirect(reverse("results"))


def region_of(request: HttpRequest, actor: Actor) -> Region:
    """The region asked for, within the reader's own. NotFound outside it."""
    code = request.GET.get("region") or actor.region
    found = Region.objects.filter(code=code).first() if region_within(code, actor.region) else None
    if found is None:
        raise NotFound("没有这个地区，或者不归您的辖区")
    return found


def _figures(run: FigureRun, reader: Reader) -> dict[str, Any]:
    rows = _rows(run, reader.region)
    headline = row_of(rows, HEADLINE)
    return {
        "sentence": _sentence(rows, reader),
        "cards": [reader.card(row_of(rows, name), name) for name in ("completion", "pass_rate", HEADLINE)],
        "shares": evidence_of(headline),
        "counted": headline["numerator"] if headline else 0,
        "places": places_below(run, reader),
        "institutions": institutions_of(run, reader),
        "tiles": tiles_of(run, reader) if reader.region == settings.PROVINCE_CODE else [],
        "target": reader.targets.get(HEADLINE),
        "cohorts": _cohorts(run, reader),
        "all": [_line(reader, row) for row in rows if row["indicator"] in BY_NAME and row.get("denominator")],
    }


def _rows(run: FigureRun, region: str, by: Grouping | None = None) -> list[Row]:
    return list(figures_of(run, programme=Programme.SKILLS, region=region, by=by))


def _sentence(rows: list[Row], reader: Reader) -> list[Said]:
    """What there is to say, by rule: how many completed, how many passed, how many of those due are at work."""
    completion, passed, employed = (row_of(rows, name) for name in ("completion", "pass_rate", HEADLINE))
    if completion is None or not completion["denominator"]:
        return [Said("还没有结束的班。班结束以后，这里写学完、合格和再就业的人数。")]
    unit = BY_NAME["completion"].counts
    enrolled, completed = (with_unit(completion[part], unit) for part in ("denominator", "numerator"))
    said = [Said(f"报了班、班期结束的 {enrolled}，学完", completed)]
    if passed and passed["denominator"]:
        said.append(Said("；学完考过的，合格", reader.rate(passed)))
    if employed and employed["denominator"]:
        said.append(Said("；学完满半年的，找到工作", reader.rate(employed)))
        if (share := reader.share(employed)) is not None and employed.get("strict") is not None:
            said.append(_hard(percent(Decimal(employed["strict"]) / employed["denominator"]), percent(share)))
    return [*said, Said("。")]


def _hard(strict: str, all_kinds: str) -> Said:
    """The same by hard proofs alone."""
    if strict == all_kinds:
        return Said("，都有社保、合同这些硬凭据")
    return Said("，只认社保、合同这些硬凭据是", strict)


def _line(reader: Reader, row: Row) -> dict[str, Any]:
    indicator = BY_NAME[row["indicator"]]
    return {
        "label": indicator.label,
        "numerator": row["numerator"],
        "denominator": row["denominator"],
        "rate": reader.rate(row),
        "running": row.get("running") or 0,
        "unit": indicator.counts,
        "url": reader.cases_url(row),
    }


def _cohorts(run: FigureRun, reader: Reader) -> list[Cohort]:
    """The months of completion with the part at work so far; months of too few people are left out.

    A window is over when nobody of the month is open.
    """
    found = lookup.find(_WINDOW, region=reader.region, on=run.as_of)
    if found is None:
        return []
    rows = [row for row in _rows(run, reader.region, Grouping.COHORT) if row["indicator"] == HEADLINE]
    cohorts = [_cohort(row, int(found.number)) for row in rows if row["group"].get("cohort")]
    enough = [cohort for cohort in cohorts if cohort.people >= reader.small_n]
    return sorted(enough, key=lambda cohort: cohort.finished)[-_COHORTS_SHOWN:]


def _cohort(row: Row, window: int) -> Cohort:
    year, month = (int(part) for part in str(row["group"]["cohort"]).split("-")[:2])
    people = row["denominator"] + row["running"]
    already = row["numerator"] + (row.get("running_already") or 0)
    last = dt.date(year, month, monthrange(year, month)[1])
    return Cohort(
        label=f"{year} 年 {month} 月",
        people=people,
        finished=last,
        due=_months_on(last, window),
        half=_months_on(last, window // 2),
        rate=Decimal(already) / people if people else Decimal(0),
        settled=row["running"] == 0,
    )


def _months_on(day: dt.date, months: int) -> dt.date:
    """The last day of the month so many months on."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, monthrange(year, month + 1)[1])


def _above(actor: Actor, region: Region) -> str:
    """The way back to the reader's own region."""
    return "" if region.code == actor.region else reverse("results")
