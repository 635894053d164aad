"""Attendance read by days: who was there when, and how full each day was."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from qihang.delivery.training.enums import ATTENDED_MARKS, Half
from qihang.delivery.training.halves import session_weights
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.registry.policy import lookup
from qihang.registry.policy.engine.parameters import ParameterRow

_ORDER = {half: place for place, half in enumerate(Half.values)}


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One trainee's marks of a day, in the day's order (one, or one a part of it)."""

    day: dt.date
    marks: tuple[Attendance, ...]

    @property
    def missed(self) -> bool:
        """Whether any part of the day does not count as having been there."""
        return any(mark.mark not in ATTENDED_MARKS for mark in self.marks)


@dataclass(frozen=True, slots=True)
class DayPresence:
    """How full a day was: of the people with a mark, how many were there (a part of the day as a part).

    `enough` is None where the class's daily minimum is not set.
    """

    day: dt.date
    here: Fraction
    listed: int
    enough: bool | None

    @property
    def share(self) -> Fraction:
        return self.here / self.listed


@dataclass(frozen=True)
class Register:
    """A class's attendance as a table: its days, and each trainee's marks by enrolment id and day."""

    days: list[DayPresence]
    marks: dict[tuple[int, dt.date], PersonDay]
    day_limit: ParameterRow | None
    person_limit: ParameterRow | None


def days_of(place: Enrolment) -> list[PersonDay]:
    """One trainee's days, from early to late."""
    return sorted(_by_day(Attendance.objects.valid().filter(enrolment=place)).values(), key=lambda one: one.day)


def register_of(item: TrainingClass) -> Register:
    """The whole class in one query, held against `attendance.class_day_min` of its filing day."""
    cells = _by_day(Attendance.objects.valid().filter(enrolment__training_class=item))
    day_limit, person_limit = (
        lookup.find(key, region=item.region_id, on=item.filed_on) if item.filed_on else None
        for key in ("attendance.class_day_min", "attendance.person_min")
    )
    least = Fraction(str(day_limit.value)) if day_limit else None
    by_day: dict[dt.date, list[PersonDay]] = defaultdict(list)
    for cell in cells.values():
        by_day[cell.day].append(cell)
    days = [_presence(day, by_day[day], least) for day in sorted(by_day)]
    return Register(days, cells, day_limit, person_limit)


def _presence(day: dt.date, cells: list[PersonDay], least: Fraction | None) -> DayPresence:
    marks = [mark for cell in cells for mark in cell.marks]
    weights = session_weights((day, mark.half) for mark in marks)
    here = sum((weights[day, mark.half] for mark in marks if mark.mark in ATTENDED_MARKS), Fraction(0))
    return DayPresence(day, here, len(cells), None if least is None else here >= least * len(cells))


def _by_day(rows: QuerySet[Any]) -> dict[tuple[int, dt.date], PersonDay]:
    found: dict[tuple[int, dt.date], list[Attendance]] = defaultdict(list)
    for row in rows:
        found[row.enrolment_id, row.day].append(row)
    return {
        key: PersonDay(key[1], tuple(sorted(marks, key=lambda mark: _ORDER[mark.half])))
        for key, marks in found.items()
    }
