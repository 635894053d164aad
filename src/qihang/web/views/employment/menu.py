from django.urls import reverse

from qihang.delivery.employment.imports.contributions import CONTRIBUTIONS
from qihang.delivery.employment.models import WorkSpell
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.web.navigation import Item, Place, register
from qihang.web.views.employment import states  # noqa: F401  (the words register themselves)
from qihang.web.views.employment.roles import DECIDERS, LISTED
from qihang.web.views.employment.work import DOCUMENTS
from qihang.web.views.imports import destinations
from qihang.web.views.office.work import register as register_work


def _waiting(actor: Actor) -> int:
    return int(WorkSpell.objects.visible_to(actor).awaiting_officer(actor).count())


def where_found(actor: Actor, target_id: str) -> destinations.Destination:
    """A contribution list has no target: its matches show in the list of those who completed."""
    url = f"{reverse('work_trainees')}?view=found" if actor.role in LISTED else ""
    return destinations.Destination(next_url=url, button="看谁查到了工作" if url else "")


register(
    Item(
        label="我的工作",
        url_name="work_mine",
        place=Place.ACCOUNT,
        icon="briefcase",
        roles=frozenset({Role.PARTICIPANT}),
        order=5,
    ),
    Item(
        label="学员就业",
        url_name="work_trainees",
        icon="person-check",
        group="skills",
        roles=frozenset(LISTED),
        order=50,
    ),
    Item(
        label="就业材料",
        url_name="work_documents",
        icon="briefcase",
        group="skills",
        roles=frozenset(DECIDERS),
        order=60,
        count=_waiting,
    ),
)
register_work(DOCUMENTS)
destinations.register(CONTRIBUTIONS.key, where_found)
