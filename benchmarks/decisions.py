"""One million eligibility decisions with all clause outcomes: the engine beside plain Python and numpy, in one run.

The same made-up cases go through three programs that must agree on every outcome. The two peers are written for this
rule alone, with its parameters as constants picked by day; the engine looks its parameters up by place, day and level.
Run it with `./qihang bench decisions [cases]`.
"""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import polars as pl

from qihang.registry.policy.engine.evaluation import decide
from qihang.registry.policy.engine.parameters import ParameterBook
from qihang.registry.policy.rules import rule_for
from qihang.registry.policy.seed_files import DEMO, seed_book

CLAUSES = [clause.id for clause in rule_for("training_subsidy").clauses]
_EPOCH = dt.date(1970, 1, 1)
_TURN = dt.date(2021, 1, 1)
_LEVELS = ("5", "4", "3", "2", "1")
# The demo set on both sides of 2021, as a programmer would write it down for one rule.
_OLD: dict[str, Any] = {
    "rate": {"5": 60_000, "4": None, "3": None, "2": None, "1": None},
    "lifetime": 3,
    "yearly": 2**31,
    "categories": {"01", "02", "03", "04", "05", "09", "13", "14"},
}
_NEW: dict[str, Any] = {
    "rate": {"5": 150_000, "4": 180_000, "3": 220_000, "2": 350_000, "1": 500_000},
    "lifetime": 3,
    "yearly": 1,
    "categories": {"02", "03", "04", "05", "06", "07", "08", "09", "13", "14"},
}
_AGE_MIN, _AGE_MAX = 16, {"male": 60, "female": 55}

T = TypeVar("T")
Array = np.ndarray[Any, Any]


def make_cases(count: int, seed: int = 2026) -> pl.DataFrame:
    """Cases of 2018 to 2026 in Hainan's places, one fact in twenty unknown."""
    random = np.random.default_rng(seed)
    rule = rule_for("training_subsidy")
    filed = random.integers((dt.date(2018, 1, 1) - _EPOCH).days, (dt.date(2026, 11, 1) - _EPOCH).days, count)
    columns = {
        "sex": random.choice(["male", "female"], count),
        "birth_date": (filed - random.integers(14 * 365, 64 * 365, count)).astype("datetime64[D]"),
        "class_start": (filed + random.integers(5, 40, count)).astype("datetime64[D]"),
        "category": random.choice(["00", *(f"{code:02}" for code in range(1, 16))], count),
        "category_confirmed": random.random(count) < 0.95,
        "level": random.choice(_LEVELS, count),
        "lesson_hours": random.integers(40, 200, count),
        "lifetime_uses": random.integers(0, 5, count),
        "uses_this_year": (random.random(count) < 0.1).astype(np.int64),
        "same_occupation_level_uses": (random.random(count) < 0.05).astype(np.int64),
        "unemployment_fund_same_item": random.random(count) < 0.01,
        "public_post": random.random(count) < 0.01,
    }
    frame = rule.facts.frame(pl.DataFrame(columns))
    known = [pl.when(pl.lit(pl.Series(random.random(count) > 0.05))).then(name).alias(name) for name in frame.columns]
    places = pl.Series("region", random.choice(["460100", "460200", "460400", "469002", "469005"], count))
    return frame.select(known).with_columns(pl.Series("on", filed.astype("datetime64[D]")), places)


def with_engine(cases: pl.DataFrame, book: ParameterBook) -> pl.DataFrame:
    """The product's own way, from parameters already read."""
    answers = decide(rule_for("training_subsidy"), cases, on=cases["on"], region=cases["region"], book=book)
    return answers.outcomes


def with_python(rows: list[dict[str, Any]]) -> list[tuple[bool | None, int | None, list[bool | None]]]:
    """A loop over dictionaries, None for unknown."""
    return [_one(row) for row in rows]


def _one(row: dict[str, Any]) -> tuple[bool | None, int | None, list[bool | None]]:
    rules = _NEW if row["on"] >= _TURN else _OLD
    born, start, sex, category = row["birth_date"], row["class_start"], row["sex"], row["category"]
    age = None
    if born is not None and start is not None:
        age = start.year - born.year - ((start.month, start.day) < (born.month, born.day))
    lifetime, yearly, same = row["lifetime_uses"], row["uses_this_year"], row["same_occupation_level_uses"]
    fund, post = row["unemployment_fund_same_item"], row["public_post"]
    passed: list[bool | None] = [
        None if age is None else age >= _AGE_MIN,
        None if age is None or sex is None else age < _AGE_MAX[sex],
        None if category is None else category in rules["categories"],
        row["category_confirmed"],
        None if lifetime is None else lifetime < rules["lifetime"],
        None if yearly is None else yearly < rules["yearly"],
        None if same is None else same == 0,
        None if fund is None else not fund,
        None if post is None else not post,
    ]
    if False in passed:
        return False, None, passed
    amount = rules["rate"][row["level"]] if row["level"] is not None else None
    if None in passed or amount is None:
        return None, None, passed
    return True, amount, passed


def numpy_columns(cases: pl.DataFrame) -> dict[str, Array]:
    """The cases as arrays, with -1 (or not-a-time) for unknown: what a numpy program would start from."""
    columns = {}
    for name in cases.columns:
        series = cases[name]
        if isinstance(series.dtype, pl.Enum):
            columns[name] = series.to_physical().cast(pl.Int8).fill_null(-1).to_numpy()
        elif series.dtype == pl.Boolean:
            columns[name] = series.cast(pl.Int8).fill_null(-1).to_numpy()
        elif series.dtype == pl.Date:
            columns[name] = series.to_numpy()
        elif series.dtype == pl.Int64:
            columns[name] = series.fill_null(-1).to_numpy()
    return columns


def with_numpy(columns: dict[str, Array]) -> tuple[Array, Array, list[Array]]:
    """Arrays of 1, 0 and -1 for passed, failed and unknown."""
    new = columns["on"] >= np.datetime64(_TURN)
    age, no_age = _ages(columns["birth_date"], columns["class_start"])
    sex, category = columns["sex"], columns["category"]
    limit = np.where(sex == 0, _AGE_MAX["male"], _AGE_MAX["female"])
    allowed = {era: np.array([f"{code:02}" in _rules(era)["categories"] for code in range(16)]) for era in (0, 1)}
    listed = np.where(new, allowed[1][category], allowed[0][category])
    yearly = np.where(new, _NEW["yearly"], _OLD["yearly"])
    passed = [
        _three(age >= _AGE_MIN, no_age),
        _three(age < limit, no_age | (sex < 0)),
        _three(listed, category < 0),
        columns["category_confirmed"],
        _three(columns["lifetime_uses"] < _NEW["lifetime"], columns["lifetime_uses"] < 0),
        _three(columns["uses_this_year"] < yearly, columns["uses_this_year"] < 0),
        _three(columns["same_occupation_level_uses"] == 0, columns["same_occupation_level_uses"] < 0),
        _three(columns["unemployment_fund_same_item"] == 0, columns["unemployment_fund_same_item"] < 0),
        _three(columns["public_post"] == 0, columns["public_post"] < 0),
    ]
    level = columns["level"]
    rates = {era: np.array([_rules(era)["rate"][code] or -1 for code in _LEVELS] + [-1]) for era in (0, 1)}
    amount = np.where(new, rates[1][level], rates[0][level])
    failed = np.zeros(len(new), bool)
    unknown = amount < 0
    for outcome in passed:
        failed |= outcome == 0
        unknown |= outcome < 0
    eligible = np.where(failed, 0, np.where(unknown, -1, 1)).astype(np.int8)
    return eligible, np.where(eligible == 1, amount, -1), passed


def _rules(era: int) -> dict[str, Any]:
    return _NEW if era else _OLD


def _three(passed: Array, unknown: Array) -> Array:
    return np.where(unknown, np.int8(-1), passed.astype(np.int8))


def _ages(born: Array, start: Array) -> tuple[Array, Array]:
    unknown = np.isnat(born) | np.isnat(start)

    def number(day: Array) -> Array:
        months = day.astype("datetime64[M]")
        years = day.astype("datetime64[Y]")
        code: Array = (
            (years.astype(np.int64) + 1970) * 10_000
            + (months - years.astype("datetime64[M]")).astype(np.int64) * 100
            + (day - months.astype("datetime64[D]")).astype(np.int64)
        )
        return code

    return (number(start) - number(born)) // 10_000, unknown


def run(count: int = 1_000_000) -> dict[str, Any]:
    """Time the three, check that they agree, time a single decision; seconds, ratios and milliseconds."""
    cases = make_cases(count)
    book = seed_book(DEMO)
    one = _one_decision(cases.head(1), book)  # before a million dictionaries burden the garbage collector
    rows = cases.to_dicts()
    columns = numpy_columns(cases)
    engine_seconds, outcomes = _best(lambda: with_engine(cases, book), 3)
    numpy_seconds, arrays = _best(lambda: with_numpy(columns), 3)
    python_seconds, answers = _best(lambda: with_python(rows), 3)
    _check_agreement(outcomes, answers, arrays)
    return {
        "name": "decisions",
        "cases": count,
        "clauses": len(CLAUSES),
        "seconds": {
            "engine": round(engine_seconds, 4),
            "numpy": round(numpy_seconds, 4),
            "python": round(python_seconds, 4),
        },
        "ratio_to_python": round(python_seconds / engine_seconds, 2),
        "ratio_to_numpy": round(numpy_seconds / engine_seconds, 2),
        "one_decision_ms": round(one * 1000, 2),
        "eligible": int(outcomes["eligible"].sum()),
        "undecided": int(outcomes["eligible"].null_count()),
    }


def _best(work: Callable[[], T], times: int) -> tuple[float, T]:
    best, result = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    assert result is not None
    return best, result


def _one_decision(case: pl.DataFrame, book: ParameterBook) -> float:
    """The median time of deciding one case with its explanation, the parameters already read."""
    rule = rule_for("training_subsidy")
    times = []
    for _ in range(101):
        start = time.perf_counter()
        answers = decide(rule, case, on=case["on"][0], region=case["region"][0], book=book)
        next(answers.as_json())
        times.append(time.perf_counter() - start)
    return sorted(times)[50]


def _check_agreement(outcomes: pl.DataFrame, answers: list[Any], arrays: tuple[Array, Array, Any]) -> None:
    eligible, amount, passed = arrays
    mine = [outcomes["eligible"], *(outcomes[name] for name in CLAUSES)]
    for series, array in zip(mine, [eligible, *passed], strict=True):
        if not np.array_equal(series.cast(pl.Int8).fill_null(-1).to_numpy(), array):
            raise AssertionError(f"numpy and the engine disagree on {series.name}")
    if not np.array_equal(outcomes["amount_fen"].fill_null(-1).to_numpy(), amount):
        raise AssertionError("numpy and the engine disagree on the amount")
    for at, series in enumerate(mine):
        theirs = [answer[0] if at == 0 else answer[2][at - 1] for answer in answers]
        if series.to_list() != theirs:
            raise AssertionError(f"Python and the engine disagree on {series.name}")
    if outcomes["amount_fen"].to_list() != [answer[1] for answer in answers]:
        raise AssertionError("Python and the engine disagree on the amount")


def table(result: dict[str, Any]) -> str:
    """The result for a person to read."""
    lines = [f"{result['cases']:,} decisions, {result['clauses']} clauses each (best of the run)"]
    for name, seconds in result["seconds"].items():
        lines.append(f"  {name:<8}{seconds:>9.3f} s{result['cases'] / seconds:>14,.0f} decisions/s")
    lines.append(f"  engine is {result['ratio_to_python']} x Python, {result['ratio_to_numpy']} x numpy")
    lines.append(f"  one decision with its explanation: {result['one_decision_ms']} ms")
    return "\n".join(lines)
