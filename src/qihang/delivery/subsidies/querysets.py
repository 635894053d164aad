"""What classes have earned, by standing, tranche and scope; and the decisions behind it."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast

from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.subsidies.enums import EarnedState, Tranche
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.registry.policy.models import Decision
from qihang.registry.policy.querysets import DecisionQuerySet


class EarnedTrancheQuerySet(models.QuerySet[Any]):
    """Parts of subsidies that were earned."""

    def visible_to(self, actor: Actor) -> Self:
        """As the place in the class they belong to."""
        return self.filter(enrolment__in=Enrolment.objects.visible_to(actor))

    def earned(self) -> Self:
        """Standing: earned and not reversed."""
        return self.filter(state=EarnedState.EARNED)

    def of_class(self, item: TrainingClass) -> Self:
        return self.filter(enrolment__training_class=item)


def tranche_decisions(tranche: Tranche, places: Iterable[Enrolment]) -> DecisionQuerySet:
    """The standing decisions on one tranche of these places; `case_ref` is the place's public id."""
    refs = among([str(place.public_id) for place in places], "text")
    found: DecisionQuerySet = Decision.objects.standing().filter(benefit=tranche.benefit, case_ref__in=refs)
    return found.prefetch_related("basis")  # a handful, shared by thousands of decisions


def classes_waiting_for_certificates() -> models.QuerySet[TrainingClass]:
    """Completed classes where somebody without a certificate in force has not been told that it is too late for one."""
    certified = Certificate.objects.issued().filter(enrolment=OuterRef("pk"))
    waiting = _unsettled(Tranche.CERTIFIED).filter(~Exists(certified))
    classes: models.QuerySet[TrainingClass] = TrainingClass.objects.filter(state=ClassState.COMPLETED)
    return classes.filter(pk__in=waiting.values("training_class_id"))


def classes_waiting_for_work(actor: Actor) -> models.QuerySet[TrainingClass]:
    """Completed classes in the actor's sight where somebody's second tranche is neither earned nor out of reach."""
    waiting = _unsettled(Tranche.EMPLOYED)
    classes: models.QuerySet[TrainingClass] = TrainingClass.objects.visible_to(actor)
    return classes.filter(state=ClassState.COMPLETED, pk__in=waiting.values("training_class_id"))


def _unsettled(tranche: Tranche) -> models.QuerySet[Enrolment]:
    """Who completed a class with the subsidy and has no yes or no on this part."""
    settled = Decision.objects.standing().filter(
        benefit=tranche.benefit, eligible__isnull=False, case_ref=Cast(OuterRef("public_id"), CharField())
    )
    found: models.QuerySet[Enrolment] = Enrolment.objects.completed().filter(~Exists(settled), subsidised=True)
    return found
