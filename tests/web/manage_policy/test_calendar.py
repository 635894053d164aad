"""The work calendar through the pages: looked at before it counts, slips named, and only by those whose work it is."""

import datetime as dt
from collections.abc import Iterator

import pytest

from qihang.foundation.core import clock
from qihang.foundation.core.models import CalendarYear
from qihang.foundation.core.roles import Role
from qihang.registry.reference.calendar import days_of, fill_calendar
from qihang.registry.reference.holiday_notice import read_notice
from tests.factories import HAIKOU, SYSTEM
from tests.registry.reference.notices import NOTICE
from tests.web.manage_policy.pages import Person, checker, officer

pytestmark = pytest.mark.django_db

SOURCE = "国务院办公厅关于2027年部分节假日安排的通知"
DAYS = read_notice(2027, NOTICE).days


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(dt.date(2026, 11, 24)):
        yield


def test_a_year_counts_once_its_picture_was_looked_at() -> None:
    person = officer()
    page = person.post("manage_calendar_fill", 2027, source=SOURCE, days=NOTICE)
    assert page.count("<caption>") == 12
    assert '<td class="is-off">5<b>休</b><span class="visually-hidden">春节</span></td>' in page
    assert '<td class="is-worked">14<b>班</b><span class="visually-hidden">春节调休</span></td>' in page
    assert not CalendarYear.objects.exists()
    page = person.post("manage_calendar_fill", 2027, source=SOURCE, days=NOTICE, sure="1")
    assert "2027 年的日历录好了" in page
    assert days_of(2027) == DAYS


def test_going_back_keeps_what_was_typed() -> None:
    page = officer().post("manage_calendar_fill", 2027, source=SOURCE, days=NOTICE, sure="1", edit="1")
    assert "2月14日（周日）" in page
    assert not CalendarYear.objects.exists()


def test_every_slip_is_named_and_nothing_is_kept() -> None:
    wrong = NOTICE.replace("1月1日（周五）", "1月1日（周四）").replace("共7天", "共8天")
    page = officer().post("manage_calendar_fill", 2027, source=SOURCE, days=wrong, sure="1")
    assert "第 1 行：2027-01-01 是周五，不是周四" in page
    assert "第 2 行：写的是共 8 天，从头数到尾是 7 天" in page
    assert "第 7 行" in page
    assert not CalendarYear.objects.exists()


@pytest.mark.parametrize(
    ("source", "days", "said"),
    [("", NOTICE, "请填“依据”"), (SOURCE, "", "请填“放假和调休的日子”"), (SOURCE, "。。。", "没找到日期")],
)
def test_what_was_left_out_is_asked_for(source: str, days: str, said: str) -> None:
    assert said in officer().post("manage_calendar_fill", 2027, source=source, days=days, sure="1")


def test_mending_a_year_begins_with_what_stands_there_and_leaves_the_past() -> None:
    fill_calendar(actor=SYSTEM, year=2027, source=SOURCE, days=DAYS)
    person = officer()
    with clock.travel_to(dt.date(2027, 6, 1)):
        page = person.get("manage_calendar_fill", 2027)
        assert "2027-02-05 至 2027-02-11 春节 放假" in page
        assert "今天以前的日子不能改" in page
        changed = NOTICE.replace("5月1日（周六）至5日（周三）放假调休，共5天", "5月1日至4日放假，共4天")
        assert "2027-05-05 已经过去" in person.post(
            "manage_calendar_fill", 2027, source=SOURCE, days=changed, sure="1"
        )
    assert days_of(2027) == DAYS


def test_a_system_administrator_fills_it_in_on_a_new_installation() -> None:
    person = Person(Role.SYSTEM_ADMIN)
    assert "录 2027 年" in person.get("manage_calendar")
    person.post("manage_calendar_fill", 2027, source=SOURCE, days=NOTICE, sure="1")
    assert CalendarYear.objects.filter(year=2027).exists()


def test_others_read_it_and_learn_who_fills_it_in() -> None:
    for person in (checker(), officer(HAIKOU), Person(Role.INTAKE_OFFICER)):
        assert "由省里的政策录入录" in person.get("manage_calendar")
        assert "由省里的政策录入录" in person.get("manage_calendar_year", 2027)
    checker().post("manage_calendar_fill", 2027, status=403, source=SOURCE, days=NOTICE, sure="1")
    page = officer(HAIKOU).post("manage_calendar_fill", 2027, status=403, source=SOURCE, days=NOTICE, sure="1")
    assert "工作日历由省里的政策录入办" in page
    assert not CalendarYear.objects.exists()


def test_a_year_lists_its_days_off_and_its_days_made_up() -> None:
    fill_calendar(actor=SYSTEM, year=2027, source=SOURCE, days=DAYS)
    person = officer()
    page = person.get("manage_calendar_year", 2027)
    assert "2027\xa0年\xa02\xa0月\xa05—11\xa0日" in page
    assert "放假 27\xa0天，补班 5\xa0天" in page
    assert "录好了" in person.get("manage_calendar")


@pytest.mark.parametrize("year", [2028, 1999])
def test_years_beyond_the_calendar_are_not_there(year: int) -> None:
    person = officer()
    for name in ("manage_calendar_year", "manage_calendar_fill"):
        assert f"日历里没有 {year} 年" in person.get(name, year, status=404)
