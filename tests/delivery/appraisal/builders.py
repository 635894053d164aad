"""A class of the sample score book, from its opening to the day before its sitting."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tests.delivery.builders import END, FILED, START, approved_class, make_cast, place_in
from tests.factories import MEILAN, SYSTEM, make_organization, make_region
from tests.importing import examined_sample
from tests.persons import PersonEntry
from tests.persons import register as registered
from tests.registry.benefits.builders import decision_for

from qihang.delivery.appraisal.imports import SCORES
from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.appraisal.services import plan_sitting
from qihang.delivery.training import completing
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.units import unit_of_work
from qihang.registry.benefits.services import Request, reserve_many
from qihang.registry.organizations.models import Organization
from qihang.registry.participants.models import Person
from qihang.registry.reference.identity import parse_resident

SITTING_DAY = dt.date(2026, 3, 30)
HOUSEKEEPER = "4-10-01-06"


def make_station(code: str = "108017", region: str = MEILAN, **fields: Any) -> Organization:
    return make_organization(
        "appraisal_station", region, **{"station_code": code, "address": "美兰区人民大道 1 号", **fields}
    )


def make_class(people: Sequence[Person] = (), **fields: Any) -> TrainingClass:
    """An approved class of one day's hours with these people enrolled."""
    item = approved_class(make_cast(), **{"name": "家政服务员五级 1 班", "hours": 8, **fields})
    for person in people:
        place_in(item, person)
    return item


def complete_class(item: TrainingClass, *, but: Sequence[Person] = ()) -> None:
    """The class ends; everybody has completed it but these people, who were never there."""
    short = {person.pk for person in but}
    marks = [
        Attendance(enrolment=row, day=END, mark="absent" if row.person_id in short else "present")
        for row in item.enrolments.all()
    ]
    with clock.travel_to(END + dt.timedelta(days=1)), unit_of_work(SYSTEM):
        copy_objects(marks)
        completing.complete_class(actor=SYSTEM, item=item)


def make_sitting(item: TrainingClass, station: Organization | None = None, on: dt.date = SITTING_DAY) -> Sitting:
    with clock.travel_to(START):
        return plan_sitting(
            actor=SYSTEM, item=item, station=station or make_station(), on=on, place="美兰区人民大道 1 号"
        )


def register(identities: dict[str, str]) -> list[Person]:
    """Persons of these identity numbers and names."""
    make_region(MEILAN)
    entries = []
    for number, name in identities.items():
        known = parse_resident(number, on=START)
        assert known.sex and known.birth
        entries.append(PersonEntry(number, name, known.sex, known.birth, hukou_region=MEILAN))
    return registered(actor=SYSTEM, entries=entries)


def people_of_sample() -> dict[str, str]:
    """Identity number -> name of everybody in the sample score book."""
    rows = examined_sample(SCORES).rows
    return dict(zip(rows["identity"], rows["name"], strict=True))


def reserve_subsidy(place: Enrolment) -> None:
    """The training subsidy is reserved for this place."""
    decision = decision_for(place.person, on=FILED, occupation=HOUSEKEEPER)
    request = Request(
        decision.pk,
        SOURCE,
        str(place.public_id),
        occupation=HOUSEKEEPER,
        level="5",
        organization_id=place.training_class.organization_id,
    )
    outcome = reserve_many(actor=SYSTEM, requests=[request])
    assert not outcome.refused
