"""Classes, enrolments and attendance by state, day and scope."""

import datetime as dt
from typing import Any, Self

from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q

from qihang.delivery.training.enums import (
    ATTENDED_MARKS,
    EVER_ENROLLED,
    IN_CLASS,
    OPEN_CLASSES,
    ClassState,
    EnrolmentState,
)
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.ports import Port
from qihang.foundation.core.roles import OFFICERS, Role
from qihang.registry.organizations.models import Membership
from qihang.registry.organizations.scope import own_or_region_q

# Apps above give others sight of classes they serve: a station, of the classes that sit with it. actor -> class ids.
class_relations: Port[Any] = Port("class_relations")


def _related(actor: Actor, field: str) -> Q:
    """Classes that another app's relation opens to the actor; `field` leads to the class."""
    seen = Q(pk__in=[])
    for _, relation in class_relations.items():
        ids = relation(actor)
        if ids is not None:
            seen |= Q(**{f"{field}__in": ids})
    return seen


def of_own_classes(actor: Actor, lead: str = "") -> Q:
    """Rows of the classes that are the actor's by scope; `lead` is the way to the class ("training_class__").

    Institutions have their own, officers their region's, a trainer those that they teach.
    """
    if actor.role == Role.TRAINER and not actor.is_system:
        return Q(**{f"{lead}pk__in": _taught_by(actor)})
    return own_or_region_q(actor, f"{lead}organization", f"{lead}region")


def _taught_by(actor: Actor) -> models.QuerySet[Any, Any]:
    """Ids of the classes that somebody teaches today in the role in which they act."""
    from qihang.delivery.training.models import Teaching

    return Teaching.objects.standing().filter(membership_id=actor.membership_id).values("training_class_id")


class TeachingQuerySet(models.QuerySet[Any]):
    """Who teaches which class."""

    def visible_to(self, actor: Actor) -> Self:
        """As the class."""
        from qihang.delivery.training.models import TrainingClass

        return self.filter(training_class__in=TrainingClass.objects.visible_to(actor))

    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(removed_on__isnull=True)

    def in_force(self) -> Self:
        """Not taken back, by people who may still act as trainers."""
        return self.standing().filter(membership__in=Membership.objects.current())

    def by_user(self, user_id: int) -> Self:
        """All that somebody ever taught, in whichever role they act now."""
        return self.filter(membership__user_id=user_id)


class TrainingClassQuerySet(models.QuerySet[Any]):
    """Classes."""

    def visible_to(self, actor: Actor) -> Self:
        """Institutions see their own, trainers those they teach, officers their region's once handed in, trainees those
        they are in.

        Others see what a relation opens to them.
        """
        if actor.role == Role.PARTICIPANT:
            return self.filter(enrolments__person_id=actor.person_id) if actor.person_id else self.none()
        mine = of_own_classes(actor)
        if actor.role in OFFICERS:
            mine &= ~Q(state=ClassState.DRAFT)
        if actor.organization_id and actor.role not in OFFICERS:
            mine |= _related(actor, "pk")
        return self.filter(mine)

    def open(self) -> Self:
        """Approved and not over."""
        return self.filter(state__in=OPEN_CLASSES)

    def roster_open(self, on: dt.date) -> Self:
        """Classes whose roster may be brought in on that day."""
        return self.open().filter(Q(start__gte=on) | Q(roster_until__gte=on))

    def ended_by(self, day: dt.date) -> Self:
        """Approved classes whose last day has passed."""
        return self.open().filter(end__lt=day)

    # -- what waits for the institution; conditions, so that a list can count them all at once --

    def to_do(self, on: dt.date, role: str) -> Self:
        """Whatever this hand of the institution has to see to."""
        return self.filter(to_do(on, role))

    def with_needs(self, on: dt.date) -> Self:
        """With `lacks_roster`, `lacks_attendance` and `is_over`: what a list of tasks asks of each class."""
        needs = {"lacks_roster": without_roster(), "lacks_attendance": without_attendance(on), "is_over": over(on)}
        return self.annotate(
            **{name: ExpressionWrapper(condition, models.BooleanField()) for name, condition in needs.items()}
        )


def to_do(on: dt.date, role: str) -> Q:
    """Sent back, without its roster or attendance, or over; for the manager also what a clerk has filled in."""
    wanted = sent_back() | without_roster() | without_attendance(on) | over(on)
    return wanted | Q(state=ClassState.DRAFT) if role == Role.PROVIDER_MANAGER else wanted


def sent_back() -> Q:
    """Applications to mend."""
    return Q(state=ClassState.RETURNED)


def without_roster() -> Q:
    """Approved, and nobody is in."""
    return Q(state=ClassState.APPROVED) & ~Q(Exists(_enrolments()))


def running(on: dt.date) -> Q:
    """Approved classes between their first and last day."""
    return Q(state__in=OPEN_CLASSES, start__lte=on, end__gte=on)


def without_attendance(on: dt.date) -> Q:
    """Running with people in it since before that day, and not one mark."""
    seated = Exists(_enrolments().filter(state__in=IN_CLASS))
    marked = Exists(_enrolments().filter(attendance__voided_on__isnull=True, attendance__isnull=False))
    return Q(state__in=OPEN_CLASSES, start__lt=on) & Q(seated) & ~Q(marked)


def over(on: dt.date) -> Q:
    """Approved, with people, and the last day has come."""
    return Q(state__in=OPEN_CLASSES, end__lte=on) & Q(Exists(_enrolments()))


def _enrolments() -> models.QuerySet[Any]:
    from qihang.delivery.training.models import Enrolment

    return Enrolment.objects.filter(training_class=OuterRef("pk"))


class EnrolmentQuerySet(models.QuerySet[Any]):
    """Places in classes."""

    def visible_to(self, actor: Actor) -> Self:
        """By the class: institutions their own, trainers theirs, officers their region's; a person their own."""
        if actor.role == Role.PARTICIPANT:
            return self.filter(person_id=actor.person_id) if actor.person_id else self.none()
        mine = of_own_classes(actor, "training_class__")
        if actor.organization_id and actor.role not in OFFICERS:
            mine |= _related(actor, "training_class_id")
        return self.filter(mine)

    def in_class(self) -> Self:
        """Those who sit in class now."""
        return self.filter(state__in=IN_CLASS)

    def counted(self) -> Self:
        """Those who were ever enrolled."""
        return self.filter(state__in=EVER_ENROLLED)

    def ever_in_class(self) -> Self:
        """Those who sit or once sat in class, also while an officer still looked at their case and whatever came of it."""
        from qihang.delivery.training.models import Attendance

        sat = Attendance.objects.valid().filter(enrolment=OuterRef("pk"), mark__in=ATTENDED_MARKS)
        return self.filter(Q(state__in=[*IN_CLASS, *EVER_ENROLLED]) | Exists(sat))

    def undecided(self) -> Self:
        """Applied, waiting for an officer."""
        return self.filter(state=EnrolmentState.APPLIED)

    def completed(self) -> Self:
        return self.filter(state=EnrolmentState.COMPLETED)


class AttendanceQuerySet(models.QuerySet[Any]):
    """Marks."""

    def visible_to(self, actor: Actor) -> Self:
        """As the place in the class they belong to."""
        from qihang.delivery.training.models import Enrolment

        return self.filter(enrolment__in=Enrolment.objects.visible_to(actor))

    def valid(self) -> Self:
        """Not voided."""
        return self.filter(voided_on__isnull=True)


def persons_in_classes(actor: Actor) -> Q:
    """Persons whom an actor may see because of a class: the port `person_relations`."""
    from qihang.delivery.training.models import Enrolment

    if actor.role not in OFFICERS and actor.organization_id is None:
        return Q(pk__in=[])
    return Q(pk__in=Enrolment.objects.visible_to(actor).values("person_id"))
