"""What waits for an officer: classes that have begun and have no sitting yet."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.rules import DUE_DAYS
from qihang.delivery.training.enums import APPRAISED_LEVELS, ClassState, EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.steps import with_last_step
from qihang.registry.policy.engine.parameters import ParameterBook
from qihang.registry.policy.lookup import find_in
from qihang.registry.policy.models import Parameter

# Who comes to a sitting: those who completed; the others while the class has not ended.
EXPECTED = (EnrolmentState.APPLIED, EnrolmentState.ENROLLED, EnrolmentState.COMPLETED)
_CANDIDATES = (EnrolmentState.ENROLLED, EnrolmentState.COMPLETED)


@dataclass(frozen=True, slots=True)
class WaitingClass:
    """A class without a sitting: since when it stands where it does, and the latest day it may sit."""

    class_id: int
    since: dt.datetime
    due: dt.date | None


def classes_to_sit(actor: Actor) -> QuerySet[TrainingClass]:
    """Classes within the actor's sight that have begun, that somebody attends, and that no station expects."""
    begun = Q(state=ClassState.COMPLETED) | Q(state=ClassState.APPROVED, start__lte=clock.today())
    people = Enrolment.objects.filter(training_class=OuterRef("pk"), state__in=_CANDIDATES)
    rows: QuerySet[TrainingClass] = TrainingClass.objects.visible_to(actor).filter(
        begun,
        Exists(people),
        ~Exists(Sitting.objects.standing().filter(training_class=OuterRef("pk"))),
        occupation__isnull=False,
        level__in=APPRAISED_LEVELS,
    )
    return rows


def is_expected(sitting: Any) -> Q:
    """Of places in a sitting's class: who is to come. Not whoever another sitting has given the certificate."""
    held = Certificate.objects.issued().filter(enrolment=OuterRef("pk"))
    return Q(~Exists(held.exclude(sitting=sitting)), state__in=EXPECTED)


def with_expected(rows: QuerySet[Sitting]) -> QuerySet[Any]:
    """Sittings with `expected`: how many people are to come."""
    places = Enrolment.objects.filter(is_expected(OuterRef(OuterRef("pk"))), training_class=OuterRef("training_class"))
    counted = places.order_by().values("training_class").annotate(number=Count("pk")).values("number")
    return rows.annotate(expected=Coalesce(Subquery(counted), 0))


def still_to_pass(item: TrainingClass) -> QuerySet[Enrolment]:
    """Who completed the class and holds no certificate of it in force: they did not pass, or were not there."""
    held = Certificate.objects.issued().filter(enrolment=OuterRef("pk"))
    rows: QuerySet[Enrolment] = item.enrolments.filter(~Exists(held), state=EnrolmentState.COMPLETED)
    return rows


def waiting_to_sit(rows: QuerySet[Any]) -> list[WaitingClass]:
    """The classes of `classes_to_sit`, each with its dates; no last day where appraisal.due_days is not set."""
    book = Parameter.objects.book([DUE_DAYS])
    found = with_last_step(rows).order_by().values_list("pk", "step_at", "region_id", "filed_on", "end")
    return [WaitingClass(pk, since, _last_day(book, region, filed, end)) for pk, since, region, filed, end in found]


def closed_to_appraisal(rows: QuerySet[Any]) -> list[int]:
    """The ids of those classes that can no longer sit and expect no scores, by today. Two queries.

    A class whose place has not set appraisal.due_days stays open: nothing says when it is too late.
    """
    expecting = Sitting.objects.planned().filter(training_class=OuterRef("pk"))
    book = Parameter.objects.book([DUE_DAYS])
    today = clock.today()
    over = rows.filter(~Exists(expecting), end__lt=today).order_by("pk")
    found = over.values_list("pk", "region_id", "filed_on", "end")
    lasts = [(pk, _last_day(book, region, filed, end)) for pk, region, filed, end in found]
    return [pk for pk, last in lasts if last is not None and last < today]


def _last_day(book: ParameterBook, region: str, filed: dt.date | None, end: dt.date) -> dt.date | None:
    """As `rules.last_day`, in a book read once."""
    row = find_in(book, DUE_DAYS, region=region, on=filed or end)
    return end + dt.timedelta(days=row.number) if row else None
