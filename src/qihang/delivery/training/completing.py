"""Completing a class: who was there often enough has completed it on the class's last day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.enums import ATTENDED_MARKS, EnrolmentState
from qihang.delivery.training.halves import days_among, session_weights
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.workflows import CLASS_WORKFLOW, ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.units import unit_of_work
from qihang.registry.benefits.services import release_many
from qihang.registry.policy import lookup
from qihang.registry.policy.engine.parameters import ParameterBook
from qihang.registry.policy.models import Parameter

_LIMIT = "attendance.person_min"
# Who sits or sat in class to its end, or still may.
_SITTING = (EnrolmentState.APPLIED, EnrolmentState.ENROLLED, EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED)


@dataclass(frozen=True, slots=True)
class Presence:
    """How much of a class a trainee was there for: days, halves as halves.

    For who left, of the days up to then. `enough` is None where no limit is set, and for who left: nothing is asked.
    """

    enrolment: Enrolment
    attended: Fraction
    held: Fraction
    enough: bool | None

    @property
    def share(self) -> Fraction | None:
        """Of the days held; None before the first."""
        return self.attended / self.held if self.held else None

    @property
    def words(self) -> str:
        """For the person: 上课 15 天，到了 11 天."""
        until = "退班前" if self.enrolment.withdrawn_on else ""
        return f"{until}上课 {_days(self.held)} 天，到了 {_days(self.attended)} 天"


def attendance_summary(item: TrainingClass) -> list[Presence]:
    """Everyone who sits or sat in the class, by the roster's order, with their presence. Four queries."""
    return presence_of(list(item.enrolments.filter(state__in=_SITTING).select_related("person", "training_class")))


def own_presence(place: Enrolment) -> Presence | None:
    """How much of the class one person was there; None for who never sat in it, and before any day is kept."""
    was_there = place.state in {*_SITTING, EnrolmentState.WITHDRAWN}
    found = presence_of([place]) if was_there else []
    return next((one for one in found if one.held), None)


def presence_of(places: Sequence[Enrolment]) -> list[Presence]:
    """The presence of each, in their order, beside what their classes held. Three queries, however many classes.

    The limit is `attendance.person_min`, by the rules of the class's filing day.
    """
    classes = {place.training_class_id: place.training_class for place in places}
    valid = Attendance.objects.valid()
    held: dict[int, list[tuple[dt.date, str]]] = defaultdict(list)
    sessions = valid.filter(enrolment__training_class__in=classes).order_by()
    for item, day, half in sessions.values_list("enrolment__training_class", "day", "half").distinct():
        held[item].append((day, half))
    weights = {item: session_weights(held[item]) for item in classes}
    attended: dict[int, Fraction] = defaultdict(Fraction)
    marks = valid.filter(enrolment__in=[place.pk for place in places], mark__in=ATTENDED_MARKS)
    for place, item, day, half in marks.values_list("enrolment", "enrolment__training_class", "day", "half"):
        attended[place] += weights[item][day, half]
    book = Parameter.objects.book([_LIMIT])
    least = {item: _least_share(row, book) for item, row in classes.items()}
    return [
        _presence(place, attended[place.pk], _held_for(place, held[place.training_class_id]), least)
        for place in places
    ]


def _held_for(place: Enrolment, sessions: Sequence[tuple[dt.date, str]]) -> Fraction:
    """What the class held while the person was in it."""
    left = place.withdrawn_on
    return days_among(one for one in sessions if left is None or one[0] <= left)


def _least_share(item: TrainingClass, book: ParameterBook) -> Fraction | None:
    found = lookup.find_in(book, _LIMIT, region=item.region_id, on=item.filed_on) if item.filed_on else None
    return Fraction(str(found.value)) if found else None


def _presence(
    place: Enrolment, attended: Fraction, held: Fraction, least_of: Mapping[int, Fraction | None]
) -> Presence:
    least = least_of[place.training_class_id]
    asked = None if place.withdrawn_on else least
    return Presence(place, attended, held, None if asked is None else _reaches(attended, held, asked))


def _reaches(attended: Fraction, held: Fraction, least: Fraction) -> bool:
    return held > 0 and attended >= least * held


@dataclass(frozen=True, slots=True)
class Completed:
    """How many completed the class, and how many did not."""

    completed: int
    fell_short: int


def complete_class(*, actor: Actor, item: TrainingClass) -> Completed:
    """End a class: every enrolled trainee completes it on its last day, or falls short and frees the benefit.

    DomainError where the class may not be completed yet, or where the attendance limit is not set.
    """
    with unit_of_work(actor):
        TrainingClass.objects.select_for_update().get(pk=item.pk)
        lookup.require("attendance.person_min", region=item.region_id, on=item.filed_on or clock.today())
        CLASS_WORKFLOW.apply(item, "complete", actor=actor, fields={"completed_on": clock.today()})
        sitting = [one for one in attendance_summary(item) if one.enrolment.state == EnrolmentState.ENROLLED]
        passed = [one.enrolment for one in sitting if one.enough]
        short = {one.enrolment.pk: one for one in sitting if not one.enough}
        done = ENROLMENT_WORKFLOW.apply_many(
            [place.pk for place in passed],
            "complete",
            actor=actor,
            fields_by_id={place.pk: {"completed_on": item.end} for place in passed},
        )
        fell = ENROLMENT_WORKFLOW.apply_many(
            list(short),
            "fall_short",
            actor=actor,
            comments_by_id={pk: f"{one.words}，没到要求" for pk, one in short.items()},
        )
        release_many(
            actor=actor,
            source_kind=SOURCE,
            source_refs=[str(one.enrolment.public_id) for one in short.values()],
            comment="没学完，这次不占用",
        )
    return Completed(len(done.done), len(fell.done))


def _days(count: Fraction) -> str:
    return f"{float(count):g}"
