"""Many cases at once answer as each would alone, and every answer carries what it rested on."""

import datetime as dt
import random
from typing import Any

import polars as pl
import pytest

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.evaluation import Answers, decide, decide_by_bases
from qihang.registry.policy.engine.parameters import ParameterBook, ParameterRow, by_of
from qihang.registry.policy.engine.values import parse_value
from qihang.registry.policy.rules import rule_for
from qihang.registry.policy.seed_files import DEMO, seed_book, seed_parameters

RULE = rule_for("training_subsidy")
GOOD: dict[str, Any] = {
    "sex": "female",
    "birth_date": dt.date(1982, 10, 23),
    "class_start": dt.date(2026, 3, 9),
    "category": "02",
    "category_confirmed": True,
    "level": "5",
    "lesson_hours": 40,
    "lifetime_uses": 0,
    "uses_this_year": 0,
    "same_occupation_level_uses": 0,
    "unemployment_fund_same_item": False,
    "public_post": False,
}
FILED = dt.date(2026, 2, 20)


def local_row(key: str, value: object, region: str, start: str, **by: object) -> ParameterRow:
    spec = CATALOGUE[key]
    return ParameterRow(spec, region, dt.date.fromisoformat(start), parse_value(spec.kind, value), by=by_of(by))


def local_book() -> ParameterBook:
    """The demo set, a city that pays more, a county with a tighter cap, and a key that one city lacks for a time."""
    rows = [seed.row for seed in seed_parameters(DEMO) if seed.row.spec.key != "training.age_min"]
    rows += [
        local_row("training.rate", 1700, "460100", "2022-01-01", level=5),
        local_row("training.lifetime_cap", 2, "460106", "2020-01-01"),
        local_row("training.age_min", 18, "460100", "2019-01-01"),
        local_row("training.age_min", 16, "460200", "2007-01-01"),
    ]
    return ParameterBook(rows)


def random_cases(count: int, seed: int) -> pl.DataFrame:
    rng = random.Random(seed)

    def maybe(value: object) -> object:
        return None if rng.random() < 0.1 else value

    rows = []
    for _ in range(count):
        on = dt.date(2006, 1, 1) + dt.timedelta(days=rng.randrange(21 * 365))
        rows.append(
            {
                "on": on,
                "region": rng.choice(["460106", "460105", "460200", "460000", "469002", "110101"]),
                "sex": maybe(rng.choice(["male", "female"])),
                "birth_date": maybe(on - dt.timedelta(days=rng.randrange(14 * 365, 62 * 365))),
                "class_start": maybe(on + dt.timedelta(days=rng.randrange(30))),
                "category": maybe(rng.choice(["00", "01", "02", "06", "10", "13"])),
                "category_confirmed": maybe(rng.random() < 0.9),
                "level": maybe(rng.choice(["5", "4", "1", "special"])),
                "lesson_hours": maybe(rng.randrange(120)),
                "lifetime_uses": maybe(rng.randrange(4)),
                "uses_this_year": maybe(rng.randrange(2)),
                "same_occupation_level_uses": maybe(rng.randrange(2)),
                "unemployment_fund_same_item": maybe(rng.random() < 0.1),
                "public_post": maybe(rng.random() < 0.1),
            }
        )
    return pl.DataFrame(rows, infer_schema_length=None)


def answer(
    book: ParameterBook | None = None, on: dt.date = FILED, region: str = "460106", **facts: Any
) -> dict[str, Any]:
    frame = pl.DataFrame([GOOD | facts], infer_schema_length=None)
    answers = decide(RULE, frame, on=on, region=region, book=seed_book(DEMO) if book is None else book)
    return next(answers.as_json())


@pytest.mark.parametrize("seed", [1, 2])
def test_many_cases_answer_as_each_would_alone(seed: int) -> None:
    book, cases = local_book(), random_cases(150, seed)
    together = list(decide(RULE, cases, on=cases["on"], region=cases["region"], book=book).as_json())
    for number, expected in enumerate(together):
        case = cases[number]
        (alone,) = decide(RULE, case, on=case["on"][0], region=case["region"][0], book=book).as_json()
        assert alone == expected


def test_what_an_eligible_case_must_and_an_undecided_one_may_have() -> None:
    cases = random_cases(2000, 3)
    answers = decide(RULE, cases, on=cases["on"], region=cases["region"], book=local_book())
    kinds = set()
    for found in answers.as_json():
        outcomes = [clause["passed"] for clause in found["clauses"]]
        kinds.add(found["eligible"])
        if found["eligible"]:
            assert set(outcomes) == {True} and found["amount"] is not None and found["missing"] == []
        else:
            assert found["amount"] is None
            assert (False in outcomes) == (found["eligible"] is False)
    assert kinds == {True, False, None}


def test_stored_bases_give_the_same_answers_whatever_the_table_says_today() -> None:
    cases = random_cases(1500, 4)
    answers = decide(RULE, cases, on=cases["on"], region=cases["region"], book=local_book())
    again = decide_by_bases(RULE, cases, bases=answers.bases, at=answers.basis_at)
    assert again.outcomes.equals(answers.outcomes)
    assert again.missing.to_list() == answers.missing.to_list()


def test_a_million_cases_of_a_province_rest_on_a_handful_of_bases() -> None:
    cases = random_cases(3000, 5).with_columns(region=pl.lit("460106"))
    answers = decide(RULE, cases, on=cases["on"], region="460106", book=seed_book(DEMO))
    assert len(answers.bases) < 200
    assert answers.basis_at.max() == len(answers.bases) - 1


class TestBasis:
    def test_only_what_the_case_needs_is_named(self) -> None:
        keys = [entry["key"] for entry in answer()["parameters"]]
        assert "training.age_max.female" in keys and "training.age_max.male" not in keys
        assert "training.rate" in keys and "training.special_rate_per_hour" not in keys
        assert len(keys) == len(set(keys))

    def test_a_parameter_is_printed_with_six_things_in_this_order(self) -> None:
        (rate,) = (entry for entry in answer()["parameters"] if entry["key"] == "training.rate")
        assert list(rate.items()) == [
            ("key", "training.rate"),
            ("value", "1500.00"),
            ("region", "460000"),
            ("valid_from", "2021-01-01"),
            ("source", "琼财社规〔2021〕14号"),
            ("verified", "secondary"),
        ]

    def test_caps_of_all_levels_are_named_and_the_least_binds(self) -> None:
        book = local_book()
        found = answer(book, lifetime_uses=2)
        caps = [
            (entry["region"], entry["value"]) for entry in found["parameters"] if entry["key"].endswith("lifetime_cap")
        ]
        assert caps == [("460106", 2), ("CN", 3)]
        assert found["eligible"] is False
        assert answer(book, region="460105", lifetime_uses=2)["eligible"] is True

    def test_the_nearer_place_pays_its_own_rate(self) -> None:
        assert answer(local_book(), region="460105")["amount"] == "1700.00"
        assert answer(local_book(), region="460200")["amount"] == "1500.00"

    def test_the_article_is_that_of_the_value_in_force_else_the_clauses_own(self) -> None:
        articles = {clause["id"]: clause["article"] for clause in answer()["clauses"]}
        assert articles["lifetime_cap"] == "财社〔2023〕181号 第五条"
        assert {clause["id"]: clause["article"] for clause in answer(ParameterBook([]))["clauses"]} == {
            clause.id: clause.article for clause in RULE.clauses
        }
        early = answer(on=dt.date(2006, 7, 1))
        assert {clause["id"]: clause["article"] for clause in early["clauses"]}["lifetime_cap"] == "财社〔2006〕1号"

    def test_clauses_show_the_facts_they_looked_at(self) -> None:
        clauses = {clause["id"]: clause["facts"] for clause in answer(uses_this_year=None)["clauses"]}
        assert clauses["age_max"] == {"sex": "female", "birth_date": "1982-10-23", "class_start": "2026-03-09"}
        assert clauses["yearly_cap"] == {"uses_this_year": None}


class TestEdges:
    def test_no_cases_give_no_answers(self) -> None:
        empty = RULE.facts.frame(pl.DataFrame([GOOD])).clear()
        answers = decide(RULE, empty, on=FILED, region="460106", book=seed_book(DEMO))
        assert list(answers.as_json()) == [] and answers.bases == [] and answers.missing.to_list() == []

    def test_facts_left_out_are_unknown(self) -> None:
        answers = decide(RULE, pl.DataFrame({"sex": ["male"]}), on=FILED, region="460106", book=seed_book(DEMO))
        outcomes = next(answers.as_json())
        assert outcomes["eligible"] is None
        assert {clause["passed"] for clause in outcomes["clauses"]} == {None}

    @pytest.mark.parametrize("column", ["on", "region"])
    def test_a_case_without_day_or_place_cannot_be_decided(self, column: str) -> None:
        cases = random_cases(3, 6).with_columns(pl.when(pl.int_range(pl.len()) > 0).then(column).alias(column))
        with pytest.raises(ValueError, match="cannot be decided"):
            decide(RULE, cases, on=cases["on"], region=cases["region"], book=seed_book(DEMO))

    def test_a_book_without_any_row_leaves_everything_open(self) -> None:
        found = answer(ParameterBook([]))
        assert found["eligible"] is None
        assert [found["parameters"], found["missing"][0], found["missing"][-1]] == [
            [],
            "training.age_min",
            "training.rate",
        ]

    def test_days_far_before_and_after_all_values(self) -> None:
        cases = pl.DataFrame([GOOD | {"on": day} for day in (dt.date(1949, 10, 1), dt.date(2099, 1, 1))])
        answers: Answers = decide(RULE, cases, on=cases["on"], region="460106", book=seed_book(DEMO))
        assert answers.eligible.to_list() == [None, True]
