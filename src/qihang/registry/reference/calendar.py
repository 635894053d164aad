"""The work calendar as officers keep it: which years are filled in, and filling in a year from the notice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db.models import Count, Q

from qihang.foundation.core import calendars, clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import CalendarDay, CalendarYear
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.reference.holiday_notice import NoticeDay
from qihang.registry.reference.holidays import Kind

_KEEPERS = frozenset({Role.POLICY_OFFICER, Role.SYSTEM_ADMIN})
_PROVINCE_TAIL = "0000"
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class YearState:
    """A year of the calendar: whether it is filled in, from which notice, how many days it moves."""

    year: int
    filled: bool
    source: str = ""
    days_off: int = 0
    days_worked: int = 0


def may_keep_calendar(actor: Actor) -> bool:
    """Whether the actor fills in years: the province's policy officers, and whoever sets the installation up."""
    province = actor.role == Role.SYSTEM_ADMIN or actor.region.endswith(_PROVINCE_TAIL)
    return actor.is_system or (actor.role in _KEEPERS and province)


def last_fillable_year() -> int:
    """Next year: its notice comes out this year, later ones do not exist yet."""
    return clock.today().year + 1


def year_states() -> list[YearState]:
    """Every year from the first one filled in to the next, the latest first."""
    kinds = CalendarDay.Kind
    counted = CalendarYear.objects.annotate(
        off=Count("days", filter=Q(days__kind=kinds.HOLIDAY)), worked=Count("days", filter=Q(days__kind=kinds.WORKDAY))
    )
    known = {row.year: YearState(row.year, True, row.source, row.off, row.worked) for row in counted}
    last = max([last_fillable_year(), *known])
    first = min([clock.today().year, *known])
    return [known.get(year, YearState(year, filled=False)) for year in range(last, first - 1, -1)]


def days_of(year: int) -> list[NoticeDay]:
    """The days of a year that differ from the week's rule; [] for a year not filled in."""
    rows = CalendarDay.objects.filter(year__year=year).values_list("day", "kind", "name")
    return [NoticeDay(day, cast("Kind", kind), name) for day, kind, name in rows]


def unfilled_years(*, on: date, months: int = _MONTHS) -> list[int]:
    """The years not filled in that the next `months` after a day touch: deadlines there cannot be counted."""
    last = on.year + (on.month - 1 + months) // _MONTHS
    filled = set(CalendarYear.objects.filter(year__gte=on.year, year__lte=last).values_list("year", flat=True))
    return [year for year in range(on.year, last + 1) if year not in filled]


def check_keeper(actor: Actor) -> None:
    """NotAllowed for whoever does not fill in years."""
    if not may_keep_calendar(actor):
        raise NotAllowed("工作日历由省里的政策录入办，首次安装时系统管理员也可以办")


def check_year(*, actor: Actor, year: int, days: Sequence[NoticeDay]) -> None:
    """NotAllowed or DomainError where `fill_calendar` would refuse."""
    check_keeper(actor)
    if year > last_fillable_year():
        raise DomainError(f"{year} 年的放假通知还没有发，最晚录到 {last_fillable_year()} 年", field="days")
    if not days:
        raise DomainError("还没有写放假的日子", field="days")
    if CalendarYear.objects.filter(year=year).exists():
        _check_past_stays(year, days)


def fill_calendar(*, actor: Actor, year: int, source: str, days: Sequence[NoticeDay]) -> CalendarYear:
    """Fill in a year, or mend one: then only days to come may change, for deadlines rest on those gone by."""
    if not source.strip():
        raise DomainError("请写明文号，比如“国办发明电〔2025〕7号”", field="source")
    with unit_of_work(actor):
        check_year(actor=actor, year=year, days=days)
        rows = [(day.day, day.kind, day.name) for day in days]
        return calendars.fill_year(actor=actor, year=year, source=source.strip(), days=rows)


def _check_past_stays(year: int, days: Sequence[NoticeDay]) -> None:
    today = clock.today()
    before = {day.day: day.kind for day in days_of(year) if day.day < today}
    after = {day.day: day.kind for day in days if day.day < today}
    changed = sorted(day for day in before | after if before.get(day) != after.get(day))
    if changed:
        raise DomainError(
            f"{changed[0]} 已经过去，期限是按原来的日历算的，不能再改。请把过去的日子写回原样，只改今天以后的",
            field="days",
        )
