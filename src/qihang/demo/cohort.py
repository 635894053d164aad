"""Some classes of the demo on their way into the tables: the stories as columns, and the units of work of each step."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import polars as pl

from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.demo.lives import Trainee
from qihang.demo.register import Register
from qihang.demo.stories import Story
from qihang.demo.world import Office, Station, World
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.chronicle import Chronicle
from qihang.foundation.core.copying import random_uuids, reserve_ids
from qihang.registry.participants.models import Person
from qihang.registry.policy.rules.facts import NO_CATEGORY

FIRST_ROW = 4  # where the rows of an office's roster begin


@dataclass(frozen=True)
class ClassCase:
    """A class with its rows' ids and the hands around it."""

    at: int
    id: int
    story: Story
    office: Office
    station: Station
    occupation_id: int
    occupation: str
    filing_no: str | None

    @property
    def region(self) -> str:
        return self.story.plan.school.place.code

    @property
    def filed_on(self) -> dt.date | None:
        return self.story.days.approved


@dataclass
class Cohort:
    """Classes that are written together. `places` has a row for each place of those whose roster has been handed in.

    `round` counts the places of one person here: who comes twice is decided the second time by what came of the first.
    """

    chronicle: Chronicle
    register: Register
    classes: list[ClassCase]
    places: pl.DataFrame = field(default_factory=pl.DataFrame)

    def units(self, hand: Callable[[ClassCase], Actor], day: Callable[[Story], dt.date | None]) -> pl.DataFrame:
        """A unit of work for each class whose step's day has come: `at`, `class_id`, `unit` and `day`."""
        rows = [
            (case.at, case.id, self.chronicle.unit(hand(case), on), on)
            for case in self.classes
            if (on := day(case.story)) is not None
        ]
        return pl.DataFrame(rows, schema=_UNITS, orient="row")

    def one_by_one(self, rows: pl.DataFrame, hand: Callable[[ClassCase], Actor]) -> pl.DataFrame:
        """`rows` (with `at` and `day`), each with a unit of its own."""
        units = [self.chronicle.unit(hand(self.classes[at]), on) for at, on in rows.select("at", "day").iter_rows()]
        return rows.with_columns(pl.Series("unit", units, pl.Int64))

    def facts(self, **columns: tuple[Callable[[ClassCase], Any], Any]) -> pl.DataFrame:
        """A column for each name, with a row for each class: how it is read off the class, and its type."""
        made = {name: pl.Series(name, [read(c) for c in self.classes], kind) for name, (read, kind) in columns.items()}
        return pl.DataFrame({"at": pl.Series(range(len(self.classes)), dtype=pl.Int64), **made})


_UNITS: dict[str, Any] = {"at": pl.Int64, "class_id": pl.Int64, "unit": pl.Int64, "day": pl.Date}
_PLACES: dict[str, Any] = {
    "at": pl.Int64,
    "row": pl.Int64,
    "person_id": pl.Int64,
    "round": pl.Int64,
    "fresh": pl.Boolean,  # nobody knew the person before
    "category": pl.String,
    "student": pl.Boolean,
    "too_old": pl.Boolean,
    "waives": pl.Boolean,
    "unproved": pl.Boolean,
    "pays": pl.Boolean,
    "sex": pl.String,
    "birth_date": pl.Date,
    "left_on": pl.Date,
    "attended": pl.Int64,
    "held": pl.Int64,
    "enough": pl.Boolean,
    "theory": pl.Int64,
    "practice": pl.Int64,
}


def gather(chronicle: Chronicle, register: Register, world: World, stories: Sequence[Story]) -> Cohort:
    """Give the classes, people and places of some stories their ids."""
    told = [story for story in stories if story.days.drafted]
    ids = reserve_ids(TrainingClass, len(told))
    cases = [_case(register, world, at, *one) for at, one in enumerate(zip(ids, told, strict=True))]
    cohort = Cohort(chronicle, register, cases)
    enrolled = [case for case in cohort.classes if case.story.days.enrolled]
    persons, fresh = _know(register, enrolled)
    seen: Counter[int] = Counter()
    rows = [row for case in enrolled for row in _places_of(cohort, case, persons, fresh, seen)]
    places = pl.DataFrame(rows, schema=_PLACES, orient="row")
    cohort.places = places.with_columns(
        pl.Series("id", reserve_ids(Enrolment, places.height), pl.Int64),
        random_uuids(places.height),
    )
    return cohort


def _case(register: Register, world: World, at: int, pk: int, story: Story) -> ClassCase:
    place, filed = story.plan.school.place, story.days.approved
    occupation = register.occupations[story.plan.course.occupation]
    return ClassCase(
        at=at,
        id=pk,
        story=story,
        office=world.offices[place.office],
        station=world.station_for(place),
        occupation_id=occupation.pk,
        occupation=occupation.code,
        filing_no=register.filing_number(place.code, filed.year) if filed else None,
    )


def _know(register: Register, cases: Iterable[ClassCase]) -> tuple[dict[str, int], set[str]]:
    """Every person's id by number, and the numbers of those who are new."""
    everyone = dict.fromkeys(one.who.identity for case in cases for one in case.story.trainees)
    fresh = [number for number in everyone if number not in register.persons]
    register.persons.update(zip(fresh, reserve_ids(Person, len(fresh)), strict=True))
    return register.persons, set(fresh)


def _places_of(
    cohort: Cohort, case: ClassCase, persons: dict[str, int], fresh: set[str], seen: Counter[int]
) -> Iterable[tuple[Any, ...]]:
    story = case.story
    there, held = story.days_there, len(story.taught)
    assert case.filed_on is not None
    least = Fraction(str(cohort.register.rules.attendance(case.region, case.filed_on)))
    # A roster's good rows are written before those that it keeps as refused.
    for row, one in sorted(enumerate(story.trainees), key=lambda numbered: numbered[1].refused):
        person, attended = persons[one.who.identity], there[row]
        yield (
            case.at,
            row,
            person,
            seen[person],
            one.who.identity in fresh and not seen[person],
            *_told(story, one),
            attended,
            held,
            held > 0 and attended >= least * held,
            None if one.theory is None else int(one.theory),
            None if one.practice is None else int(one.practice),
        )
        seen[person] += 1


def _told(story: Story, one: Trainee) -> tuple[Any, ...]:
    who = one.who
    return (
        NO_CATEGORY if one.student else who.category,
        one.student,
        one.too_old and not one.student,
        one.waives and not one.refused,
        one.unproved,
        one.pays,
        who.sex,
        who.birth,
        story.left_on(one),
    )
