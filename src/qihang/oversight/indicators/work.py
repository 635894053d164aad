"""Re-employment and retention: what became of those who completed a skills class."""

from datetime import date

import polars as pl

from qihang.oversight.indicators.cases import as_cases, if_strict, strongest
from qihang.oversight.indicators.enums import Programme
from qihang.oversight.indicators.known import Known, months_after, once_a_year

WINDOW_MONTHS = 6
# A longer time without work between two spells breaks continuous employment. Full days, both ends excluded.
LONGEST_GAP_DAYS = 30
_OPEN_END = date.max


def completers(known: Known) -> pl.DataFrame:
    """One row a case: enrolments in skills classes completed by the day, a person once a year, and what is known of
    work in the window (completed, completed + 6 months]: `first_start` (s₀), the strongest `evidence`, the spells
    (`proof`); null without such work."""
    enrolments = known.enrolments("completed_on", Programme.SKILLS).filter(pl.col("completed_on").is_not_null())
    cases = once_a_year(enrolments, "completed_on").with_columns(
        months_after(pl.col("completed_on"), WINDOW_MONTHS).alias("window_end")
    )
    cases = cases.with_row_index("case")
    # Work that began before completion is not re-employment.
    in_window = (pl.col("begun") > pl.col("completed_on")) & (pl.col("begun") <= pl.col("window_end"))
    started = (
        cases.select("case", "person", "completed_on", "window_end")
        .join(_work(known), on="person")
        .filter(in_window)
        .group_by("case")
        .agg(pl.col("begun").min().alias("first_start"), strongest(), pl.col("spell").sort_by("begun").alias("proof"))
    )
    return cases.join(started, on="case", how="left")


def _work(known: Known) -> pl.DataFrame:
    """Accepted spells: person, spell, begun, until (far ahead where open), evidence."""
    return known.accepted_spells.select(
        "person",
        "spell",
        pl.col("start").alias("begun"),
        pl.col("end").fill_null(_OPEN_END).alias("until"),
        "evidence",
    )


def reemployment(known: Known, cases: pl.DataFrame) -> pl.DataFrame:
    """An accepted spell starts in the window; running while the window is."""
    over = pl.col("window_end") <= known.as_of
    return as_cases(
        cases,
        begins=pl.col("completed_on"),
        ends=pl.col("window_end"),
        over=over,
        met=pl.col("first_start").is_not_null(),
        might=~over,
        strict_amount=if_strict(pl.lit(1)),
    )


def passed(cases: pl.DataFrame) -> pl.DataFrame:
    """Those of `cases` who passed: chosen after a person's case of the year was, so that passing decides nothing
    about which case stands."""
    return cases.filter(pl.col("passed_on").is_not_null())


def retention(known: Known, cases: pl.DataFrame, *, months: int, continuous: bool) -> pl.DataFrame:
    """Of those with s₀: an accepted spell, whenever begun, covers s₀ + `months`; `continuous`: and no gap before it
    was longer than LONGEST_GAP_DAYS. Running while that day is ahead."""
    working = cases.filter(pl.col("first_start").is_not_null()).drop("evidence", "proof")
    working = working.with_columns(months_after(pl.col("first_start"), months).alias("day"))
    over = pl.col("day") <= known.as_of
    spells = _spells_between(working.filter(over), _work(known))
    held = _covering(spells)
    if continuous:
        held = held.join(_without_long_gap(spells), on="case", how="semi")
    return as_cases(
        working.join(held, on="case", how="left"),
        begins=pl.col("first_start"),
        ends=pl.col("day"),
        over=over,
        met=over & pl.col("evidence").is_not_null(),
        strict_amount=if_strict(pl.lit(1)),
    )


def _spells_between(working: pl.DataFrame, work: pl.DataFrame) -> pl.DataFrame:
    """One row for each case and accepted spell of its person that touches the time from s₀ to `day`."""
    touches = (pl.col("begun") <= pl.col("day")) & (pl.col("until") >= pl.col("first_start"))
    return working.select("case", "person", "first_start", "day").join(work, on="person").filter(touches)


def _covering(spells: pl.DataFrame) -> pl.DataFrame:
    """Cases with a spell on `day`, its first and last day included: the strongest evidence, and the spells."""
    on_the_day = spells.filter(pl.col("until") >= pl.col("day"))
    return on_the_day.group_by("case").agg(strongest(), pl.col("spell").sort_by("begun").alias("proof"))


def _without_long_gap(spells: pl.DataFrame) -> pl.DataFrame:
    """Cases whose spells leave no long gap. The first of them covers s₀, which is a start itself; from there on a gap
    lies between the furthest end so far and the next start, both days themselves at work."""
    in_order = spells.sort("case", "begun")
    furthest = pl.col("until").cum_max().shift(1).over("case")
    gap = (pl.col("begun") - furthest).dt.total_days() - 1
    longest = in_order.with_columns(gap.alias("gap")).group_by("case").agg(pl.col("gap").max())
    return longest.filter(pl.col("gap").fill_null(0) <= LONGEST_GAP_DAYS)
