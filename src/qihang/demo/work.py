"""Work after training, as the offices' quarterly contribution lists came to show it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from qihang.delivery.employment.models import ContributionList, WorkSpell
from qihang.delivery.employment.spells import Months, month_end, span_of
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.demo.classes import ClassStory
from qihang.demo.lives import Job
from qihang.demo.world import Office, World
from qihang.foundation.core import clock
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work

_QUARTERS = (1, 4, 7, 10)  # a list comes out on the last day of these months
_TRAINED = (EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED)


class WorkBook:
    """The contribution lists of every office, and what each shows for the first time."""

    def __init__(self, world: World, *, since: dt.date, today: dt.date) -> None:
        self._world = world
        self._days = _list_days(since, today)
        self._lists: dict[tuple[str, dt.date], ContributionList] = {}
        self._fresh: dict[tuple[str, dt.date], list[WorkSpell]] = defaultdict(list)
        self._known: set[int] = set()

    def note(self, story: ClassStory) -> None:
        """Put the people of an ended class on the lists from their work's first months on; each person once."""
        if story.item is None or not self._days:
            return
        places = story.item.enrolments.filter(state__in=_TRAINED).select_related("person")
        for place in places:
            if place.person_id not in self._known:
                self._known.add(place.person_id)
                self._note(story, place, story.life_of(place).work)

    def _note(self, story: ClassStory, place: Enrolment, jobs: Iterable[Job]) -> None:
        office = story.plan.school.place.office
        for job in jobs:
            shown = [day for day in self._days if job.first <= day]
            if not shown:
                continue
            self._fresh[office, shown[0]].append(self._spell(office, place, job, shown))

    def _spell(self, office: str, place: Enrolment, job: Job, shown: list[dt.date]) -> WorkSpell:
        """The spell as it stands today: the last list that shows it, and its end once a later one has told."""
        ended = [day for day in shown if job.last is not None and day > month_end(job.last)]
        last_seen = shown[-1] if not ended else max([day for day in shown if day < ended[0]], default=ended[0])
        line = Months(place.person_id, job.employer, "", job.first, job.last or last_seen.replace(day=1))
        completed = [place.completed_on] if place.completed_on else []
        span = span_of(line, list_on=ended[0] if ended else last_seen, completed=completed)
        return WorkSpell(
            person_id=place.person_id,
            employer_name=job.employer,
            start=span.start,
            end=span.end if ended else None,
            recorded_on=shown[0],
            end_recorded_on=ended[0] if ended else None,
            evidence_kind=EvidenceType.INSURANCE,
            first_list=self._list(office, shown[0]),
            last_list=self._list(office, ended[0] if ended else last_seen),
            region_id=place.training_class.region_id,
        )

    def _list(self, office: str, day: dt.date) -> ContributionList:
        found = self._lists.get((office, day))
        if found is None:
            hands = self._world.offices[office]
            with clock.travel_to(day), unit_of_work(hands.intake):
                found = ContributionList.objects.create(office=hands.organization, region_id=office, listed_on=day)
            self._lists[office, day] = found
        return found

    def write(self) -> int:
        """Write every list's spells as the officer did who brought it in; how many."""
        return sum(
            _bring_in(self._world.offices[office], day, spells)
            for (office, day), spells in sorted(self._fresh.items(), key=lambda item: (item[0][1], item[0][0]))
        )


def _bring_in(office: Office, day: dt.date, spells: list[WorkSpell]) -> int:
    with clock.travel_to(day), unit_of_work(office.intake):
        WORK_SPELL_WORKFLOW.enter_many(spells, actor=office.intake)
        WORK_SPELL_WORKFLOW.apply_many([spell.pk for spell in spells], "list", actor=office.intake)
    return len(spells)


def _list_days(since: dt.date, today: dt.date) -> list[dt.date]:
    months = [dt.date(year, month, 1) for year in range(since.year, today.year + 1) for month in _QUARTERS]
    return [day for day in map(month_end, months) if since <= day <= today]
