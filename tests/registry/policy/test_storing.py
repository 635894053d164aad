"""Keeping decisions: one or many look the same in the table, hold no names, and are never edited."""

import datetime as dt
import uuid
from decimal import Decimal

import polars as pl
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.factories import HAIKOU, MEILAN, SANYA, SYSTEM, make_actor
from tests.registry.policy.cases import FILED, GOOD, VARIED, decide, frame_of

from qihang.foundation.core import clock
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.policy.models import Decision, DecisionBasis
from qihang.registry.policy.services import decide_many, load_demo_parameters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_set")]

COLUMNS = (
    "benefit", "on", "region", "basis_id", "fact_values", "outcome_marks", "eligible", "amount", "case_ref",
    "supersedes_id", "person_id", "decided_by_id", "decided_by", "decided_by_role", "decided_by_organization",
)  # fmt: skip
CLERK = Actor(user_id=7, user_label="林志远", role="intake_officer", organization_label="海口市就业局", region=HAIKOU)


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


def test_many_are_stored_exactly_as_each_would_be_alone() -> None:
    answers = decide_many(frame=frame_of(VARIED), benefit="training_subsidy", actor=CLERK, on=FILED, region=MEILAN)
    together = Decision.objects.filter(pk__in=answers["decision_id"]).order_by("pk").values_list(*COLUMNS)
    alone = [decide(actor=CLERK, **case) for case in VARIED]
    assert list(together) == [tuple(getattr(item, name) for name in COLUMNS) for item in alone]
    assert [item.amount for item in alone] == [Decimal("1500.00"), Decimal("465.00"), None, None, None, None]


def test_answers_come_back_in_order_with_clauses_and_missing_keys() -> None:
    answers = decide_many(frame=frame_of(VARIED), benefit="training_subsidy", actor=CLERK, on=FILED, region=MEILAN)
    assert answers.columns[:4] == ["decision_id", "eligible", "amount", "missing"]
    assert answers["eligible"].to_list() == [True, True, False, None, None, None]
    assert answers["lifetime_cap"].to_list() == [True, True, False, True, True, None]
    assert answers["amount"].dtype == pl.Decimal(14, 2)
    assert answers["missing"].to_list() == [[]] * 6


def test_rows_may_have_their_own_day_place_owner_and_case() -> None:
    cases = frame_of([GOOD | {"on": dt.date(2006, 7, 1)}, GOOD | {"on": FILED}]).with_columns(
        region=pl.Series([MEILAN, SANYA]), case_ref=pl.Series(['甲,"1"\n', None])
    )
    answers = decide_many(frame=cases, benefit="training_subsidy", actor=CLERK)
    first, second = (Decision.objects.get(pk=pk) for pk in answers["decision_id"])
    assert (first.on, first.region, first.case_ref, first.amount) == (dt.date(2006, 7, 1), MEILAN, '甲,"1"\n', 600)
    assert (second.on, second.region, second.case_ref) == (FILED, SANYA, "")


def test_a_dry_run_stores_nothing() -> None:
    answers = decide_many(
        frame=frame_of(VARIED), benefit="training_subsidy", actor=CLERK, on=FILED, region=MEILAN, store=False
    )
    assert answers["decision_id"].null_count() == len(VARIED)
    assert not Decision.objects.exists()


def test_no_cases_are_no_decisions() -> None:
    nothing = frame_of([GOOD]).clear()
    answers = decide_many(frame=nothing, benefit="training_subsidy", actor=CLERK, on=FILED, region=MEILAN)
    assert answers.is_empty()


def test_a_decision_shows_all_it_rested_on() -> None:
    decision = decide(uses_this_year=1, lesson_hours=None, case_ref="enrolment-1")
    assert decision.facts == {
        **GOOD, "birth_date": "1982-10-23", "class_start": "2026-03-09", "uses_this_year": 1, "lesson_hours": None,
    }  # fmt: skip
    assert decision.outcomes["yearly_cap"] is False and decision.outcomes["age_min"] is True
    (refused,) = (clause for clause in decision.clauses if clause["passed"] is False)
    assert refused == {
        "id": "yearly_cap",
        "article": "琼财社规〔2021〕14号",
        "passed": False,
        "facts": {"uses_this_year": 1},
    }
    (cap,) = (entry for entry in decision.parameters if entry["key"] == "training.yearly_cap")
    assert {"key", "value", "region", "valid_from", "source", "verified", "by", "id"} == set(cap)
    assert decision.missing == []
    assert decision.rules_version.startswith("training_subsidy/1:")
    assert decision.benefit_label == "职业培训补贴"


def test_who_decided_and_when_stays_with_it() -> None:
    with clock.travel_to(dt.datetime(2026, 2, 20, 9, 30)):
        decision = decide(actor=CLERK)
    decision.refresh_from_db()
    assert (decision.decided_by, decision.decided_by_id, decision.decided_by_role) == ("林志远", 7, "intake_officer")
    assert decision.decided_by_organization == "海口市就业局"
    assert decision.decided_at.isoformat() == "2026-02-20T01:30:00+00:00"


def test_equal_bases_are_stored_once() -> None:
    decide()
    decide(lifetime_uses=2)
    assert DecisionBasis.objects.count() == 1
    decide(level="4")
    decide(on=dt.date(2006, 7, 1))
    assert DecisionBasis.objects.count() == 3


def test_identifiers_are_random_and_of_their_own() -> None:
    answers = decide_many(
        frame=frame_of([GOOD] * 50), benefit="training_subsidy", actor=CLERK, on=FILED, region=MEILAN
    )
    ids = set(Decision.objects.filter(pk__in=answers["decision_id"]).values_list("public_id", flat=True))
    assert len(ids) == 50
    assert {item.version for item in ids} == {4}


def test_every_decision_is_in_the_audit() -> None:
    decide_many(frame=frame_of(VARIED), benefit="training_subsidy", actor=CLERK, on=FILED, region=MEILAN)
    entries = AuditEntry.objects.filter(table_name="policy_decision").select_related("context")
    assert len(entries) == len(VARIED)
    assert {entry.context.actor["user_label"] for entry in entries} == {"林志远"}


@pytest.mark.parametrize("table", [Decision, DecisionBasis])
def test_what_was_decided_is_never_edited_or_deleted(table: type[Decision] | type[DecisionBasis]) -> None:
    decide()
    for write in (lambda: table.objects.update(benefit="x"), lambda: table.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError), unit_of_work(SYSTEM):
            write()
    assert table.objects.exclude(benefit="x").count() == 1


def test_a_decision_is_replaced_once() -> None:
    first = decide(category_confirmed=None)
    second = decide(supersedes=first)
    assert list(Decision.objects.standing()) == [second]
    with pytest.raises(IntegrityError, match="decision_superseded_once"), transaction.atomic():
        decide(supersedes=first)


def test_an_amount_goes_with_eligibility() -> None:
    decision = decide()
    for eligible, amount in ((True, None), (False, 5), (None, 5), (True, -1)):
        decision.pk, decision.public_id = None, uuid.uuid4()
        decision.eligible, decision.amount = eligible, amount
        with pytest.raises(IntegrityError, match="decision_amount_only_if_eligible"), unit_of_work(SYSTEM):
            decision.save(force_insert=True)


def test_who_may_see_which_decision() -> None:
    here, there = decide(), decide(region=SANYA)
    assert list(Decision.objects.visible_to(make_actor(Role.INTAKE_OFFICER, region=HAIKOU))) == [here]
    assert list(Decision.objects.visible_to(make_actor(Role.INTAKE_OFFICER, region=SANYA))) == [there]
    assert set(Decision.objects.visible_to(SYSTEM)) == {here, there}
    for outsider in (ANONYMOUS, Actor(role="participant"), make_actor(Role.PROVIDER_CLERK)):
        assert not Decision.objects.visible_to(outsider).exists()
