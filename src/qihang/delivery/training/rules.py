"""What must be true before a class may open, be cancelled or be completed; and when a trainee has completed it."""

from decimal import Decimal
from math import ceil
from typing import Any

from qihang.delivery.training.enums import ATTENDED_MARKS, IN_CLASS, ClassState, EnrolmentState
from qihang.delivery.training.opening import OpeningRules, handed_in_on
from qihang.delivery.training.ports import class_keepers
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.registry.participants.own_case import own_persons
from qihang.registry.policy import lookup


def may_open(item: Any, actor: Actor) -> str | None:
    """Why this class may not be opened as asked, by the parameters of the day it is asked; None if it may."""
    with_officers = item.state in {ClassState.SUBMITTED, ClassState.REVIEWED}
    handed_in = handed_in_on(item) if with_officers else None
    return OpeningRules().obstacle(item, on=clock.today(), handed_in=handed_in)


def may_be_cancelled(item: Any, actor: Actor) -> str | None:
    """A class with people in it is not cancelled over their heads, nor one that others still count on."""
    inside = item.enrolments.filter(state__in=IN_CLASS).count()
    if inside:
        return f"班里还有 {inside} 人，先一个个办退班再取消"
    reasons = (keeper(item) for _, keeper in class_keepers.items())
    return next((reason for reason in reasons if reason), None)


def may_be_joined_late(item: Any, actor: Actor) -> str | None:
    """While its lessons last; who comes after them was taught nothing."""
    return f"课在 {item.end:%Y-%m-%d} 上完了，不能再加人" if clock.today() > item.end else None


def may_complete(item: Any, actor: Actor) -> str | None:
    """Why a class may not be completed yet: it runs, is the actor's own, people wait, or fewer hours were held."""
    if clock.today() < item.end:
        return f"{item.end:%Y-%m-%d} 才结班，到那天再办"
    if item.enrolments.filter(state=EnrolmentState.ENROLLED, person__in=own_persons(actor)).exists():
        return "您自己在这个班里，结业请同事来办"
    waiting = item.enrolments.undecided().count()
    if waiting:
        return f"还有 {waiting} 人的资格没核实，请县里先核实，或者改为自费"
    if not item.enrolments.filter(state=EnrolmentState.ENROLLED).exists():
        return "班里没有在读的学员，不用办结业"
    return _too_few_days(item)


def _too_few_days(item: Any) -> str | None:
    """Hours that were filed must have been held: the days with attendance carry at most so many hours each."""
    limit = lookup.find("class.hours_per_day_max", region=item.region_id, on=item.filed_on)
    held = days_held(item)
    if not held:
        return "还没有考勤，先上传考勤表"
    if limit is None:
        return None
    needed = ceil(Decimal(item.hours) / limit.number)
    if held < needed:
        return f"备案 {item.hours} 课时至少要上 {needed} 天，考勤表上只有 {held} 天，请补齐考勤"
    return None


def days_held(item: Any) -> int:
    """On how many days the class has attendance."""
    from qihang.delivery.training.models import Attendance

    marks = Attendance.objects.valid().filter(enrolment__training_class=item)
    return int(marks.values("day").distinct().count())


def is_attended(mark: str) -> bool:
    """Whether a mark counts as having been there."""
    return mark in ATTENDED_MARKS
