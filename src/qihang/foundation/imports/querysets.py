from typing import Any, Self

from django.db import models

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import OWN_FILES_ONLY
from qihang.foundation.imports.enums import BatchState


class ImportBatchQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """Files of the actor's own organisation, of a trainer those they brought in; of somebody without one, their own."""
        if actor.is_system:
            return self
        if actor.organization_id is not None:
            files = self.filter(organization_id=actor.organization_id)
            return files.filter(user_id=actor.user_id) if actor.role in OWN_FILES_ONLY else files
        return self.filter(organization_id__isnull=True, user_id=actor.user_id, user_id__isnull=False)

    def into(self, *, kind: str, target_id: str) -> Self:
        """Files of a kind that go to one target."""
        return self.filter(kind=kind, target_id=target_id)

    def committed(self) -> Self:
        return self.filter(state=BatchState.COMMITTED)

    def under_way(self) -> Self:
        """Neither in nor given up."""
        return self.filter(state__in=(BatchState.UPLOADED, BatchState.CHECKED, BatchState.COMMITTING))
