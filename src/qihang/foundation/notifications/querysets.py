"""Questions to messages and deliveries."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db.models import Q, QuerySet

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.enums import Status

if TYPE_CHECKING:
    from qihang.foundation.notifications.models import Delivery, Message  # noqa: F401 - in the bases, quoted


class MessageQuerySet(QuerySet["Message"]):
    """Messages are read by the one they were written to."""

    def visible_to(self, actor: Actor) -> Self:
        return self.filter(user_id=actor.user_id) if actor.user_id else self.none()

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class DeliveryQuerySet(QuerySet["Delivery"]):
    """What left the house, or should have."""

    def visible_to(self, actor: Actor) -> Self:
        """System administrators keep the gateways going and see that something was sent to whom."""
        return self if actor.is_system or actor.role == Role.SYSTEM_ADMIN else self.none()

    def due(self, now: dt.datetime) -> Self:
        """What should be tried now: fresh ones, and failed ones whose time has come."""
        fresh = Q(status=Status.WAITING)
        return self.filter(fresh | Q(status=Status.FAILED, next_try_at__lte=now))
