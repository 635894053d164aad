"""What an institution is told of its classes when an officer has decided."""

from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core.actors import Actor
from qihang.foundation.notifications.services import notify_many
from qihang.registry.organizations.models import Membership


def tell_institution(*, actor: Actor, item: TrainingClass, title: str, body: str) -> None:
    """A message to everybody who works on the institution's classes, leading to this one."""
    members = Membership.objects.current().filter(organization=item.organization_id, role__in=PROVIDERS)
    users = {row.user_id: row.user for row in members.select_related("user")}
    if users:
        notify_many(actor=actor, users=list(users.values()), title=title, body=f"“{item.name}”{body}", about=item)
