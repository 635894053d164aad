"""What the demo remembers while it writes: rules read once, running numbers, and what each person brought before."""

import datetime as dt
from collections import defaultdict
from functools import cache, cached_property
from typing import Any

from qihang.delivery.appraisal.models import CertificateCounter
from qihang.delivery.appraisal.numbers import number_plan
from qihang.delivery.training.models import FilingCounter
from qihang.delivery.training.workflows import REVIEW_DAYS
from qihang.foundation.core.calendars import CalendarYearMissing, WorkCalendar
from qihang.registry.organizations.models import Organization
from qihang.registry.policy import lookup
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.models import Parameter
from qihang.registry.reference.models import Occupation

_ATTENDANCE, _PASS, _NUMBERS = "attendance.person_min", "appraisal.pass_score", "certificate.number_rule"


class Rules:
    """Parameters and calendar, read once for the whole province."""

    def __init__(self) -> None:
        self._book = Parameter.objects.book([REVIEW_DAYS, _ATTENDANCE, _PASS, _NUMBERS])
        self._calendar = WorkCalendar()
        self.require = cache(self._require)
        self.due_on = cache(self._due_on)

    def attendance(self, region: str, on: dt.date) -> Any:
        """The least share of days by which a class is completed."""
        return self.require(_ATTENDANCE, region, on)

    def pass_score(self, region: str, on: dt.date) -> Any:
        """The least points in each part of an appraisal."""
        return self.require(_PASS, region, on)

    def number_rule(self, region: str, on: dt.date) -> str:
        """Which rule of certificate numbers holds."""
        return str(self.require(_NUMBERS, region, on))

    def _require(self, key: str, region: str, on: dt.date) -> Any:
        row = lookup.find_in(self._book, key, region=region, on=on)
        if row is None:
            raise lookup.ParameterMissing(CATALOGUE[key], (), region, on)
        return row.value

    def _due_on(self, region: str, on: dt.date) -> dt.date | None:
        """The last day of a review that begins on a day; None where nobody has said, or no calendar reaches so far."""
        days = lookup.working_days_in(self._book, REVIEW_DAYS, region, on)
        try:
            return None if days is None else self._calendar.add(on, days)
        except CalendarYearMissing:
            return None


class Register:
    """Numbers given and people known so far, as the tables will have them."""

    def __init__(self) -> None:
        self.rules = Rules()
        self.persons: dict[str, int] = {}
        self.claims: dict[tuple[int, str], int] = {}  # (person, category) -> the claim
        self.confirmed: set[tuple[int, str]] = set()
        self.uses: dict[int, list[tuple[int, str, str]]] = defaultdict(list)  # person -> year, occupation, level
        self._filings: dict[tuple[str, int], int] = defaultdict(int)
        self._certificates: dict[str, int] = defaultdict(int)

    @cached_property
    def occupations(self) -> dict[str, Occupation]:
        """The occupations of the edition in force by name."""
        return {row.name: row for row in Occupation.objects.edition().occupations()}

    def filing_number(self, region: str, year: int) -> str:
        self._filings[region, year] += 1
        return f"{region}{year}{self._filings[region, year]:05d}"

    def certificate_number(self, station: Organization, on: dt.date, level: str) -> str:
        """The next number of a station, a year and a level."""
        plan = number_plan(
            rule=self.rules.number_rule(station.region_id, on),
            region=station.region_id,
            station_code=station.station_code,
            year=on.year,
            level=int(level),
        )
        self._certificates[plan.prefix] += 1
        return plan.number(self._certificates[plan.prefix])

    def write_counters(self) -> None:
        """Let the services go on where the demo's numbers end."""
        FilingCounter.objects.bulk_create(
            FilingCounter(region=region, year=year, last=last) for (region, year), last in self._filings.items()
        )
        CertificateCounter.objects.bulk_create(
            CertificateCounter(prefix=prefix, last=last) for prefix, last in self._certificates.items()
        )
