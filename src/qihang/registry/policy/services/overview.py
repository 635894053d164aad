"""Reading the table of parameters: what holds at a place on a day, how far it was checked, and through whose hands."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.workflow import ENTER
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.parameters import By, KeySpec, ParameterBook, ParameterRow, Verified
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.querysets import region_chain
from qihang.registry.policy.words import label_of
from qihang.registry.policy.workflows import PARAMETER_WORKFLOW

# Every mark but the one for values read in the original, the most doubtful first.
_DOUBTS = (Verified.DEMO, Verified.UNVERIFIED, Verified.OTHER_REGION, Verified.SECONDARY)


@dataclass(frozen=True, slots=True)
class ValueHere:
    """A key at a place on a day: the rows that bind (several levels of a cap), none where nobody has set it."""

    spec: KeySpec
    by: By
    rows: tuple[ParameterRow, ...]

    @property
    def label(self) -> str:
        """What it is, in Chinese."""
        return label_of(self.spec, self.by)


@dataclass(frozen=True, slots=True)
class Hands:
    """Who proposed a value, who settled it last and how."""

    proposed: TransitionLog | None = None
    settled: TransitionLog | None = None


def values_here(*, region: str, on: dt.date) -> list[ValueHere]:
    """Every key of the catalogue with the values that bind at a place on a day, missing ones included."""
    book, chain = Parameter.objects.book(), set(region_chain(region))
    return [
        ValueHere(spec, by, tuple(book.binding(spec, region=region, on=on, by=by)))
        for spec in CATALOGUE.values()
        for by in _kinds(spec, book, chain, on)
    ]


def unproven_values(*, region: str, on: dt.date) -> list[ParameterRow]:
    """The values in force at a place that nobody has checked against the original text, the most doubtful first."""
    rows = (row for value in values_here(region=region, on=on) for row in value.rows)
    return sorted((row for row in rows if row.verified in _DOUBTS), key=lambda row: _DOUBTS.index(row.verified))


def hands_of(parameters: Iterable[Parameter]) -> dict[int, Hands]:
    """The hands each value went through, by its id."""
    logs = TransitionLog.objects.filter(
        subject=PARAMETER_WORKFLOW.subject, subject_id__in=[parameter.pk for parameter in parameters]
    )
    hands: dict[int, Hands] = {}
    for log in logs:
        known = hands.get(log.subject_id, Hands())
        entered = log.transition == ENTER
        hands[log.subject_id] = Hands(log if entered else known.proposed, known.settled if entered else log)
    return hands


def _kinds(spec: KeySpec, book: ParameterBook, chain: set[str], on: dt.date) -> Iterator[By]:
    """The combinations that a place must set, then those that some level has set beside them."""
    present = (row.by for row in book.rows(spec.key) if row.region in chain and row.in_force(on))
    yield from dict.fromkeys([*spec.expected, *present])
