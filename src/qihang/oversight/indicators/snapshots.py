"""Keeping figures: computed by a job from the database's events, read by pages, opened to their cases."""

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from qihang.foundation.core import clock
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.jobs.context import JobContext
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.models import FigureRun, FigureSet
from qihang.oversight.indicators.projection import events_from_database, yearly_targets
from qihang.oversight.indicators.schema import TABLES
from qihang.oversight.indicators.services import cases, compute_splits
from qihang.registry.reference.scope import ancestors

REFRESH_JOB = "indicators.refresh"
_KEPT_RUNS = 3
_KEPT_DAYS = 256
_HEAD_BYTES = 4
_SPLITS: tuple[Grouping | None, ...] = (None, *Grouping)
# What a page shows of an earlier day, which is computed when somebody asks for it.
_SPLITS_OF_A_DAY: tuple[Grouping | None, ...] = (None, Grouping.INSTITUTION, Grouping.COHORT)


def refresh(*, as_of: date | None = None) -> FigureRun:
    """Compute every figure of every region, split every way, as of a day (today) and keep them; old runs go.

    ParameterMissing where a class cannot be placed in time.
    """
    day = as_of or clock.today()
    trail = _trail()
    events = events_from_database()
    with transaction.atomic():
        _one_at_a_time()
        run = FigureRun.objects.create(
            as_of=day,
            events=_packed(events),
            counts={table: events.table(table).height for table in TABLES},
            trail=trail,
        )
        FigureSet.objects.bulk_create(
            FigureSet(run=run, programme=programme, region=region, by=by or "", figures=figures)
            for programme in Programme
            for region in _regions(events, programme)
            for by, figures in _figures(events, day, programme, region)
        )
        keep = FigureRun.objects.order_by("-id").values_list("pk", flat=True)[:_KEPT_RUNS]
        FigureRun.objects.exclude(pk__in=list(keep)).delete()
    return run


def keep_fresh() -> None:
    """The regular chore: anew when anything was written since the last run, or the day has turned."""
    last = FigureRun.objects.latest_run()
    if last is None or last.as_of != clock.today() or last.trail != _trail():
        refresh()


def run_refresh(ctx: JobContext) -> dict[str, Any]:
    """Handler of `indicators.refresh`, for somebody who does not want to wait for the chore."""
    with ctx.step(message="正在重新计算全部指标"):
        run = refresh()
    return {"run": str(run.public_id), **run.counts}


def figures_of(
    run: FigureRun,
    *,
    programme: Programme | str,
    region: str,
    by: Grouping | str | None = None,
    as_of: date | None = None,
) -> list[dict[str, Any]]:
    """A programme's kept figures of a region, as rows of the answer; [] where the region had no class.

    For a day before the run's own they are computed from the events that it kept, as a whole and by institution or cohort:
    by what is known now, not by what was known then.
    """
    if as_of not in (None, run.as_of):
        return list(_of_day(run.pk, as_of, str(programme), region).get(str(by or ""), []))
    sets = FigureSet.objects.filter(run=run, programme=programme, region=region, by=by or "")
    return list(sets.values_list("figures", flat=True).first() or [])


def figures_by_region(
    run: FigureRun, *, programme: Programme | str, regions: Iterable[str], as_of: date | None = None
) -> dict[str, list[dict[str, Any]]]:
    """A programme's kept figures of several regions, each as a whole; regions without a class are left out."""
    if as_of not in (None, run.as_of):
        found = {region: figures_of(run, programme=programme, region=region, as_of=as_of) for region in regions}
        return {region: figures for region, figures in found.items() if figures}
    sets = FigureSet.objects.filter(run=run, programme=programme, by="", region__in=list(regions))
    return dict(sets.values_list("region", "figures"))


@lru_cache(maxsize=_KEPT_DAYS)
def _of_day(run_id: int, day: date, programme: str, region: str) -> Mapping[str, list[dict[str, Any]]]:
    events = events_of(run_id)
    if region not in _regions(events, programme):
        return {}
    answers = _figures(events, day, programme, region, _SPLITS_OF_A_DAY)
    return {str(by or ""): figures for by, figures in answers}


def first_day(run: FigureRun) -> date:
    """The day on which the first class of the run began; the run's own where there is none."""
    found = events_of(run.pk).classes["start"].min()
    return min(found, run.as_of) if isinstance(found, date) else run.as_of


def cases_of(
    run: FigureRun,
    *,
    indicator: str,
    region: str,
    group: Mapping[str, str | None] | None = None,
    as_of: date | None = None,
) -> pl.DataFrame:
    """The cases behind one figure of `figures_of` (columns of `cases.CASES`), from the events that the run kept."""
    return cases(
        events_of(run.pk), indicator=indicator, as_of=as_of or run.as_of, group=group, region=_as_region(region)
    )


@lru_cache(maxsize=2)
def events_of(run_id: int) -> Events:
    """The events of a run, with the targets set today. NotFound once the run has been cleared away."""
    packed = FigureRun.objects.filter(pk=run_id).values_list("events", flat=True).first()
    if packed is None:
        raise NotFound("这一版数字已经换成新的了，请刷新再看")
    events = _unpacked(bytes(packed))
    return replace(events, targets=yearly_targets(events.classes))


def _figures(
    events: Events, day: date, programme: str, region: str, splits: Sequence[Grouping | None] = _SPLITS
) -> Iterator[tuple[Grouping | None, list[dict[str, Any]]]]:
    answers = compute_splits(events, splits, as_of=day, programme=programme, region=_as_region(region))
    for by, figures in answers.items():
        yield by, [figure.as_json() for figure in figures]


def _as_region(region: str) -> str | None:
    """The whole province is asked for without a region: its classes need no look-up."""
    return None if region == settings.PROVINCE_CODE else region


def _regions(events: Events, programme: str) -> list[str]:
    """The province, and every region that has a class of the programme in it or below it."""
    classes = events.classes.filter(pl.col("programme") == programme)
    own = set(classes["region"].unique().to_list())
    return sorted({settings.PROVINCE_CODE, *own, *(above for code in own for above in ancestors(code))})


def _trail() -> int:
    return AuditEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.indicators.refresh'))")


def _packed(events: Events) -> bytes:
    """All tables as one file: the length of each part, then the parts."""
    parts = []
    for table in TABLES:
        part = io.BytesIO()
        events.table(table).write_ipc(part, compression="zstd")
        parts.append(part.getvalue())
    head = json.dumps([len(part) for part in parts]).encode()
    return len(head).to_bytes(_HEAD_BYTES) + head + b"".join(parts)


def _unpacked(content: bytes) -> Events:
    start = _HEAD_BYTES + int.from_bytes(content[:_HEAD_BYTES])
    tables = {}
    for table, size in zip(TABLES, json.loads(content[_HEAD_BYTES:start]), strict=True):
        tables[table] = pl.read_ipc(io.BytesIO(content[start : start + size]))
        start += size
    return Events.of_tables(tables)
