"""Sittings, scores and certificates by state and scope, and what a station may see because of its sittings."""

from typing import Any, Self

from django.db import models
from django.db.models import CharField, Q
from django.db.models.functions import Cast

from qihang.delivery.appraisal.enums import STANDING_SITTINGS, CertificateState, SittingState
from qihang.delivery.training.querysets import of_own_classes
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.scope import own_or_region_q

STATION_ROLES = (Role.STATION_CLERK, Role.APPRAISER)
_TEACHING = (*PROVIDERS, Role.TRAINER)


def _seen(actor: Actor, lead: str, person: str) -> Q:
    """Stations see their own, officers their region's, institutions and trainers their trainees', a person their own.

    `lead` is the way to the class.
    """
    if actor.role == Role.PARTICIPANT:
        return Q(**{person: actor.person_id}) if actor.person_id else Q(pk__in=[])
    seen = own_or_region_q(actor, "station")
    if actor.role in _TEACHING and actor.organization_id:
        seen |= of_own_classes(actor, lead)
    return seen


class SittingQuerySet(models.QuerySet[Any]):
    """Sittings."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.role == Role.PARTICIPANT:
            mine = self.model.objects.filter(training_class__enrolments__person_id=actor.person_id)
            return self.filter(pk__in=mine.values("pk")) if actor.person_id else self.none()
        return self.filter(_seen(actor, "training_class__", ""))

    def standing(self) -> Self:
        """Not cancelled."""
        return self.filter(state__in=STANDING_SITTINGS)

    def planned(self) -> Self:
        return self.filter(state=SittingState.PLANNED)


class ScoreQuerySet(models.QuerySet[Any]):
    """Scores."""

    def visible_to(self, actor: Actor) -> Self:
        """As the sitting they belong to; a person's own."""
        from qihang.delivery.appraisal.models import Sitting

        if actor.role == Role.PARTICIPANT:
            return self.filter(enrolment__person_id=actor.person_id) if actor.person_id else self.none()
        return self.filter(sitting__in=Sitting.objects.visible_to(actor))

    def valid(self) -> Self:
        """Not voided."""
        return self.filter(voided_on__isnull=True)

    def passed(self) -> Self:
        return self.valid().filter(passed=True)


class CertificateQuerySet(models.QuerySet[Any]):
    """Certificates."""

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(_seen(actor, "enrolment__training_class__", "person_id"))

    def issued(self) -> Self:
        """Those in force."""
        return self.filter(state=CertificateState.ISSUED)


def classes_that_sit(actor: Actor) -> models.QuerySet[Any] | None:
    """The port `class_relations`: a station sees the classes that sit with it, and so their trainees."""
    from qihang.delivery.appraisal.models import Sitting

    if actor.role not in STATION_ROLES or actor.organization_id is None:
        return None
    return Sitting.objects.standing().filter(station_id=actor.organization_id).values("training_class_id")


def benefits_of_sitting(actor: Actor) -> Q:
    """The port `benefit_relations`: a station marks the benefits of trainees who sit with it as enjoyed."""
    from qihang.delivery.training.deciding import SOURCE
    from qihang.delivery.training.models import Enrolment

    classes = classes_that_sit(actor)
    if classes is None:
        return Q(pk__in=[])
    refs = Enrolment.objects.filter(training_class_id__in=classes).annotate(ref=Cast("public_id", CharField()))
    return Q(source_kind=SOURCE, source_ref__in=refs.values("ref"))
