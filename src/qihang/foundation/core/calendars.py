"""Working days. Officers fill in each year's holidays as they are published; an unfilled year is never guessed."""

import datetime as dt
from collections.abc import Iterable, Sequence

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import CalendarDay, CalendarYear
from qihang.foundation.core.units import unit_of_work

_SATURDAY = 5
_ONE = dt.timedelta(days=1)


class CalendarYearMissing(DomainError):
    """A span touches a year whose holidays nobody has filled in."""

    def __init__(self, year: int) -> None:
        super().__init__(
            f"日历未更新：{year} 年的节假日还没有录入，请管理员到“工作日历”补上", code="calendar_year_missing"
        )
        self.year = year


class WorkCalendar:
    """The working days of the years filled in, read once. Build one per batch."""

    def __init__(self) -> None:
        self._years = set(CalendarYear.objects.values_list("year", flat=True))
        self._kinds = dict(CalendarDay.objects.values_list("day", "kind"))

    def is_working_day(self, day: dt.date) -> bool:
        """Whether offices work on `day`. CalendarYearMissing for a year not filled in."""
        if day.year not in self._years:
            raise CalendarYearMissing(day.year)
        kind = self._kinds.get(day)
        return kind == CalendarDay.Kind.WORKDAY or (kind is None and day.weekday() < _SATURDAY)

    def add(self, day: dt.date, count: int) -> dt.date:
        """The `count`-th working day after `day` (before it, if negative); the day itself is not counted."""
        step = _ONE if count >= 0 else -_ONE
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """How many working days lie after `start`, up to and including `end`; 0 when `end` is not later."""
        days = (start + _ONE * offset for offset in range(1, (end - start).days + 1))
        return sum(1 for day in days if self.is_working_day(day))


def add_working_days(day: dt.date, count: int) -> dt.date:
    """See WorkCalendar.add."""
    return WorkCalendar().add(day, count)


def working_days_between(start: dt.date, end: dt.date) -> int:
    """See WorkCalendar.between."""
    return WorkCalendar().between(start, end)


def fill_year(*, actor: Actor, year: int, source: str, days: Iterable[tuple[dt.date, str, str]]) -> CalendarYear:
    """Set the holidays of `year` as (day, kind, name), replacing the old.

    DomainError for another year's day, for one that comes twice, and for a kind that there is not.
    """
    rows = list(days)
    _check_days(year, rows)
    with unit_of_work(actor):
        calendar, _ = CalendarYear.objects.update_or_create(year=year, defaults={"source": source})
        calendar.days.all().delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(year=calendar, day=day, kind=kind, name=name) for day, kind, name in rows
        )
    return calendar


def _check_days(year: int, rows: Sequence[tuple[dt.date, str, str]]) -> None:
    seen: set[dt.date] = set()
    for day, kind, _ in rows:
        if day.year != year:
            raise DomainError(f"{day} 不在 {year} 年里，请改日期或换到那一年去录")
        if day in seen:
            raise DomainError(f"{day} 写了两次，请留一次")
        if kind not in CalendarDay.Kind.values:
            raise DomainError(f"{day} 的安排“{kind}”不对，只有放假和上班（调休）")
        seen.add(day)
