"""Reserving, enjoying, releasing and taking back."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError
from tests.factories import HAIKOU, SANYA, SYSTEM, make_actor, make_organization
from tests.registry.benefits.builders import (
    COOK,
    counts_of,
    decision_for,
    make_person,
    past_use,
    request_for,
    reserve,
)
from tests.registry.policy.cases import decide

from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import BulkOutcome
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.services import (
    count_again_many,
    enjoy_many,
    release_many,
    reserve_many,
    take_back_many,
)
from qihang.registry.participants.merging import merge_persons
from qihang.registry.policy.services import load_demo_parameters

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo_set")]

ENROLMENT = "training.Enrolment"


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


def count_again(*refs: str) -> BulkOutcome:
    return count_again_many(
        actor=SYSTEM, benefit="training_subsidy", source_kind=ENROLMENT, source_refs=refs, comment="补发了证书"
    )


def states() -> list[str]:
    return list(BenefitUse.objects.order_by("pk").values_list("state", flat=True))


class TestReserving:
    def test_an_eligible_case_holds_the_benefit_from_its_decision(self) -> None:
        person = make_person()
        decision = decision_for(person)
        outcome = reserve_many(actor=SYSTEM, requests=[request_for(decision, "a")])
        (use,) = outcome.uses
        assert outcome.refused == {}
        assert (use.person_id, use.benefit, use.on, use.region) == (
            person.pk, decision.benefit, decision.on, decision.region,
        )  # fmt: skip
        assert (use.state, use.decision_id, use.benefit_label, str(use)) == (
            "reserved", decision.pk, "职业培训补贴", f"职业培训补贴 {decision.on}",
        )  # fmt: skip

    def test_one_refusal_leaves_the_others_alone(self) -> None:
        good, open_, refused = make_person(), make_person(), make_person()
        outcome = reserve_many(
            actor=SYSTEM,
            requests=[
                request_for(decision_for(open_, category_confirmed=None), "open"),
                request_for(decision_for(good), "good"),
                request_for(decision_for(refused, category="00"), "no"),
                request_for(decide(), "nobody"),
            ],
        )
        assert [use.source_ref for use in outcome.uses] == ["good"]
        assert set(outcome.refused) == {"open", "no", "nobody"}
        assert outcome.refused["no"] == "资格判定没有通过，不能占用待遇"
        assert "没有这个人" in outcome.refused["nobody"]

    def test_a_record_that_changed_since_the_decision_asks_for_a_new_one(self) -> None:
        person = make_person()
        decision = decision_for(person)
        past_use(person, "paper", on=dt.date(2026, 1, 5))
        outcome = reserve_many(actor=SYSTEM, requests=[request_for(decision, "a")])
        assert outcome.uses == []
        assert "重新判定" in outcome.refused["a"]
        assert reserve(person, "a").refused == {"a": "资格判定没有通过，不能占用待遇"}

    def test_the_same_person_twice_in_a_batch_gets_one(self) -> None:
        person = make_person()
        decision = decision_for(person)
        outcome = reserve_many(actor=SYSTEM, requests=[request_for(decision, "a"), request_for(decision, "b")])
        assert [use.source_ref for use in outcome.uses] == ["a"]
        assert "两次" in outcome.refused["b"]

    def test_the_same_case_twice_gets_one(self) -> None:
        person = make_person()
        reserve(person, "a")
        again = reserve(person, "a", on=dt.date(2027, 2, 1), occupation="4-10-01-06")
        assert "已经占用过" in again.refused["a"]

    def test_a_released_case_may_hold_it_again(self) -> None:
        person = make_person()
        reserve(person, "a")
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="退学")
        assert [use.source_ref for use in reserve(person, "a").uses] == ["a"]

    def test_next_year_there_is_another_for_another_occupation(self) -> None:
        person = make_person()
        reserve(person, "a")
        assert reserve(person, "b", occupation="4-10-01-06").refused
        assert reserve(person, "c", on=dt.date(2027, 2, 1)).refused
        assert reserve(person, "d", on=dt.date(2027, 2, 1), occupation="4-10-01-06").uses

    def test_nothing_asked_is_nothing_done(self) -> None:
        outcome = reserve_many(actor=SYSTEM, requests=[])
        assert (outcome.uses, outcome.refused) == ([], {})

    def test_only_those_who_open_cases_reserve(self) -> None:
        request = request_for(decision_for(make_person()), "a")
        with pytest.raises(NotAllowed):
            reserve_many(actor=make_actor(Role.INSPECTOR), requests=[request])
        assert reserve_many(actor=make_actor(Role.PROVIDER_CLERK), requests=[request]).uses


class TestAfterwards:
    def test_what_is_earned_is_enjoyed(self) -> None:
        reserve(make_person(), "a")
        outcome = enjoy_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a", "unknown"])
        assert (len(outcome.done), outcome.refused, states()) == (1, {}, ["enjoyed"])

    def test_enjoying_twice_is_refused_in_words(self) -> None:
        reserve(make_person(), "a")
        enjoy_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"])
        outcome = enjoy_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"])
        assert outcome.done == []
        assert "现在是“已享受”" in next(iter(outcome.refused.values()))

    def test_releasing_needs_a_reason(self) -> None:
        reserve(make_person(), "a")
        outcome = release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment=" ")
        assert "写明原因" in next(iter(outcome.refused.values()))
        assert states() == ["reserved"]

    def test_what_was_enjoyed_is_taken_back_by_who_settles_only(self) -> None:
        person = make_person()
        reserve(person, "a")
        enjoy_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"])
        assert release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="退款").refused
        with pytest.raises(NotAllowed):
            take_back_many(
                actor=make_actor(Role.EMPLOYER_USER), source_kind=ENROLMENT, source_refs=["a"], comment="退款"
            )
        officer = make_actor(Role.INTAKE_OFFICER, region=HAIKOU)
        take_back_many(actor=officer, source_kind=ENROLMENT, source_refs=["a"], comment="证书撤销，款已退回")
        assert states() == ["released"]
        assert counts_of(person)["lifetime_uses"] == 0

    def test_what_was_given_back_counts_again_once(self) -> None:
        person = make_person()
        reserve(person, "a")
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment={"a": "没有证书"})
        assert counts_of(person)["lifetime_uses"] == 0
        for outcome in (1, 0):
            assert len(count_again("a").done) == outcome
        assert (states(), counts_of(person)["lifetime_uses"]) == (["enjoyed"], 1)
        assert take_back_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="撤销").done
        assert len(count_again("a").done) == 1

    def test_a_case_that_holds_the_benefit_or_never_did_counts_no_second_time(self) -> None:
        person = make_person()
        reserve(person, "a")
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="没有证书")
        reserve(person, "a")
        assert count_again("a", "unknown").done == []
        release_many(actor=SYSTEM, source_kind=ENROLMENT, source_refs=["a"], comment="没有证书")
        (again,) = count_again("a").done
        assert (again, states()) == (BenefitUse.objects.latest("pk").pk, ["released", "enjoyed"])

    def test_a_case_elsewhere_is_out_of_reach(self) -> None:
        reserve(make_person(), "a")
        officer = make_actor(Role.INTAKE_OFFICER, region=SANYA)
        assert release_many(actor=officer, source_kind=ENROLMENT, source_refs=["a"], comment="退学").done == []
        assert states() == ["reserved"]


class TestTable:
    def test_one_case_holds_a_benefit_once(self) -> None:
        person = make_person()
        past_use(person, "a")
        with pytest.raises(IntegrityError, match="benefit_used_once_a_case"):
            past_use(make_person(), "a")
        past_use(person, "a", benefit="appraisal_subsidy")

    def test_every_use_names_its_case(self) -> None:
        with pytest.raises(IntegrityError, match="benefit_use_has_a_source"), unit_of_work(SYSTEM):
            past_use(make_person(), "")

    def test_who_sees_which_use(self) -> None:
        person, school = make_person(), make_organization()
        (use,) = reserve(person, "a", organization_id=school.pk).uses
        other = past_use(make_person(), "b", region=SANYA)
        clerk = make_actor(Role.PROVIDER_CLERK, organization=school)
        herself = Actor(role="participant", person_id=person.pk)
        for actor in (clerk, herself, make_actor(Role.INTAKE_OFFICER, region=HAIKOU)):
            assert list(BenefitUse.objects.visible_to(actor)) == [use]
        assert set(BenefitUse.objects.visible_to(SYSTEM)) == {use, other}
        for outsider in (ANONYMOUS, Actor(role="participant"), make_actor(Role.PROVIDER_CLERK)):
            assert not BenefitUse.objects.visible_to(outsider).exists()


class TestMerging:
    def merge(self, keep: object, drop: object) -> None:
        officer = make_actor(Role.INTAKE_OFFICER, region=HAIKOU)
        merge_persons(actor=officer, keep=keep, drop=drop, reason="同一人")  # type: ignore[arg-type]

    def test_the_uses_go_with_the_person_and_the_decisions_stay(self) -> None:
        keep, drop = make_person(), make_person()
        past_use(keep, str(uuid.uuid4()), occupation="4-10-01-06")
        (use,) = reserve(drop, "a").uses
        self.merge(keep, drop)
        assert counts_of(keep)["lifetime_uses"] == 2
        use.refresh_from_db()
        assert (use.person_id, use.decision.person_id) == (keep.pk, drop.pk)

    def test_the_same_item_under_both_is_for_a_human(self) -> None:
        keep, drop = make_person(), make_person()
        past_use(keep, "a")
        past_use(drop, "b")
        with pytest.raises(DomainError, match=f"两条记录都用过职业培训补贴（{COOK} 5 级）"):
            self.merge(keep, drop)
        assert counts_of(drop)["lifetime_uses"] == 1
