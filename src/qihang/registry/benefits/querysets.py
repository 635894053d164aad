"""Benefits by person, state and scope."""

from collections.abc import Callable, Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.ports import Port
from qihang.foundation.core.roles import OFFICERS, Role
from qihang.registry.benefits.enums import COUNTED, UseState
from qihang.registry.reference.scope import region_code_q

# Apps above let others see uses that they settle: a station, those of trainees who sit with it.
benefit_relations: Port[Callable[[Actor], Q]] = Port("benefit_relations")


class BenefitUseQuerySet(models.QuerySet[Any]):
    """Uses of benefits."""

    def counted(self) -> Self:
        """Reserved or enjoyed: what caps count."""
        return self.filter(state__in=COUNTED)

    def given_back(self) -> Self:
        """Released or taken back, and the case holds no other use of that benefit: the latest of each case."""
        same = self.model.objects.filter(
            benefit=OuterRef("benefit"), source_kind=OuterRef("source_kind"), source_ref=OuterRef("source_ref")
        )
        return self.filter(
            ~Exists(same.filter(state__in=COUNTED)),
            ~Exists(same.filter(pk__gt=OuterRef("pk"))),
            state=UseState.RELEASED,
        )

    def of_cases(self, kind: str, refs: Iterable[str]) -> Self:
        """Uses of these cases of an owner, whatever became of them."""
        return self.filter(source_kind=kind, source_ref__in=among(refs, "text"))

    def of_source(self, kind: str, refs: Iterable[str]) -> Self:
        """Counted uses of these cases of an owner."""
        return self.counted().of_cases(kind, refs)

    def visible_to(self, actor: Actor) -> Self:
        """A person's own; an organisation's, of its own cases; an office's, of its place and all below it.

        Others see what a relation opens to them; who only teaches sees no money.
        """
        if actor.is_system:
            return self.all()
        if actor.role == Role.PARTICIPANT:
            return self.filter(person_id=actor.person_id) if actor.person_id else self.none()
        if actor.role in OFFICERS:
            return self.filter(region_code_q("region", actor.region))
        if actor.organization_id is None or actor.role == Role.TRAINER:
            return self.none()
        mine = Q(organization_id=actor.organization_id)
        for _, relation in benefit_relations.items():
            mine |= relation(actor)
        return self.filter(mine)
