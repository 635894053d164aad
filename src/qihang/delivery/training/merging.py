"""Merging a person: their places in classes go with them."""

from collections.abc import Mapping

from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.registry.participants.merging import Collision, MergeHandler
from qihang.registry.participants.models import Person

# Places that came to nothing: beside a place of the kept record in the same class they stay with the alias.
_NOTHING_CAME_OF_IT = (EnrolmentState.REFUSED, EnrolmentState.WITHDRAWN)


def _sitting_twice(keep: Person, drop: Person) -> list[Collision]:
    """Both sitting in one class is for a human to settle."""
    mine = dict(Enrolment.objects.filter(person=keep).values_list("training_class_id", "state"))
    twice = Enrolment.objects.filter(person=drop, training_class_id__in=list(mine))
    standing = twice.exclude(state__in=_NOTHING_CAME_OF_IT).select_related("training_class")
    return [Collision(_words(row, mine)) for row in standing]


def _move_enrolments(keep: Person, drop: Person, actor: Actor) -> None:
    """Places move, but for those in a class where the kept record has one: a class knows one place a person."""
    taken = list(Enrolment.objects.filter(person=keep).values_list("training_class_id", flat=True))
    Enrolment.objects.filter(person=drop).exclude(training_class_id__in=taken).update(person=keep)


MOVE_ENROLMENTS = MergeHandler(_move_enrolments, _sitting_twice)


def _words(theirs: Enrolment, mine: Mapping[int, str]) -> str:
    name = theirs.training_class.name
    if mine[theirs.training_class_id] in _NOTHING_CAME_OF_IT:
        return f"要并掉的那条坐在“{name}”里，留下的那条没有坐进去；请换个方向，把没坐进去的并过来"
    if theirs.state == EnrolmentState.ENROLLED:
        return f"两条记录都在“{name}”里，先把要并掉的那条退班"
    return (
        f"两条记录都在“{name}”里，要并掉的那条{EnrolmentState(theirs.state).label}；这个班里算哪一条，请先和学校对清楚"
    )
