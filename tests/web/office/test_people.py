"""One person at the counter: found, explained, taken up again, given a code to come in with."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.subsidies.chores import give_up_waiting
from qihang.delivery.training.enrolling import confirm_categories, reject_category
from qihang.delivery.training.models import Enrolment
from qihang.foundation.accounts.models import EntryCode
from qihang.foundation.core import clock
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import Person
from tests.delivery.builders import Cast, approved_class, make_cast, make_person, place_in
from tests.delivery.subsidies.builders import completed_class, reserve
from tests.factories import MEILAN, SANYA, make_actor, make_region
from tests.web.office.desk import Words, at_desk, session_of, user_of, waiting_place, words_of

SEARCH = "/office/people/"


def case_of(client: Client, place: Enrolment) -> Words:
    answer = client.get(reverse("office_case", args=[place.public_id]))
    assert answer.status_code == 200
    return words_of(answer.content.decode())


class TestCase:
    def test_the_answer_is_explained_clause_by_clause(self, cast: Cast) -> None:
        place = waiting_place(approved_class(cast))
        page = case_of(at_desk(cast.intake), place)
        for said in (
            "待核：人员类别已由经办凭证明核实",
            "只有名册上写了，还等经办核实",
            "training.lifetime_cap = ",
            "开班那天 43 周岁",
            "9 条：",
            "享受记录",
            "身份证号",
            "没有用过",
            "花名册说的",
            "申报类别",
        ):
            assert said in page, said
        assert place.person.identity_no.plain() not in page

    def test_admitted_it_shows_the_sum_the_use_and_the_decision_before(self, cast: Cast) -> None:
        item = approved_class(cast)
        place = waiting_place(item)
        confirm_categories(
            actor=cast.intake, item=item, enrolment_ids=[place.pk], public_post=False, comment="看了原件"
        )
        page = case_of(at_desk(cast.approver), place)
        for said in ("符合条件，金额", "＝ ", "已占用，就业补助资金", "以前的判定", "看了原件", "录取"):
            assert said in page, said
        assert "您能办的" not in page

    def test_a_use_that_came_back_says_when_and_why(self, cast: Cast) -> None:
        with clock.travel_to(dt.date(2026, 6, 26)):
            _, (place,) = completed_class(cast)
            reserve(place)
            give_up_waiting()
        page = case_of(at_desk(cast.intake), place)
        why = "没有参加鉴定；最晚 2026-06-25 鉴定（结课后 90 天内），已经过了，没有取得证书"
        for said in ("占用的补贴次数退回来了", "2026年6月26日退的", why, "占用待遇", "释放待遇", "系统", "没有用过"):
            assert said in page, said

    def test_other_places_are_linked_within_sight_alone(self, cast: Cast) -> None:
        person = make_person()
        here = waiting_place(approved_class(cast, name="这一期"), person=person)
        place_in(approved_class(cast, name="上一期"), person)
        place_in(approved_class(make_cast(SANYA), name="三亚的班", region=make_region(SANYA)), person)
        page = case_of(at_desk(cast.intake), here)
        assert "上一期" in page
        assert "三亚的班" not in page

    def test_who_pays_for_themselves_needs_no_answer(self, cast: Cast) -> None:
        place = place_in(approved_class(cast), subsidised=False)
        page = case_of(at_desk(cast.intake), place)
        assert "不用算资格" in page
        assert "重新核实" not in page

    def test_a_refusal_is_taken_up_again_for_a_reason(self, cast: Cast) -> None:
        place = waiting_place(approved_class(cast))
        reject_category(actor=cast.intake, enrolment=place, reason="没带证")
        client = at_desk(cast.intake)
        again = reverse("office_case_reconsider", args=[place.public_id])
        assert again in client.get(reverse("office_case", args=[place.public_id])).content.decode()
        assert "请填“给本人的话" in words_of(client.post(again, {"comment": " "}).content.decode())
        page = words_of(client.post(again, {"comment": "补来了证"}, follow=True).content.decode())
        assert "没通过，差在" in page
        assert "补来了证" in case_of(client, place)
        assert at_desk(cast.approver).get(again).status_code == 403


class TestSearch:
    def search(self, client: Client, **posted: Any) -> str:
        answer = client.post(SEARCH, posted)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]
        return answer.content.decode()

    def test_by_the_number_on_the_card(self, cast: Cast) -> None:
        place = waiting_place(approved_class(cast))
        number = place.person.identity_no.plain()
        page = self.search(at_desk(cast.intake), by="identity", identity=f" {number[:6]} {number[6:].lower()} ")
        assert "找到 1\xa0人" in page
        assert reverse("office_case", args=[place.public_id]) in page
        look = RevealLog.objects.get()
        assert (look.subject_id, look.reason, look.actor["role"]) == (
            place.person_id,
            "凭身份证号查人",
            "intake_officer",
        )

    def test_a_wrong_or_foreign_number_says_what_to_do(self, cast: Cast) -> None:
        client = at_desk(cast.intake)
        assert "照身份证核对是否漏填" in self.search(client, by="identity", identity="46010819")
        elsewhere = make_person(hukou_region=None)
        page = self.search(client, by="identity", identity=elsewhere.identity_no.plain())
        assert "您的辖区里没有这个人的记录" in page
        assert not RevealLog.objects.exists()

    def test_by_name_and_county(self, cast: Cast) -> None:
        person = make_person(name="王小燕")
        make_person(name="王小燕", hukou_region=None)
        client = at_desk(cast.intake)
        page = self.search(client, by="name", name="王小燕", region=MEILAN)
        assert "找到 1\xa0人" in page
        assert RevealLog.objects.get().subject_id == person.pk
        assert "没有找到" in self.search(client, by="name", name="王小", region=MEILAN)
        assert "没有这一项" in self.search(client, by="name", name="王小燕", region=SANYA)

    def test_by_name_though_no_roster_told_the_place(self, cast: Cast) -> None:
        place = waiting_place(approved_class(cast), person=make_person(name="王小燕", hukou_region=None))
        page = self.search(at_desk(cast.intake), by="name", name="王小燕", region=MEILAN)
        assert reverse("office_case", args=[place.public_id]) in page

    def test_more_than_anybody_can_tell_apart(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("qihang.registry.participants.finding.MOST", 1)
        for _ in range(2):
            make_person(name="王小燕")
        page = self.search(at_desk(cast.intake), by="name", name="王小燕", region=MEILAN)
        assert "改用身份证号查" in page

    def test_a_number_in_an_address_finds_nothing(self, cast: Cast) -> None:
        person = make_person()
        answer = at_desk(cast.intake).get(SEARCH, {"by": "identity", "identity": person.identity_no.plain()})
        assert "找到" not in answer.content.decode()


class TestCounter:
    def test_the_whole_number_for_a_reason(self, cast: Cast) -> None:
        place = waiting_place(approved_class(cast))
        reveal = reverse("office_identity", args=[place.person.public_id])
        number = place.person.identity_no.plain()
        client = at_desk(cast.intake)
        assert number in client.post(reveal, {"reason": "核对证件"}).content.decode()
        assert RevealLog.objects.get().field == "identity_no"
        assert at_desk(make_actor(Role.LEADER)).post(reveal, {"reason": "看"}).status_code == 403
        assert at_desk(make_actor(Role.APPROVER, region=SANYA)).post(reveal, {"reason": "看"}).status_code == 404

    def test_a_code_is_given_once_the_papers_were_seen(self, cast: Cast) -> None:
        person = waiting_place(approved_class(cast)).person
        client = at_desk(cast.intake)
        ask = reverse("office_entry_code", args=[person.public_id])
        assert "请先勾上“本人来了" in words_of(client.post(ask, {"x": "1"}).content.decode())
        assert not EntryCode.objects.exists()
        answer = client.post(ask, {"seen": "on"})
        assert re.search(r"\d{3} \d{3} \d{4}", words_of(answer.content.decode()))
        assert "no-store" in answer.headers["Cache-Control"]
        assert EntryCode.objects.get().subject_id == person.pk

    def test_no_code_for_another_countys_people_nor_by_readers(self, cast: Cast) -> None:
        person: Person = waiting_place(approved_class(cast)).person
        ask = reverse("office_entry_code", args=[person.public_id])
        assert at_desk(make_actor(Role.INTAKE_OFFICER, region=SANYA)).post(ask, {"seen": "on"}).status_code == 404
        assert at_desk(make_actor(Role.INSPECTOR)).post(ask, {"seen": "on"}).status_code == 403
        assert not EntryCode.objects.exists()

    def test_whoever_has_not_just_proved_to_be_there_is_asked_first(self, cast: Cast) -> None:
        person = waiting_place(approved_class(cast)).person
        client = Client()
        client.force_login(user_of(cast.intake))
        stored = client.session
        stored.update({"membership": session_of(cast.intake)["membership"]})
        stored.save()
        answer = client.post(reverse("office_entry_code", args=[person.public_id]), {"seen": "on"})
        assert "先核对一下是您本人" in answer.content.decode()
        assert not EntryCode.objects.exists()
