"""Keeping the work calendar: who may, which years, and that days gone by stay as deadlines were counted by them."""

import datetime as dt
from collections.abc import Iterator

import pytest
from tests.factories import HAIKOU, HAINAN, SYSTEM, make_actor
from tests.registry.reference.notices import NOTICE

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import add_working_days
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import CalendarYear
from qihang.foundation.core.roles import Role
from qihang.registry.reference.calendar import (
    days_of,
    fill_calendar,
    may_keep_calendar,
    unfilled_years,
    year_states,
)
from qihang.registry.reference.holiday_notice import NoticeDay, read_notice

pytestmark = pytest.mark.django_db

DAYS = read_notice(2027, NOTICE).days
SOURCE = "国务院办公厅关于2027年部分节假日安排的通知"


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(dt.date(2026, 11, 24)):
        yield


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.POLICY_OFFICER, region=HAINAN)


def test_a_filled_year_is_counted_in(officer: Actor) -> None:
    fill_calendar(actor=officer, year=2027, source=SOURCE, days=DAYS)
    assert add_working_days(dt.date(2027, 2, 4), 1) == dt.date(2027, 2, 12)
    assert add_working_days(dt.date(2027, 2, 12), 1) == dt.date(2027, 2, 14)
    assert days_of(2027) == DAYS


@pytest.mark.parametrize(
    ("role", "region", "may"),
    [
        (Role.POLICY_OFFICER, HAINAN, True),
        (Role.POLICY_OFFICER, HAIKOU, False),
        (Role.POLICY_CHECKER, HAINAN, False),
        (Role.SYSTEM_ADMIN, HAIKOU, True),
        (Role.LEADER, HAINAN, False),
        (Role.INTAKE_OFFICER, HAINAN, False),
    ],
)
def test_who_keeps_the_calendar(role: Role, region: str, may: bool) -> None:
    actor = make_actor(role, region=region)
    assert may_keep_calendar(actor) is may
    if not may:
        with pytest.raises(NotAllowed, match="政策录入"):
            fill_calendar(actor=actor, year=2027, source=SOURCE, days=DAYS)
        assert not CalendarYear.objects.exists()


def test_what_is_not_there_yet_is_refused(officer: Actor) -> None:
    with pytest.raises(DomainError, match="最晚录到 2027 年"):
        fill_calendar(actor=officer, year=2028, source=SOURCE, days=DAYS)
    with pytest.raises(DomainError, match="文号") as refusal:
        fill_calendar(actor=officer, year=2027, source=" ", days=DAYS)
    assert refusal.value.field == "source"
    with pytest.raises(DomainError, match="还没有写"):
        fill_calendar(actor=officer, year=2027, source=SOURCE, days=[])


def test_of_a_filled_year_only_days_to_come_may_change(officer: Actor) -> None:
    fill_calendar(actor=officer, year=2027, source=SOURCE, days=DAYS)
    without_october = [day for day in DAYS if day.day.month != 10]
    with clock.travel_to(dt.date(2027, 6, 1)):
        fill_calendar(actor=officer, year=2027, source="更正", days=without_october)
        assert days_of(2027) == without_october
        without_may = [day for day in DAYS if day.day.month != 5]
        with pytest.raises(DomainError, match="2027-05-01 已经过去"):
            fill_calendar(actor=officer, year=2027, source="更正", days=without_may)
        added = [*without_october, NoticeDay(dt.date(2027, 3, 1), "holiday", "春节")]
        with pytest.raises(DomainError, match="2027-03-01 已经过去"):
            fill_calendar(actor=officer, year=2027, source="更正", days=added)
    assert days_of(2027) == without_october


def test_a_year_gone_by_may_be_filled_in_while_it_is_empty(officer: Actor) -> None:
    days = [NoticeDay(dt.date(2025, 1, 1), "holiday", "元旦")]
    assert fill_calendar(actor=officer, year=2025, source="补录", days=days).year == 2025


def test_years_are_listed_to_the_next_one_with_the_gaps_between() -> None:
    fill_calendar(actor=SYSTEM, year=2024, source="甲", days=[NoticeDay(dt.date(2024, 1, 1), "holiday", "元旦")])
    states = year_states()
    assert [(state.year, state.filled) for state in states] == [
        (2027, False),
        (2026, False),
        (2025, False),
        (2024, True),
    ]
    assert (states[-1].days_off, states[-1].days_worked, states[-1].source) == (1, 0, "甲")


@pytest.mark.parametrize(
    ("on", "months", "years"),
    [
        (dt.date(2027, 1, 1), 12, [2027, 2028]),
        (dt.date(2027, 1, 31), 11, [2027]),
        (dt.date(2027, 12, 31), 12, [2027, 2028]),
        (dt.date(2027, 12, 1), 1, [2027, 2028]),
    ],
)
def test_which_years_the_next_months_touch(on: dt.date, months: int, years: list[int]) -> None:
    assert unfilled_years(on=on, months=months) == years


def test_a_filled_year_is_not_missing(officer: Actor) -> None:
    fill_calendar(actor=officer, year=2027, source=SOURCE, days=DAYS)
    assert unfilled_years(on=clock.today()) == [2026]
