"""The months of completion: those that the clock draws, and those that it leaves out, with the reason."""

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qihang.registry.policy import lookup
from qihang.web.formats import full_date, percent
from qihang.web.parts import Cohort
from qihang.web.views.results.reading import HEADLINE, Reader, Row

_WINDOW = "employment.window_months"
_SHOWN = 14


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A month that is not drawn: of too few people, whose rate is not shown, or too long ago."""

    label: str
    people: int
    state: str
    rate: str
    url: str


@dataclass(frozen=True, slots=True)
class Cohorts:
    """`drawn` on the clock, the earliest first; `left_out` beside it; `few` of them for want of people."""

    drawn: Sequence[Cohort]
    left_out: Sequence[LeftOut]
    few: int


def cohorts_of(rows: Sequence[Row], reader: Reader, day: dt.date) -> Cohorts:
    """Every month in which anybody completed. A window is over when nobody of the month is open."""
    found = lookup.find(_WINDOW, region=reader.region, on=day)
    if found is None:
        return Cohorts([], [], 0)
    months = [row for row in rows if row["indicator"] == HEADLINE and row["group"].get("cohort")]
    every = sorted((_cohort(reader, row, int(found.number)) for row in months), key=lambda one: one.finished)
    enough = [one for one in every if one.people >= reader.small_n]
    drawn = enough[-_SHOWN:]
    rest = [one for one in every if one not in drawn]
    return Cohorts(drawn, [_left_out(reader, one) for one in reversed(rest)], len(every) - len(enough))


def _left_out(reader: Reader, cohort: Cohort) -> LeftOut:
    few = cohort.people < reader.small_n
    rate = f"{'' if cohort.settled else '至少 '}{percent(cohort.rate)}"
    return LeftOut(
        label=cohort.label,
        people=cohort.people,
        state="已定" if cohort.settled else f"{full_date(cohort.due)}到期",
        rate="人太少，不显示" if few else rate,
        url=cohort.url,
    )


def _cohort(reader: Reader, row: Row, window: int) -> Cohort:
    year, month = (int(part) for part in str(row["group"]["cohort"]).split("-")[:2])
    people = row["denominator"] + row["running"]
    already = row["numerator"] + (row.get("running_already") or 0)
    last = dt.date(year, month, monthrange(year, month)[1])
    return Cohort(
        label=f"{year} 年 {month} 月",
        people=people,
        finished=last,
        due=_months_on(last, window),
        half=_months_on(last, window // 2),
        rate=Decimal(already) / people if people else Decimal(0),
        settled=row["running"] == 0,
        url=reader.cases_url(row, "cohort"),
    )


def _months_on(day: dt.date, months: int) -> dt.date:
    """The last day of the month so many months on."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return dt.date(year, month + 1, monthrange(year, month + 1)[1])
