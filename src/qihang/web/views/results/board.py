"""成效总览: one sentence, the three aims, the places, the institutions, the cohorts."""

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
from qihang.oversight.indicators.catalogue import BY_NAME, Shape
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.models import FigureRun
from qihang.oversight.indicators.snapshots import REFRESH_JOB, figures_of
from qihang.registry.reference.models import Region
from qihang.registry.reference.scope import ancestors, region_within
from qihang.web.access import roles
from qihang.web.formats import full_date, grouped, percent, with_unit
from qihang.web.navigation import actor_of
from qihang.web.parts import Figure
from qihang.web.views.results.cohorts import cohorts_of
from qihang.web.views.results.moments import Moment, moment_of, years_of
from qihang.web.views.results.places import institutions_of, places_below, tiles_of, total_of
from qihang.web.views.results.reading import (
    HEADLINE,
    Above,
    Reader,
    Row,
    evidence_of,
    reader_of,
    row_of,
    target_note,
)
from qihang.web.views.results.roles import READERS


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
    context: dict[str, Any] = {"region": region, "run": run}
    if run is not None:
        moment = moment_of(request, run)
        context |= _figures(moment, region) | {
            "moment": moment,
            "years": years_of(moment, region.code),
            "above": moment.url("results") if region.code != actor.region else "",
        }
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


def _figures(moment: Moment, region: Region) -> dict[str, Any]:
    rows = _rows(moment, region.code)
    reader = reader_of(region.code, moment.day, _places_above(moment, region), moment)
    headline = row_of(rows, HEADLINE)
    few = headline is None or reader.is_few(headline)
    return {
        "sentence": _sentence(rows, reader, moment),
        "cards": _cards(rows, reader, moment),
        "shares": [] if few else evidence_of(headline),
        "counted": headline["numerator"] if headline else 0,
        "places": places_below(moment, reader),
        "institutions": institutions_of(moment, reader),
        "total": total_of(reader, region.name, rows),
        "tiles": tiles_of(moment, reader) if reader.region == settings.PROVINCE_CODE else [],
        "target": reader.targets.get(HEADLINE),
        "small_n": reader.small_n,
        "cohorts": cohorts_of(_rows(moment, region.code, Grouping.COHORT), reader, moment.day),
        "all": [_line(reader, row) for row in rows if row["indicator"] in BY_NAME and row.get("denominator")],
    }


def _rows(moment: Moment, region: str, by: Grouping | None = None) -> list[Row]:
    return list(figures_of(moment.run, programme=Programme.SKILLS, region=region, by=by, as_of=moment.day))


def _places_above(moment: Moment, region: Region) -> list[Above]:
    """The city and the province of a county, nearest first: their figures are public where they are of enough people."""
    codes = ancestors(region.code)[1:]
    names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
    return [Above(names[code], _rows(moment, code)) for code in codes if code in names]


def _cards(rows: list[Row], reader: Reader, moment: Moment) -> list[Figure]:
    """The three aims of the plan: people trained in the year (where a target is set), passed, at work."""
    trained = row_of(rows, "trained")
    first = (
        reader.year_card(trained, target_note(moment.day))
        if trained and trained["denominator"]
        else reader.card(row_of(rows, "completion"), "completion")
    )
    return [first, *(reader.card(row_of(rows, name), name) for name in ("pass_rate", HEADLINE))]


def _sentence(rows: list[Row], reader: Reader, moment: Moment) -> list[Said]:
    """What there is to say, by rule: how many completed, how many passed, how many of those due are at work."""
    completion, passed, employed = (row_of(rows, name) for name in ("completion", "pass_rate", HEADLINE))
    if completion is None or not completion["denominator"]:
        return [Said("还没有结束的班。班结束以后，这里写学完、合格和再就业的人数。")]
    unit = BY_NAME["completion"].counts
    enrolled, completed = (with_unit(completion[part], unit) for part in ("denominator", "numerator"))
    said = [Said(f"到 {full_date(moment.day)}，报了班、班期结束的 {enrolled}，学完", completed)]
    said += _rate_said(reader, passed, "学完考过的", "合格")
    said += _rate_said(reader, employed, "学完满半年的", "找到工作")
    if employed and (share := reader.share(employed)) is not None and employed.get("strict") is not None:
        said.append(_hard(percent(Decimal(employed["strict"]) / employed["denominator"]), percent(share)))
    return [*said, Said("。")]


def _rate_said(reader: Reader, row: Row | None, who: str, what: str) -> list[Said]:
    """A rate in the sentence; of too few people what stands in its place."""
    if row is None or not row["denominator"]:
        return []
    if reader.is_few(row):
        higher = f"，{higher}" if (higher := reader.higher(row)) else ""
        return [Said(f"；{who}人太少，{what}的比率不显示{higher}")]
    return [Said(f"；{who}，{what}", reader.rate(row))]


def _hard(strict: str, all_kinds: str) -> Said:
    """The same by hard proofs alone."""
    if strict == all_kinds:
        return Said("，都有社保、合同这些硬凭据")
    return Said("，只认社保、合同这些硬凭据是", strict)


def _line(reader: Reader, row: Row) -> dict[str, Any]:
    indicator = BY_NAME[row["indicator"]]
    yearly = indicator.shape is Shape.TARGET
    few = not yearly and reader.is_few(row)
    strict = row.get("strict")
    return {
        "label": f"{row['as_of'][:4]} {indicator.label}" if yearly else indicator.label,
        "how": _against(row, indicator.counts) if yearly else reader.fraction(row),
        "rate": percent(Decimal(row["value"])) if yearly else reader.rate(row),
        "higher": reader.higher(row) if few else "",
        "running": row.get("running") or 0,
        "strict": "" if few or strict is None else percent(Decimal(strict) / row["denominator"]),
        "unit": indicator.counts,
        "url": reader.cases_url(row),
    }


def _against(row: Row, unit: str) -> str:
    return f"{grouped(row['numerator'])} ÷ 目标 {with_unit(row['denominator'], unit)}"
