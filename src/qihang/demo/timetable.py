"""On which day each step of a class is taken: drawn once, up to today."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from qihang.demo.days import ONE, earlier, later, weekdays
from qihang.demo.plans import ClassPlan

_SEND_BACK = ("场地写到门牌号", "联系人电话打不通，请核对", "课时和日期对不上，请改日期")


@dataclass(slots=True)
class Timetable:
    """The days of a class's steps; None for a step that is never taken, or whose day has not come.

    `marked` is the day on which the attendance so far is written down; `sits` may lie ahead.
    """

    drafted: dt.date | None = None
    submitted: dt.date | None = None
    returned: dt.date | None = None
    returned_for: str = ""
    reviewed: dt.date | None = None
    approved: dt.date | None = None
    cancelled: dt.date | None = None
    enrolled: dt.date | None = None
    proved: dt.date | None = None
    marked: dt.date | None = None
    completed: dt.date | None = None
    planned: dt.date | None = None
    sits: dt.date | None = None
    scored: dt.date | None = None


def draw_timetable(random: Random, plan: ClassPlan, today: dt.date) -> Timetable:
    """The steps of a planned class whose day has come by `today`."""
    days = Timetable()
    if not _open(random, plan, days, today) or days.cancelled:
        return days
    day = earlier(plan.start, random.randint(2, 6))
    if day > today:
        return days
    days.enrolled = day
    if later(day, 1) <= today:
        days.proved = later(day, 1)
        if plan.start <= today:
            _teach(random, plan, days, today)
    return days


def _open(random: Random, plan: ClassPlan, days: Timetable, today: dt.date) -> bool:
    """Up to the approval; whether it is there."""
    day = plan.applied
    if day > today:
        return False
    days.drafted, day = day, later(day, 1)
    if day > today:
        return False
    days.submitted = day
    if plan.sent_back:
        day = later(day, 2)
        if day > today:
            return False
        days.returned, days.returned_for = day, random.choice(_SEND_BACK)
    for step in ("reviewed", "approved"):
        day = later(day, random.randint(1, 3))
        if day > today:
            return False
        setattr(days, step, day)
    if plan.cancelled:
        days.cancelled = min(later(day, 1), today)
    return True


def _teach(random: Random, plan: ClassPlan, days: Timetable, today: dt.date) -> None:
    after = later(plan.end, 1)
    days.marked = min(after, today)
    day = later(plan.end, random.randint(1, 3))
    if after > today or day > today:
        return
    days.completed, days.planned = day, min(later(plan.end, 3), today)
    days.sits = later(plan.end, random.randint(4, 9))
    day = later(days.sits, random.randint(2, 8))
    if day <= today:
        days.scored = day


def teaching_days(plan: ClassPlan, days: Timetable) -> list[dt.date]:
    """The days taught so far: weekdays from the start to the end, before the day on which they are written down."""
    if days.marked is None:
        return []
    return weekdays(plan.start, min(plan.end, days.marked - ONE))
