"""Working calendars for the demo's own years: it is to work on any day, also before the next year's is published."""

import datetime as dt

from qihang.demo.world import BUILDER
from qihang.foundation.core.calendars import fill_year
from qihang.foundation.core.models import CalendarDay, CalendarYear

_SOURCE = "示范用：国务院通知公布以前，只按固定日子的法定节日和周末排"
# 全国年节及纪念日放假办法 (国务院令第795号), article 2; festivals of the lunar calendar are left out.
_FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节", (10, 1): "国庆节", (10, 2): "国庆节", (10, 3): "国庆节"}


def fill_missing_years(first: int, last: int) -> None:
    """Fill in the years that nobody has; those that came with a source stay as they are."""
    there = set(CalendarYear.objects.values_list("year", flat=True))
    for year in range(first, last + 1):
        if year not in there:
            days = [(dt.date(year, *day), CalendarDay.Kind.HOLIDAY, name) for day, name in _FIXED.items()]
            fill_year(actor=BUILDER, year=year, source=_SOURCE, days=days)
