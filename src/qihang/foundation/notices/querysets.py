from typing import Any, Self

from django.db import models
from django.db.models import Q

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.scope import within_region
from qihang.foundation.notices.enums import NoticeState, ObjectionState

CASE_OFFICERS = (
    Role.INTAKE_OFFICER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
    Role.FINANCE_OFFICER,
    Role.INSPECTOR,
    Role.LEADER,
)
# An objection is looked into by others than those who decided; its author's name stays with these.
OBJECTION_OFFICERS = (Role.INSPECTOR, Role.LEADER)


class NoticeQuerySet(models.QuerySet[Any]):
    def public(self) -> Self:
        """What anyone may read, newest first: everything that has ever been opened."""
        return self.filter(opens_on__isnull=False).order_by("-opens_on", "-id")

    def open_on(self, day: Any) -> Self:
        """Notices whose window holds `day`."""
        return self.filter(state=NoticeState.OPEN, opens_on__lte=day, closes_on__gte=day)

    def run_out(self) -> Self:
        """Open ones whose last day is over."""
        return self.filter(state=NoticeState.OPEN, closes_on__lt=clock.today())

    def clear(self) -> Self:
        """Those that nothing stands against: closed, and every objection answered."""
        return self.filter(state=NoticeState.CLOSED).exclude(objections__state=ObjectionState.RECEIVED)

    def visible_to(self, actor: Actor) -> Self:
        """An office sees its region's from the draft on; everybody what has been opened."""
        if actor.is_system:
            return self
        opened = Q(opens_on__isnull=False)
        return self.filter(opened | within_region("region", actor.region) if actor.role in CASE_OFFICERS else opened)


class ObjectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Inspectors and leaders of the region, and whoever made it while signed in."""
        if actor.is_system:
            return self
        if actor.role in OBJECTION_OFFICERS:
            return self.filter(within_region("notice__region", actor.region))
        return self.filter(user_id=actor.user_id) if actor.user_id is not None else self.none()

    def unanswered(self) -> Self:
        """Those still to be answered, the nearest deadline first."""
        return self.filter(state=ObjectionState.RECEIVED).order_by(models.F("due_on").asc(nulls_last=True), "id")
