"""Classes as they come about in life: asked for by an institution, reviewed and approved by two officers."""

import datetime as dt
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.factories import MEILAN, SYSTEM, make_actor, make_organization, make_region
from tests.identities import resident
from tests.persons import PersonEntry, register

from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import approve_class, draft_class, review_class, submit_class
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import fill_year
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person
from qihang.registry.policy.services import load_demo_parameters
from qihang.registry.reference.models import Occupation

SAMPLES = Path(__file__).parents[1] / "samples"
START, END = dt.date(2026, 3, 9), dt.date(2026, 3, 27)
FILED = dt.date(2026, 2, 24)
_number = count(1)
_A_DAY = 490
_BORN_IN = ("460106", "460105", "460107", "460108", "469001", "469002", "469005", "469006", "469007", "469021")


@dataclass(frozen=True)
class Cast:
    """The people of one county and one institution."""

    clerk: Actor
    manager: Actor
    intake: Actor
    approver: Actor


def make_cast(region: str = MEILAN) -> Cast:
    """An institution and an office with the four who open a class."""
    school = make_organization("training_institution", region)
    office = make_organization("agency", region)
    return Cast(
        clerk=make_actor("provider_clerk", organization=school),
        manager=make_actor("provider_manager", organization=school),
        intake=make_actor("intake_officer", organization=office),
        approver=make_actor("approver", organization=office),
    )


def ground() -> None:
    """The demo's parameters, this year's calendar and the occupation of the samples."""
    load_demo_parameters()
    fill_year(actor=SYSTEM, year=2026, source="测试", days=[])
    make_occupation()


def make_occupation(code: str = "4-10-01-06", name: str = "家政服务员") -> Occupation:
    with unit_of_work(SYSTEM):
        found, _ = Occupation.objects.get_or_create(
            edition="2022", code=code, defaults={"name": name, "level": 4, "verified": "own"}
        )
    return found


def class_fields(**changes: Any) -> dict[str, Any]:
    """What an institution fills in for the class of the samples."""
    fields = {
        "name": "家政服务员五级2026年第1期",
        "region": make_region(MEILAN),
        "occupation": make_occupation(),
        "level": "5",
        "format": "day",
        "hours": 112,
        "start": START,
        "end": END,
        "place": "海府路 1 号",
        "contact_name": "陈老师",
        "contact_phone": "13800001111",
        "planned_heads": 45,
    }
    return fields | changes


def approved_class(cast: Cast, *, on: dt.date = FILED, **changes: Any) -> TrainingClass:
    """A class that went through all four hands on a day; `on` is its filing day."""
    with clock.travel_to(on):
        item = draft_class(actor=cast.clerk, fields=class_fields(**changes))
        submit_class(actor=cast.manager, item=item)
        review_class(actor=cast.intake, item=item)
        return approve_class(actor=cast.approver, item=item)


def _own_number(birth: str, male: bool) -> str:
    """A valid number that no other person of this run has: a day and place gives out no more than 500 of a sex."""
    at, order = divmod(next(_number), _A_DAY)
    return resident(birth, male=male, region=_BORN_IN[at % len(_BORN_IN)], order=order)


def make_person(birth: str = "1982-03-15", *, male: bool = False, **changes: Any) -> Person:
    """Somebody with a valid number of their own."""
    make_region(MEILAN)
    identity = _own_number(birth, male)
    entry = PersonEntry(
        **{
            "identity_no": identity,
            "name": f"符{chr(0x4E00 + next(_number))}",
            "sex": "male" if male else "female",
            "birth_date": dt.date.fromisoformat(birth),
            "hukou_region": MEILAN,
            **changes,
        }
    )
    return register(actor=SYSTEM, entries=[entry])[0]


def place_in(
    item: TrainingClass, person: Person | None = None, *, state: str = "enrolled", **fields: Any
) -> Enrolment:
    """A place in a class, brought to a state by the steps that lead there."""
    place = Enrolment(training_class=item, person=person or make_person(), category="02", **fields)
    ENROLMENT_WORKFLOW.enter(place, actor=SYSTEM)
    if state in {EnrolmentState.APPLIED}:
        return place
    if state == EnrolmentState.REFUSED:
        return ENROLMENT_WORKFLOW.apply(place, "refuse", actor=SYSTEM, comment="不够")
    ENROLMENT_WORKFLOW.apply(place, "admit", actor=SYSTEM, fields={"enrolled_on": item.start})
    if state == EnrolmentState.COMPLETED:
        ENROLMENT_WORKFLOW.apply(place, "complete", actor=SYSTEM, fields={"completed_on": item.end})
    if state == EnrolmentState.NOT_COMPLETED:
        ENROLMENT_WORKFLOW.apply(place, "fall_short", actor=SYSTEM, comment="没到要求")
    return place
