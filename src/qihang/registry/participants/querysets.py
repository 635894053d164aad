"""Who may see whom: those who teach, test or employ a person, and the officers of the region."""

from collections.abc import Callable, Iterable
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.ports import Port
from qihang.foundation.core.roles import OFFICERS, Role
from qihang.foundation.core.workflow import ENTER
from qihang.registry.participants.enums import MergeState
from qihang.registry.reference.scope import region_q

# Delivery apps register a relation each: given an actor, the ids of the persons that the relation lets them see.
person_relations: Port[Callable[[Actor], Q]] = Port("person_relations")


class PersonQuerySet(models.QuerySet[Any]):
    """The register of persons."""

    def visible_to(self, actor: Actor) -> "PersonQuerySet":
        """A participant sees themselves; officers their region's; institutions those they serve; nobody else any."""
        if actor.role == Role.PARTICIPANT:
            return self.filter(pk=actor.person_id) if actor.person_id else self.none()
        allowed = Q(pk__in=[])
        if actor.role in OFFICERS:
            allowed |= region_q("hukou_region", actor.region) | region_q("residence_region", actor.region)
        for _, relation in person_relations.items():
            allowed |= relation(actor)
        return self.filter(allowed)

    def with_identity(self, indexes: Iterable[bytes]) -> "PersonQuerySet":
        """The active persons whose identity index is among `indexes`."""
        return self.filter(identity_index__in=among(indexes, "bytea"), merged_into__isnull=True)

    def standing_by_identity(self, indexes: Iterable[bytes]) -> dict[bytes, int]:
        """Identity index -> id of the person as they stand today: of a merged record, of the one it became.

        Where a number stands under an active record too, that one is meant.
        """
        rows = self.filter(identity_index__in=among(indexes, "bytea")).order_by(
            F("merged_into_id").desc(nulls_last=True)
        )
        found = rows.values_list("identity_index", "pk", "merged_into_id")
        return {bytes(index): into or pk for index, pk, into in found}


class PersonCategoryQuerySet(models.QuerySet[Any]):
    """Categories of persons, with their dates and proof."""

    def visible_to(self, actor: Actor) -> "PersonCategoryQuerySet":
        from qihang.registry.participants.models import Person

        return self.filter(person__in=Person.objects.visible_to(actor))

    def on(self, day: Any) -> "PersonCategoryQuerySet":
        """Those whose dates include `day`."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class MergeProposalQuerySet(models.QuerySet[Any]):
    """Pairs of records that somebody takes for one person."""

    def visible_to(self, actor: Actor) -> Self:
        """Officers who see both records; nobody else is to know of a doubt about who somebody is."""
        from qihang.registry.participants.models import Person

        if actor.role not in OFFICERS:
            return self.none()
        seen = Person.objects.visible_to(actor)
        return self.filter(keep__in=seen, drop__in=seen)

    def open(self) -> Self:
        """Those that wait for the second hand."""
        return self.filter(state=MergeState.PROPOSED)

    def awaiting_officer(self, actor: Actor) -> Self:
        """Open ones that somebody else proposed. The officer's own records may be among them."""
        mine = TransitionLog.objects.filter(
            subject=self.model._meta.label_lower, transition=ENTER, user_id=actor.user_id
        )
        return self.open().exclude(pk__in=mine.values("subject_id"))

    def about(self, persons: Iterable[int]) -> Self:
        """Those in which one of these records stands on either side."""
        wanted = list(persons)
        return self.filter(Q(keep__in=wanted) | Q(drop__in=wanted))
