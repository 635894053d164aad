"""Deciding by the demonstration set, storing, recomputing and asking what would be if."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from django.db import DatabaseError, transaction
from tests.factories import HAINAN, MEILAN, SYSTEM, make_actor

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.registry.policy.lookup import ParameterMissing, find, require
from qihang.registry.policy.models import Decision, Parameter
from qihang.registry.policy.services import (
    RuleMissing,
    confirm_parameter,
    decide_many,
    decide_one,
    load_demo_parameters,
    missing_parameters,
    parse_override,
    propose_parameter,
    replay,
    verify_decisions,
)

pytestmark = pytest.mark.django_db

FILED = dt.date(2026, 2, 20)
GOOD: dict[str, Any] = {
    "sex": "female",
    "birth_date": dt.date(1982, 10, 23),
    "class_start": dt.date(2026, 3, 9),
    "category": "02",
    "category_confirmed": True,
    "level": "5",
    "lesson_hours": 120,
    "lifetime_uses": 0,
    "uses_this_year": 0,
    "same_occupation_level_uses": 0,
    "unemployment_fund_same_item": False,
    "public_post": False,
}


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


def decide(on: dt.date = FILED, **changes: Any) -> Decision:
    return decide_one(
        benefit="training_subsidy", facts=GOOD | changes, on=on, region=MEILAN, actor=SYSTEM, case_ref="a"
    )


@pytest.mark.usefixtures("demo_set")
class TestTrainingSubsidy:
    def test_who_meets_every_clause_gets_the_rate_of_the_level(self) -> None:
        decision = decide()
        assert (decision.eligible, decision.amount) == (True, Decimal("1500.00"))
        assert decide(level="4").amount == Decimal("1800.00")

    def test_the_rate_is_that_of_the_day(self) -> None:
        assert decide(on=dt.date(2006, 7, 1), class_start=dt.date(2006, 7, 10)).amount == Decimal("600.00")

    @pytest.mark.parametrize(
        "changes",
        [
            {"category": "10"},
            {"birth_date": dt.date(2011, 1, 23)},
            {"birth_date": dt.date(1971, 3, 9)},
            {"lifetime_uses": 3},
            {"uses_this_year": 1},
            {"same_occupation_level_uses": 1},
            {"public_post": True},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_a_failed_clause_refuses(self, changes: dict[str, Any]) -> None:
        decision = decide(**changes)
        assert (decision.eligible, decision.amount) == (False, None)

    def test_the_day_before_the_age_limit_still_counts(self) -> None:
        assert decide(birth_date=dt.date(1971, 3, 10)).eligible is True
        assert decide(birth_date=dt.date(1966, 3, 10), sex="male").eligible is True

    def test_a_category_on_a_word_alone_waits_for_a_person(self) -> None:
        assert decide(category_confirmed=None).eligible is None

    def test_a_failure_decides_even_beside_an_unknown(self) -> None:
        assert decide(category_confirmed=None, uses_this_year=1).eligible is False

    def test_an_unknown_fact_name_is_refused(self) -> None:
        with pytest.raises(DomainError, match="height"):
            decide(height=170)

    def test_many_answer_as_one_does_and_keep_their_order(self) -> None:
        cases = [GOOD, GOOD | {"uses_this_year": 1}, GOOD | {"category_confirmed": None}, GOOD | {"level": "3"}]
        frame = pl.DataFrame(cases, infer_schema_length=None)
        answers = decide_many(frame=frame, benefit="training_subsidy", actor=SYSTEM, on=FILED, region=MEILAN)
        assert answers["eligible"].to_list() == [True, False, None, True]
        assert answers["amount"].to_list()[0] == Decimal("1500.00")
        assert answers["amount"].to_list()[3] == Decimal("2200.00")
        stored = Decision.objects.in_bulk(answers["decision_id"].to_list())
        assert [stored[pk].eligible for pk in answers["decision_id"]] == [True, False, None, True]

    def test_every_stored_decision_recomputes_to_itself(self) -> None:
        for changes in ({}, {"lifetime_uses": 3}, {"category_confirmed": None}):
            decide(**changes)
        report = verify_decisions()
        assert (report.decisions, report.holds) == (3, True)

    def test_a_changed_answer_is_found(self) -> None:
        decision = decide()
        with transaction.atomic(), pytest.raises(DatabaseError):
            Decision.objects.filter(pk=decision.pk).update(eligible=False)

    def test_what_if_another_rate_had_been_set(self) -> None:
        decide()
        decide(uses_this_year=1)
        same = replay(benefit="training_subsidy", date_from=FILED, date_to=FILED)
        assert (same.decisions, same.changed, same.amount_was) == (2, [], Decimal("1500.00"))
        lower = replay(
            benefit="training_subsidy", date_from=FILED, date_to=FILED, with_=[parse_override("training.rate=1000")]
        )
        assert len(lower.changed) == 1
        assert (lower.amount_was, lower.amount_now) == (Decimal("1500.00"), Decimal("1000.00"))


def test_without_parameters_the_case_is_undecided_and_names_the_keys() -> None:
    decision = decide()
    assert (decision.eligible, decision.amount) == (None, None)
    assert "training.rate" in decision.basis.missing


def test_a_benefit_without_a_rule_says_so() -> None:
    with pytest.raises(RuleMissing, match="还没有录入"):
        decide_one(benefit="startup_grant", facts={}, on=FILED, region=MEILAN, actor=SYSTEM)


def test_loading_the_demo_set_twice_adds_nothing_and_leaves_nothing_missing() -> None:
    assert load_demo_parameters() > 0
    count = Parameter.objects.count()
    assert load_demo_parameters() == 0
    assert Parameter.objects.count() == count


def propose(actor: Actor, value: object = "55", start: str = "2026-05-01") -> Parameter:
    return propose_parameter(
        actor=actor,
        key="class.size_max",
        region=HAINAN,
        valid_from=dt.date.fromisoformat(start),
        value=value,
        verified="true",
        source="琼人社规〔2024〕2号",
    )


def test_a_parameter_needs_two_people_and_a_day() -> None:
    officer = make_actor(Role.POLICY_OFFICER, region=HAINAN)
    checker = make_actor(Role.POLICY_CHECKER, region=HAINAN)
    assert "class.size_max" in {item.key for item in missing_parameters(region=MEILAN, on=FILED)}
    draft = propose(officer)
    assert find("class.size_max", region=MEILAN, on=dt.date(2026, 5, 1)) is None
    with pytest.raises(NotAllowed):
        confirm_parameter(actor=officer, parameter=draft)
    confirm_parameter(actor=checker, parameter=draft)
    assert require("class.size_max", region=MEILAN, on=dt.date(2026, 5, 1)) == 55
    with pytest.raises(ParameterMissing, match=r"class\.size_max"):
        require("class.size_max", region=MEILAN, on=dt.date(2026, 4, 30))


def test_a_new_value_ends_the_old_one_the_day_before() -> None:
    officer = make_actor(Role.POLICY_OFFICER, region=HAINAN)
    checker = make_actor(Role.POLICY_CHECKER, region=HAINAN)
    confirm_parameter(actor=checker, parameter=propose(officer))
    confirm_parameter(actor=checker, parameter=propose(officer, "40", "2026-09-01"))
    assert require("class.size_max", region=MEILAN, on=dt.date(2026, 8, 31)) == 55
    assert require("class.size_max", region=MEILAN, on=dt.date(2026, 9, 1)) == 40


def test_a_value_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(DomainError) as refusal:
        propose(make_actor(Role.POLICY_OFFICER, region=HAINAN), "很多")
    assert refusal.value.field == "value"
