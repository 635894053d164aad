"""What counts and what is known on the as-of day: the only place that looks at the events themselves.

Every rule on top of it (training.py, work.py, firms.py) sees facts of the future as not there, and counted enrolments
of the asked group alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

import polars as pl

from qihang.foundation.core.evidence import EvidenceType
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.events import Events
from qihang.registry.reference.scope import scope_codes

# Withdrawing by class start + so many days leaves no trace in the figures.
DAYS_TO_THINK_IT_OVER = 3

# The day whose month is an enrolment's cohort: completion, or the certificate for figures of certified people.
CohortDay = Literal["completed_on", "certified_on"]

EVIDENCE = pl.Enum(EvidenceType.values)
ACCEPTED_WORK = [evidence.value for evidence in EvidenceType if evidence.counts_as_work]


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which figures are asked for. `known_only`: recorded facts count from their recording day on. `region` includes
    the regions below it. Without `programme`, both. `by` splits each figure."""

    as_of: date
    known_only: bool = False
    programme: Programme | None = None
    region: str | None = None
    by: Grouping | None = None


_BETWEEN = "\t"  # a split's name and a value


def _name(by: Grouping | None) -> str:
    return "" if by is None else by.value


def _value(by: Grouping | None, cohort_day: CohortDay) -> pl.Expr:
    """What an enrolment is split by. A cohort is a month, of another day for each programme's figures."""
    if by is Grouping.COHORT:
        return pl.col(cohort_day).dt.to_string("%Y-%m")
    return pl.lit(None, dtype=pl.String) if by is None else pl.col(by.value)


def months_after(day: pl.Expr, months: int) -> pl.Expr:
    """The same day `months` on, or the last day of that month where it does not exist."""
    return day.dt.offset_by(f"{months}mo")


def in_region(code: pl.Expr, region: str) -> pl.Expr:
    """Whether a place lies in `region` or below it: by its digits (46 the province, 4601 the city), or because the
    region is heir to it, as 460400 is to 469003. The same scope as that of an office of the region."""
    prefix = region.removesuffix("00").removesuffix("00")
    return code.str.starts_with(prefix) | code.is_in(sorted(scope_codes(region)))


class Known:
    """Facts of `events` as known on the question's day, filtered to its programme and region.

    `splits`: the question is asked once for each of them, all answered from the same frames, in which an enrolment
    then stands once for each split and a group bears the name that `key` gives it.
    """

    def __init__(self, events: Events, question: Question, splits: Sequence[Grouping | None] | None = None) -> None:
        self._events = events
        self.question = question
        self.as_of = question.as_of
        self._splits = splits
        self._enrolments: dict[CohortDay, pl.DataFrame] = {}

    @property
    def questions(self) -> list[Question]:
        """What is asked: the question, or the same for each split."""
        return [self.question] if self._splits is None else [replace(self.question, by=by) for by in self._splits]

    def enrolments(self, cohort_day: CohortDay, programme: Programme | None = None) -> pl.DataFrame:
        """Counted enrolments, `group` being the value they are split by (null where nothing splits them); in a split
        by cohort those without `cohort_day` belong to no group and are left out."""
        if cohort_day not in self._enrolments:
            parts = [self._split(one.by, cohort_day) for one in self.questions]
            self._enrolments[cohort_day] = pl.concat(parts)
        frame = self._enrolments[cohort_day]
        return frame if programme is None else frame.filter(pl.col("programme") == programme.value)

    def groups(self, by: Grouping | None, cohort_day: CohortDay) -> list[str | None]:
        """The values that figures are split by, in order, null last; [null] where nothing splits them."""
        if by is None:
            return [None]
        values = self._grouped(by, cohort_day).select(_value(by, cohort_day).alias("group"))["group"]
        return values.unique().sort(nulls_last=True).to_list()

    def key(self, by: Grouping | None, value: str | None) -> str | None:
        """How frames name the group of a value: plainly, or behind its split where there are several."""
        if self._splits is None:
            return value
        return _name(by) if value is None else f"{_name(by)}{_BETWEEN}{value}"

    def _split(self, by: Grouping | None, cohort_day: CohortDay) -> pl.DataFrame:
        value = _value(by, cohort_day)
        if self._splits is not None:
            named = pl.lit(_name(by) + _BETWEEN) + value
            value = pl.when(value.is_null()).then(pl.lit(_name(by))).otherwise(named)
        return self._grouped(by, cohort_day).with_columns(value.alias("group"))

    def _grouped(self, by: Grouping | None, cohort_day: CohortDay) -> pl.DataFrame:
        frame = self._counted
        return frame.filter(pl.col(cohort_day).is_not_null()) if by is Grouping.COHORT else frame

    @cached_property
    def _counted(self) -> pl.DataFrame:
        """Everyone enrolled by the day, except who withdrew by it and within the days to think it over."""
        enrolments = self._events.enrolments.drop("appraised").filter(pl.col("enrolled_on") <= self.as_of)
        days = ("withdrawn_on", "completed_on", "passed_on", "certified_on")
        enrolments = enrolments.with_columns(self._if_known(day) for day in days)
        joined = (
            enrolments.rename({"id": "enrolment"}).join(self._classes, on="class").join(self._persons, on="person")
        )
        left_early = pl.col("withdrawn_on") <= pl.col("start") + pl.duration(days=DAYS_TO_THINK_IT_OVER)
        return joined.filter(left_early.is_null() | ~left_early)

    @property
    def _classes(self) -> pl.DataFrame:
        classes = self._events.classes.rename({"id": "class"})
        if self.question.programme is not None:
            classes = classes.filter(pl.col("programme") == self.question.programme.value)
        if self.question.region is not None:
            classes = classes.filter(in_region(pl.col("region"), self.question.region))
        return classes

    @property
    def _persons(self) -> pl.DataFrame:
        return self._events.persons.rename({"id": "person"})

    def _is_known(self, day: str, recorded_on: str | None = None) -> pl.Expr:
        """Nothing after the as-of day is known; with `known_only`, nothing before its recording day either."""
        known = pl.col(day) <= self.as_of
        if recorded_on is None or not self.question.known_only:
            return known
        return known & (pl.col(recorded_on).is_null() | (pl.col(recorded_on) <= self.as_of))

    def _if_known(self, day: str, recorded_on: str | None = None) -> pl.Expr:
        return pl.when(self._is_known(day, recorded_on)).then(pl.col(day)).alias(day)

    @cached_property
    def accepted_spells(self) -> pl.DataFrame:
        """person, spell, start, end (null: open), evidence; work that the headline accepts."""
        is_accepted = pl.col("evidence").is_in(ACCEPTED_WORK)
        return self._events.spells.filter(is_accepted & self._is_known("start", "recorded_on")).select(
            "person",
            pl.col("id").alias("spell"),
            "start",
            self._if_known("end", "end_recorded_on"),
            pl.col("evidence").cast(EVIDENCE),
        )

    @cached_property
    def firms(self) -> pl.DataFrame:
        """person (the owner), firm, opened_on, closed_on (null: not shut), evidence."""
        return self._events.firms.filter(self._is_known("opened_on", "recorded_on")).select(
            pl.col("owner").alias("person"),
            pl.col("id").alias("firm"),
            "opened_on",
            self._if_known("closed_on", "close_recorded_on"),
            pl.col("evidence").cast(EVIDENCE),
        )

    @cached_property
    def headcounts(self) -> pl.DataFrame:
        """firm, headcount, on, employees (people less the owner), insured, evidence; a count is null where the
        follow-up did not count."""
        return self._events.headcounts.filter(self._is_known("on", "recorded_on")).select(
            "firm",
            pl.col("id").alias("headcount"),
            "on",
            (pl.col("people") - pl.col("owner_included").cast(pl.Int64)).clip(lower_bound=0).alias("employees"),
            pl.col("insured_employees").alias("insured"),
            pl.col("evidence").cast(EVIDENCE),
        )


def earliest(enrolments: pl.DataFrame, day: CohortDay, per: Sequence[str]) -> pl.DataFrame:
    """The first enrolment by `day` for each `per`. Of two on one day the first by class id stands, so that the order
    of rows decides nothing."""
    in_order = enrolments.sort(day, "class", "enrolled_on", "enrolment")
    return in_order.unique(per, keep="first", maintain_order=True)


def once_a_year(enrolments: pl.DataFrame, day: CohortDay) -> pl.DataFrame:
    """A person's earliest case in each programme and calendar year of `day`, within each group."""
    with_year = enrolments.with_columns(pl.col(day).dt.year().alias("year"))
    return earliest(with_year, day, ["group", "person", "programme", "year"]).drop("year")
