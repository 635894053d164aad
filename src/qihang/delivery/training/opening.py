"""What must hold before a class may open: every condition with its parameter, the case at hand and the answer."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from qihang.delivery.training.enums import APPRAISED_LEVELS, ClassLevel
from qihang.foundation.core import clock
from qihang.foundation.core.calendars import CalendarYearMissing, WorkCalendar, add_working_days
from qihang.foundation.core.models import TransitionLog
from qihang.registry.policy import lookup
from qihang.registry.policy.engine.parameters import ParameterRow
from qihang.registry.policy.models import Parameter

SIZE, HOURS, LEAD = "class.size_max", "class.hours_per_day_max", "class.lead_days"
SUBMIT = "submit"


@dataclass(frozen=True, slots=True)
class OpeningCheck:
    """One condition: in words, what is the case, and whether it holds.

    `passed` is None where nobody has set the parameter `key`: it holds nothing back then, but a reader should know.
    `reason` is what the institution is told, and can do, where the condition fails.
    """

    key: str
    condition: str
    actual: str
    passed: bool | None
    reason: str = ""
    parameter: ParameterRow | None = None


class OpeningRules:
    """The conditions by the parameters and the calendar, read once: build one for a batch of classes."""

    def __init__(self) -> None:
        self._book = Parameter.objects.book([SIZE, HOURS, LEAD])
        self._calendar = WorkCalendar()

    def checks(self, item: Any, *, on: dt.date, handed_in: dt.date | None = None) -> list[OpeningCheck]:
        """Every condition for `item`, by the values in force `on` that day, in the order in which they are told.

        The lead time is held against the day the application was `handed_in` (None: it is being handed in `on` that
        day), not against the officers' own days.
        """
        return [
            _institution(item),
            _certificate(item),
            self._heads(item, on),
            self._hours(item, on),
            self._lead(item, handed_in or on),
            _start(item, on),
        ]

    def obstacle(self, item: Any, *, on: dt.date, handed_in: dt.date | None = None) -> str | None:
        """What stands in the way, as the institution is told it; None where nothing does."""
        checks = self.checks(item, on=on, handed_in=handed_in)
        return next((check.reason for check in checks if check.passed is False), None)

    def hand_in_by(self, item: Any) -> dt.date | None:
        """The last day on which this class can be handed in and still start as asked; None where nothing says so."""
        lead = self._find(LEAD, item, clock.today())
        try:
            return self._calendar.add(item.start, -int(lead.number)) if lead else None
        except CalendarYearMissing:
            return None

    def _find(self, key: str, item: Any, on: dt.date) -> ParameterRow | None:
        return lookup.find_in(self._book, key, region=item.region_id, on=on)

    def _heads(self, item: Any, on: dt.date) -> OpeningCheck:
        limit = self._find(SIZE, item, on)
        actual = f"计划 {item.planned_heads} 人"
        if limit is None:
            return OpeningCheck(SIZE, "每班人数上限", actual, None)
        reason = f"计划 {item.planned_heads} 人，每班最多 {limit.number} 人，请分成几个班"
        fits = item.planned_heads <= limit.number
        return OpeningCheck(SIZE, f"每班最多 {limit.number} 人", actual, fits, reason, limit)

    def _hours(self, item: Any, on: dt.date) -> OpeningCheck:
        limit = self._find(HOURS, item, on)
        days = (item.end - item.start).days + 1
        actual = f"{item.hours} 课时，从开班到结班 {days} 天"
        if limit is None:
            return OpeningCheck(HOURS, "每天课时上限", actual, None)
        reason = f"{item.hours} 课时排不进 {days} 天，每天最多 {limit.number} 课时，请改课时或结班日"
        fits = item.hours <= days * limit.number
        return OpeningCheck(HOURS, f"每天最多 {limit.number} 课时", actual, fits, reason, limit)

    def _lead(self, item: Any, asked: dt.date) -> OpeningCheck:
        lead = self._find(LEAD, item, asked)
        actual = f"{asked:%Y-%m-%d} 申请，{item.start:%Y-%m-%d} 开班"
        if lead is None:
            return OpeningCheck(LEAD, "提前多久申请", actual, None)
        condition = f"提前 {lead.number} 个工作日申请"
        try:
            earliest = self._calendar.add(asked, lead.number)
            between = self._calendar.between(asked, item.start)
        except CalendarYearMissing as gap:
            return OpeningCheck(LEAD, condition, actual, False, str(gap), lead)
        reason = f"要提前 {lead.number} 个工作日申请，最早 {earliest:%Y-%m-%d} 开班，请改开班日"
        actual = f"{actual}，中间隔 {between} 个工作日"
        return OpeningCheck(LEAD, condition, actual, item.start >= earliest, reason, lead)


def _start(item: Any, on: dt.date) -> OpeningCheck:
    """Approval is the filing, and a roster comes before the lessons: nothing is opened after it has begun."""
    reason = "开班日已经过了，请改开班日"
    return OpeningCheck("start", "开班日还没过", f"{item.start:%Y-%m-%d} 开班", item.start >= on, reason)


def handed_in_on(item: Any) -> dt.date | None:
    """The day on which the application was last handed in; None while it never was."""
    log = TransitionLog.objects.filter(subject=item._meta.label_lower, subject_id=item.pk, transition=SUBMIT)
    moment = log.order_by("-id").values_list("at", flat=True).first()
    return timezone.localtime(moment).date() if moment else None


def _institution(item: Any) -> OpeningCheck:
    organization = item.organization
    reason = f"{organization.name}现在不能开班，先请县里恢复它的资格"
    actual = f"{organization.name}：{organization.get_state_display()}"
    return OpeningCheck("organization", "机构现在可以开班", actual, organization.state == "active", reason)


def _certificate(item: Any) -> OpeningCheck:
    """The state pays for results; a class that cannot end in a certificate has none to show."""
    reason = "只有职业的五级到一级发得了证书，请改等级；专项能力和创业模块的证书还没有编号规则，先不开班"
    fits = item.occupation_id is not None and item.level in APPRAISED_LEVELS
    return OpeningCheck("certificate", "学完考得了证", str(ClassLevel(item.level).label), fits, reason)


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
    """The limits that `rules.may_open` holds an application to, for a form to tell beforehand."""
    heads, hours, lead = (lookup.find(key, region=region, on=on) for key in (SIZE, HOURS, LEAD))
    earliest, gap = None, ""
    if lead is not None:
        try:
            earliest = add_working_days(on, int(lead.number))
        except CalendarYearMissing as missing:
            gap = str(missing)
    return OpeningLimits(heads, hours, lead, earliest, gap)
