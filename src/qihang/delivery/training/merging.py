"""Merging a person: their places in classes go with them."""

from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.registry.participants.models import Person


def move_enrolments(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """Both in one class is for a human to settle; other places move."""
    mine = Enrolment.objects.filter(person=keep).values("training_class_id")
    twice = Enrolment.objects.filter(person=drop, training_class_id__in=mine).select_related("training_class")
    if found := [f"两条记录都在“{row.training_class.name}”里" for row in twice]:
        return found
    Enrolment.objects.filter(person=drop).update(person=keep)
    return []
