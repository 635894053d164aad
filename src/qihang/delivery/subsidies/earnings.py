"""Reading what was earned: of a class, place by place, and of regions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Sum

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.subsidies.enums import Tranche
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.querysets import tranche_decisions
from qihang.delivery.training.enums import EVER_ENROLLED
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import first_obstacle

_NOT_SETTLED = "还没有结算"


@dataclass(frozen=True, slots=True)
class Part:
    """One tranche of one place: what was decided (None before the first settlement), what stands, what is reversed."""

    place: Enrolment
    tranche: Tranche
    decision: Decision | None
    earned: EarnedTranche | None
    reversed: Sequence[EarnedTranche] = ()

    @property
    def spell(self) -> WorkSpell | None:
        """The work that it rests on."""
        return self.earned.spell if self.earned else None


@dataclass(slots=True)
class TrancheSummary:
    """One tranche of a class: how many earned how much (yuan), and for how many it is not yet, or never, and why."""

    tranche: Tranche
    count: int = 0
    amount: Decimal = Decimal(0)
    not_yet: Counter[str] = field(default_factory=Counter)
    never: Counter[str] = field(default_factory=Counter)

    def add(self, part: Part) -> None:
        if part.earned is not None:
            self.count += 1
            self.amount += part.earned.amount
        elif part.decision is None:
            self.not_yet[_NOT_SETTLED] += 1
        elif part.decision.eligible is False:
            self.never[first_obstacle(part.decision)] += 1
        else:
            self.not_yet[first_obstacle(part.decision) or _NOT_SETTLED] += 1


@dataclass(frozen=True, slots=True)
class Earnings:
    """What a class has earned, and every part behind that."""

    tranches: dict[Tranche, TrancheSummary]
    parts: list[Part]

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.tranches.values()), Decimal(0))


def earnings_of(item: TrainingClass) -> Earnings:
    """The whole class in a handful of queries. The caller has found the class in the reader's sight."""
    places = list(item.enrolments.filter(state__in=EVER_ENROLLED).select_related("person"))
    rows = EarnedTranche.objects.of_class(item).select_related("spell__first_list", "spell__last_list", "decision")
    by_place: dict[tuple[int, str], list[EarnedTranche]] = {}
    for row in rows:
        by_place.setdefault((row.enrolment_id, row.tranche), []).append(row)
    decided = {tranche: {one.case_ref: one for one in tranche_decisions(tranche, places)} for tranche in Tranche}
    parts = [
        _part(place, tranche, decided[tranche], by_place.get((place.pk, tranche), ()))
        for place in places
        for tranche in Tranche
    ]
    summaries = {tranche: TrancheSummary(tranche) for tranche in Tranche}
    for part in parts:
        summaries[part.tranche].add(part)
    return Earnings(summaries, parts)


def _part(place: Enrolment, tranche: Tranche, decided: dict[str, Decision], rows: Sequence[EarnedTranche]) -> Part:
    standing = next((row for row in rows if row.reversed_on is None), None)
    gone = [row for row in rows if row.reversed_on is not None]
    return Part(place, tranche, decided.get(str(place.public_id)), standing, gone)


@dataclass(frozen=True, slots=True)
class RegionTotal:
    """What the classes of one place have earned of one tranche, in yuan."""

    region: str
    region_name: str
    tranche: Tranche
    count: int
    amount: Decimal


def totals_by_region(*, actor: Actor) -> list[RegionTotal]:
    """Standing parts in the actor's sight, by the class's place and tranche."""
    rows = EarnedTranche.objects.visible_to(actor).earned().order_by()
    place = "enrolment__training_class__region__"
    grouped = rows.values_list(f"{place}code", f"{place}name", "tranche").annotate(Count("pk"), Sum("amount"))
    return [
        RegionTotal(code, name, Tranche(tranche), count, amount)
        for code, name, tranche, count, amount in grouped.order_by(f"{place}code", "tranche")
    ]
