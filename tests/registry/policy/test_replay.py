"""Deciding again: proof that stored decisions hold, and what other values would make of them."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from django.db import connection
from tests.factories import HAINAN, MEILAN, SYSTEM, make_actor
from tests.parameters import put_in_force
from tests.registry.policy.cases import FILED, VARIED, decide, frame_of

from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.policy.engine.evaluation import decide as by_rule
from qihang.registry.policy.models import Decision, Parameter
from qihang.registry.policy.rules import rule_for, rule_of_version
from qihang.registry.policy.services import (
    Replay,
    RuleMissing,
    ask_parameter_back,
    decide_many,
    load_demo_parameters,
    parse_override,
    replay,
    verify_decisions,
    withdraw_parameter,
)
from qihang.registry.policy.services.decisions import book_for
from qihang.registry.policy.services.storing import store_answers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_set")]


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


def again(*supposed: str, first: dt.date = FILED, last: dt.date = FILED) -> Replay:
    return replay(
        benefit="training_subsidy", date_from=first, date_to=last, with_=[parse_override(text) for text in supposed]
    )


def tamper(statement: str) -> None:
    """Edit a decision behind the product's back, as only a table's owner can."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE policy_decision DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE policy_decisionbasis DISABLE TRIGGER USER")
        cursor.execute(statement)


class TestVerifying:
    def test_stored_decisions_recompute_to_themselves(self) -> None:
        decide_many(frame=frame_of(VARIED), benefit="training_subsidy", actor=SYSTEM, on=FILED, region=MEILAN)
        decide(on=dt.date(2006, 7, 1))
        decide(on=dt.date(2005, 1, 1))
        report = verify_decisions()
        assert (report.decisions, report.differences, report.unknown_versions) == (len(VARIED) + 2, [], [])
        assert report.holds

    def test_they_do_so_whatever_became_of_the_parameters(self) -> None:
        decide()
        officer, checker = (make_actor(role, region=HAINAN) for role in (Role.POLICY_OFFICER, Role.POLICY_CHECKER))
        for parameter in Parameter.objects.confirmed():
            ask_parameter_back(actor=officer, parameter=parameter, comment="废止")
            withdraw_parameter(actor=checker, parameter=parameter, comment="废止")
        assert verify_decisions().holds

    def test_nothing_stored_holds(self) -> None:
        assert verify_decisions().holds

    @pytest.mark.parametrize(
        ("change", "fields"),
        [
            ("amount = 9999", ["amount"]),
            ("eligible = false, amount = NULL", ["eligible", "amount"]),
            ("outcome_marks = '011111111'", ["clauses"]),
            ("fact_values = jsonb_set(fact_values, '{8}', '1')", ["clauses", "eligible", "amount"]),
            ("fact_values = jsonb_set(fact_values, '{5}', '\"4\"')", ["eligible", "amount", "missing"]),
            ("fact_values = jsonb_set(fact_values, '{6}', '121')", []),
        ],
        ids=["amount", "answer", "outcome", "count", "level", "a fact that decides nothing"],
    )
    def test_a_changed_answer_or_fact_shows(self, change: str, fields: list[str]) -> None:
        honest, changed = decide(), decide()
        tamper(f"UPDATE policy_decision SET {change} WHERE id = {changed.pk}")
        report = verify_decisions()
        assert [(item.id, item.fields) for item in report.differences] == (
            [(str(changed.public_id), fields)] if fields else []
        )
        assert str(honest.public_id) not in {item.id for item in report.differences}

    def test_a_changed_basis_shows_in_every_decision_on_it(self) -> None:
        decide(), decide(lifetime_uses=1)
        tamper(
            "UPDATE policy_decisionbasis SET parameters = jsonb_path_query_array(parameters, '$[*] ? (@.key != \"training.yearly_cap\")')"
        )
        report = verify_decisions()
        assert {tuple(item.fields) for item in report.differences} == {("clauses", "eligible", "amount", "missing")}
        assert len(report.differences) == 2

    def test_a_rule_that_is_gone_is_named(self) -> None:
        decide()
        tamper("UPDATE policy_decisionbasis SET rules_version = 'training_subsidy/0:0'")
        report = verify_decisions()
        assert (report.unknown_versions, report.holds) == (["training_subsidy/0:0"], False)


class TestReplaying:
    def test_the_same_rules_give_the_same_answers(self) -> None:
        for case in VARIED:
            decide(**case)
        found = again()
        assert found.as_json() == {
            "decisions": 6,
            "same": 6,
            "changed": [],
            "amount_was": "1965.00",
            "amount_now": "1965.00",
        }

    def test_a_supposed_value_shows_who_would_gain_and_what_it_costs(self) -> None:
        kept, gained = decide(), decide(uses_this_year=1, lifetime_uses=1)
        found = again("training.yearly_cap=2", "training.rate[level=5]=1600")
        assert found.as_json() == {
            "decisions": 2,
            "same": 0,
            "changed": [
                {
                    "id": str(kept.public_id),
                    "was": {"eligible": True, "amount": "1500.00"},
                    "now": {"eligible": True, "amount": "1600.00"},
                },
                {
                    "id": str(gained.public_id),
                    "was": {"eligible": False, "amount": None},
                    "now": {"eligible": True, "amount": "1600.00"},
                },
            ],
            "amount_was": "1500.00",
            "amount_now": "3200.00",
        }

    def test_a_list_of_codes_can_be_supposed(self) -> None:
        decide()
        (change,) = again("training.categories=03,04").changed
        assert (change.now.eligible, change.now.amount) == (False, None)

    def test_both_ends_of_the_span_count_and_nothing_beyond(self) -> None:
        for on in (dt.date(2026, 2, 19), FILED, dt.date(2026, 2, 21)):
            decide(on=on)
        assert again().decisions == 1
        assert again(first=dt.date(2026, 2, 19), last=dt.date(2026, 2, 21)).decisions == 3
        with pytest.raises(DomainError, match="不能早于"):
            again(first=FILED, last=dt.date(2026, 2, 19))

    def test_only_the_latest_decision_of_a_case_counts(self) -> None:
        decide(supersedes=decide(category_confirmed=None))
        found = again()
        assert (found.decisions, found.amount_was) == (1, Decimal("1500.00"))

    def test_todays_table_is_what_replays_not_the_one_of_then(self) -> None:
        decide()
        put_in_force("training.rate", 1800, region="460100", by={"level": 5})
        (change,) = again().changed
        assert (change.was.amount, change.now.amount) == (Decimal("1500.00"), Decimal("1800.00"))
        assert verify_decisions().holds
        assert Decision.objects.get().amount == Decimal("1500.00")

    def test_a_benefit_without_a_rule_is_refused(self) -> None:
        with pytest.raises(RuleMissing):
            replay(benefit="startup_grant", date_from=FILED, date_to=FILED)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("training.yearly_cap", "请写成 参数=值"),
        ("training.colour=2", "没有“training.colour”这个参数"),
        ("training.rate[colour=2]=1", "不能按“colour=2”细分"),
        ("training.yearly_cap=二", "不是数量"),
        ("training.rate[level=5=1600", "请写成 参数=值"),
    ],
)
def test_what_is_no_supposition_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        parse_override(text)


class TestOlderEditions:
    """A decision of the first edition of a rule that has a second, which asks for facts that nobody asked for then."""

    @pytest.fixture
    def stored(self) -> Decision:
        facts = {
            "subsidised": True,
            "granted": True,
            "granted_fen": 150_000,
            "completed": True,
            "completed_on": dt.date(2026, 3, 27),
            "certificate_stands": True,
            "certified_on": dt.date(2026, 4, 10),
        }
        rule = rule_of_version("training_tranche_certified/1")
        cases = frame_of([facts]).with_columns(on=pl.lit(FILED), region=pl.lit(MEILAN))
        answers = by_rule(rule, cases, on=FILED, region=MEILAN, book=book_for(rule))
        (pk,) = store_answers(answers, cases, actor=SYSTEM)
        return Decision.objects.get(pk=pk)

    def test_they_recompute_by_their_own(self, stored: Decision) -> None:
        assert stored.rule.edition < rule_for(stored.benefit).edition
        assert (stored.amount, verify_decisions().holds) == (Decimal(750), True)

    def test_they_are_replayed_by_the_latest_with_what_they_know(self, stored: Decision) -> None:
        found = replay(benefit=stored.benefit, date_from=FILED, date_to=FILED)
        assert (found.decisions, found.changed, found.amount_now) == (1, [], Decimal(750))
        half = [parse_override("training.tranche.certified=0.4")]
        assert replay(benefit=stored.benefit, date_from=FILED, date_to=FILED, with_=half).amount_now == Decimal(600)
