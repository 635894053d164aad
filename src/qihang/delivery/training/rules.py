"""What must be true before a class may open, be cancelled or be completed; and when a trainee has completed it."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Any

from qihang.delivery.training.enums import ATTENDED_MARKS, IN_CLASS, EnrolmentState
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import CalendarYearMissing, add_working_days
from qihang.registry.policy import lookup
from qihang.registry.policy.engine.parameters import ParameterRow


@dataclass(frozen=True, slots=True)
class OpeningLimits:
    """What an application has to keep to on a day. A value is None where no level has set it.

    `earliest` is the first day on which a class handed in that day may start; where the working calendar does not
    reach so far, it is None and `gap` says which year is missing.
    """

    heads: ParameterRow | None
    hours_per_day: ParameterRow | None
    lead: ParameterRow | None
    earliest: dt.date | None
    gap: str = ""


def opening_limits(*, region: str, on: dt.date) -> OpeningLimits:
    """The limits that `may_open` holds an application to."""
    heads, hours, lead = (
        lookup.find(key, region=region, on=on)
        for key in ("class.size_max", "class.hours_per_day_max", "class.lead_days")
    )
    earliest, gap = None, ""
    if lead is not None:
        try:
            earliest = add_working_days(on, int(lead.number))
        except CalendarYearMissing as missing:
            gap = str(missing)
    return OpeningLimits(heads, hours, lead, earliest, gap)


def hand_in_by(item: Any) -> dt.date | None:
    """The last day on which this class can be handed in and still start as asked; None where nothing says so."""
    lead = lookup.find("class.lead_days", region=item.region_id, on=clock.today())
    try:
        return add_working_days(item.start, -int(lead.number)) if lead else None
    except CalendarYearMissing:
        return None


def may_open(item: Any, actor: Actor) -> str | None:
    """Why this class may not be opened as asked, by the parameters of the day it is asked; None if it may."""
    if item.organization.state != "active":
        return f"{item.organization.name}现在不能开班，先请县里恢复它的资格"
    today = clock.today()
    limits = opening_limits(region=item.region_id, on=today)
    for check in (_too_many_heads, _too_many_hours, _too_soon):
        if reason := check(item, limits, today):
            return reason
    return None


def _too_many_heads(item: Any, limits: OpeningLimits, on: dt.date) -> str | None:
    if limits.heads and item.planned_heads > limits.heads.number:
        return f"计划 {item.planned_heads} 人，每班最多 {int(limits.heads.number)} 人，请分成几个班"
    return None


def _too_many_hours(item: Any, limits: OpeningLimits, on: dt.date) -> str | None:
    a_day, days = limits.hours_per_day, (item.end - item.start).days + 1
    if a_day and item.hours > days * a_day.number:
        return f"{item.hours} 课时排不进 {days} 天，每天最多 {int(a_day.number)} 课时，请改课时或结班日"
    return None


def _too_soon(item: Any, limits: OpeningLimits, on: dt.date) -> str | None:
    """The lead time is held against the day the application is handed in, not against the officers' own days."""
    if item.state in {"submitted", "reviewed"}:
        return None
    if limits.lead is None:
        return "开班日已经过了，请改开班日" if item.start < on else None
    if limits.earliest is None:
        return limits.gap
    if item.start < limits.earliest:
        days = int(limits.lead.number)
        return f"要提前 {days} 个工作日申请，最早 {limits.earliest:%Y-%m-%d} 开班，请改开班日"
    return None


def may_be_cancelled(item: Any, actor: Actor) -> str | None:
    """A class with people in it is not cancelled over their heads."""
    inside = item.enrolments.filter(state__in=IN_CLASS).count()
    return f"班里还有 {inside} 人，先一个个办退班再取消" if inside else None


def may_complete(item: Any, actor: Actor) -> str | None:
    """Why a class may not be completed yet: it runs, people wait for a decision, or fewer hours were held."""
    if clock.today() < item.end:
        return f"{item.end:%Y-%m-%d} 才结班，到那天再办"
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
