"""Merging a person: their places in classes go with them."""

from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.registry.participants.models import Person

# Places that came to nothing: beside a place of the kept record in the same class they stay with the alias.
_NOTHING_CAME_OF_IT = (EnrolmentState.REFUSED, EnrolmentState.WITHDRAWN)


def move_enrolments(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """Both sitting in one class is for a human to settle; other places move."""
    mine = Enrolment.objects.filter(person=keep).values("training_class_id")
    theirs = Enrolment.objects.filter(person=drop)
    twice = theirs.filter(training_class_id__in=mine)
    standing = twice.exclude(state__in=_NOTHING_CAME_OF_IT).select_related("training_class")
    if found := [f"两条记录都在“{row.training_class.name}”里，先把要并掉的那条退班" for row in standing]:
        return found
    theirs.exclude(pk__in=list(twice.values_list("pk", flat=True))).update(person=keep)
    return []
