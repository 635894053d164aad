from typing import Any, Self

from django.db import models

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import OWN_FILES_ONLY, Role
from qihang.foundation.core.scope import within_region
from qihang.foundation.documents.enums import EvidenceState

# Offices that look at proof within their region; administrators of the system see no case data.
REVIEWERS = (
    Role.INTAKE_OFFICER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
    Role.FINANCE_OFFICER,
    Role.INSPECTOR,
    Role.LEADER,
)


class EvidenceQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: Actor) -> Self:
        """An office sees its region's; anyone else what their organisation, or a trainer themselves, handed in."""
        if actor.is_system:
            return self
        if actor.role in REVIEWERS:
            return self.filter(within_region("region", actor.region))
        if actor.organization_id is not None and actor.role not in OWN_FILES_ONLY:
            return self.filter(organization_id=actor.organization_id)
        return self.filter(user_id=actor.user_id) if actor.user_id is not None else self.none()

    def of(self, subject: models.Model) -> Self:
        """What has been handed in about one thing."""
        return self.filter(subject=subject._meta.label_lower, subject_id=subject.pk)

    def accepted(self) -> Self:
        """What counts: an officer has accepted it and nobody has taken that back."""
        return self.filter(state=EvidenceState.ACCEPTED)
