"""Of which day the figures are: of the run's own, or of an earlier one that the reader chose."""

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.oversight.indicators.models import FigureRun
from qihang.oversight.indicators.projection import last_day_of
from qihang.oversight.indicators.snapshots import first_day
from qihang.web.formats import full_date
from qihang.web.forms import DayField
from qihang.web.parts import View

_YEARS = 6


@dataclass(frozen=True, slots=True)
class Moment:
    """`day` is what is shown; `refusal` says why it is not the day that was asked for."""

    run: FigureRun
    day: dt.date
    refusal: str = ""

    @property
    def is_now(self) -> bool:
        return self.day == self.run.as_of

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()

    def url(self, name: str, **query: str) -> str:
        """The address of a page of results, of the same day."""
        kept = query if self.is_now else {**query, "on": self.day.isoformat()}
        return f"{reverse(name)}?{urlencode(kept)}" if kept else reverse(name)


def moment_of(request: HttpRequest, run: FigureRun) -> Moment:
    """The day of the address, the run's own where there is none that can be shown."""
    asked = request.GET.get("on", "").strip()
    if not asked:
        return Moment(run, run.as_of)
    try:
        day = DayField().clean(asked)
    except ValidationError:
        return Moment(run, run.as_of, f"“{asked}”不是日期，请写成 2026-12-31 这样。下面是最近一次的数。")
    if day > run.as_of:
        return Moment(run, run.as_of, f"只算到 {full_date(run.as_of)}，以后的日子还没有数。下面是最近一次的数。")
    return Moment(run, day)


def years_of(moment: Moment, region: str) -> list[View]:
    """The years that have figures, the newest first: each as of its last day, this year as of now."""
    run = moment.run
    first = max(first_day(run).year, run.as_of.year - _YEARS + 1)
    return [_year(moment, region, year) for year in range(run.as_of.year, first - 1, -1)]


def _year(moment: Moment, region: str, year: int) -> View:
    last = min(last_day_of(year), moment.run.as_of)
    address = Moment(moment.run, last).url("results", region=region)
    return View(f"{year} 年", address, current=moment.day.year == year)
