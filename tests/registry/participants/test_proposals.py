"""Two records of one person: one officer proposes, another decides; nobody about themselves, and nothing half done."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.delivery.builders import make_person
from tests.factories import HAIKOU, MEILAN, SANYA, SYSTEM, make_actor, make_region, make_user
from tests.registry.benefits.builders import past_use

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import MergeProposal, Person
from qihang.registry.participants.proposals import (
    confirm_merge,
    get_proposal,
    propose_merge,
    refuse_merge,
    withdraw_merge,
)
from qihang.registry.participants.workflows import MERGE_WORKFLOW, PERSON_WORKFLOW

pytestmark = pytest.mark.django_db
WHY = "两份档案同一张照片，旧证号少一位"


@pytest.fixture
def maker() -> Actor:
    return make_actor(Role.INTAKE_OFFICER)


@pytest.fixture
def checker() -> Actor:
    return make_actor(Role.SECOND_REVIEWER)


@pytest.fixture
def pair() -> tuple[Person, Person]:
    return make_person(), make_person()


def proposed(actor: Actor, keep: Person, drop: Person, **more: Any) -> MergeProposal:
    return propose_merge(actor=actor, keep=keep, drop=drop, reason=WHY, **more)


def officer_who_is(person: Person) -> Actor:
    return make_actor(Role.INTAKE_OFFICER, user=make_user(identity_no=person.identity_no.plain()))


def steps(proposal: MergeProposal) -> list[str]:
    return list(MERGE_WORKFLOW.history(proposal).values_list("transition", flat=True))


class TestTwoHands:
    def test_nothing_moves_before_the_second_hand(self, maker: Actor, pair: tuple[Person, Person]) -> None:
        proposal = proposed(maker, *pair)
        assert proposal.state == "proposed"
        assert set(Person.objects.values_list("state", flat=True)) == {"active"}

    def test_the_second_hand_merges_and_both_are_written_down(
        self, maker: Actor, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        keep, drop = pair
        proposal = confirm_merge(actor=checker, proposal=proposed(maker, keep, drop), comment="看了两份档案")
        drop.refresh_from_db()
        assert (proposal.state, drop.merged_into) == ("done", keep)
        hands = list(MERGE_WORKFLOW.history(proposal).values_list("transition", "user_id", "comment"))
        assert hands == [("enter", maker.user_id, WHY), ("confirm", checker.user_id, "看了两份档案")]
        assert PERSON_WORKFLOW.history(drop).get(transition="merge").comment == WHY

    @pytest.mark.parametrize("decide", [confirm_merge, refuse_merge])
    def test_not_the_same_hand_in_whatever_role(self, maker: Actor, pair: tuple[Person, Person], decide: Any) -> None:
        proposal = proposed(maker, *pair)
        for actor in (maker, replace(maker, role=Role.SECOND_REVIEWER)):
            with pytest.raises(NotAllowed, match="换一个人"):
                decide(actor=actor, proposal=proposal, comment="我自己看的")
        assert steps(proposal) == ["enter"]
        assert not Person.objects.exclude(state="active").exists()

    def test_a_refusal_says_why_and_leaves_both(
        self, maker: Actor, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        proposal = proposed(maker, *pair)
        with pytest.raises(Refused, match="写明原因"):
            refuse_merge(actor=checker, proposal=proposal, comment=" ")
        refuse_merge(actor=checker, proposal=proposal, comment="照片是两个人")
        assert proposal.state == "refused"
        assert not Person.objects.exclude(state="active").exists()
        assert proposed(maker, *pair).pk != proposal.pk, "with better proof it may be proposed again"

    def test_only_the_maker_takes_it_back(self, maker: Actor, checker: Actor, pair: tuple[Person, Person]) -> None:
        proposal = proposed(maker, *pair)
        with pytest.raises(Refused, match="提出的人才能撤回"):
            withdraw_merge(actor=checker, proposal=proposal, comment="看错了")
        withdraw_merge(actor=maker, proposal=proposal, comment="看错了")
        with pytest.raises(Refused, match="撤回了"):
            confirm_merge(actor=checker, proposal=proposal, comment="同一人")

    @pytest.mark.parametrize("decide", [confirm_merge, refuse_merge])
    def test_sent_twice_it_is_done_once(
        self, maker: Actor, checker: Actor, pair: tuple[Person, Person], decide: Any
    ) -> None:
        proposal = proposed(maker, *pair)
        decide(actor=checker, proposal=proposal, comment="看了")
        with pytest.raises(Refused, match="刷新看看"):
            decide(actor=checker, proposal=proposal, comment="看了")
        assert len(steps(proposal)) == 2


class TestWho:
    @pytest.mark.parametrize(
        "role", [Role.APPROVER, Role.INSPECTOR, Role.LEADER, Role.FINANCE_OFFICER, Role.PROVIDER_MANAGER]
    )
    def test_others_neither_propose_nor_decide(self, maker: Actor, pair: tuple[Person, Person], role: Role) -> None:
        actor = make_actor(role)
        with pytest.raises(NotAllowed):
            proposed(actor, *pair)
        with pytest.raises(NotAllowed):
            confirm_merge(actor=actor, proposal=proposed(maker, *pair), comment="看了")

    def test_another_region_neither_sees_nor_decides(self, maker: Actor, pair: tuple[Person, Person]) -> None:
        make_region(SANYA)
        stranger = make_actor(Role.SECOND_REVIEWER, region=SANYA)
        proposal = proposed(maker, *pair)
        assert not MergeProposal.objects.visible_to(stranger).exists()
        with pytest.raises(NotFound):
            get_proposal(actor=stranger, public_id=proposal.public_id)
        with pytest.raises(NotFound):
            confirm_merge(actor=stranger, proposal=proposal, comment="看了")
        with pytest.raises(NotFound):
            proposed(stranger, *pair)

    def test_across_two_regions_whoever_is_over_both(self, maker: Actor) -> None:
        make_region(HAIKOU)
        keep, drop = make_person(), make_person(hukou_region=HAIKOU)
        with pytest.raises(NotFound, match="共同的上级"):
            proposed(maker, keep, drop)
        city = [make_actor(role, region=HAIKOU) for role in (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER)]
        proposal = proposed(city[0], keep, drop)
        assert not MergeProposal.objects.visible_to(maker).exists(), "who sees one record learns nothing of the other"
        assert confirm_merge(actor=city[1], proposal=proposal, comment="看了").state == "done"

    def test_people_and_schools_know_of_no_doubt_about_who_they_are(
        self, maker: Actor, pair: tuple[Person, Person]
    ) -> None:
        proposed(maker, *pair)
        for actor in (Actor(role=Role.PARTICIPANT, person_id=pair[0].pk), make_actor(Role.PROVIDER_MANAGER)):
            assert not MergeProposal.objects.visible_to(actor).exists()

    @pytest.mark.parametrize("own", [0, 1])
    def test_nobody_about_their_own_record(self, maker: Actor, pair: tuple[Person, Person], own: int) -> None:
        me = officer_who_is(pair[own])
        with pytest.raises(Refused, match="请同事来办"):
            proposed(me, *pair)
        proposal = proposed(maker, *pair)
        for decide in (confirm_merge, refuse_merge):
            with pytest.raises(Refused, match="请同事来办"):
                decide(actor=me, proposal=proposal, comment="是我")
        assert steps(proposal) == ["enter"]


class TestWhat:
    def test_a_reason_is_asked_for(self, maker: Actor, pair: tuple[Person, Person]) -> None:
        with pytest.raises(Refused, match="凭什么看是同一个人"):
            propose_merge(actor=maker, keep=pair[0], drop=pair[1], reason="  ")

    def test_not_into_itself(self, maker: Actor, pair: tuple[Person, Person]) -> None:
        with pytest.raises(DomainError, match="同一条"):
            proposed(maker, pair[0], pair[0])

    @pytest.mark.parametrize("merged", [0, 1])
    def test_not_with_one_that_was_merged_before(self, maker: Actor, pair: tuple[Person, Person], merged: int) -> None:
        merge_persons(actor=maker, keep=make_person(), drop=pair[merged], reason="同一人")
        with pytest.raises(DomainError, match="已经并到别处"):
            proposed(maker, *pair)

    def test_the_same_pair_waits_once_whichever_way_round(self, maker: Actor, pair: tuple[Person, Person]) -> None:
        proposed(maker, *pair)
        for keep, drop in (pair, pair[::-1]):
            with pytest.raises(DomainError, match="在等确认"):
                proposed(maker, keep, drop)
        assert MergeProposal.objects.count() == 1

    def test_three_records_of_one_person_may_wait_together(self, maker: Actor, checker: Actor) -> None:
        keep, second, third = make_person(), make_person(), make_person()
        proposals = [proposed(maker, keep, other) for other in (second, third)]
        with pytest.raises(DomainError, match="在等确认"):
            proposed(maker, make_person(), keep)
        with pytest.raises(DomainError, match="在等确认"):
            proposed(maker, second, make_person())
        for one in proposals:
            confirm_merge(actor=checker, proposal=one, comment="看了")
        assert set(keep.aliases.all()) == {second, third}

    def test_nobody_merges_away_what_another_proposal_leads_into(
        self, maker: Actor, pair: tuple[Person, Person]
    ) -> None:
        proposal = proposed(maker, *pair)
        with pytest.raises(DomainError, match="先把那一件办完"):
            merge_persons(actor=maker, keep=make_person(), drop=proposal.keep, reason="同一人")

    def test_one_merged_otherwise_meanwhile_can_only_be_refused(
        self, maker: Actor, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        proposal = proposed(maker, *pair)
        merge_persons(actor=maker, keep=make_person(), drop=pair[1], reason="同一人")
        with pytest.raises(DomainError, match="已并入另一条"):
            confirm_merge(actor=checker, proposal=proposal, comment="看了")
        proposal.refresh_from_db()
        assert (proposal.state, steps(proposal)) == ("proposed", ["enter"])
        refuse_merge(actor=checker, proposal=proposal, comment="并到别处了")

    def test_what_collides_is_settled_before_it_is_proposed(self, maker: Actor, pair: tuple[Person, Person]) -> None:
        past_use(pair[0], "a"), past_use(pair[1], "b")
        with pytest.raises(DomainError, match="请审批把其中一本证书撤销"):
            proposed(maker, *pair)
        assert not MergeProposal.objects.exists()
        assert proposed(maker, *pair, both_stand=True).both_stand

    def test_what_collides_since_then_stops_the_second_hand_and_nothing_is_half_done(
        self, maker: Actor, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        proposal = proposed(maker, *pair)
        past_use(pair[0], "a"), past_use(pair[1], "b")
        with pytest.raises(DomainError, match="都用过"):
            confirm_merge(actor=checker, proposal=proposal, comment="看了")
        proposal.refresh_from_db()
        assert (proposal.state, steps(proposal)) == ("proposed", ["enter"])
        assert pair[1].benefit_uses.count() == 1

    def test_the_second_hand_decides_on_what_the_first_let_stand(
        self, maker: Actor, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        past_use(pair[0], "a"), past_use(pair[1], "b")
        proposal = proposed(maker, *pair, both_stand=True)
        confirm_merge(actor=checker, proposal=proposal, comment="两期都上过")
        assert pair[0].benefit_uses.count() == 2

    @pytest.mark.parametrize("name", ["merge_takes_two_records", "one_proposal_a_dropped_record"])
    def test_the_database_holds_to_it_whoever_writes(self, pair: tuple[Person, Person], name: str) -> None:
        keep, drop = pair
        make_region(MEILAN)

        def write(into: Person) -> None:
            row = MergeProposal(keep=into, drop=drop, region_id=MEILAN, state="proposed")
            with transaction.atomic(), unit_of_work(SYSTEM):
                row.save(force_insert=True)

        write(keep)
        with pytest.raises(IntegrityError, match=name):
            write(drop if name == "merge_takes_two_records" else make_person())
