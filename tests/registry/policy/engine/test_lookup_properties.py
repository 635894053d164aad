"""Effective-dated look-up and the split of money, held against plain words of what they mean."""

import datetime as dt
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.registry.policy.cases import GOOD

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.evaluation import decide
from qihang.registry.policy.engine.parameters import NATION, ParameterBook, ParameterRow, chain_by_code
from qihang.registry.policy.engine.values import parse_value
from qihang.registry.policy.rules import rule_for
from qihang.registry.policy.rules.training_tranches import CERTIFIED, EMPLOYED
from qihang.registry.policy.seed_files import DEMO, seed_parameters

_ONE = dt.timedelta(days=1)
_PLACES = ("460108", "460106", "460100", "460000", NATION)
_DAYS = st.dates(dt.date(2024, 2, 25), dt.date(2024, 3, 5))  # around a leap day
DEMO_BOOK = ParameterBook(seed.row for seed in seed_parameters(DEMO))


@st.composite
def histories(draw: Any) -> list[tuple[str, dt.date, dt.date | None, int]]:
    """Values of one key: at each place one after the other, with and without gaps."""
    rows: list[tuple[str, dt.date, dt.date | None, int]] = []
    for place in _PLACES:
        edges = sorted(set(draw(st.lists(_DAYS, max_size=4))))
        for at, first in enumerate(edges):
            last = edges[at + 1] - _ONE if at + 1 < len(edges) else None
            if draw(st.booleans()) and (last is None or last > first):
                last = first
            rows.append((place, first, last, draw(st.integers(1, 9))))
    return rows


@settings(max_examples=150, deadline=None)
@given(rows=histories(), place=st.sampled_from(_PLACES), on=_DAYS)
def test_the_nearest_place_that_has_a_value_that_day_is_the_one(rows: list[Any], place: str, on: dt.date) -> None:
    plain, cap = CATALOGUE["class.size_max"], CATALOGUE["training.lifetime_cap"]
    above = {"460108": "460100", "460106": "460100", "460100": "460000", "460000": NATION, NATION: None}
    expected, at = [], place
    while at:
        expected += [value for where, first, last, value in rows if where == at and first <= on <= (last or on)]
        at = above[at]
    for spec in (plain, cap):
        book = ParameterBook(ParameterRow(spec, where, first, value, last) for where, first, last, value in rows)
        found = [row.value for row in book.binding(spec, region=place, on=on)]
        assert found == (expected if spec.cap else expected[:1])
    assert chain_by_code(place)[-1] == NATION


@settings(max_examples=60, deadline=None)
@given(
    cases=st.lists(
        st.tuples(
            st.fixed_dictionaries(
                {
                    "sex": st.sampled_from(["male", "female", None]),
                    "birth_date": st.dates(dt.date(1960, 1, 1), dt.date(2012, 12, 31)) | st.none(),
                    "category": st.sampled_from(["00", "01", "02", "06", None]),
                    "category_confirmed": st.sampled_from([True, False, None]),
                    "level": st.sampled_from(["5", "4", "special", None]),
                    "lesson_hours": st.sampled_from([0, 66, 67, 500, None]),
                    "lifetime_uses": st.sampled_from([0, 2, 3, None]),
                }
            ),
            st.sampled_from(["460106", "460108", "460000"]),
            st.sampled_from([dt.date(2006, 9, 15), dt.date(2017, 12, 31), dt.date(2018, 1, 1), dt.date(2026, 2, 20)]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_many_cases_are_answered_as_each_alone(cases: list[Any]) -> None:
    rule = rule_for("training_subsidy")
    facts = [GOOD | changes for changes, _, _ in cases]
    frame = rule.facts.frame(pl.DataFrame(facts, infer_schema_length=None))
    on, region = (pl.Series([case[at] for case in cases]) for at in (2, 1))
    together = list(decide(rule, frame, on=on, region=region, book=DEMO_BOOK).as_json())
    for at, (_, where, day) in enumerate(cases):
        (alone,) = decide(rule, frame[at], on=day, region=where, book=DEMO_BOOK).as_json()
        assert together[at] == alone


@settings(max_examples=100, deadline=None)
@given(fen=st.integers(1, 10_000_000), first=st.integers(0, 1_000_000), second=st.integers(0, 1_000_000))
def test_both_parts_together_are_what_was_decided_and_never_more(fen: int, first: int, second: int) -> None:
    facts: dict[str, Any] = {
        "subsidised": True,
        "granted": True,
        "granted_fen": fen,
        "completed": True,
        "completed_on": dt.date(2026, 3, 27),
        "certificate_stands": True,
        "certified_on": dt.date(2026, 4, 10),
        "work_started_on": dt.date(2026, 5, 1),
        "work_evidence": "insurance",
        "contribution_months": 12,
        "work_checked_until": dt.date(2027, 5, 1),
        "settled_on": dt.date(2027, 5, 1),
        "class_end": dt.date(2026, 3, 27),
        "sitting_open": None,
    }
    ratios = {"training.tranche.certified": first, "training.tranche.employed": second}
    values = [
        (CATALOGUE[key], None, parse_value(CATALOGUE[key].kind, f"0.{n:06d}" if n < 10**6 else "1"))
        for key, n in ratios.items()
    ]
    book = DEMO_BOOK.changed(values)
    amounts = []
    for benefit in (CERTIFIED, EMPLOYED):
        rule = rule_for(benefit)
        known = {name: facts[name] for name in rule.facts.names}
        answers = decide(rule, pl.DataFrame([known]), on=dt.date(2026, 2, 24), region="460106", book=book)
        amounts.append(answers.outcomes["amount_fen"][0])
    assert all(amount >= 0 for amount in amounts)
    assert sum(amounts) <= fen
    exact = fen * min(first + second, 1_000_000)
    assert abs(sum(amounts) * 1_000_000 - exact) <= 500_000, "to half a fen"
    if first + second >= 1_000_000:
        assert sum(amounts) == fen
