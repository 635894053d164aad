"""From marked cases to figures. Nothing here knows a rule of its own: it counts the marks of cases.py."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from qihang.oversight.indicators.catalogue import Beside, Indicator, Shape, Workings
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.figures import Figure, Group, ratio
from qihang.oversight.indicators.known import Question
from qihang.oversight.indicators.targets import Target, of_question, target_for

SURVIVAL_DAYS = 365

Counts = Mapping[str, int]

_COUNTED = pl.col("over") & pl.col("met")
_NUMBERS = {
    "numerator": pl.col("amount").filter(_COUNTED).sum(),
    "denominator": pl.col("over").sum(),
    "running": pl.col("over").not_().sum(),
    "already": (~pl.col("over") & pl.col("met")).sum(),
    "might": (pl.col("might") & ~_COUNTED).sum(),
    "unknown": (pl.col("over") & pl.col("might")).sum(),
    "running_shut": (~pl.col("over") & pl.col("shut")).sum(),
    "known": (pl.col("over") & pl.col("known")).sum(),
    "strict": pl.col("strict_amount").filter(_COUNTED).sum(),
}
_NO_CASES: Counts = dict.fromkeys(_NUMBERS, 0)


def count(indicator: Indicator, workings: Workings) -> Iterator[tuple[Grouping | None, Figure]]:
    """The indicator's figure for every group of every question, groups without a case included; each with its split."""
    cases = indicator.cases(workings)
    tell = _curves(cases) if indicator.shape is Shape.CURVE else _rates(indicator, cases)
    yield from _figures(indicator, workings, tell, indicator.programme or workings.known.question.programme)


def count_against(
    indicator: Indicator, workings: Workings, targets: Sequence[Target]
) -> Iterator[tuple[Grouping | None, Figure]]:
    """The same against targets: for each programme that has any, since each plan has its own."""
    question = workings.known.question
    mine = of_question(
        targets,
        indicator=indicator.name,
        programme=question.programme,
        year=question.as_of.year,
        region=question.region,
    )
    for programme in Programme:
        own = [target for target in mine if target.programme == programme]
        if own:
            cases = indicator.cases(workings).filter(pl.col("programme") == programme.value)
            yield from _figures(indicator, workings, _against(cases, own), programme)


def _figures(
    indicator: Indicator, workings: Workings, tell: "_Tell", programme: Programme | None
) -> Iterator[tuple[Grouping | None, Figure]]:
    known = workings.known
    for question in known.questions:
        for value in known.groups(question.by, indicator.cohort_day):
            numbers = tell(question, value, known.key(question.by, value))
            yield question.by, Figure(**_head(indicator, question, value, programme), **numbers)


# The numbers of a group's figure, from the question, the group's value and its name in the cases.
_Tell = Callable[[Question, str | None, str | None], dict[str, Any]]


def _curves(cases: pl.DataFrame) -> _Tell:
    lives = _lives(cases)
    return lambda question, value, key: _curve(lives.get(key, []))


def _rates(indicator: Indicator, cases: pl.DataFrame) -> _Tell:
    counts = _by_group(cases.group_by("group").agg(**_NUMBERS))
    evidence = _evidence(cases) if Beside.EVIDENCE in indicator.beside else {}

    def tell(question: Question, value: str | None, key: str | None) -> dict[str, Any]:
        return _rate(counts.get(key, _NO_CASES), indicator.beside, evidence.get(key, {}))

    return tell


def _against(cases: pl.DataFrame, targets: Sequence[Target]) -> _Tell:
    counts = _by_group(cases.group_by("group").agg(**_NUMBERS))

    def tell(question: Question, value: str | None, key: str | None) -> dict[str, Any]:
        reached = counts.get(key, _NO_CASES)["numerator"]
        return _fraction(reached, _target(question, value, targets)) | {"running": 0}

    return tell


def _head(indicator: Indicator, question: Question, value: str | None, programme: Programme | None) -> dict[str, Any]:
    return {
        "as_of": question.as_of,
        "known_only": question.known_only,
        "indicator": indicator.name,
        "group": _group(question, value, programme),
    }


def _group(question: Question, value: str | None, programme: Programme | None) -> Group:
    """The grouped value, and the programme where the figure is of one programme."""
    group = {} if question.by is None else {question.by.value: value}
    return group if programme is None else {"programme": programme.value, **group}


def _by_group(frame: pl.DataFrame) -> dict[str | None, dict[str, int]]:
    return {row.pop("group"): row for row in frame.to_dicts()}


def _rate(counted: Counts, beside: frozenset[Beside], by_evidence: Mapping[str, int]) -> dict[str, Any]:
    numerator, denominator = counted["numerator"], counted["denominator"]
    numbers: dict[str, Any] = _fraction(numerator, denominator) | {"running": counted["running"]}
    if Beside.BOUNDS in beside:
        everyone = denominator + counted["running"]
        worst, best = numerator + counted["already"], numerator + counted["might"]
        numbers["bounds"] = (ratio(worst, everyone), ratio(best, everyone))
    if Beside.ALREADY in beside:
        numbers["running_already"] = counted["already"]
    if Beside.UNKNOWN in beside:
        numbers |= {"unknown": counted["unknown"], "running_already_closed": counted["running_shut"]}
    if Beside.HEADCOUNTS in beside:
        numbers["firms_with_known_headcount"] = counted["known"]
    if Beside.EVIDENCE in beside:
        numbers |= {"by_evidence": by_evidence, "strict": counted["strict"]}
    return numbers


def _fraction(numerator: int, denominator: int) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": denominator, "value": ratio(numerator, denominator)}


def _evidence(cases: pl.DataFrame) -> dict[str | None, dict[str, int]]:
    """For each group what the numerator is made of, by the strongest type of evidence of each case, strongest first;
    types that add nothing are left out."""
    split = (
        cases.filter(_COUNTED & pl.col("evidence").is_not_null())
        .group_by("group", "evidence")
        .agg(pl.col("amount").sum())
        .filter(pl.col("amount") > 0)
        .sort("evidence")
    )
    found: dict[str | None, dict[str, int]] = {}
    for group, evidence, amount in split.iter_rows():
        found.setdefault(group, {})[evidence] = amount
    return found


def _target(question: Question, value: str | None, targets: Sequence[Target]) -> int:
    """Targets are set for places and institutions; no other group has one."""
    if question.by not in (None, Grouping.REGION, Grouping.INSTITUTION):
        return 0
    return target_for(
        targets,
        region=value if question.by is Grouping.REGION else question.region,
        institution=value if question.by is Grouping.INSTITUTION else None,
    )


def _lives(cases: pl.DataFrame) -> dict[str | None, list[tuple[int, int, int]]]:
    """For each group the lengths of its firms' lives in days, ascending: (days, firms, of them shut)."""
    lengths = cases.with_columns((pl.col("ends") - pl.col("begins")).dt.total_days().alias("days"))
    table = lengths.group_by("group", "days").agg(pl.len(), pl.col("met").sum()).sort("days")
    lives: dict[str | None, list[tuple[int, int, int]]] = {}
    for group, *length in table.iter_rows():
        lives.setdefault(group, []).append((length[0], length[1], length[2]))
    return lives


def _curve(lives: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    """Kaplan and Meier's estimate of the part of firms alive after SURVIVAL_DAYS: over the days on which firms shut,
    the product of 1 − shut / at risk. Firms only observed up to that day are still at risk on it."""
    firms = at_risk = sum(number for _, number, _ in lives)
    alive, ever = 1, 1
    for days, number, shut in lives:
        if shut and days <= SURVIVAL_DAYS:
            alive, ever = alive * (at_risk - shut), ever * at_risk
        at_risk -= number
    value = Fraction(alive, ever) if firms else None
    return {"firms": firms, "closed": sum(shut for _, _, shut in lives), "value": value}
