"""People, decisions and requests for tests of benefits."""

import datetime as dt
from itertools import count
from typing import Any

import polars as pl
from tests.factories import MEILAN, SYSTEM, make_region
from tests.persons import PersonEntry, register
from tests.registry.policy.cases import FILED, decide

from qihang.registry.benefits.counting import COUNTS, uses_before
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.services import Request, Reserved, record_past_uses, reserve_many
from qihang.registry.participants.models import Person
from qihang.registry.policy.models import Decision

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_number = count(1)
COOK, LEVEL = "4-03-02-01", "5"


def make_person() -> Person:
    """A woman of 1982 with a valid number of her own."""
    make_region(MEILAN)
    head = f"46010819820315{next(_number) * 2 % 1000:03}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, _WEIGHTS, strict=True)) % 11]
    entry = PersonEntry(head + check, "王小燕", "female", dt.date(1982, 3, 15), hukou_region=MEILAN)
    return register(actor=SYSTEM, entries=[entry])[0]


def counts_of(person: Person, *, on: dt.date = FILED, occupation: str = COOK, level: str = LEVEL) -> dict[str, Any]:
    """The facts of one person before a case of that day, occupation and level."""
    cases = pl.DataFrame({"person_id": [person.pk], "on": [on], "occupation": [occupation], "level": [level]})
    row = uses_before(benefit="training_subsidy", cases=cases).row(0, named=True)
    return {name: row[name] for name in COUNTS}


def decision_for(person: Person, *, on: dt.date = FILED, occupation: str = COOK, **changes: Any) -> Decision:
    """A decision on the person's record as it stands."""
    counted = counts_of(person, on=on, occupation=occupation)
    del counted["same_occupation_uses"]
    start = on + dt.timedelta(days=17)
    return decide(on=on, person_id=person.pk, class_start=start, **{**counted, **changes})


def request_for(decision: Decision, ref: str, **changes: Any) -> Request:
    """A request for a place in a cooks' class."""
    return Request(decision.pk, "training.Enrolment", ref, **{"occupation": COOK, "level": LEVEL, **changes})


def reserve(person: Person, ref: str, *, on: dt.date = FILED, occupation: str = COOK, **changes: Any) -> Reserved:
    """Decide and reserve for one person."""
    decision = decision_for(person, on=on, occupation=occupation)
    return reserve_many(actor=SYSTEM, requests=[request_for(decision, ref, occupation=occupation, **changes)])


def past_use(person: Person, ref: str, **changes: Any) -> BenefitUse:
    """A use that was enjoyed before the register began."""
    fields = {
        "benefit": "training_subsidy",
        "on": dt.date(2024, 5, 1),
        "region": MEILAN,
        "occupation": COOK,
        "level": LEVEL,
    }
    use = BenefitUse(person=person, source_kind="paper", source_ref=ref, **{**fields, **changes})
    record_past_uses(actor=SYSTEM, uses=[use])
    return use
