import datetime as dt

import pytest

from qihang.foundation.core import calendars
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import CalendarDay

pytestmark = pytest.mark.django_db

ADMIN = Actor(user_id=1, user_label="管理员", role="system_admin", region="460000")


@pytest.fixture(autouse=True)
def october() -> None:
    """National Day 2026: 1-7 October off, 10 October (a Saturday) worked."""
    days = [(dt.date(2026, 10, n), "holiday", "国庆节") for n in range(1, 8)]
    days.append((dt.date(2026, 10, 10), "workday", "国庆节"))
    calendars.fill_year(actor=ADMIN, year=2026, source="国办通知", days=days)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-10-09", 2, "2026-10-12"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-03", 0, "2026-10-03"),
    ],
)
def test_adding_working_days(start: str, count: int, expected: str) -> None:
    assert calendars.add_working_days(dt.date.fromisoformat(start), count) == dt.date.fromisoformat(expected)


def test_counting_between_excludes_the_first_day_and_includes_the_last() -> None:
    assert calendars.working_days_between(dt.date(2026, 9, 30), dt.date(2026, 10, 10)) == 3
    assert calendars.working_days_between(dt.date(2026, 10, 10), dt.date(2026, 9, 30)) == 0


def test_an_unfilled_year_is_named_not_guessed() -> None:
    with pytest.raises(calendars.CalendarYearMissing, match="2027"):
        calendars.add_working_days(dt.date(2026, 12, 31), 1)


def test_filling_a_year_again_replaces_its_days() -> None:
    calendars.fill_year(actor=ADMIN, year=2026, source="更正", days=[(dt.date(2026, 1, 1), "holiday", "元旦")])
    assert list(CalendarDay.objects.values_list("day", flat=True)) == [dt.date(2026, 1, 1)]


def test_a_day_of_another_year_is_refused_and_nothing_changes() -> None:
    with pytest.raises(DomainError, match="2027-01-01"):
        calendars.fill_year(actor=ADMIN, year=2026, source="错", days=[(dt.date(2027, 1, 1), "holiday", "元旦")])
    assert CalendarDay.objects.count() == 8
