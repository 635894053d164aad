"""Lists and spells of work by state, kind of proof and scope."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q

from qihang.delivery.employment.enums import SpellState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import OFFICERS, Role
from qihang.foundation.documents.querysets import REVIEWERS
from qihang.registry.organizations.scope import own_or_region_q
from qihang.registry.participants.own_case import own_persons
from qihang.registry.reference.scope import ancestors, region_q

# The kinds of proof by which a spell of work counts, strongest first.
WORK_EVIDENCE = tuple(kind for kind in EvidenceType if kind.counts_as_work)
# Who teaches or serves the person; trainers and appraisers have no business with a trainee's job.
_OF_THE_CLASS = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)


class ContributionListQuerySet(models.QuerySet[Any]):
    """Contribution lists."""

    def visible_to(self, actor: Actor) -> Self:
        """Offices see their own and those of their region."""
        return self.filter(own_or_region_q(actor, "office"))

    def over(self, region: str) -> Self:
        """Lists of the offices that answer for a place: its own and those above it."""
        return self.filter(region__in=ancestors(region))


class WorkSpellQuerySet(models.QuerySet[Any]):
    """Spells of work."""

    def visible_to(self, actor: Actor) -> Self:
        """A person their own, institutions those of their trainees, officers those of their region's.

        A region's are those that its office took down, and those of people in its classes.
        """
        if actor.is_system:
            return self.all()
        if actor.role == Role.PARTICIPANT:
            return self.filter(person_id=actor.person_id) if actor.person_id else self.none()
        if actor.role not in OFFICERS and actor.role not in _OF_THE_CLASS:
            return self.none()
        trained = Q(person_id__in=Enrolment.objects.visible_to(actor).values("person_id"))
        if actor.role not in OFFICERS:
            return self.filter(trained)
        return self.filter(trained | region_q("region", actor.region)) if actor.region else self.none()

    def accepted(self) -> Self:
        """What counts today."""
        return self.filter(state=SpellState.ACCEPTED)

    def from_lists(self) -> Self:
        """What contribution lists said."""
        return self.filter(evidence_kind=EvidenceType.INSURANCE)

    def of_persons(self, ids: Iterable[int]) -> Self:
        return self.filter(person__in=among(ids))

    def counting(self) -> Self:
        """Accepted, on proof by which work counts."""
        return self.accepted().filter(evidence_kind__in=WORK_EVIDENCE)

    def awaiting_officer(self, actor: Actor) -> Self:
        """Documents that this officer may decide on: of their region, handed in by and about somebody else."""
        if actor.role not in REVIEWERS or not actor.region:
            return self.none()
        waiting = self.filter(region_q("region", actor.region), state=SpellState.CLAIMED)
        return waiting.exclude(evidence__user_id=actor.user_id).exclude(person__in=own_persons(actor))

    def started_in(self, after: dt.date, until: dt.date) -> Self:
        """Begun after one day, up to and including another."""
        return self.filter(start__gt=after, start__lte=until)
