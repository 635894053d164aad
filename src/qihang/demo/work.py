"""Work after training, as the offices' quarterly contribution lists came to show it."""

import datetime as dt
from collections import defaultdict
from typing import Any

import polars as pl

from qihang.delivery.employment.enums import SpellState
from qihang.delivery.employment.models import ContributionList, WorkSpell
from qihang.delivery.employment.spells import Months, month_end, span_of
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.demo.cohort import ClassCase, Cohort
from qihang.demo.lives import Job
from qihang.demo.world import World
from qihang.foundation.core.chronicle import UNIT, Chronicle
from qihang.foundation.core.copying import reserve_ids
from qihang.foundation.core.evidence import EvidenceType

_QUARTERS = (1, 4, 7, 10)  # a list comes out on the last day of these months


class WorkBook:
    """The contribution lists of every office, and what each shows for the first time."""

    def __init__(self, world: World, *, since: dt.date, today: dt.date) -> None:
        self._world = world
        self._days = _list_days(since, today)
        self._lists: dict[tuple[str, dt.date], int] = {}
        self._fresh: dict[tuple[str, dt.date], list[tuple[Any, ...]]] = defaultdict(list)
        self._known: set[int] = set()

    def note(self, cohort: Cohort) -> None:
        """Put those who came to the end of their class on the lists, from their work's first months on; each once."""
        if not self._days:
            return
        ended = cohort.places.filter("enrolled", "ended", pl.col("left_on").is_null())
        columns = ended.select("at", "row", "person_id", "completed", "ends").iter_rows()
        for at, row, person, completed, end in columns:
            if person not in self._known:
                self._known.add(person)
                case = cohort.classes[at]
                for job in case.story.trainees[row].work:
                    self._note(case, person, end if completed else None, job)

    def _note(self, case: ClassCase, person: int, completed_on: dt.date | None, job: Job) -> None:
        office = case.story.plan.school.place.office
        shown = [day for day in self._days if job.first <= day]
        if shown:
            self._fresh[office, shown[0]].append(self._spell(office, case.region, person, completed_on, job, shown))

    def _spell(
        self, office: str, region: str, person: int, completed_on: dt.date | None, job: Job, shown: list[dt.date]
    ) -> tuple[Any, ...]:
        """The spell as it stands today: the last list that shows it, and its end once a later one has told."""
        ended = [day for day in shown if job.last is not None and day > month_end(job.last)]
        last_seen = shown[-1] if not ended else max([day for day in shown if day < ended[0]], default=ended[0])
        line = Months(person, job.employer, "", job.first, job.last or last_seen.replace(day=1))
        span = span_of(
            line, list_on=ended[0] if ended else last_seen, completed=[completed_on] if completed_on else []
        )
        return (
            person,
            job.employer,
            span.start,
            span.end if ended else None,
            shown[0],
            ended[0] if ended else None,
            self._list(office, shown[0]),
            self._list(office, ended[0] if ended else last_seen),
            region,
        )

    def _list(self, office: str, day: dt.date) -> int:
        """The list of an office and a day; each is brought in by the office's officer on its day."""
        if (office, day) not in self._lists:
            (self._lists[office, day],) = reserve_ids(ContributionList, 1)
        return self._lists[office, day]

    def write(self) -> int:
        """Write every list and its spells as the officer did who brought it in; how many spells."""
        chronicle = Chronicle()
        units = {
            (office, day): chronicle.unit(self._world.offices[office].intake, day)
            for office, day in sorted(self._lists, key=lambda one: (one[1], one[0]))
        }
        self._write_lists(chronicle, units)
        rows = [(units[key], *spell) for key, spells in self._fresh.items() for spell in spells]
        spells = pl.DataFrame(rows, schema=_SPELL, orient="row").with_columns(
            pl.Series("id", reserve_ids(WorkSpell, len(rows)), pl.Int64),
            pl.lit(EvidenceType.INSURANCE.value).alias("evidence_kind"),
        )
        chronicle.enter(WORK_SPELL_WORKFLOW, spells)
        chronicle.move(WORK_SPELL_WORKFLOW, "list", spells.select(UNIT, "id"), source=SpellState.CLAIMED.value)
        chronicle.write()
        return spells.height

    def _write_lists(self, chronicle: Chronicle, units: dict[tuple[str, dt.date], int]) -> None:
        rows = [
            (units[office, day], pk, self._world.offices[office].organization.pk, office, day)
            for (office, day), pk in self._lists.items()
        ]
        chronicle.insert(ContributionList, pl.DataFrame(rows, schema=_LIST, orient="row"))


_LIST: dict[str, Any] = {
    UNIT: pl.Int64,
    "id": pl.Int64,
    "office_id": pl.Int64,
    "region_id": pl.String,
    "listed_on": pl.Date,
}
_SPELL: dict[str, Any] = {
    UNIT: pl.Int64,
    "person_id": pl.Int64,
    "employer_name": pl.String,
    "start": pl.Date,
    "end": pl.Date,
    "recorded_on": pl.Date,
    "end_recorded_on": pl.Date,
    "first_list_id": pl.Int64,
    "last_list_id": pl.Int64,
    "region_id": pl.String,
}


def _list_days(since: dt.date, today: dt.date) -> list[dt.date]:
    months = [dt.date(year, month, 1) for year in range(since.year, today.year + 1) for month in _QUARTERS]
    return [day for day in map(month_end, months) if since <= day <= today]
