"""The list leads to what is to be done; the class says how far it is; each step is asked, made once and logged."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import draft_class, send_back_class, submit_class
from qihang.foundation.core import clock
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.web.landing import home_of
from qihang.web.views.provider.menu import waiting_classes
from qihang.web.views.provider.people import OUTCOMES
from qihang.web.views.provider.states import states
from qihang.web.views.provider.tasks import task_of
from tests.delivery.builders import Cast, approved_class, class_fields, place_in
from tests.factories import make_actor
from tests.web.provider.pages import browser_of, give, messages_of, record, reload

pytestmark = pytest.mark.django_db
SPRING = {"start": dt.date(2026, 4, 20), "end": dt.date(2026, 5, 8)}


def draft(cast: Cast, **changes: Any) -> TrainingClass:
    return draft_class(actor=cast.clerk, fields=class_fields(**{**SPRING, **changes}))


def submitted(cast: Cast) -> TrainingClass:
    return submit_class(actor=cast.manager, item=draft(cast))


def step(item: TrainingClass, name: str) -> str:
    return reverse("class_step", args=[item.public_id, name])


class TestTasks:
    """What `task_of` says at each stage of a class."""

    def test_a_draft_waits_for_the_manager(self, cast: Cast) -> None:
        item = draft(cast)
        clerk, manager = task_of(item, cast.clerk), task_of(item, cast.manager)
        assert clerk is not None and manager is not None
        assert (clerk.action, manager.action) == ("", "交开班申请")
        assert manager.by == dt.date(2026, 4, 13)  # five working days before the start

    def test_a_draft_against_the_rules_is_mended_first(self, cast: Cast) -> None:
        task = task_of(draft(cast, planned_heads=60), cast.manager)
        assert task is not None and task.action == "改申请" and "最多 50 人" in task.why

    def test_with_the_officers_there_is_nothing_to_do(self, cast: Cast) -> None:
        assert task_of(submitted(cast), cast.manager) is None

    def test_an_application_sent_back_is_mended(self, cast: Cast) -> None:
        item = submitted(cast)
        send_back_class(actor=cast.intake, item=item, comment="补教室号")
        task = task_of(item, cast.clerk)
        assert task is not None and "补教室号" in task.why

    def test_an_approved_class_wants_its_roster_while_there_is_time(self, cast: Cast) -> None:
        item = approved_class(cast, **SPRING)
        task = task_of(item, cast.clerk)
        assert task is not None and (task.title, task.by) == ("把花名册导进来", SPRING["start"])

    def test_after_the_last_day_the_county_is_asked(self, cast: Cast) -> None:
        task = task_of(approved_class(cast), cast.clerk)
        assert task is not None and task.title == "请县里放宽报名单的日子" and not task.url

    def test_a_class_under_way_wants_attendance(self, cast: Cast) -> None:
        item = approved_class(cast, end=dt.date(2026, 4, 10))
        place = place_in(item)
        assert (task_of(item, cast.clerk) or pytest.fail("nothing")).title == "把考勤表导进来"
        record(place, "√√")
        assert task_of(item, cast.clerk) is None

    def test_a_class_that_is_over_is_completed_once_everyone_is_settled(self, cast: Cast) -> None:
        item = approved_class(cast, hours=40)
        record(place_in(item), "√√√√√")
        assert (task_of(item, cast.clerk) or pytest.fail("nothing")).title == "给这个班办结业"
        place_in(item, state="applied")
        assert (task_of(item, cast.clerk) or pytest.fail("nothing")).title == "结业还差一步"

    def test_too_few_days_ask_for_the_rest_of_the_attendance(self, cast: Cast) -> None:
        item = approved_class(cast, hours=112)
        record(place_in(item), "√√√√√")
        task = task_of(item, cast.clerk)
        assert task is not None and "至少要上 14 天" in task.why

    def test_a_class_all_have_left_asks_nothing(self, cast: Cast) -> None:
        item = approved_class(cast)
        place = place_in(item, state="refused")
        assert place.state == "refused"
        assert task_of(item, cast.clerk) is None


class TestList:
    def test_the_most_urgent_comes_first_and_the_rest_below(self, cast: Cast) -> None:
        coming = approved_class(cast, name="春天的班", **SPRING)
        over = approved_class(cast, name="上完的班", hours=40)
        record(place_in(over), "√√√√√")
        page = browser_of(cast.manager).get(reverse("provider_home"))
        assert page.context["task"].item == over
        assert [task.item for task, _ in page.context["others"]] == [coming]
        assert waiting_classes(cast.manager) == 2

    def test_tabs_count_and_hold_what_they_say(self, cast: Cast) -> None:
        draft(cast)
        submitted(cast)
        approved_class(cast, **SPRING)
        client = browser_of(cast.clerk)
        page = client.get(reverse("provider_home"))
        counts = {view.label: view.count for view in page.context["views"]}
        assert counts == {
            "要办的": 1,
            "在上课": 0,
            "等结业": 0,
            "等开班": 1,
            "等审批": 1,
            "草稿": 1,
            "已结业": 0,
            "全部": 3,
        }
        for view in page.context["views"]:
            assert client.get(view.url).context["page"].paginator.count == view.count

    def test_a_draft_waits_for_the_manager(self, cast: Cast) -> None:
        item = draft(cast)
        page = browser_of(cast.manager).get(reverse("provider_home"))
        assert page.context["task"].item == item
        assert reverse("class_step", args=[item.public_id, "submit"]) in page.content.decode()
        assert page.context["view"] == "todo"
        assert (waiting_classes(cast.manager), waiting_classes(cast.clerk)) == (1, 0)

    def test_nothing_to_do_is_said(self, cast: Cast) -> None:
        page = browser_of(cast.clerk).get(reverse("provider_home"))
        assert "现在没有要您办的事" in page.content.decode()
        assert page.context["view"] == "all"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"q": "护理"}, 0),
            ({"q": "家政"}, 1),
            ({"programme": "startup"}, 0),
            ({"format": "day"}, 1),
            ({"format": "x"}, 1),
        ],
    )
    def test_filters(self, cast: Cast, query: dict[str, str], found: int) -> None:
        draft(cast)
        page = browser_of(cast.clerk).get(reverse("provider_home"), {"view": "all", **query})
        assert page.context["page"].paginator.count == found

    def test_pages_of_twenty(self, cast: Cast) -> None:
        for number in range(21):
            draft(cast, name=f"班{number}")
        page = browser_of(cast.clerk).get(reverse("provider_home"), {"view": "draft", "page": "2"})
        assert len(page.context["page"].object_list) == 1

    def test_its_queries_do_not_grow_with_the_list(self, cast: Cast, django_assert_max_num_queries: Any) -> None:
        for number in range(6):
            draft(cast, name=f"班{number}")
        client = browser_of(cast.clerk)
        with django_assert_max_num_queries(20):
            client.get(reverse("provider_home"), {"view": "draft"})

    def test_nor_with_what_there_is_to_do(self, cast: Cast) -> None:
        def queries(more: int) -> int:
            for number in range(more):
                draft(cast, name=f"草稿{more}-{number}")
                approved_class(cast, name=f"没名单{more}-{number}", **SPRING)
            with CaptureQueriesContext(connection) as seen:
                assert len(client.get(reverse("provider_home")).context["others"]) > 0
            return len(seen)

        client = browser_of(cast.manager)
        few = queries(1)
        assert queries(5) <= few

    @pytest.mark.parametrize("role", ["clerk", "manager"])
    def test_it_is_where_both_roles_begin(self, cast: Cast, role: str) -> None:
        request = RequestFactory().get("/")
        assert home_of(getattr(cast, role), request) == reverse("provider_home")

    def test_a_trainer_reads_it(self, cast: Cast) -> None:
        item = approved_class(cast, **SPRING)
        trainer = make_actor(Role.TRAINER, organization=item.organization)
        page = browser_of(trainer).get(reverse("provider_home")).content.decode()
        assert item.name not in page and "还没有交给您教的班" in page
        give(cast, item, trainer)
        page = browser_of(trainer).get(reverse("provider_home")).content.decode()
        assert item.name in page and "申请开班" not in page


class TestSteps:
    def test_the_manager_hands_in_once(self, cast: Cast) -> None:
        item = draft(cast)
        client = browser_of(cast.manager)
        assert "把开班申请交给县里吗" in client.get(step(item, "submit")).content.decode()
        client.post(step(item, "submit"))
        again = client.post(step(item, "submit"), follow=True)
        assert "已经办过了" in messages_of(again)
        assert reload(item).state == ClassState.SUBMITTED

    def test_the_clerk_does_not(self, cast: Cast) -> None:
        item = draft(cast)
        answer = browser_of(cast.clerk).post(step(item, "submit"), follow=True)
        assert "不用您办" in messages_of(answer)
        assert reload(item).state == ClassState.DRAFT

    def test_against_the_rules_it_is_refused_with_the_reason(self, cast: Cast) -> None:
        item = draft(cast, planned_heads=60)
        answer = browser_of(cast.manager).post(step(item, "submit"))
        assert answer.status_code == 200 and "最多 50 人" in answer.content.decode()

    def test_cancelling_a_class_with_people_is_not_offered(self, cast: Cast) -> None:
        item = approved_class(cast, **SPRING)
        client = browser_of(cast.manager)
        assert "取消这个班" in client.get(reverse("class_page", args=[item.public_id])).content.decode()
        place_in(item)
        assert "取消这个班" not in client.get(reverse("class_page", args=[item.public_id])).content.decode()
        answer = client.post(step(item, "cancel"), {"comment": "没人来"})
        assert "先一个个办退班" in answer.content.decode()

    def test_cancelling_needs_its_reason(self, cast: Cast) -> None:
        item = submitted(cast)
        client = browser_of(cast.manager)
        assert "请填“为什么”" in client.post(step(item, "cancel"), {"comment": " "}).content.decode()
        client.post(step(item, "cancel"), {"comment": "招不满"})
        assert reload(item).state == ClassState.CANCELLED

    def test_an_officers_steps_lead_to_their_own_page(self, cast: Cast) -> None:
        item = submitted(cast)
        page = browser_of(cast.intake).get(reverse("class_page", args=[item.public_id]))
        assert [(one.label, one.url) for one in page.context["buttons"]] == [
            ("去办：初审通过、退回修改", reverse("office_class", args=[item.public_id]))
        ]
        assert not browser_of(cast.approver).get(reverse("class_page", args=[item.public_id])).context["buttons"]
        assert browser_of(cast.intake).get(step(item, "review")).status_code == 403

    def test_an_unknown_step_leads_back(self, cast: Cast) -> None:
        item = draft(cast)
        assert browser_of(cast.manager).get(step(item, "nonsense")).url == reverse("class_page", args=[item.public_id])

    def test_completing_has_its_own_page(self, cast: Cast) -> None:
        item = approved_class(cast, hours=40)
        record(place_in(item), "√√√√√")
        assert browser_of(cast.manager).get(step(item, "complete")).status_code == 302


class TestPage:
    def test_steps_and_history(self, cast: Cast) -> None:
        item = approved_class(cast, hours=40)
        record(place_in(item), "√√√√√")
        page = browser_of(cast.clerk).get(reverse("class_page", args=[item.public_id]))
        assert [str(one.stage) for one in page.context["steps"]] == ["done"] * 4 + ["now", "next", "next"]
        assert [event.seal for event in page.context["events"]] == ["", "", "核", "准"]
        assert cast.intake.user_label in page.content.decode()

    def test_a_deadline_of_the_officers_is_the_last_event(self, cast: Cast) -> None:
        item = submitted(cast)
        page = browser_of(cast.clerk).get(reverse("class_page", args=[item.public_id]))
        assert page.context["events"][-1].title == "等县里办"
        assert "前审" in page.context["steps"][1].note

    def test_numbers_lead_to_their_people(self, cast: Cast) -> None:
        item = approved_class(cast)
        place_in(item)
        place_in(item, state="refused")
        numbers = {label: (number, url) for label, number, _, url in _numbers(cast.clerk, item)}
        assert numbers["计划"] == (45, "")
        assert numbers["报名"][0] == 2
        people = reverse("class_people", args=[item.public_id])
        assert numbers["没通过"] == (1, f"{people}?state=refused")
        assert numbers["等核实"] == (0, "")

    def test_a_leader_reads_numbers_without_names(self, cast: Cast) -> None:
        item = approved_class(cast)
        place_in(item)
        leader = make_actor(Role.LEADER)
        assert {url for *_, url in _numbers(leader, item)} == {""}

    def test_the_telephone_is_shown_for_a_reason_only(self, cast: Cast) -> None:
        item = approved_class(cast)
        client = browser_of(cast.intake)
        page = client.get(reverse("class_page", args=[item.public_id])).content.decode()
        assert "13800001111" not in page and "138****1111" in page
        address = reverse("class_contact", args=[item.public_id])
        assert client.get(address).status_code == 405
        _prove(client)
        assert "13800001111" in client.post(address, {"reason": "约现场检查"}).content.decode()
        assert RevealLog.objects.count() == 1


def _numbers(actor: Any, item: TrainingClass) -> Any:
    return browser_of(actor).get(reverse("class_page", args=[item.public_id])).context["numbers"]


def _prove(client: Any) -> None:
    """As if the owner had just given their password."""
    session = client.session
    session["proved"] = int(clock.now().timestamp())
    session.save()


def test_every_state_has_its_words() -> None:
    tables = {table.name: table for table in states.tables()}
    assert set(tables["training_class"].wordings) == set(ClassState.values)
    assert set(tables["enrolment"].wordings) == set(EnrolmentState.values)
    assert set(tables["eligibility"].wordings) == set(OUTCOMES)
