"""Figures of the programmes and the cases behind them (docs/design: indicators)."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl

from qihang.foundation.core.errors import NotFound
from qihang.oversight.indicators.catalogue import BY_NAME, INDICATORS, Shape, Workings
from qihang.oversight.indicators.counting import count
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
    against a target are computed only where `targets` are given; groups without one then have no value.
    """
    question = _question(as_of, known_only, programme, region, by)
    workings = Workings(Known(events, question))
    return [
        figure
        for indicator in INDICATORS
        if question.programme is None or indicator.programme in (None, question.programme)
        if indicator.shape is not Shape.TARGET or targets is not None
        for figure in count(indicator, workings, targets or ())
    ]


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
