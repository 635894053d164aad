from django.urls import reverse

from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.ports import pages
from qihang.web.navigation import Item, register
from qihang.web.views.provider import states  # noqa: F401 - the words of the states register themselves


def waiting_classes(actor: Actor) -> int:
    """Classes in which the institution has something to do."""
    return TrainingClass.objects.visible_to(actor).to_do(clock.today(), actor.role).count()


def class_address(item: TrainingClass) -> str:
    """Where a message about a class leads."""
    return reverse("class_page", args=[item.public_id])


pages.register("training.trainingclass", class_address)
register(
    Item(
        label="班级",
        url_name="provider_home",
        icon="journal-check",
        roles=frozenset(PROVIDERS),
        order=10,
        count=waiting_classes,
        bar="班级",
    ),
    Item(
        label="班级",
        url_name="provider_home",
        icon="journal-check",
        roles=frozenset({Role.TRAINER}),
        order=10,
        bar="班级",
    ),
)
