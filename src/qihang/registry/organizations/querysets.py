"""Which organisations and memberships an actor may see."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import OFFICERS, SEPARATED_ADMINS
from qihang.registry.reference.scope import region_q


class OrganizationQuerySet(models.QuerySet[Any]):
    """Organisations of every kind."""

    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all, officers their region's, everybody else their own."""
        if actor.role in SEPARATED_ADMINS:
            return self
        own = Q(pk=actor.organization_id) if actor.organization_id else Q(pk__in=[])
        return self.filter(own | region_q("region", actor.region)) if actor.role in OFFICERS else self.filter(own)

    def active(self) -> Self:
        """Those that may act today."""
        return self.filter(state="active")


class MembershipQuerySet(models.QuerySet[Any]):
    """Who belongs where, in which role."""

    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all, everybody else those of their own organisation."""
        if actor.role in SEPARATED_ADMINS:
            return self
        return self.filter(organization_id=actor.organization_id) if actor.organization_id else self.none()

    def current(self) -> Self:
        """Memberships in force today, of people and organisations that may act."""
        today = clock.today()
        return self.filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=today),
            valid_from__lte=today,
            organization__state="active",
            user__is_active=True,
        )
