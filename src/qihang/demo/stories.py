"""A class of the demo with everybody in it and all that happens, drawn before anything is written down."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from qihang.delivery.training.enums import AttendanceMark
from qihang.demo.days import ONE
from qihang.demo.lives import Trainee, draw_trainee, make_too_old
from qihang.demo.people import Population
from qihang.demo.plans import ClassPlan
from qihang.demo.timetable import Timetable, draw_timetable, teaching_days

_OLD_AGE = (60, 66)
_AWAY_AFTERWARDS = dt.timedelta(days=60)  # nobody applies for another class sooner
_LATE, _EXCUSED = 0.03, 0.4  # of those there, of those not there
# What the numbers in `Story.marks` stand for; those there first.
MARKS = (AttendanceMark.PRESENT, AttendanceMark.LATE, AttendanceMark.ABSENT, AttendanceMark.LEAVE)
GONE = -1
_THERE = 2  # of MARKS

Marks = np.ndarray[tuple[int, int], np.dtype[np.int8]]


@dataclass(frozen=True)
class Story:
    """A class. `marks` has a row for each trainee and a column for each of `taught`; GONE once somebody has left."""

    plan: ClassPlan
    days: Timetable
    trainees: list[Trainee]
    taught: list[dt.date]
    marks: Marks

    @property
    def days_there(self) -> list[int]:
        """On how many days each trainee was there."""
        there = (self.marks >= 0) & (self.marks < _THERE)
        return [int(days) for days in there.sum(axis=1)]

    def left_on(self, trainee: Trainee) -> dt.date | None:
        """The day on which somebody left; None for who stays, or has not left yet."""
        if trainee.leaves_after is None or self.days.marked is None:
            return None
        day = self.plan.start + trainee.leaves_after * ONE
        return day if day <= min(self.days.marked, self.plan.end) else None


def draw_stories(random: Random, plans: list[ClassPlan], today: dt.date) -> Iterator[Story]:
    """The story of each plan, in their order; people who were trained may turn up in later ones."""
    population = Population(random)
    numbers = np.random.default_rng(random.getrandbits(64))
    for plan in plans:
        trainees = _trainees(random, population, plan)
        days = draw_timetable(random, plan, today)
        taught = teaching_days(plan, days)
        if days.enrolled:
            back = [one.who for one in trainees if not (one.refused or one.waives or one.unproved)]
            population.trained(plan.school.place, back, free_from=plan.end + _AWAY_AFTERWARDS)
        yield Story(plan, days, trainees, taught, _marks(numbers, plan, trainees, taught))


def _trainees(random: Random, population: Population, plan: ClassPlan) -> list[Trainee]:
    found: dict[str, Trainee] = {}
    place, course = plan.school.place, plan.course
    while len(found) < plan.heads:
        who = population.draw(place, applied=plan.applied, on=plan.start, women=course.women, level=course.level)
        if who.identity in found:
            who = population.someone(place, on=plan.start, women=course.women)
        one = draw_trainee(random, who, course=course, school=plan.school, end=plan.end)
        if make_too_old(random):
            old = population.someone(place, on=plan.start, women=course.women, age=_OLD_AGE)
            one = Trainee(old, too_old=True, pays=one.pays, theory=one.theory, practice=one.practice)
        found[one.who.identity] = one
    return list(found.values())


def _marks(random: np.random.Generator, plan: ClassPlan, trainees: list[Trainee], taught: list[dt.date]) -> Marks:
    shape = (len(trainees), len(taught))
    diligence = np.array([one.diligence for one in trainees])[:, None]
    there, how = random.random(shape) < diligence, random.random(shape)
    marks = np.where(there, how < _LATE, _THERE + (how < _EXCUSED)).astype(np.int8)
    since = np.array([(day - plan.start).days for day in taught])
    stays = np.array([np.inf if one.leaves_after is None else one.leaves_after for one in trainees])
    marks[since[None, :] > stays[:, None]] = GONE
    return marks
