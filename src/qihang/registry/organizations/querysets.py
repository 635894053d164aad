"""Which organisations, memberships and invitations an actor may see."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q

from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.fields import BlindIndexField
from qihang.foundation.core.roles import SEPARATED_ADMINS
from qihang.registry.organizations.scope import own_or_region_q


def _sees_all(actor: Actor) -> bool:
    """The three administrators look after organisations and people everywhere, though after no case."""
    return actor.is_system or actor.role in SEPARATED_ADMINS


class OrganizationQuerySet(models.QuerySet[Any]):
    """Organisations of every kind."""

    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all, officers their region's and their own, everybody else their own."""
        if _sees_all(actor):
            return self
        own = Q(pk=actor.organization_id) if actor.organization_id else Q(pk__in=[])
        return self.filter(own | own_or_region_q(actor, "pk"))

    def active(self) -> Self:
        """Those that may act today."""
        return self.filter(state="active")

    def matching(self, text: str) -> Self:
        """Those whose name holds `text`, or whose credit code or station code begins with it."""
        words = text.strip()
        code = words.replace(" ", "").upper()
        found = Q(name__icontains=words) | Q(short_name__icontains=words)
        return self.filter(found | Q(uscc__startswith=code) | Q(station_code=code)) if words else self


class MembershipQuerySet(models.QuerySet[Any]):
    """Who belongs where, in which role."""

    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all, everybody else those of their own organisation."""
        if _sees_all(actor):
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

    def of_identities(self, numbers: Iterable[str]) -> Self:
        """Memberships, past ones too, of the people with these identity numbers: is a trainee also staff somewhere?"""
        field = User._meta.get_field("identity_index")
        assert isinstance(field, BlindIndexField)
        wanted = list(numbers)
        return self.filter(user__identity_index__in=field.index_many(wanted, User)) if wanted else self.none()


class InvitationQuerySet(models.QuerySet[Any]):
    """Who was asked to take which role."""

    def visible_to(self, actor: Actor) -> Self:
        """Administrators see all, everybody else those into their own organisation."""
        if _sees_all(actor):
            return self
        return self.filter(organization_id=actor.organization_id) if actor.organization_id else self.none()

    def open(self) -> Self:
        """Neither accepted nor withdrawn nor run out."""
        return self.waiting().filter(expires_at__gt=clock.now())

    def waiting(self) -> Self:
        """Neither accepted nor withdrawn; the link may have run out."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)
