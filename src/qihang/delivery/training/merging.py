"""Merging a person: their places in classes go with them."""

from collections.abc import Mapping

from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.registry.participants.models import Person

# Places that came to nothing: beside a place of the kept record in the same class they stay with the alias.
_NOTHING_CAME_OF_IT = (EnrolmentState.REFUSED, EnrolmentState.WITHDRAWN)


def move_enrolments(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """Both sitting in one class is for a human to settle; other places move."""
    mine = dict(Enrolment.objects.filter(person=keep).values_list("training_class_id", "state"))
    theirs = Enrolment.objects.filter(person=drop)
    twice = theirs.filter(training_class_id__in=list(mine))
    standing = twice.exclude(state__in=_NOTHING_CAME_OF_IT).select_related("training_class")
    if found := [_words(row, mine) for row in standing]:
        return found
    theirs.exclude(pk__in=list(twice.values_list("pk", flat=True))).update(person=keep)
    return []


def _words(theirs: Enrolment, mine: Mapping[int, str]) -> str:
    name = theirs.training_class.name
    if mine[theirs.training_class_id] in _NOTHING_CAME_OF_IT:
        return f"要并掉的那条坐在“{name}”里，留下的那条没有坐进去；请换个方向，把没坐进去的并过来"
    if theirs.state == EnrolmentState.ENROLLED:
        return f"两条记录都在“{name}”里，先把要并掉的那条退班"
    return (
        f"两条记录都在“{name}”里，要并掉的那条{EnrolmentState(theirs.state).label}；这个班里算哪一条，请先和学校对清楚"
    )
