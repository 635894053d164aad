"""Which classes there are: where, what, when, by whom, and what goes wrong with some."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from qihang.demo.courses import COURSES, Course
from qihang.demo.days import nth_weekday
from qihang.demo.world import Institution, World
from qihang.foundation.core.actors import Actor

_HEADS = (28, 48)
_SENT_BACK, _CANCELLED = 0.05, 0.02
_DAYS_BEFORE_THE_START = (26, 40)
_HOURS_A_DAY = 8
_AHEAD_DAYS = 40  # classes are planned this far into the future


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """One class with the days of its steps. `sent_back` and `cancelled` say what happens on the way."""

    school: Institution
    course: Course
    name: str
    heads: int
    applied: dt.date
    start: dt.date
    end: dt.date
    format: str
    sent_back: bool
    cancelled: bool

    @property
    def trainer(self) -> Actor:
        return self.school.trainer_of(self.course)


def draw_plans(random: Random, world: World, *, people: int, since: dt.date, today: dt.date) -> list[ClassPlan]:
    """Classes for about so many people from `since` on, more in later years, by their day of application."""
    plans: list[ClassPlan] = []
    numbers: dict[tuple[int, int, str], int] = {}
    seats = 0
    while seats < people:
        school = random.choices(world.institutions, weights=[one.place.weight for one in world.institutions])[0]
        (course,) = random.choices(COURSES, weights=[one.weight for one in COURSES])
        start = _start(random, since, today)
        heads = min(random.randint(*_HEADS), max(people - seats, 12))
        key = (school.organization.pk, start.year, course.name + course.level)
        numbers[key] = numbers.get(key, 0) + 1
        plans.append(_plan(random, school, course, start, heads, numbers[key]))
        seats += heads
    return sorted(plans, key=lambda plan: (plan.applied, plan.name))


def _start(random: Random, since: dt.date, today: dt.date) -> dt.date:
    """A Monday, more often in later years; none in the weeks about the Spring Festival."""
    span = (today - since).days + _AHEAD_DAYS
    while True:
        day = since + dt.timedelta(days=45 + int((span - 45) * random.random() ** 0.75))
        day -= dt.timedelta(days=day.weekday())
        if not ((day.month == 1 and day.day > 10) or (day.month == 2 and day.day < 24)):
            return day


def _plan(random: Random, school: Institution, course: Course, start: dt.date, heads: int, number: int) -> ClassPlan:
    days = -(-course.hours // _HOURS_A_DAY) + random.randint(0, 2)
    level = {"5": "五级", "4": "四级"}[course.level]
    return ClassPlan(
        school=school,
        course=course,
        name=f"{course.name}{level}{start.year}年第{number}期",
        heads=heads,
        applied=start - dt.timedelta(days=random.randint(*_DAYS_BEFORE_THE_START)),
        start=start,
        end=nth_weekday(start, days),
        format=random.choice(("day", "day", "day", "night", "short")),
        sent_back=random.random() < _SENT_BACK / school.care,
        cancelled=random.random() < _CANCELLED,
    )
