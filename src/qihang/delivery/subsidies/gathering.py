"""The facts of classes by which their tranches are decided: one table, a row for each place, in a handful of queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from typing import Any

from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.employment.lists import months_shown
from qihang.delivery.employment.models import ContributionList, WorkSpell
from qihang.delivery.subsidies.enums import Tranche
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.ports import Certified, certificates_of
from qihang.delivery.training.enums import EVER_ENROLLED, EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.arrays import among

_FEN = Decimal(100)
# In class is not known yet; withdrawn and not completed are known not to have.
_COMPLETED: dict[str, bool | None] = {EnrolmentState.ENROLLED: None, EnrolmentState.COMPLETED: True}


@dataclass(frozen=True)
class Ground:
    """A place in a class with what its tranches rest on: the certificate and the work, where there are any.

    All of it as known on `settled_on`: nothing of a later day is known yet, whatever lists say.
    """

    place: Enrolment
    certificate: Certified | None
    sitting_open: bool
    work: WorkSpell | None
    contribution_months: int
    checked_until: dt.date | None
    settled_on: dt.date

    def facts(self, tranche: Tranche) -> dict[str, Any]:
        """By the names of the tranche's rule."""
        return self._results() | (self._work() if tranche is Tranche.EMPLOYED else {})

    def proof_on(self, tranche: Tranche) -> dt.date:
        """The day of the proof: the certificate's, or of the list or acceptance by which the work is known."""
        if tranche is Tranche.CERTIFIED:
            assert self.certificate is not None
            return self.certificate.certified_on
        assert self.work is not None and self.work.recorded_on is not None
        proved = self.work.last_list.listed_on if self.work.last_list else self.work.recorded_on
        return min(proved, self.settled_on)

    def spell_for(self, tranche: Tranche) -> WorkSpell | None:
        return self.work if tranche is Tranche.EMPLOYED else None

    def _results(self) -> dict[str, Any]:
        granted, paper = self.place.decision, self.certificate
        amount = granted.amount if granted and granted.eligible else None
        return {
            "subsidised": self.place.subsidised,
            "granted": granted.eligible if granted else None,
            "granted_fen": None if amount is None else int(amount * _FEN),
            "completed": _COMPLETED.get(self.place.state, False),
            "completed_on": self.place.completed_on,
            "certificate_stands": paper.stands if paper else None,
            "certified_on": paper.certified_on if paper else None,
            "settled_on": self.settled_on,
            "class_end": self.place.training_class.end,
            "sitting_open": None if paper else self.sitting_open,
        }

    def _work(self) -> dict[str, Any]:
        return {
            "work_started_on": self.work.start if self.work else None,
            "work_evidence": self.work.evidence_kind if self.work else None,
            "contribution_months": self.contribution_months,
            "work_checked_until": self.checked_until,
        }


def grounds_of(items: Sequence[TrainingClass]) -> list[Ground]:
    """Everyone who was ever a trainee of these classes, by class and in the roster's order."""
    classes = {item.pk: item for item in items}
    rows = Enrolment.objects.filter(training_class__in=classes, state__in=EVER_ENROLLED)
    # The facts behind the decision on the place are many and not asked for.
    ordered = rows.order_by("training_class_id", "roster_no", "pk").select_related("decision")
    places = list(ordered.defer("decision__fact_values"))
    for place in places:
        place.training_class = classes[place.training_class_id]
    papers = certificates_of([place.pk for place in places])
    spells = _spells_by_person(places)
    built_on = _spells_built_on(places)
    sitting = set(
        Sitting.objects.planned().filter(training_class__in=classes).values_list("training_class", flat=True)
    )
    today = clock.today()
    checked = cache(partial(_checked_until, today))
    grounds = []
    for place in places:
        done = place.completed_on
        known = [spell for spell in spells[place.person_id] if done is not None and done < spell.start <= today]
        ground = Ground(
            place=place,
            certificate=papers.get(place.pk),
            sitting_open=place.training_class_id in sitting,
            work=_chosen(known, built_on.get(place.pk)),
            contribution_months=len({month for spell in known for month in _months(spell, today)}),
            checked_until=checked(place.training_class.region_id),
            settled_on=today,
        )
        grounds.append(ground)
    return grounds


def _checked_until(today: dt.date, region: str) -> dt.date | None:
    come = ContributionList.objects.over(region).filter(listed_on__lte=today)
    return come.order_by("-listed_on").values_list("listed_on", flat=True).first()


def _chosen(spells: Sequence[WorkSpell], built_on: int | None) -> WorkSpell | None:
    """The work that the second tranche already rests on as long as it stands, else the first, best proved."""
    kept = next((spell for spell in spells if spell.pk == built_on), None)
    return kept or min(spells, key=lambda spell: (spell.start, spell.kind.strength, spell.pk), default=None)


def _spells_by_person(places: Sequence[Enrolment]) -> dict[int, list[WorkSpell]]:
    found: dict[int, list[WorkSpell]] = defaultdict(list)
    rows = WorkSpell.objects.counting().of_persons(place.person_id for place in places)
    for spell in rows.select_related("last_list"):
        found[spell.person_id].append(spell)
    return found


def _spells_built_on(places: Sequence[Enrolment]) -> dict[int, int]:
    mine = among(place.pk for place in places)
    rows = EarnedTranche.objects.earned().filter(enrolment__in=mine, tranche=Tranche.EMPLOYED)
    return dict(rows.values_list("enrolment_id", "spell_id"))


def _months(spell: WorkSpell, today: dt.date) -> Iterator[int]:
    """The months that lists have shown of a spell, numbered; none that is still to come."""
    first = _number(spell.start)
    yield from range(first, min(first + months_shown(spell), _number(today) + 1))


def _number(day: dt.date) -> int:
    return day.year * 12 + day.month
