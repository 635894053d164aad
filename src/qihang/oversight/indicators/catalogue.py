"""Every indicator: its name, whose programme's, the rule that marks its cases, and which numbers stand beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from functools import cached_property

import polars as pl

from qihang.oversight.indicators import firms, training, work
from qihang.oversight.indicators.enums import Programme
from qihang.oversight.indicators.known import CohortDay, Known


class Workings:
    """What several figures stand on, computed once."""

    def __init__(self, known: Known) -> None:
        self.known = known

    @cached_property
    def completers(self) -> pl.DataFrame:
        return work.completers(self.known)

    @cached_property
    def beginners(self) -> pl.DataFrame:
        return firms.beginners(self.known)

    @cached_property
    def founded(self) -> pl.DataFrame:
        return firms.founded(self.known)


class Shape(Enum):
    """How a figure is made of its cases: a part of them, a part of a target, or the survival curve."""

    RATE = auto()
    TARGET = auto()
    CURVE = auto()


class Beside(Enum):
    """Numbers that stand beside some rates."""

    BOUNDS = auto()  # worst, best
    ALREADY = auto()  # running_already
    UNKNOWN = auto()  # unknown, running_already_closed
    HEADCOUNTS = auto()  # firms_with_known_headcount
    EVIDENCE = auto()  # by_evidence, strict


class Counted(StrEnum):
    """What a figure counts one by one, as the word behind its number."""

    ENROLMENTS = "人次"  # a person in two classes counts twice
    PEOPLE = "人"  # a person counts once in a programme and year
    FIRMS = "户"


@dataclass(frozen=True)
class Indicator:
    name: str
    label: str
    cases: Callable[[Workings], pl.DataFrame]
    programme: Programme | None = None
    shape: Shape = Shape.RATE
    beside: frozenset[Beside] = frozenset()
    # A part of one, shown as per cent; else a number for each case.
    is_share: bool = True
    counts: Counted = Counted.PEOPLE

    @property
    def cohort_day(self) -> CohortDay:
        """A cohort is of people certified in one month in startup figures, else of people who completed in it."""
        return "certified_on" if self.programme is Programme.STARTUP else "completed_on"


def _training(name: str, label: str, rule: Callable[[Known], pl.DataFrame], *beside: Beside) -> Indicator:
    return Indicator(
        name, label, lambda workings: rule(workings.known), beside=frozenset(beside), counts=Counted.ENROLMENTS
    )


def _target(name: str, label: str) -> Indicator:
    return Indicator(name, label, lambda workings: training.trained(workings.known), shape=Shape.TARGET)


def _skills(name: str, label: str, cases: Callable[[Workings], pl.DataFrame], *beside: Beside) -> Indicator:
    return Indicator(name, label, cases, Programme.SKILLS, beside=frozenset({Beside.EVIDENCE, *beside}))


def _startup(
    name: str,
    label: str,
    cases: Callable[[Workings], pl.DataFrame],
    *beside: Beside,
    counts: Counted = Counted.PEOPLE,
) -> Indicator:
    beside_it = frozenset({Beside.EVIDENCE, *beside})
    return Indicator(name, label, cases, Programme.STARTUP, beside=beside_it, counts=counts)


def _retention(months: int, *, continuous: bool) -> Indicator:
    def cases(workings: Workings) -> pl.DataFrame:
        return work.retention(workings.known, workings.completers, months=months, continuous=continuous)

    how, label = ("continuous", "连续在岗") if continuous else ("on_the_day", "当日在岗")
    return _skills(f"retention_{months}m_{how}", f"{months} 个月稳定就业率（{label}）", cases)


def _open_rate(months: int) -> Indicator:
    def cases(workings: Workings) -> pl.DataFrame:
        return firms.openings(workings.known, workings.beginners, months=months)

    return _startup(f"open_rate_{months}m", f"{months} 个月开业率", cases, Beside.BOUNDS, Beside.ALREADY)


def _jobs(measure: str, label: str) -> Indicator:
    def cases(workings: Workings) -> pl.DataFrame:
        return firms.jobs(workings.known, workings.founded, measure=measure)

    beside = frozenset({Beside.EVIDENCE, Beside.HEADCOUNTS})
    return Indicator(
        f"jobs_per_firm_{measure}",
        label,
        cases,
        Programme.STARTUP,
        beside=beside,
        is_share=False,
        counts=Counted.FIRMS,
    )


INDICATORS: tuple[Indicator, ...] = (
    _target("trained", "年度培训人数完成率"),
    _target("plan_completion", "计划完成率"),
    _training("completion", "结业率", training.completion, Beside.BOUNDS),
    _training("pass_rate", "培训合格率", training.pass_rate),
    _training("pass_rate_enrolled", "培训合格率（占参训人数）", training.pass_rate_enrolled),
    _training("certification_rate", "取证率", training.certification_rate),
    _skills(
        "reemployment_6m_of_completed",
        "再就业率（结业后 6 个月）",
        lambda workings: work.reemployment(workings.known, workings.completers),
        Beside.BOUNDS,
        Beside.ALREADY,
    ),
    _skills(
        "reemployment_6m_of_passed",
        "合格人员再就业率（结业后 6 个月）",
        lambda workings: work.reemployment(workings.known, work.passed(workings.completers)),
        Beside.BOUNDS,
        Beside.ALREADY,
    ),
    _retention(6, continuous=False),
    _retention(6, continuous=True),
    _retention(12, continuous=False),
    _retention(12, continuous=True),
    _open_rate(3),
    _open_rate(6),
    _startup(
        "survival_12m",
        "稳定经营率（12 个月）",
        lambda workings: firms.survival(workings.known, workings.founded),
        Beside.BOUNDS,
        Beside.UNKNOWN,
        counts=Counted.FIRMS,
    ),
    Indicator(
        "kaplan_meier_365d",
        "存活率估计（365 天）",
        lambda workings: firms.lives(workings.known, workings.founded),
        Programme.STARTUP,
        Shape.CURVE,
        counts=Counted.FIRMS,
    ),
    _jobs("employees", "户均带动就业人数"),
    _jobs("insured", "户均参保职工人数"),
)

BY_NAME: Mapping[str, Indicator] = {indicator.name: indicator for indicator in INDICATORS}
