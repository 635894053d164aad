"""The vocabulary of policy tables."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import OFFICERS, Role
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.parameters import NATION, ParameterBook, ParameterRow, Verified, by_from_text
from qihang.registry.policy.engine.values import parse_value
from qihang.registry.policy.enums import ParameterState
from qihang.registry.policy.perms import settable_q
from qihang.registry.reference.scope import ancestors, region_code_q

_ROW = (
    "key",
    "region",
    "valid_from",
    "value",
    "valid_to",
    "by",
    "instrument__number",
    "source",
    "article",
    "verified",
    "id",
)


class LegalInstrumentQuerySet(models.QuerySet[Any]):
    """Instruments are public: who may read a page may read the law it cites."""

    def visible_to(self, actor: Actor) -> Self:
        """All of them, to anyone."""
        return self.all()


class ParameterQuerySet(models.QuerySet[Any]):
    """Parameters by state, key and day."""

    def confirmed(self) -> Self:
        """Values that two people have put in force."""
        return self.filter(state=ParameterState.CONFIRMED)

    def in_force(self, on: dt.date) -> Self:
        """Confirmed values that hold on a day."""
        return self.confirmed().filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)

    def settable_by(self, actor: Actor) -> Self:
        """Values of the places that the actor sets policy for."""
        return self.filter(settable_q(actor))

    def waiting_for(self, actor: Actor) -> Self:
        """Of the places that the actor sets policy for: drafts to confirm or send back, values asked back."""
        asked_back = Q(state=ParameterState.CONFIRMED, revoke_asked_on__isnull=False)
        return self.settable_by(actor).filter(Q(state=ParameterState.DRAFT) | asked_back)

    def drafts(self) -> Self:
        """Proposed, and not decided on."""
        return self.filter(state=ParameterState.DRAFT)

    def asked_back(self) -> Self:
        """In force, and somebody asked for them to be taken back."""
        return self.confirmed().filter(revoke_asked_on__isnull=False)

    def returned_to(self, actor: Actor) -> Self:
        """Drafts of the actor's places that came back and that no later value of the same key and place follows."""
        later = type(self)(self.model).filter(
            key=OuterRef("key"), by=OuterRef("by"), region=OuterRef("region"), pk__gt=OuterRef("pk")
        )
        return self.settable_by(actor).filter(~Exists(later), state=ParameterState.RETURNED)

    def visible_to(self, actor: Actor) -> Self:
        """Values in force to anyone; drafts and withdrawn ones to those who work on them."""
        if actor.is_system or actor.role in {Role.POLICY_OFFICER, Role.POLICY_CHECKER, Role.LEADER}:
            return self.all()
        return self.confirmed()

    def book(self, keys: Iterable[str] | None = None) -> ParameterBook:
        """The confirmed values (of some keys) as the engine reads them, in one query."""
        rows = self.confirmed() if keys is None else self.confirmed().filter(key__in=list(keys))
        known = (_row(values) for values in rows.values_list(*_ROW) if values[0] in CATALOGUE)
        return ParameterBook(known, region_chain)


def region_chain(region: str) -> tuple[str, ...]:
    """A place and those above it, nearest first, the nation last: the order in which parameters are sought."""
    return (*ancestors(region), NATION) if region != NATION else (NATION,)


def _row(values: tuple[Any, ...]) -> ParameterRow:
    key, region, valid_from, value, valid_to, by, number, source, article, verified, pk = values
    spec = CATALOGUE[key]
    return ParameterRow(
        spec=spec,
        region=region,
        valid_from=valid_from,
        value=parse_value(spec.kind, value),
        valid_to=valid_to,
        by=by_from_text(by),
        source=number or source,
        article=article,
        verified=Verified(verified),
        id=pk,
    )


class DecisionQuerySet(models.QuerySet[Any]):
    """Decisions by benefit, day, scope and standing."""

    def standing(self) -> Self:
        """Decisions that no later one of the same case has replaced."""
        return self.filter(superseded_by=None)

    def between(self, benefit: str, first: dt.date, last: dt.date) -> Self:
        """Decisions of a benefit whose rules are those of a day in the span, both ends included."""
        return self.filter(benefit=benefit, on__gte=first, on__lte=last)

    def visible_to(self, actor: Actor) -> Self:
        """A person's own, and for officers those of their place and all below it."""
        if actor.is_system:
            return self.all()
        if actor.role == Role.PARTICIPANT:
            if actor.person_id is None:
                return self.none()
            return self.filter(Q(person_id=actor.person_id) | Q(person__merged_into_id=actor.person_id))
        return self.filter(region_code_q("region", actor.region)) if actor.role in OFFICERS else self.none()
