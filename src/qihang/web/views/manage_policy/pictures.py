"""A whole year as twelve small months, days off and days made up marked with a word."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qihang.registry.reference.holiday_notice import NoticeDay, spans_of
from qihang.web.formats import date_span

_SATURDAY = 5
_MONTHS = range(1, 13)


@dataclass(frozen=True, slots=True)
class Square:
    """A day of a month; `mark` is the word beside it, `kind` its look."""

    day: int
    kind: str = ""
    mark: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Month:
    number: int
    weeks: Sequence[Sequence[Square | None]]


@dataclass(frozen=True, slots=True)
class Line:
    """Neighbouring days of one kind, for the list beside the picture."""

    name: str
    days: str
    count: int
    worked: bool


def months_of(year: int, days: Iterable[NoticeDay]) -> list[Month]:
    """The picture of a year."""
    moved = {day.day: day for day in days}
    weeks = calendar.Calendar(calendar.MONDAY)
    return [
        Month(
            month,
            [
                [_square(day, moved) if day.month == month else None for day in week]
                for week in weeks.monthdatescalendar(year, month)
            ],
        )
        for month in _MONTHS
    ]


def lines_of(days: list[NoticeDay]) -> list[Line]:
    """The days off and the days made up, a line for each span."""
    return [
        Line(span[0].name, date_span(span[0].day, span[-1].day), len(span), span[0].kind == "workday")
        for span in spans_of(days)
    ]


def _square(day: date, moved: dict[date, NoticeDay]) -> Square:
    found = moved.get(day)
    if found is None:
        return Square(day.day, "weekend" if day.weekday() >= _SATURDAY else "")
    worked = found.kind == "workday"
    return Square(day.day, "worked" if worked else "off", "班" if worked else "休", found.name)
