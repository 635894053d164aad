from typing import Any, Self

from django.db import models

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import SEPARATED_ADMINS
from qihang.foundation.jobs.enums import JobState


class JobQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own jobs; administrators and system actors see all."""
        if actor.is_system or actor.role in SEPARATED_ADMINS:
            return self
        return self.filter(user_id=actor.user_id) if actor.user_id is not None else self.none()

    def unfinished(self) -> Self:
        """Queued or running, newest first."""
        return self.filter(state__in=(JobState.QUEUED, JobState.RUNNING)).order_by("-id")
