"""What officers wrote to a person about their place in a class, word for word: for the person and their school."""

import datetime as dt
from dataclasses import dataclass

from qihang.delivery.training.models import Enrolment
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core.models import TransitionLog
from qihang.registry.participants.enums import CategoryState
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW


@dataclass(frozen=True, slots=True)
class Said:
    """One officer's words: when, on doing what."""

    at: dt.datetime
    label: str
    words: str


def said_of(place: Enrolment) -> list[Said]:
    """The words with which the place's category was found not to hold, and with which it was taken up again; oldest
    first. The caller has seen the place through `visible_to`.
    """
    again = ENROLMENT_WORKFLOW.history(place).filter(transition="reconsider")
    lines = sorted([*_rejection(place), *again], key=lambda line: (line.at, line.pk))
    return [Said(line.at, line.label, line.comment) for line in lines if line.comment]


def _rejection(place: Enrolment) -> list[TransitionLog]:
    """Of the category that the place bears; nothing where it is claimed anew, or was confirmed after all."""
    same = PersonCategory.objects.filter(person=place.person_id, category=place.category)
    mine = list(same.on(place.training_class.start))
    if not mine or any(claim.state != CategoryState.REJECTED for claim in mine):
        return []
    last = max(mine, key=lambda claim: claim.pk)
    return list(CATEGORY_WORKFLOW.history(last).filter(transition="reject"))
