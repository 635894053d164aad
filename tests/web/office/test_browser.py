"""An officer's day in a real browser: desktop, phone and large text; by keyboard; without scripts."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from qihang.delivery.training.enrolling import confirm_categories
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from tests.delivery.belongings import give_spell
from tests.delivery.builders import Cast, approved_class, ground, make_cast, make_person
from tests.factories import make_actor, make_organization, make_user
from tests.web.browser import DESKTOP, PHONE, VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle
from tests.web.office.desk import TODAY, reviewed, session_of, submitted, user_of, waiting_place, waiting_places

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

sizes = pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)


@pytest.fixture
def county(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cast]:
    """A county's people on that Monday; the server's own threads must see the same day."""
    monkeypatch.setenv("QIHANG_CLOCK_SHIFT_DAYS", str((TODAY - timezone.localdate()).days))
    ground()
    yield make_cast()


class Desk:
    """Pages opened as one officer."""

    def __init__(self, visit: Visitor, actor: Actor, viewport: Viewport, *, scripts: bool = True) -> None:
        self.visit, self.actor, self.viewport, self.scripts = visit, actor, viewport, scripts

    def __call__(self, name: str, *args: Any) -> Page:
        return self.visit(
            reverse(name, args=args),
            viewport=self.viewport,
            user=user_of(self.actor),
            session=session_of(self.actor),
            scripts=self.scripts,
        )

    def seen(self, page: Page, name: str) -> Page:
        assert_accessible(page)
        screenshot(page, f"office-{name}-{self.viewport.name}")
        return page


def busy_county(cast: Cast) -> tuple[TrainingClass, TrainingClass]:
    """Several kinds of work: an application to look at, and a class with people who wait."""
    approved = approved_class(cast, name="养老护理员五级2026年第1期")
    waiting_places(approved, 3)
    person = make_person()
    earlier = waiting_place(approved_class(cast, name="客房服务员五级2026年第1期"), person=person)
    waiting_place(approved, person=person, category="09", no=4)
    confirm_categories(
        actor=cast.intake,
        item=earlier.training_class,
        enrolment_ids=[earlier.pk],
        public_post=False,
        comment="看了原件",
    )
    waiting_place(approved, person=make_person("1950-01-01"), no=5)
    with clock.travel_to(TODAY.replace(month=2, day=24)):
        submitted(cast, name="电工五级2026年第6期", planned_heads=40)
    reviewed(cast, name="中式面点师五级2026年第3期")
    return submitted(cast, name="家政服务员五级2026年第2期"), approved


@sizes
def test_every_page(visit: Visitor, county: Cast, viewport: Viewport) -> None:
    item, approved = busy_county(county)
    desk = Desk(visit, county.intake, viewport)
    desk.seen(desk("office_home"), "home")
    desk.seen(desk("office_classes"), "classes")
    page = desk.seen(desk("office_class", item.public_id), "class")
    page.get_by_text("退回修改", exact=True).click()
    page.get_by_role("button", name="再看一遍").click()
    settle(page)
    expect(page.get_by_role("alert")).to_be_focused()
    desk.seen(page, "class-errors")
    page.get_by_label("给学校的话").fill("上课地点写到门牌号")
    page.get_by_role("button", name="再看一遍").click()
    settle(page)
    desk.seen(page, "class-confirm")
    page.get_by_role("button", name="退回修改").click()
    settle(page)
    desk.seen(page, "class-returned")
    desk.seen(desk("office_class_extend", approved.public_id), "extend")
    desk.seen(desk("office_class", approved.public_id), "class-approved")


@sizes
def test_the_own_case_and_staff_of_the_school(visit: Visitor, county: Cast, viewport: Viewport) -> None:
    item = approved_class(county)
    own, staff, *_ = waiting_places(item, 3)
    numbers = [place.person.identity_no.plain() for place in (own, staff)]
    officer = make_actor("intake_officer", user=make_user(identity_no=numbers[0]))
    make_actor("provider_clerk", organization=item.organization, user=make_user(identity_no=numbers[1]))
    desk = Desk(visit, officer, viewport)
    desk.seen(desk("office_categories", item.public_id), "categories-own")
    desk.seen(desk("office_case", own.public_id), "case-own")


@sizes
def test_categories(visit: Visitor, county: Cast, viewport: Viewport) -> None:
    _, approved = busy_county(county)
    desk = Desk(visit, county.intake, viewport)
    page = desk.seen(desk("office_categories", approved.public_id), "categories")
    for box in page.locator("input[name=ids]").all():
        box.check()
    expect(page.get_by_text("已选 4 人")).to_be_visible()
    page.get_by_role("button", name="核实勾选的人").click()
    settle(page)
    desk.seen(page, "categories-confirm")
    page.get_by_label("看的什么证明").fill("看了就业创业证原件")
    page.get_by_label("都不是机关、事业单位在编人员").check()
    page.get_by_role("button", name="都看过证明").click()
    settle(page)
    desk.seen(page, "categories-outcome")
    page.get_by_role("region", name="没通过，差在").get_by_role("link").first.click()
    settle(page)
    desk.seen(page, "case-refused")
    page.get_by_role("link", name="重新核实").click()
    settle(page)
    desk.seen(page, "case-reconsider")


@sizes
def test_people(visit: Visitor, county: Cast, viewport: Viewport) -> None:
    _, approved = busy_county(county)
    place = approved.enrolments.first()
    desk = Desk(visit, county.intake, viewport)
    page = desk.seen(desk("office_people"), "people")
    page.get_by_role("textbox", name="身份证号").fill(place.person.identity_no.plain())
    page.get_by_role("button", name="按身份证号查").click()
    settle(page)
    desk.seen(page, "people-found")
    page.get_by_role("link", name=approved.name).click()
    settle(page)
    desk.seen(page, "case")
    page.get_by_role("link", name="给本人一个代办码").click()
    settle(page)
    desk.seen(page, "entry-code-ask")
    page.get_by_label("本人来了").check()
    page.get_by_role("button", name="给一个代办码").click()
    settle(page)
    desk.seen(page, "entry-code")
    desk.seen(desk("office_case_correct", place.public_id), "case-correct")
    desk.seen(desk("office_case_reject", place.public_id), "case-reject")


@sizes
def test_two_records_of_one_person(visit: Visitor, county: Cast, viewport: Viewport) -> None:
    _, approved = busy_county(county)
    keep, other = approved.enrolments.earliest("pk").person, make_person(name="王晓燕")
    give_spell(other)
    desk = Desk(visit, county.intake, viewport)
    page = desk.seen(desk("office_person", keep.public_id), "person")
    page.get_by_role("link", name="和另一条记录合并").click()
    settle(page)
    desk.seen(page, "merge-find")
    page.get_by_role("textbox", name="另一条记录的身份证号").fill(other.identity_no.plain())
    page.get_by_role("button", name="查另一条记录").click()
    settle(page)
    desk.seen(page, "merge-with")
    page.get_by_role("button", name="再看一遍").click()
    settle(page)
    expect(page.get_by_role("alert")).to_be_focused()
    page.locator("label", has_text=str(keep.identity_no)).click()
    page.get_by_label("凭什么看是同一个人").fill("看了户口簿，旧证号是升位前的")
    page.get_by_role("button", name="再看一遍").click()
    settle(page)
    desk.seen(page, "merge-sure")
    page.get_by_role("button", name="提出合并").click()
    settle(page)
    desk.seen(page, "merge-proposed")
    colleague = Desk(visit, make_actor("second_reviewer"), viewport)
    page = colleague.seen(colleague("office_home"), "home-second-reviewer")
    page.get_by_role("link", name="人员合并").first.click()
    settle(page)
    colleague.seen(page, "merge")
    page.get_by_role("link", name="是同一个人，去确认").click()
    settle(page)
    colleague.seen(page, "merge-confirm")
    page.get_by_label("您看了什么").fill("两份档案同一张照片")
    page.get_by_role("button", name="确认，合并").click()
    settle(page)
    expect(page.get_by_text("合并好了")).to_be_visible()
    colleague.seen(page, "merge-done")
    other.refresh_from_db()
    assert other.merged_into_id == keep.pk


@sizes
def test_until_when_somebody_is_of_a_category(visit: Visitor, county: Cast, viewport: Viewport) -> None:
    place = waiting_place(approved_class(county, name="客房服务员五级2026年第1期"))
    confirm_categories(
        actor=county.intake, item=place.training_class, enrolment_ids=[place.pk], public_post=False, comment="看了原件"
    )
    desk = Desk(visit, county.intake, viewport)
    page = desk("office_person", place.person.public_id)
    page.get_by_role("link", name="写明到哪天为止").click()
    settle(page)
    desk.seen(page, "category-end")
    page.get_by_role("button", name="写明").click()
    settle(page)
    expect(page.get_by_role("alert")).to_be_focused()
    desk.seen(page, "category-end-errors")
    page.get_by_label("到哪天为止").fill("2026-03-31")
    page.get_by_label("为什么").fill("4 月 1 日办了就业登记")
    page.get_by_role("button", name="写明").click()
    settle(page)
    expect(page.get_by_text("写明了")).to_be_visible()
    desk.seen(page, "person-ended")
    page.get_by_role("link", name="认定不属于").first.click()
    settle(page)
    desk.seen(page, "category-reject")


def test_chosen_together_by_keyboard_and_passed_on(visit: Visitor, county: Cast) -> None:
    make_organization("agency")
    busy_county(county)
    desk = Desk(visit, county.intake, DESKTOP)
    page = desk("office_home")
    page.keyboard.press("/")
    expect(page.locator("#q-find")).to_be_focused()
    page.get_by_label("选中本页能一起办的").check()
    expect(page.get_by_text("已选 2 件")).to_be_visible()
    screenshot(page, "office-home-chosen-desktop")
    page.get_by_role("button", name="一起初审通过").click()
    settle(page)
    desk.seen(page, "classes-pass")
    page.get_by_role("button", name="初审通过").click()
    settle(page)
    expect(page.get_by_text("初审通过 2 件。")).to_be_visible()


def test_filters_exchange_the_list_alone_and_keep_the_address(visit: Visitor, county: Cast) -> None:
    busy_county(county)
    page = Desk(visit, county.intake, DESKTOP)("office_home")
    page.get_by_label("事项").select_option("category")
    expect(page.get_by_text("电工五级")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"kind=category"))
    expect(page.locator("#q-status")).to_have_text("共 1 件")
    page.get_by_role("link", name="去掉条件：类别核实").click()
    settle(page)
    expect(page.get_by_text("电工五级")).to_be_visible()


def test_without_scripts_a_class_is_decided(visit: Visitor, county: Cast) -> None:
    item, _ = busy_county(county)
    page = Desk(visit, county.intake, PHONE, scripts=False)("office_class", item.public_id)
    page.get_by_text("初审通过，转审批").click()
    page.get_by_role("button", name="再看一遍").click()
    page.get_by_role("button", name="初审通过").click()
    expect(page.get_by_text("初审通过了，已转审批")).to_be_visible()
    item.refresh_from_db()
    assert item.state == "reviewed"


def test_the_list_comes_back_with_its_filters(visit: Visitor, county: Cast) -> None:
    busy_county(county)
    page = Desk(visit, county.intake, DESKTOP)("office_home")
    page.get_by_label("事项").select_option("class")
    expect(page).to_have_url(re.compile(r"kind=class"))
    page.locator("tbody").get_by_role("link", name="开班申请").first.click()
    settle(page)
    page.get_by_label("位置").get_by_role("link", name="我的待办").click()
    settle(page)
    expect(page).to_have_url(re.compile(r"kind=class"))
