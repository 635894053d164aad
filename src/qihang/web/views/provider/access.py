"""Who reads the pages of a class, who works on them, and what several of the pages say about a class."""

import uuid

from django.http import HttpRequest
from django.urls import reverse

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import get_class
from qihang.delivery.training.workflows import CLASS_WORKFLOW, PROVIDERS
from qihang.foundation.core.roles import Role
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb

OFFICE = (
    Role.INTAKE_OFFICER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
    Role.FINANCE_OFFICER,
    Role.INSPECTOR,
)
# Who keeps a class's attendance.
MARKERS = (*PROVIDERS, Role.TRAINER)
# Who may look into a class; whose classes, visible_to decides. Leaders and stations see the class, not its people: those
# who come to a sitting stand on the sitting's page, with what an examiner needs of them.
PEOPLE_READERS = (*MARKERS, *OFFICE)
CLASS_READERS = (*PEOPLE_READERS, Role.STATION_CLERK, Role.LEADER)
REVEALERS = (*PROVIDERS, Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER, Role.INSPECTOR)


def class_of(request: HttpRequest, public_id: uuid.UUID) -> TrainingClass:
    """The class of an address, if the reader may see it."""
    return get_class(actor=actor_of(request), public_id=str(public_id))


def crumbs_of(request: HttpRequest, item: TrainingClass, *rest: Crumb) -> list[Crumb]:
    """From the list of classes (for those who have one) over the class to the page."""
    lead = [Crumb("班级", reverse("provider_home"))] if keeps_list(request) else []
    here = Crumb(item.name, reverse("class_page", args=[item.public_id]) if rest else "")
    return [*lead, here, *rest]


def returned_words(item: TrainingClass) -> str:
    """In whose words the application came back; empty where it is not back."""
    if item.state != ClassState.RETURNED:
        return ""
    last = CLASS_WORKFLOW.history(item).filter(target=ClassState.RETURNED).last()
    return last.comment if last else ""


def keeps_list(request: HttpRequest) -> bool:
    """Whether the list of classes is this reader's; officers come from their own lists."""
    return actor_of(request).role in MARKERS
