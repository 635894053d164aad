import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from qihang.foundation.core import clock
from qihang.foundation.core.calendars import CalendarYearMissing
from qihang.web.due import due


class Weekdays:
    """Monday to Friday, of 2026 alone: what `due` asks of a WorkCalendar."""

    def between(self, start: dt.date, end: dt.date) -> int:
        if end.year != 2026:
            raise CalendarYearMissing(end.year)
        days = (start + dt.timedelta(offset) for offset in range(1, (end - start).days + 1))
        return sum(day.weekday() < 5 for day in days)


@pytest.fixture(autouse=True)
def tuesday_morning() -> Any:
    with clock.travel_to(timezone.make_aware(dt.datetime(2026, 11, 24, 9))):
        yield


def look(deadline: dt.date | dt.datetime, started: dt.date | dt.datetime | None = None) -> Any:
    shown = due(deadline, started=started, calendar=Weekdays())  # type: ignore[arg-type]
    return shown.text.replace("\u00a0", " "), shown.level, shown.share


@pytest.mark.parametrize(
    ("deadline", "text", "level"),
    [
        (dt.date(2026, 11, 20), "已超期 4 天", 0),
        (dt.date(2026, 11, 24), "今天", 0),
        (dt.date(2026, 11, 25), "剩 1 个工作日", 1),
        (dt.date(2026, 11, 26), "剩 2 个工作日", 1),
        (dt.date(2026, 11, 30), "剩 4 个工作日", 2),
        (dt.date(2027, 1, 4), "日历未更新", 1),
    ],
)
def test_working_days_left(deadline: dt.date, text: str, level: int) -> None:
    assert look(deadline)[:2] == (text, level)


def test_soon_is_a_setting(settings: Any) -> None:
    settings.DUE_SOON_WORKING_DAYS = 4
    assert look(dt.date(2026, 11, 30))[:2] == ("剩 4 个工作日", 1)


def test_an_hour_today_may_be_over() -> None:
    at = timezone.make_aware(dt.datetime(2026, 11, 24, 8, 30))
    assert look(at)[:2] == ("已过时点", 0)
    shown = due(at + dt.timedelta(hours=9), calendar=Weekdays())  # type: ignore[arg-type]
    assert (shown.text, shown.until.replace("\u00a0", " ")) == ("今天", "11 月 24 日 17:30 前")


def test_the_bar_shows_the_time_used() -> None:
    started = timezone.make_aware(dt.datetime(2026, 11, 23, 9))
    assert look(started + dt.timedelta(days=4), started)[2] == 25
    assert look(dt.date(2026, 11, 20), dt.date(2026, 11, 1))[2] == 100
    assert look(dt.date(2026, 11, 30), dt.date(2026, 11, 28))[2] == 0
    assert look(dt.date(2026, 11, 30))[2] == 0
