"""An application for a class on an officer's desk: read beside the rules, decided by two hands, once."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import approve_class, draft_class, review_class, send_back_class, submit_class
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import fill_year
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW
from tests.delivery.appraisal.builders import complete_class, make_sitting
from tests.delivery.builders import FILED, Cast, approved_class, class_fields, make_cast, place_in
from tests.factories import SANYA, SYSTEM, make_actor
from tests.web.office.desk import (
    TODAY,
    at_desk,
    decide,
    decision_of,
    queries,
    reviewed,
    submitted,
    user_of,
    waiting_places,
    words_of,
)


def address(item: TrainingClass) -> str:
    return reverse("office_class", args=[item.public_id])


def text(actor: Actor, item: TrainingClass) -> str:
    answer = at_desk(actor).get(address(item))
    assert answer.status_code == 200
    return answer.content.decode()


def test_each_condition_stands_with_its_parameter_and_the_case(cast: Cast) -> None:
    page = words_of(text(cast.intake, submitted(cast)))
    for said in (
        "每班最多 50 人",
        "参数 class.size_max = 50 人，全国 2006-01-01 起",
        "计划 45 人",
        "每天最多 8 课时",
        "112 课时，从开班到结班 19 天",
        "提前 5 个工作日申请",
        "2026-03-02 申请，2026-03-16 开班，中间隔 10 个工作日",
        "示范值",
        "6 条：6 条过",
    ):
        assert said in page, said


def test_a_condition_that_fails_leaves_only_the_way_back(cast: Cast) -> None:
    item = submitted(cast)
    school = Organization.objects.get(pk=cast.manager.organization_id)
    ORGANIZATION_WORKFLOW.apply(school, "suspend", actor=SYSTEM, comment="整改")
    page = text(cast.intake, item)
    assert "1 条不过" in page
    assert "退回修改" in page
    assert "初审通过，转审批" not in page
    answer = decide(at_desk(cast.intake), item, "review")
    assert "现在不能开班" in answer.content.decode()
    assert state_of(item) == "submitted"


@pytest.mark.django_db
def test_a_parameter_that_nobody_set_is_said_to_be_missing() -> None:
    fill_year(actor=SYSTEM, year=TODAY.year, source="测试", days=[])
    with clock.travel_to(TODAY):
        cast = make_cast()
        page = words_of(text(cast.intake, submitted(cast, planned_heads=400)))
    assert "6 条：3 条过，3 条没设参数" in page
    assert "class.size_max 还没有设定" in page
    assert "开班日还没过" in page


def test_the_first_hand_asks_then_passes_on(cast: Cast) -> None:
    item = submitted(cast)
    client = at_desk(cast.intake)
    question = client.post(reverse("office_class_decide", args=[item.public_id]), decision_of(item, "review", "齐"))
    assert "初审通过“" in question.content.decode()
    assert state_of(item) == "submitted"
    answer = decide(client, item, "review", "材料齐")
    assert "初审通过了，已转审批" in answer.content.decode()
    assert state_of(item) == "reviewed"
    assert CLASS_WORKFLOW.history(item).last().comment == "材料齐"


def test_the_second_hand_files_it_under_a_number(cast: Cast) -> None:
    item = reviewed(cast)
    answer = decide(at_desk(cast.approver), item, "approve")
    page = words_of(answer.content.decode())
    assert "备案号 460108202600001" in page
    assert "批准开班" in page
    assert state_of(item) == "approved"


@pytest.mark.parametrize("decision", ["send_back", "refuse"])
def test_sending_back_needs_words_and_they_reach_the_institution(cast: Cast, decision: str) -> None:
    item, actor = (submitted(cast), cast.intake) if decision == "send_back" else (reviewed(cast), cast.approver)
    client = at_desk(actor)
    page = decide(client, item, decision, "  ").content.decode()
    assert "<title>有错：" in page
    assert "退回要写清哪里要改" in page
    assert state_of(item) in {"submitted", "reviewed"}
    decide(client, item, decision, "上课地点写到门牌号")
    assert state_of(item) == "returned"
    assert "上课地点写到门牌号" in text(actor, item)


def test_the_same_hand_is_refused_and_told_why(cast: Cast) -> None:
    item = submitted(cast)
    office = Organization.objects.get(pk=cast.approver.organization_id)
    twice = make_actor(Role.INTAKE_OFFICER, organization=office, user=user_of(cast.approver))
    review_class(actor=twice, item=item)
    page = text(cast.approver, item)
    assert "初审是您自己办的，审批要换一个人" in page
    assert "office_class_decide" not in page
    assert 'name="decision"' not in page
    decide(at_desk(cast.approver), item, "approve")
    assert state_of(item) == "reviewed"


@pytest.mark.parametrize("role", [Role.SECOND_REVIEWER, Role.INSPECTOR])
def test_readers_read_and_decide_nothing(cast: Cast, role: Role) -> None:
    item, actor = submitted(cast), make_actor(role)
    assert 'name="decision"' not in text(actor, item)
    assert decide(at_desk(actor), item, "review").status_code == 403
    assert state_of(item) == "submitted"


def test_another_county_finds_nothing(cast: Cast) -> None:
    item = submitted(cast)
    stranger = at_desk(make_actor(Role.INTAKE_OFFICER, region=SANYA))
    assert stranger.get(address(item)).status_code == 404
    assert decide(stranger, item, "review").status_code == 404
    assert stranger.get(reverse("office_class_extend", args=[item.public_id])).status_code == 404
    assert state_of(item) == "submitted"


def test_of_two_officers_the_second_is_told(cast: Cast) -> None:
    item = submitted(cast)
    colleague = make_actor(Role.INTAKE_OFFICER)
    opened = decision_of(item, "review")
    send_back_class(actor=colleague, item=item, comment="地点写到门牌")
    late = at_desk(cast.intake).post(
        reverse("office_class_decide", args=[item.public_id]), {**opened, "sure": "1"}, follow=True
    )
    assert "别人已经办了这件" in late.content.decode()
    assert state_of(item) == "returned"


def test_a_page_from_before_the_approval_decides_nothing(cast: Cast) -> None:
    item = submitted(cast)
    opened = decision_of(item, "review")
    review_class(actor=make_actor(Role.INTAKE_OFFICER), item=item)
    approve_class(actor=cast.approver, item=item)
    late = at_desk(cast.intake).post(reverse("office_class_decide", args=[item.public_id]), opened, follow=True)
    assert "别人已经办了这件" in late.content.decode()


def test_a_page_from_before_a_new_round_decides_nothing(cast: Cast) -> None:
    """Sent back and handed in again meanwhile: the same state, another application."""
    item = submitted(cast)
    opened = decision_of(item, "review")
    send_back_class(actor=make_actor(Role.INTAKE_OFFICER), item=item, comment="人数写错")
    submit_class(actor=cast.manager, item=item)
    at_desk(cast.intake).post(reverse("office_class_decide", args=[item.public_id]), {**opened, "sure": "1"})
    assert state_of(item) == "submitted"


def test_a_step_that_is_not_theirs_or_not_there_is_no_choice(cast: Cast) -> None:
    item = submitted(cast)
    for decision in ("approve", "cancel", "nonsense", ""):
        decide(at_desk(cast.intake), item, decision, "试")
        assert state_of(item) == "submitted"


def test_the_history_names_hands_and_what_is_next(cast: Cast) -> None:
    page = words_of(text(cast.approver, reviewed(cast)))
    for said in ("起草开班申请", "提交开班申请", "初审通过", "受理初审", "审批：等审批的人办", "3月9日前"):
        assert said in page, said


def test_the_institutions_record_is_told_once_there_is_one(cast: Cast) -> None:
    item = submitted(cast)
    assert "这家学校以前" not in text(cast.intake, item)
    approved_class(cast, name="上一期", on=FILED)
    page = words_of(text(cast.intake, item))
    assert "这家学校以前" in page
    assert "开过的班1个" in page


def test_the_roster_may_come_later_for_a_reason(cast: Cast) -> None:
    item = approved_class(cast)
    client = at_desk(cast.intake)
    extend = reverse("office_class_extend", args=[item.public_id])
    assert extend in text(cast.intake, item)
    page = client.post(extend, {"until": "2026-03-01", "comment": "台风停课"}).content.decode()
    assert "放宽到的日子已经过了" in page
    assert "请填“为什么放宽" in client.post(extend, {"until": "2026-03-12", "comment": ""}).content.decode()
    client.post(extend, {"until": "2026年3月12日", "comment": "台风停课"})
    item.refresh_from_db()
    assert item.roster_until == dt.date(2026, 3, 12)
    assert at_desk(cast.approver).get(extend).status_code == 403
    with clock.travel_to(item.end):
        assert extend in text(cast.intake, item)
    with clock.travel_to(item.end + dt.timedelta(days=1)):
        assert extend not in text(cast.intake, item), "the lessons are over"


def test_the_people_of_a_class_stand_masked(cast: Cast) -> None:
    item = approved_class(cast)
    place = place_in(item)
    page = text(cast.intake, item)
    assert place.person.identity_no.plain() not in page
    assert reverse("office_case", args=[place.public_id]) in page


def test_the_case_takes_the_same_queries_for_one_person_and_for_many(cast: Cast) -> None:
    item = approved_class(cast)
    waiting_places(item, 1)
    client = at_desk(cast.intake)
    few = queries(client, address(item))
    waiting_places(item, 4)
    assert queries(client, address(item)) == few < 40


class TestList:
    def found(self, actor: Actor, **query: Any) -> str:
        answer = at_desk(actor).get(reverse("office_classes"), query)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_classes_by_state_and_words(self, cast: Cast) -> None:
        submitted(cast, name="电工班")
        item = approved_class(cast, name="厨师班")
        assert "电工班" not in self.found(cast.intake, state="approved")
        assert "厨师班" in self.found(cast.intake, state="approved")
        assert "厨师班" in self.found(cast.approver, q=item.filing_no[:8])
        assert "没有找到" in self.found(cast.intake, q="焊工")

    def test_drafts_and_other_counties_are_not_there(self, cast: Cast) -> None:

        draft_class(actor=cast.clerk, fields=class_fields(name="没交的班"))
        submitted(cast, name="电工班")
        assert "没交的班" not in self.found(cast.intake)
        assert "电工班" not in self.found(make_actor(Role.INTAKE_OFFICER, region=SANYA))

    def test_no_query_a_row(self, cast: Cast) -> None:
        submitted(cast)
        client = at_desk(cast.intake)
        few = queries(client, reverse("office_classes"))
        for number in range(5):
            submitted(cast, name=f"电工第{number}期")
        assert queries(client, reverse("office_classes")) == few < 26


def state_of(item: TrainingClass) -> str:
    item.refresh_from_db()
    return str(item.state)


def test_the_rules_of_a_filed_class_are_those_of_its_filing_day(cast: Cast) -> None:
    item = approved_class(cast)
    with clock.travel_to(dt.date(2026, 6, 1)):
        assert "2026-02-24 申请" in words_of(text(cast.intake, item))


def test_after_completion_the_class_leads_to_sitting_work_and_money(cast: Cast) -> None:
    place = place_in(approved_class(cast, hours=8))
    item = place.training_class
    sitting = make_sitting(item)
    complete_class(item)
    page = text(cast.intake, item)
    for url in (
        reverse("station_sitting", args=[sitting.public_id]),
        f"{reverse('work_trainees')}?class={item.public_id}",
        reverse("class_earned", args=[item.public_id]),
        reverse("work_trainee_claim", args=[place.public_id]),
    ):
        assert url in page, url
    assert "还没查到" in page
    assert reverse("work_trainee_claim", args=[place.public_id]) not in text(make_actor(Role.INSPECTOR), item)


def test_before_approval_it_leads_nowhere_yet(cast: Cast) -> None:
    page = text(cast.intake, submitted(cast))
    assert "班里的事" not in page
    assert "开班申请：" in page


def test_a_kind_that_is_none_is_not_shown_by_its_number(cast: Cast) -> None:
    place = place_in(approved_class(cast))
    with unit_of_work(SYSTEM):
        Enrolment.objects.filter(pk=place.pk).update(category="00")
    assert ">00<" not in text(cast.intake, place.training_class)
