"""What waits for an officer: applications for classes, and trainees whose category nobody has looked at."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, QuerySet
from django.utils import timezone

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.opening import SUBMIT
from qihang.delivery.training.workflows import REVIEW_DAYS
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import CalendarYearMissing, WorkCalendar
from qihang.foundation.core.roles import Role
from qihang.foundation.core.steps import with_last_step, with_moment
from qihang.registry.policy.lookup import working_days_in
from qihang.registry.policy.models import Parameter

# Whose step it is.
_DESKS: dict[str, tuple[ClassState, ...]] = {
    Role.INTAKE_OFFICER: (ClassState.SUBMITTED,),
    Role.APPROVER: (ClassState.REVIEWED,),
}
_WITH_OFFICERS = (ClassState.SUBMITTED, ClassState.REVIEWED)


def classes_awaiting(actor: Actor) -> QuerySet[TrainingClass]:
    """Applications that wait for this actor's step; for those who have none, all that wait within their sight."""
    states = _DESKS.get(actor.role, _WITH_OFFICERS)
    rows: QuerySet[TrainingClass] = TrainingClass.objects.visible_to(actor).filter(state__in=states)
    return rows


def with_dates(rows: QuerySet[TrainingClass]) -> QuerySet[Any]:
    """Applications with `step_at`, `step_due` and `submitted_at`."""
    return with_moment(with_last_step(rows), SUBMIT, "submitted_at")


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """How many people of a class wait for their category to be confirmed, since when and until when."""

    class_id: int
    people: int
    since: dt.datetime
    due: dt.date | None


def places_awaiting(actor: Actor) -> QuerySet[Any]:
    """Places within the actor's sight that wait for a decision on the subsidy."""
    rows: QuerySet[Any] = Enrolment.objects.visible_to(actor).undecided().filter(subsidised=True)
    return rows


def groups_awaiting(
    actor: Actor, classes: Collection[int] | QuerySet[TrainingClass] | None = None
) -> list[WaitingGroup]:
    """One entry a class (of `classes`, where given). Each step has the working days that `review.days` gives it."""
    rows = places_awaiting(actor)
    if classes is not None:
        rows = rows.filter(training_class__in=classes)
    found = list(
        rows.order_by()
        .values("training_class_id")
        .annotate(people=Count("pk"), since=Min("created_at"), region=F("training_class__region_id"))
    )
    if not found:
        return []
    dates = _Deadlines()
    return [
        WaitingGroup(row["training_class_id"], row["people"], row["since"], dates.due(row["region"], row["since"]))
        for row in found
    ]


class _Deadlines:
    """The parameter and the calendar, read once."""

    def __init__(self) -> None:
        self._book = Parameter.objects.book([REVIEW_DAYS])
        self._calendar = WorkCalendar()

    def due(self, region: str, since: dt.datetime) -> dt.date | None:
        """None where the days are not set or the year's holidays are missing: no date rather than a wrong one."""
        day = timezone.localtime(since).date()
        days = working_days_in(self._book, REVIEW_DAYS, region, day)
        try:
            return None if days is None else self._calendar.add(day, days)
        except CalendarYearMissing:
            return None
