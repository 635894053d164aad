"""Figures of the classroom, for both programmes: who was trained, completed, passed and was certified."""

import polars as pl

from qihang.oversight.indicators.cases import as_cases
from qihang.oversight.indicators.known import Known, once_a_year


def completion(known: Known) -> pl.DataFrame:
    """Counted enrolments of classes that have ended: completed. Running: of classes that end later."""
    ended = pl.col("end") <= known.as_of
    return as_cases(
        known.enrolments("completed_on"),
        begins=pl.col("start"),
        ends=pl.col("end"),
        over=ended,
        met=ended & pl.col("completed_on").is_not_null(),
        might=~ended & pl.col("withdrawn_on").is_null(),
    )


def pass_rate(known: Known) -> pl.DataFrame:
    """Completed, class ended and appraisal day come: passed. Running: completed, appraisal day still ahead."""
    completed = known.enrolments("completed_on").filter(pl.col("completed_on").is_not_null())
    waiting = pl.col("appraisal") > known.as_of
    return as_cases(
        completed.filter(waiting | _appraised(known)),
        begins=pl.col("completed_on"),
        ends=pl.col("appraisal"),
        over=~waiting,
        met=~waiting & pl.col("passed_on").is_not_null(),
    )


def pass_rate_enrolled(known: Known) -> pl.DataFrame:
    """All counted enrolments of the classes of pass_rate: in the numerator of pass_rate. Who passed without having
    completed is outside both."""
    return as_cases(
        known.enrolments("completed_on").filter(_appraised(known)),
        begins=pl.col("enrolled_on"),
        ends=pl.col("appraisal"),
        met=pl.col("completed_on").is_not_null() & pl.col("passed_on").is_not_null(),
    )


def certification_rate(known: Known) -> pl.DataFrame:
    """The numerator of pass_rate: certified."""
    passed = pl.col("completed_on").is_not_null() & pl.col("passed_on").is_not_null()
    return as_cases(
        known.enrolments("completed_on").filter(_appraised(known) & passed),
        begins=pl.col("passed_on"),
        ends=pl.col("appraisal"),
        met=pl.col("certified_on").is_not_null(),
    )


def trained(known: Known) -> pl.DataFrame:
    """People who completed in the calendar year of the as-of day, each once in a programme."""
    completed = known.enrolments("completed_on").filter(pl.col("completed_on").dt.year() == known.as_of.year)
    return as_cases(once_a_year(completed, "completed_on"), begins=pl.col("completed_on"), met=pl.lit(True))


def _appraised(known: Known) -> pl.Expr:
    return (pl.col("end") <= known.as_of) & (pl.col("appraisal") <= known.as_of)
