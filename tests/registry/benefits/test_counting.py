"""What counts as a use, of what, and in which year."""

import datetime as dt

import polars as pl
import pytest
from tests.factories import SYSTEM
from tests.registry.benefits.builders import COOK, counts_of, make_person, past_use, reserve
from tests.registry.policy.cases import FILED

from qihang.registry.benefits.counting import uses_before
from qihang.registry.benefits.enums import Fund
from qihang.registry.benefits.services import release_many
from qihang.registry.policy.services import load_demo_parameters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_set")]

NEVER = {
    "lifetime_uses": 0,
    "uses_this_year": 0,
    "same_occupation_uses": 0,
    "same_occupation_level_uses": 0,
    "unemployment_fund_same_item": False,
}


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


def test_who_never_used_anything_has_noughts_not_unknowns() -> None:
    assert counts_of(make_person()) == NEVER


def test_reserved_and_enjoyed_count_alike_and_released_does_not() -> None:
    person = make_person()
    past_use(person, "a")
    reserve(person, "b", occupation="4-10-01-06")
    assert counts_of(person)["lifetime_uses"] == 2
    release_many(actor=SYSTEM, source_kind="training.Enrolment", source_refs=["b"], comment="退学")
    assert counts_of(person)["lifetime_uses"] == 1


@pytest.mark.parametrize(
    ("used_on", "this_year"),
    [("2025-12-31", 0), ("2026-01-01", 1), ("2026-12-31", 1), ("2027-01-01", 0)],
)
def test_the_year_is_the_calendar_year_of_the_case(used_on: str, this_year: int) -> None:
    person = make_person()
    past_use(person, "a", on=dt.date.fromisoformat(used_on))
    counted = counts_of(person, on=dt.date(2026, 6, 1))
    assert (counted["lifetime_uses"], counted["uses_this_year"]) == (1, this_year)


def test_occupation_and_level_are_told_apart() -> None:
    person = make_person()
    past_use(person, "a", level="4")
    past_use(person, "b", occupation="4-10-01-06")
    counted = counts_of(person)
    assert (counted["same_occupation_uses"], counted["same_occupation_level_uses"]) == (1, 0)
    past_use(person, "c")
    assert counts_of(person)["same_occupation_level_uses"] == 1


def test_another_benefit_is_another_count() -> None:
    person = make_person()
    past_use(person, "a", benefit="appraisal_subsidy")
    assert counts_of(person) == NEVER


def test_unemployment_insurance_shows_as_itself_and_only_for_the_same_item() -> None:
    person = make_person()
    past_use(person, "a", fund=Fund.UNEMPLOYMENT_INSURANCE, on=FILED)
    assert counts_of(person) == NEVER | {"unemployment_fund_same_item": True}
    assert counts_of(person, level="4") == NEVER


def test_many_cases_keep_their_order_and_leave_their_own_use_out() -> None:
    first, second = make_person(), make_person()
    past_use(first, "a", on=dt.date(2026, 1, 5))
    past_use(second, "b", on=dt.date(2026, 1, 6))
    cases = pl.DataFrame(
        {
            "person_id": [second.pk, first.pk, second.pk, 0],
            "on": [FILED] * 4,
            "occupation": [COOK, COOK, "x", COOK],
            "level": ["5", "5", "5", None],
            "source_ref": ["b", "z", None, "q"],
        }
    )
    counted = uses_before(benefit="training_subsidy", cases=cases)
    assert counted["person_id"].to_list() == cases["person_id"].to_list()
    assert counted["lifetime_uses"].to_list() == [0, 1, 1, 0]
    assert counted["same_occupation_level_uses"].to_list() == [0, 1, 0, 0]


def test_one_query_serves_any_number_of_cases(django_assert_num_queries: object) -> None:
    people = [make_person() for _ in range(5)]
    cases = pl.DataFrame({"person_id": [person.pk for person in people]}).with_columns(
        on=pl.lit(FILED), occupation=pl.lit(COOK), level=pl.lit("5")
    )
    with django_assert_num_queries(1):  # type: ignore[operator]
        uses_before(benefit="training_subsidy", cases=cases)
