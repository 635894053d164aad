"""What becomes of people in a class and afterwards: drawn once, so that every later step only writes it down."""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

from qihang.demo.courses import Course
from qihang.demo.people import Candidate
from qihang.demo.places import Place
from qihang.demo.world import Institution

# Shares of people, as offices know them; they aim at nine in ten passing and three in five at work.
_TOO_OLD = 0.010
_NOT_OF_THE_BENEFIT = 0.006
_WAIVES = 0.008
_NOT_WHAT_THE_ROSTER_SAYS = 0.014
_PAYS_THEMSELVES = 0.25  # of those refused
_LEAVES_AT_ONCE = 0.010
_LEAVES_LATER = 0.018
_HARDLY_THERE = 0.045
_PASSES = 0.915
_ABSENT_FROM_THE_EXAM = 0.018
_WORKS_WITHIN_HALF_A_YEAR = 0.56
_WORKS_LATER = 0.10
_WORKED_BEFORE_THE_END = 0.015
_KEEPS_THE_WORK = 0.80


@dataclass(slots=True)
class Trainee:
    """One person of one class: what they are, and what happens to them."""

    who: Candidate
    too_old: bool = False
    student: bool = False
    waives: bool = False
    unproved: bool = False
    pays: bool = False
    leaves_after: int | None = None  # days from the start
    diligence: float = 0.97  # chance of being there on a day
    theory: float | None = None
    practice: float | None = None
    work: list["Job"] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """By the roster's own rules; kept as an applicant."""
        return self.too_old or self.student


@dataclass(frozen=True, slots=True)
class Job:
    """Work with an employer in whole months: the first and, where it ended, the last."""

    employer: str
    first: dt.date
    last: dt.date | None


def draw_trainee(random: Random, who: Candidate, *, course: Course, school: Institution, end: dt.date) -> Trainee:
    """A life, better or worse by person, course, place and institution."""
    one = Trainee(who)
    chance = random.random()
    one.student = chance < _NOT_OF_THE_BENEFIT / school.care
    one.waives = _NOT_OF_THE_BENEFIT < chance < _NOT_OF_THE_BENEFIT + _WAIVES
    one.unproved = random.random() < _NOT_WHAT_THE_ROSTER_SAYS / school.care
    one.pays = random.random() < _PAYS_THEMSELVES
    leaving = random.random()
    if leaving < _LEAVES_AT_ONCE:
        one.leaves_after = random.randint(0, 3)
    elif leaving < _LEAVES_AT_ONCE + _LEAVES_LATER:
        one.leaves_after = random.randint(4, 14)
    one.diligence = random.uniform(0.3, 0.75) if random.random() < _HARDLY_THERE else random.uniform(0.9, 1.0)
    _sit(random, one, school)
    _work(random, one, course, school.place, end)
    return one


def make_too_old(random: Random) -> bool:
    """Whether somebody is to be replaced by somebody past the age limit."""
    return random.random() < _TOO_OLD


def _sit(random: Random, one: Trainee, school: Institution) -> None:
    if random.random() < _ABSENT_FROM_THE_EXAM:
        return
    passes = random.random() < _PASSES * school.quality
    low, high = (60, 96) if passes else (35, 59)
    one.practice = float(random.randint(low, high))
    one.theory = float(random.randint(60, 98) if passes or random.random() < 0.5 else random.randint(40, 59))


def _work(random: Random, one: Trainee, course: Course, place: Place, end: dt.date) -> None:
    likely = _WORKS_WITHIN_HALF_A_YEAR * one.who.work * course.work * place.work
    drawn = random.random()
    if drawn < likely:
        first = _month_after(end, random.choices(range(7), weights=(16, 26, 22, 14, 10, 7, 5))[0])
    elif drawn < likely + _WORKS_LATER:
        first = _month_after(end, random.randint(7, 11))
    elif random.random() < _WORKED_BEFORE_THE_END:
        first = _month_after(end, -random.randint(1, 5))
    else:
        return
    employer = random.choice(course.employers) if random.random() < 0.8 else f"{place.label}就业服务有限公司"
    if random.random() < _KEEPS_THE_WORK:
        one.work.append(Job(employer, first, None))
        return
    last = _month_after(first, random.randint(0, 8))
    one.work.append(Job(employer, first, last))
    if random.random() < 0.5:
        other = random.choice(course.employers)
        if other != employer:
            one.work.append(Job(other, _month_after(last, random.randint(1, 3)), None))


def _month_after(day: dt.date, months: int) -> dt.date:
    """The first day of the month that many months after the day's."""
    count = day.year * 12 + day.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)
