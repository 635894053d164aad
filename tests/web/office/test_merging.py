"""Two records of one person, from the person's page over both hands to one record; and what stands in the way."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import MergeProposal, Person
from qihang.registry.participants.own_case import OWN_CASE
from qihang.registry.participants.proposals import propose_merge
from tests.delivery.belongings import give_spell, give_use
from tests.delivery.builders import Cast, approved_class, make_person, place_in
from tests.factories import SANYA, make_actor, make_region, make_user
from tests.web.office.desk import at_desk, queries, words_of


@pytest.fixture
def pair(cast: Cast) -> tuple[Person, Person]:
    """The record that stays has a class; the other one, of an older number, has work and a benefit."""
    keep, drop = make_person(name="王小燕"), make_person(name="王晓燕")
    place_in(approved_class(cast, name="养老护理员五级2026年第1期"), keep)
    give_spell(drop)
    give_use(drop)
    return keep, drop


@pytest.fixture
def checker(cast: Cast) -> Actor:
    return make_actor(Role.SECOND_REVIEWER)


def find(client: Client, person: Person, number: str) -> Any:
    return client.post(reverse("office_merge_find", args=[person.public_id]), {"identity": number}, follow=True)


def sent(client: Client, first: Person, second: Person, keep: Person, **more: str) -> Any:
    address = reverse("office_merge_with", args=[first.public_id, second.public_id])
    given = {"keep": str(keep.public_id), "comment": "看了户口簿，旧证号是升位前的", **more}
    return client.post(address, given, follow=True)


def proposal_of(actor: Actor, keep: Person, drop: Person) -> MergeProposal:
    return propose_merge(actor=actor, keep=keep, drop=drop, reason="看了户口簿")


def post(client: Client, step: str, proposal: MergeProposal, comment: str = "两份档案同一张照片") -> Any:
    address = reverse(f"office_merge_{step}", args=[proposal.public_id])
    return client.post(address, {"comment": comment}, follow=True)


def read(answer: Any) -> str:
    return words_of(answer.content.decode())


class TestTheFirstHand:
    def test_from_the_persons_page_by_the_number_to_both_side_by_side(
        self, cast: Cast, pair: tuple[Person, Person]
    ) -> None:
        keep, drop = pair
        client = at_desk(cast.intake)
        page = client.get(reverse("office_person", args=[keep.public_id])).content.decode()
        assert reverse("office_merge_find", args=[keep.public_id]) in page
        answer = find(client, keep, drop.identity_no.plain())
        said = read(answer)
        for words in ("养老护理员五级2026年第1期", "椰家", "职业培训补贴"):
            assert words in said
        assert RevealLog.objects.get().subject_id == drop.pk, "whom an officer finds can read that"
        body = answer.content.decode()
        for person in pair:
            assert person.identity_no.plain() not in body

    def test_what_will_move_is_said_before_it_is_proposed(self, cast: Cast, pair: tuple[Person, Person]) -> None:
        keep, drop = pair
        client = at_desk(cast.intake)
        said = read(sent(client, keep, drop, keep))
        for words in ("就业记录 1 段", "待遇 1 次", "不能靠删除撤回", "看了户口簿"):
            assert words in said
        assert not MergeProposal.objects.exists()
        assert "等另一个人确认" in read(sent(client, keep, drop, keep, sure="1"))
        proposal = MergeProposal.objects.get()
        assert (proposal.keep, proposal.drop) == (keep, drop)

    def test_the_other_way_round(self, cast: Cast, pair: tuple[Person, Person]) -> None:
        keep, drop = pair
        assert "班里的学籍 1 个" in read(sent(at_desk(cast.intake), keep, drop, drop))
        sent(at_desk(cast.intake), keep, drop, drop, sure="1")
        proposal = MergeProposal.objects.get()
        assert (proposal.keep, proposal.drop) == (drop, keep)

    def test_sent_twice_there_is_one(self, cast: Cast, pair: tuple[Person, Person]) -> None:
        client = at_desk(cast.intake)
        sent(client, *pair, pair[0], sure="1")
        assert "已有合并在等确认" in read(sent(client, *pair, pair[0], sure="1"))
        assert MergeProposal.objects.count() == 1

    def test_a_reason_and_a_side_are_asked_for(self, cast: Cast, pair: tuple[Person, Person]) -> None:
        answer = at_desk(cast.intake).post(
            reverse("office_merge_with", args=[one.public_id for one in pair]), {"comment": "", "sure": "1"}
        )
        said = read(answer)
        assert "请选“留下哪一条”" in said and "请填“凭什么看是同一个人”" in said
        assert not MergeProposal.objects.exists()

    @pytest.mark.parametrize("merged", [False, True])
    def test_the_number_of_the_record_itself_is_no_other(
        self, cast: Cast, pair: tuple[Person, Person], merged: bool
    ) -> None:
        keep, drop = pair
        if merged:
            merge_persons(actor=cast.intake, keep=keep, drop=drop, reason="同一人")
        said = read(find(at_desk(cast.intake), keep, (drop if merged else keep).identity_no.plain()))
        assert "查到的就是这条记录" in said

    def test_nobody_of_another_county_is_found(self, cast: Cast, pair: tuple[Person, Person]) -> None:
        make_region(SANYA)
        far = make_person(hukou_region=SANYA)
        assert "您的辖区里没有这个人" in read(find(at_desk(cast.intake), pair[0], far.identity_no.plain()))
        address = reverse("office_merge_with", args=[pair[0].public_id, far.public_id])
        assert at_desk(cast.intake).get(address).status_code == 404

    def test_a_collision_says_what_to_do_and_nothing_is_proposed(
        self, cast: Cast, pair: tuple[Person, Person]
    ) -> None:
        keep, drop = pair
        give_spell(keep)
        for more in ({}, {"sure": "1"}):
            said = read(sent(at_desk(cast.intake), keep, drop, keep, **more))
            assert "工作重叠" in said and "撤销认可" in said
        assert not MergeProposal.objects.exists()

    def test_what_was_had_twice_may_stand_where_the_officer_says_so(
        self, cast: Cast, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        keep, drop = pair
        give_use(keep)
        client = at_desk(cast.intake)
        said = read(sent(client, keep, drop, keep))
        assert "两条记录都用过职业培训补贴" in said and "两次都照实算" in said
        assert "合并后算用过两次" in read(sent(client, keep, drop, keep, both_stand="on"))
        sent(client, keep, drop, keep, both_stand="on", sure="1")
        proposal = MergeProposal.objects.get()
        page = read(at_desk(checker).get(reverse("office_merge", args=[proposal.public_id])))
        assert "请您也查一遍" in page
        post(at_desk(checker), "confirm", proposal)
        assert keep.benefit_uses.count() == 2

    def test_the_own_record_is_a_colleagues(self, pair: tuple[Person, Person]) -> None:
        keep, drop = pair
        me = make_actor(Role.INTAKE_OFFICER, user=make_user(identity_no=keep.identity_no.plain()))
        client = at_desk(me)
        page = client.get(reverse("office_person", args=[keep.public_id])).content.decode()
        assert OWN_CASE in page and reverse("office_merge_find", args=[keep.public_id]) not in page
        assert OWN_CASE in read(sent(client, drop, keep, keep, sure="1"))
        assert not MergeProposal.objects.exists()


class TestTheSecondHand:
    def test_it_waits_on_the_colleagues_list_and_not_on_the_makers(
        self, cast: Cast, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        proposal = proposal_of(cast.intake, *pair)
        address, home = reverse("office_merge", args=[proposal.public_id]), reverse("office_home")
        assert address not in at_desk(cast.intake).get(home).content.decode()
        for actor in (checker, make_actor(Role.INTAKE_OFFICER)):
            assert address in at_desk(actor).get(home).content.decode()
        assert "人员合并" in read(at_desk(checker).get(home, {"kind": "merge"}))
        make_region(SANYA)
        stranger = at_desk(make_actor(Role.SECOND_REVIEWER, region=SANYA))
        assert address not in stranger.get(home).content.decode()

    def test_it_says_once_more_what_moves_and_then_merges(
        self, cast: Cast, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        keep, drop = pair
        proposal = proposal_of(cast.intake, keep, drop)
        client = at_desk(checker)
        asked = read(client.get(reverse("office_merge_confirm", args=[proposal.public_id])))
        assert "就业记录 1 段" in asked and "不能靠删除撤回" in asked
        assert "请填“您看了什么" in read(post(client, "confirm", proposal, comment=" "))
        assert "合并好了" in read(post(client, "confirm", proposal))
        drop.refresh_from_db()
        assert drop.merged_into == keep
        kept = read(client.get(reverse("office_person", args=[keep.public_id])))
        assert "1 条旧记录" in kept and "椰家" in kept
        gone = client.get(reverse("office_person", args=[drop.public_id])).content.decode()
        assert "已经并到" in gone and reverse("office_person", args=[keep.public_id]) in gone
        assert reverse("office_merge_find", args=[drop.public_id]) not in gone

    def test_the_maker_is_offered_to_take_it_back_and_nothing_else(
        self, cast: Cast, pair: tuple[Person, Person]
    ) -> None:
        proposal = proposal_of(cast.intake, *pair)
        client = at_desk(cast.intake)
        page = client.get(reverse("office_merge", args=[proposal.public_id])).content.decode()
        links = set(re.findall(rf"/merges/{proposal.public_id}/(\w+)/", page))
        assert links == {"withdraw"}
        assert post(client, "confirm", proposal).status_code == 200
        assert "换一个人" in read(post(client, "confirm", proposal))
        assert "撤回了" in read(post(client, "withdraw", proposal, comment="看错了"))
        proposal.refresh_from_db()
        assert proposal.state == "withdrawn"

    def test_a_refusal_is_told_to_the_maker(self, cast: Cast, checker: Actor, pair: tuple[Person, Person]) -> None:
        proposal = proposal_of(cast.intake, *pair)
        assert "两条记录都不变" in read(post(at_desk(checker), "refuse", proposal, comment="照片是两个人"))
        page = read(at_desk(cast.intake).get(reverse("office_merge", args=[proposal.public_id])))
        assert "照片是两个人" in page and "没合并" in page

    @pytest.mark.parametrize("step", ["confirm", "refuse"])
    def test_decided_twice_the_second_is_told(
        self, cast: Cast, checker: Actor, pair: tuple[Person, Person], step: str
    ) -> None:
        proposal = proposal_of(cast.intake, *pair)
        post(at_desk(checker), step, proposal)
        assert "刷新看看是不是别人已经办了" in read(post(at_desk(make_actor(Role.INTAKE_OFFICER)), step, proposal))

    def test_what_collides_by_now_is_shown_and_holds_it_up(
        self, cast: Cast, checker: Actor, pair: tuple[Person, Person]
    ) -> None:
        keep, drop = pair
        proposal = proposal_of(cast.intake, keep, drop)
        give_spell(keep)
        page = at_desk(checker).get(reverse("office_merge", args=[proposal.public_id])).content.decode()
        assert "工作重叠" in page and reverse("office_merge_confirm", args=[proposal.public_id]) not in page
        assert "合并前要先理清" in read(post(at_desk(checker), "confirm", proposal))
        drop.refresh_from_db()
        assert drop.state == "active"

    @pytest.mark.parametrize("own", [0, 1])
    def test_the_own_record_is_a_colleagues(self, cast: Cast, pair: tuple[Person, Person], own: int) -> None:
        proposal = proposal_of(cast.intake, *pair)
        me = make_actor(Role.SECOND_REVIEWER, user=make_user(identity_no=pair[own].identity_no.plain()))
        client = at_desk(me)
        address = reverse("office_merge", args=[proposal.public_id])
        assert address not in client.get(reverse("office_home")).content.decode()
        assert OWN_CASE in read(client.get(address))
        assert OWN_CASE in read(post(client, "confirm", proposal))
        proposal.refresh_from_db()
        assert proposal.state == "proposed"


class TestThePersonsPage:
    def test_counts_what_lies_elsewhere_without_telling_it(self, cast: Cast) -> None:
        from tests.delivery.builders import make_cast

        make_region(SANYA)
        person = make_person()
        far = approved_class(make_cast(SANYA), name="三亚的班", region=make_region(SANYA))
        place_in(far, person)
        said = read(at_desk(cast.intake).get(reverse("office_person", args=[person.public_id])))
        assert "另有 1 个不在您辖区" in said and "三亚的班" not in said

    def test_takes_no_more_queries_for_more_rows(self, cast: Cast) -> None:
        few, many = make_person(), make_person()
        for number in range(5):
            place_in(approved_class(cast, name=f"第 {number} 期"), many)
            give_use(many, occupation=f"4-03-02-0{number}")
        client = at_desk(cast.intake)
        addresses = [reverse("office_person", args=[one.public_id]) for one in (few, many)]
        assert queries(client, addresses[1]) <= queries(client, addresses[0]) + 1
