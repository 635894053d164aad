"""When and where a class may sit, and whose hands may write its scores."""

import datetime as dt
from typing import Any

from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.training.enums import APPRAISED_LEVELS, ClassLevel, ClassState
from qihang.delivery.training.models import Teaching, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.registry.organizations.enums import OrganizationKind, OrganizationState
from qihang.registry.organizations.models import Membership
from qihang.registry.participants.own_case import own_persons
from qihang.registry.policy import lookup

DUE_DAYS = "appraisal.due_days"
LEAST_POINTS = "appraisal.pass_score"


def last_day(item: TrainingClass) -> dt.date:
    """The latest day on which a class may sit: its end and the appraisal.due_days of its filing day, as for the subsidy.

    ParameterMissing where none is set.
    """
    days = lookup.require(DUE_DAYS, region=item.region_id, on=item.filed_on or item.end)
    end: dt.date = item.end
    return end + dt.timedelta(days=int(str(days)))


def last_day_if_set(item: TrainingClass) -> dt.date | None:
    """`last_day`, or None where nobody has set it: for pages that tell of it."""
    try:
        return last_day(item)
    except lookup.ParameterMissing:
        return None


def may_still_sit(last: dt.date | None) -> bool:
    """Whether there is time for another sitting; where nobody has set a last day, nothing is against it."""
    return last is None or clock.today() <= last


def may_sit(sitting: Sitting, actor: Actor) -> str | None:
    """Why this class may not sit at this station on this day, in words for who plans it; None if it may."""
    item = sitting.training_class
    return _class_unfit(item) or _station_unfit(sitting) or _day_unfit(sitting.on, item) or _day_taken(sitting)


def _day_taken(sitting: Sitting) -> str | None:
    others = Sitting.objects.standing().filter(training_class=sitting.training_class_id, on=sitting.on)
    if not others.exclude(pk=sitting.pk).exists():
        return None
    return f"这个班 {sitting.on:%Y-%m-%d} 已经有一场鉴定，补考请另选一天"


def _class_unfit(item: TrainingClass) -> str | None:
    if item.state not in {ClassState.APPROVED, ClassState.COMPLETED}:
        return f"这个班{ClassState(item.state).label}，批准以后才能安排鉴定"
    if item.occupation_id is None or item.level not in APPRAISED_LEVELS:
        return f"“{ClassLevel(item.level).label}”没有证书编号规则，只有五级到一级的职业才安排鉴定"
    return None


def _station_unfit(sitting: Sitting) -> str | None:
    station = sitting.station
    if station.kind != OrganizationKind.APPRAISAL_STATION:
        return f"{station.name}不是鉴定站，请另选一个"
    if station.state != OrganizationState.ACTIVE:
        return f"{station.name}现在{OrganizationState(station.state).label}，请另选一个鉴定站"
    if not station.station_code:
        return f"{station.name}还没有站点编号，发不了证书，请先让系统管理员补上"
    return None


def _day_unfit(on: dt.date, item: TrainingClass) -> str | None:
    if on < clock.today():
        return "鉴定日已经过了，请写今天或以后的日子"
    if on < item.end:
        return f"班到 {item.end:%Y-%m-%d} 才结，鉴定日不能更早"
    latest = last_day(item)
    if on > latest:
        return f"最晚要在 {latest:%Y-%m-%d} 鉴定，请改早一点"
    return None


def keeps_class(item: TrainingClass) -> str | None:
    """A station that waits for a class is not left waiting: its sitting is called off first."""
    sitting = Sitting.objects.planned().filter(training_class=item).select_related("station").first()
    if sitting is None:
        return None
    return f"{sitting.on:%Y-%m-%d} 在{sitting.station.label}安排了鉴定，先请县里取消那场鉴定，再取消这个班"


def may_be_held(sitting: Any, actor: Actor) -> str | None:
    """Why scores of this sitting may not be written yet; None if they may."""
    item = sitting.training_class
    if clock.today() < sitting.on:
        return f"{sitting.on:%Y-%m-%d} 才鉴定，到那天再录成绩"
    if item.state != ClassState.COMPLETED:
        return f"“{item.name}”还没办结业，先请{item.organization.label}办了结业，再录成绩"
    return None


def may_judge(sitting: Sitting, actor: Actor) -> str | None:
    """Why this person must not write the scores of this class: they teach there, or are one of those examined."""
    if actor.user_id is None:
        return None
    item = sitting.training_class
    if Teaching.objects.by_user(actor.user_id).filter(training_class=item).exists():
        return "您教过这个班，不能录自己学员的成绩，请换一位同事"
    if Membership.objects.filter(user_id=actor.user_id, organization_id=item.organization_id).exists():
        return f"您在{item.organization.label}任过职，不能录自己教的班的成绩，请换一位同事"
    if item.enrolments.filter(person__in=own_persons(actor)).exists():
        return "您自己在这个班里，不能录这个班的成绩，请换一位同事"
    return None
