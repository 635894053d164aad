"""The pages of rules and calendar in a real browser: desktop, phone, large text."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.policy.services import load_sourced_parameters
from qihang.registry.reference.load import load_reference_data
from tests.factories import HAIKOU, make_organization
from tests.registry.reference.notices import NOTICE
from tests.web.browser import DESKTOP, PHONE, VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle
from tests.web.manage_policy.pages import Person, checker, decide, officer, propose

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

sizes = pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(dt.date(2026, 11, 24)):
        yield


@sizes
def test_proposing_and_confirming_a_value(visit: Visitor, viewport: Viewport) -> None:
    load_sourced_parameters()
    proposer, other = officer(), checker()
    page = visit("/manage/parameters/", viewport=viewport, user=proposer.user)
    assert_accessible(page)
    screenshot(page, f"policy-parameters-{viewport.name}")
    page.get_by_role("link", name=re.compile("提出一个值.*每班人数上限")).click()
    settle(page)
    assert_accessible(page)
    page.get_by_role("button", name="看看改成什么样").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"policy-propose-{viewport.name}")
    page.get_by_label("值（人）").fill("50")
    page.get_by_label("从哪天起").fill("2027-01-01")
    page.get_by_label("依据").fill("琼人社规〔2024〕2号")
    page.get_by_text("自己看过文件原文").click()
    page.get_by_role("button", name="看看改成什么样").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"policy-preview-{viewport.name}")
    page.get_by_role("button", name="提出，交复核").click()
    expect(page.get_by_text("草案提出了")).to_be_visible()
    page = visit("/manage/parameters/waiting/", viewport=viewport, user=other.user)
    assert_accessible(page)
    screenshot(page, f"policy-waiting-{viewport.name}")
    page.get_by_role("link", name="每班人数上限：50 人").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"policy-version-{viewport.name}")
    page.get_by_text("原文、数、日期都对").click()
    page.get_by_role("button", name="就这样定").click()
    expect(page.get_by_text("的新值生效了")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
def test_the_versions_of_a_key_and_taking_one_back(visit: Visitor, viewport: Viewport) -> None:
    proposer, other = officer(), checker()
    decide(other, propose(proposer))
    later = propose(proposer, value="45", valid_from="2027-01-01")
    decide(other, propose(proposer, region=HAIKOU, value="40"))
    decide(other, later, "send_back", "原文是四十八人，见第九条")
    for path, name in (
        ("/manage/parameters/keys/class.size_max/", "versions"),
        (f"/manage/parameters/{later.public_id}/", "returned"),
        ("/manage/parameters/waiting/", "came-back"),
        ("/manage/parameters/keys/training.categories/propose/", "propose-codes"),
    ):
        page = visit(path, viewport=viewport, user=proposer.user)
        assert_accessible(page)
        screenshot(page, f"policy-{name}-{viewport.name}")
    first = later.__class__.objects.earliest("id")
    page = visit(f"/manage/parameters/{first.public_id}/withdraw/", viewport=viewport, user=other.user)
    assert_accessible(page)
    screenshot(page, f"policy-withdraw-{viewport.name}")


@sizes
def test_filling_in_next_year(visit: Visitor, viewport: Viewport) -> None:
    load_reference_data()
    person = officer()
    page = visit("/manage/calendar/", viewport=viewport, user=person.user)
    assert_accessible(page)
    screenshot(page, f"policy-calendar-{viewport.name}")
    page.get_by_role("link", name="录 2027 年").click()
    settle(page)
    page.get_by_label("依据").fill("国务院办公厅关于2027年部分节假日安排的通知")
    page.get_by_label("放假和调休的日子").fill(NOTICE.replace("（周五）至3日", "（周四）至3日"))
    page.get_by_role("button", name="看看全年的样子").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"policy-year-errors-{viewport.name}")
    page.get_by_label("放假和调休的日子").fill(NOTICE)
    page.get_by_role("button", name="看看全年的样子").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"policy-year-preview-{viewport.name}")
    page.get_by_role("button", name="就这样定").click()
    expect(page.get_by_text("2027 年的日历录好了")).to_be_visible()
    assert_accessible(page)


@sizes
def test_what_is_missing(visit: Visitor, viewport: Viewport) -> None:
    load_reference_data()
    load_sourced_parameters()
    make_organization(OrganizationKind.TRAINING_INSTITUTION, name="海口启明职业培训学校")
    page = visit("/manage/missing/", viewport=viewport, user=Person(Role.SYSTEM_ADMIN).user)
    assert_accessible(page)
    screenshot(page, f"policy-missing-{viewport.name}")
