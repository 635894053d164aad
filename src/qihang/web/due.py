"""The deadline clock: how much of the time has passed, and how many working days are left."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from qihang.foundation.core import clock
from qihang.foundation.core.calendars import CalendarYearMissing, WorkCalendar
from qihang.web.formats import NBSP, chinese_date


@dataclass(frozen=True, slots=True)
class Due:
    """`level`: 0 today or past (red), 1 soon (amber), 2 in good time. `share` is whole per cent of the time used."""

    text: str
    level: int
    share: int
    until: str


def due(
    deadline: dt.date | dt.datetime, *, calendar: WorkCalendar, started: dt.date | dt.datetime | None = None
) -> Due:
    """What to write about `deadline`.

    Build one `calendar` for all rows of a list. When it lacks a year, the text says so and nothing is guessed.
    """
    now = clock.now()
    last, today = _day(deadline), clock.today()
    until = _until(deadline)
    if _moment(deadline) < now:
        return Due(f"已超期{NBSP}{_days(last, today)}{NBSP}天" if last < today else "已过时点", 0, 100, until)
    share = _share(started, deadline, now)
    if last == today:
        return Due("今天", 0, share, until)
    try:
        left = calendar.between(today, last)
    except CalendarYearMissing:
        return Due("日历未更新", 1, share, until)
    soon = left <= settings.DUE_SOON_WORKING_DAYS
    return Due(f"剩{NBSP}{left}{NBSP}个工作日", 1 if soon else 2, share, until)


def _days(first: dt.date, last: dt.date) -> int:
    return (last - first).days


def _until(deadline: dt.date | dt.datetime) -> str:
    day = chinese_date(deadline)
    return f"{day}{NBSP}{timezone.localtime(deadline):%H:%M} 前" if isinstance(deadline, dt.datetime) else f"{day}前"


def _share(started: dt.date | dt.datetime | None, deadline: dt.date | dt.datetime, now: dt.datetime) -> int:
    if started is None:
        return 0
    first = (
        started if isinstance(started, dt.datetime) else timezone.make_aware(dt.datetime.combine(started, dt.time()))
    )
    whole = (_moment(deadline) - first).total_seconds()
    return 100 if whole <= 0 else max(0, min(100, round(100 * (now - first).total_seconds() / whole)))


def _moment(value: dt.date | dt.datetime) -> dt.datetime:
    """A day is over when it ends."""
    if isinstance(value, dt.datetime):
        return value
    return timezone.make_aware(dt.datetime.combine(value, dt.time.max))


def _day(value: dt.date | dt.datetime) -> dt.date:
    return timezone.localtime(value).date() if isinstance(value, dt.datetime) else value
