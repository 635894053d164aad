"""还缺什么: what each reader is told, the next step where it is theirs, and that it closes when the gap does."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.policy.services import load_demo_parameters, load_sourced_parameters
from qihang.registry.reference.calendar import fill_calendar
from qihang.registry.reference.holiday_notice import read_notice
from qihang.web import navigation
from qihang.web.views.manage_policy import missing
from tests.factories import HAIKOU, HAINAN, SYSTEM, make_actor, make_organization, make_region
from tests.registry.reference.notices import NOTICE
from tests.web.manage_policy.pages import Person, checker, officer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(dt.date(2026, 11, 24)):
        yield


@pytest.fixture
def admin() -> Person:
    return Person(Role.SYSTEM_ADMIN)


def part(page: str, title: str) -> str:
    """One thing of the list."""
    found = re.search(rf"<h2>\d\. {title}</h2>.*?</li>\s*(?=<li class=\"q-box\">|</ol>)", page, re.DOTALL)
    assert found, title
    return found[0]


def test_a_new_installation_is_led_from_the_first_step_on(admin: Person) -> None:
    make_region(HAIKOU)
    page = admin.get("manage_missing")
    titles = re.findall(r"<h2>\d\. (.*?)</h2>", page)
    assert titles == [
        "三个管理员",
        "登记单位",
        "请来定参数的两个人",
        "参数",
        "工作日历",
        "各地办件的人",
        "机构和鉴定站的负责人",
        "短信和邮件",
        "没对过原文的参数",
    ]
    assert "安全管理员还没有人" in part(page, "三个管理员")
    assert "./qihang up" in part(page, "三个管理员")
    assert "还没有人社部门" in part(page, "登记单位")
    assert "省里的政策复核还没有人" in part(page, "请来定参数的两个人")
    assert "海口市没有：受理初审、复核、审批、财务、检查" in part(page, "各地办件的人")
    assert "录 2026 年" in part(page, "工作日历")


def test_a_long_list_is_cut_short_and_counted(admin: Person) -> None:
    shown = part(admin.get("manage_missing"), "参数")
    assert shown.count("<li>") == 7
    assert re.search(r"还有 \d+\xa0样", shown)


def test_what_is_there_is_said_to_be_there(admin: Person) -> None:
    load_demo_parameters()
    days = read_notice(2027, NOTICE).days
    for year in (2026, 2027):
        moved = [day.__class__(day.day.replace(year=year), day.kind, day.name) for day in days]
        fill_calendar(actor=SYSTEM, year=year, source="通知", days=moved)
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.POLICY_OFFICER, Role.POLICY_CHECKER):
        make_actor(role, region=HAINAN)
    page = admin.get("manage_missing")
    for title in ("三个管理员", "请来定参数的两个人", "参数", "工作日历"):
        assert "齐了" in part(page, title), title
    assert "登记了再看" in part(page, "机构和鉴定站的负责人")


def test_values_that_nobody_checked_are_named_as_such(admin: Person) -> None:
    load_sourced_parameters()
    shown = part(admin.get("manage_missing"), "没对过原文的参数")
    assert "职业培训补贴标准（五级/初级工）：二手来源，琼财社规〔2021〕14号" in shown
    assert "个要核" in shown
    load_demo_parameters()
    assert "示范值" in admin.get("manage_parameters", v="demo")


def test_demo_values_count_as_unchecked(admin: Person) -> None:
    load_demo_parameters()
    assert "：示范值，" in part(admin.get("manage_missing"), "没对过原文的参数")


def test_a_school_without_anybody_is_named(admin: Person) -> None:
    make_organization(OrganizationKind.TRAINING_INSTITUTION, name="启明职业培训学校")
    page = admin.get("manage_missing")
    assert "启明职业培训学校没有培训机构负责人" in part(page, "机构和鉴定站的负责人")
    assert "还没有培训机构" not in part(page, "登记单位")


def test_the_next_step_is_a_link_for_whoever_may_take_it(admin: Person) -> None:
    fill = reverse("manage_calendar_fill", args=[2026])
    for person, may_fill, word in (
        (admin, True, "看缺哪些"),
        (officer(), True, "逐个提出"),
        (checker(), False, "看缺哪些"),
        (Person(Role.LEADER), False, "看缺哪些"),
    ):
        page = person.get("manage_missing")
        assert (fill in page) is may_fill
        assert word in part(page, "参数")
        assert "政策录入提出，政策复核生效" in page


def test_pages_of_organizations_are_led_to_by_those_whose_menu_has_them(
    admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = navigation.Item(label="单位", url_name="manage_calendar", roles=frozenset({Role.SYSTEM_ADMIN}), order=999)
    monkeypatch.setattr(missing, "ORGANIZATIONS", "manage_calendar")
    monkeypatch.setattr(missing, "registered", lambda: (item,))
    leads_on = f'<a href="{reverse("manage_calendar")}">去登记单位'
    assert leads_on in part(admin.get("manage_missing"), "登记单位")
    assert leads_on not in officer().get("manage_missing")


def test_a_city_reads_what_its_own_place_lacks() -> None:
    person = officer(HAIKOU)
    page = person.get("manage_missing")
    assert "海口市" in page
    assert f"?region={HAIKOU}&amp;v=missing" in part(page, "参数")


@pytest.mark.parametrize("role", [Role.INTAKE_OFFICER, Role.AUDIT_ADMIN, Role.PROVIDER_MANAGER])
def test_others_are_told_whose_page_it_is(role: Role) -> None:
    assert "系统管理员" in Person(role).get("manage_missing", status=403)


def test_letters_that_reach_nobody_are_told_until_a_gateway_is_set(admin: Person, settings: Any) -> None:
    make_region(HAIKOU)
    said = part(admin.get("manage_missing"), "短信和邮件")
    assert "短信还没有接通" in said and "电子邮件还没有接通" in said
    settings.NOTIFICATION_GATEWAYS = {"sms": "operator", "email": "smtp"}
    assert "短信、邮件都接通了" in part(admin.get("manage_missing"), "短信和邮件")
