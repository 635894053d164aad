"""Figures of the programmes and the cases behind them (docs/design/indicators.md)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from qihang.foundation.core.errors import NotFound
from qihang.oversight.indicators.catalogue import BY_NAME, INDICATORS, Shape, Workings
from qihang.oversight.indicators.counting import count, count_against
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.figures import Figure
from qihang.oversight.indicators.known import Known, Question
from qihang.oversight.indicators.targets import Target


def compute(
    events: Events,
    *,
    as_of: date,
    known_only: bool = False,
    programme: Programme | str | None = None,
    region: str | None = None,
    by: Grouping | str | None = None,
    targets: Sequence[Target] | None = None,
) -> list[Figure]:
    """Every figure as known on `as_of`, one for each value of `by`, or one of all.

    `known_only`: recorded facts count from their recording day on. `region`: that region and below. Figures measured
    against a target are computed for each programme that has one there in that year, by `targets` or else by those of
    the events; groups without one then have no value.
    """
    question = _question(as_of, known_only, programme, region, by)
    return [
        figure
        for _, figure in _counted(Workings(Known(events, question)), events.targets if targets is None else targets)
    ]


def compute_splits(
    events: Events,
    splits: Sequence[Grouping | None],
    *,
    as_of: date,
    programme: Programme | str,
    region: str | None = None,
    targets: Sequence[Target] | None = None,
) -> dict[Grouping | None, list[Figure]]:
    """`compute` for every split at once (None: of all), much sooner than one after the other."""
    found: dict[Grouping | None, list[Figure]] = {by: [] for by in splits}
    question = _question(as_of, False, programme, region, None)
    held = events.targets if targets is None else targets
    for by, figure in _counted(Workings(Known(events, question, splits)), held):
        found[by].append(figure)
    return found


def _counted(workings: Workings, targets: Sequence[Target]) -> Iterator[tuple[Grouping | None, Figure]]:
    programme = workings.known.question.programme
    for indicator in INDICATORS:
        if programme is not None and indicator.programme not in (None, programme):
            continue
        if indicator.shape is Shape.TARGET:
            yield from count_against(indicator, workings, targets)
        else:
            yield from count(indicator, workings)


def cases(
    events: Events,
    *,
    indicator: str,
    as_of: date,
    known_only: bool = False,
    group: Mapping[str, str | None] | None = None,
    region: str | None = None,
) -> pl.DataFrame:
    """The cases that made one figure, in the columns of `cases.CASES`, by begin of their window: `group` is the
    figure's own (`figure.group`), the other arguments are those it was computed with. The numerator's cases are those
    `over` and `met`, the denominator's those `over`, running ones the rest. NotFound for an unknown indicator."""
    if indicator not in BY_NAME:
        raise NotFound(f"没有名为“{indicator}”的指标。", code="indicators.unknown", field="indicator")
    wanted = dict(group or {})
    programme = wanted.pop("programme", None)
    by = next(iter(wanted), None)
    question = _question(as_of, known_only, programme, region, by)
    frame = BY_NAME[indicator].cases(Workings(Known(events, question)))
    if by is not None:
        frame = frame.filter(pl.col("group").eq_missing(pl.lit(wanted[by], dtype=pl.String)))
    return frame.sort("begins", "person", "class", "firm", "enrolment")


def _question(as_of: date, known_only: bool, programme: str | None, region: str | None, by: str | None) -> Question:
    return Question(
        as_of=as_of,
        known_only=known_only,
        programme=None if programme is None else Programme(programme),
        region=region,
        by=None if by is None else Grouping(by),
    )
