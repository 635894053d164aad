"""The cases behind a figure: the one frame from which both the figure and the list of its people are made.

Each rule marks its cases here and nowhere else; figures.py only counts marks, and services.cases only shows them.
"""

from collections.abc import Mapping

import polars as pl

from qihang.foundation.core.evidence import EvidenceType
from qihang.oversight.indicators.known import EVIDENCE

STRICT = [evidence.value for evidence in EvidenceType if evidence.rank.is_strict]

CASES: Mapping[str, pl.DataType | type[pl.DataType]] = {
    # What the figure is split by; null where nothing splits it.
    "group": pl.String,
    "programme": pl.String,
    "person": pl.String,
    "class": pl.String,
    "enrolment": pl.String,
    "firm": pl.String,
    # The window: the day it counts from (completion, certificate, first day of work, opening) and its last day.
    "begins": pl.Date,
    "ends": pl.Date,
    # Over: the case is in the denominator; else it is running.
    "over": pl.Boolean,
    # The numerator's condition holds, as far as is known.
    "met": pl.Boolean,
    # Not met, but may come to be met when the window is over or more is known.
    "might": pl.Boolean,
    # The firm has shut.
    "shut": pl.Boolean,
    # Firms: a headcount is known, or there is nothing left to count.
    "known": pl.Boolean,
    # What the case adds to the numerator when met: 1, or staff; and what it adds by evidence of ranks 甲 and 乙 alone.
    "amount": pl.Int64,
    "strict_amount": pl.Int64,
    # The strongest type of evidence for the case being met.
    "evidence": EVIDENCE,
    # Ids of the spells, firms or headcounts that decided.
    "proof": pl.List(pl.String),
}

_ABSENT: Mapping[str, pl.Expr] = {
    "over": pl.lit(True),
    "met": pl.lit(False),
    "might": pl.lit(False),
    "shut": pl.lit(False),
    "known": pl.lit(True),
    "amount": pl.lit(1),
    "strict_amount": pl.lit(0),
}


def as_cases(frame: pl.DataFrame, **marks: pl.Expr) -> pl.DataFrame:
    """`frame` in the columns of CASES: each from `marks`, else from the frame's column of that name, else absent
    (over, not met, worth 1, without evidence)."""

    def column(name: str, dtype: pl.DataType | type[pl.DataType]) -> pl.Expr:
        absent = _ABSENT.get(name, pl.lit(None))
        expression = marks.get(name, pl.col(name) if name in frame.columns else absent)
        return expression.cast(dtype).alias(name)

    return frame.select(column(name, dtype) for name, dtype in CASES.items())


def strongest(evidence: str = "evidence") -> pl.Expr:
    """The strongest type of several: types are ordered from the strongest on."""
    return pl.col(evidence).min()


def if_strict(amount: pl.Expr, evidence: str = "evidence") -> pl.Expr:
    """`amount` where the evidence is of rank 甲 or 乙, else 0."""
    return pl.when(pl.col(evidence).is_in(STRICT)).then(amount).otherwise(0)
