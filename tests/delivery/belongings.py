"""What a person can come by: a certificate, a spell of work on a list, a use of a benefit. Each by a line."""

import datetime as dt
from itertools import count
from typing import Any

from tests.factories import MEILAN, SYSTEM, make_organization
from tests.registry.benefits.builders import past_use

from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.appraisal.workflows import CERTIFICATE_WORKFLOW
from qihang.delivery.employment.models import ContributionList, WorkSpell
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.units import unit_of_work
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.organizations.models import Organization
from qihang.registry.participants.models import Person

_number = count(1)
LISTED_ON = dt.date(2026, 10, 31)


def give_certificate(place: Enrolment, station: Organization) -> Certificate:
    item = place.training_class
    certificate = Certificate(
        person_id=place.person_id,
        enrolment=place,
        station=station,
        region_id=item.region_id,
        occupation=item.occupation,
        level=item.level,
        number=f"2146012017{next(_number):06d}",
        appraised_on=item.end,
        issued_on=item.end,
    )
    return CERTIFICATE_WORKFLOW.enter(certificate, actor=SYSTEM)


def contribution_list(on: dt.date = LISTED_ON) -> ContributionList:
    with unit_of_work(SYSTEM):
        return ContributionList.objects.create(office=make_organization("agency"), region_id=MEILAN, listed_on=on)


def give_spell(
    person: Person,
    start: dt.date = dt.date(2026, 5, 1),
    end: dt.date | None = None,
    *,
    employer: str = "椰家",
    listed: ContributionList | None = None,
) -> WorkSpell:
    """Accepted, as a contribution list showed it."""
    listed = listed or contribution_list()
    spell = WorkSpell(
        person=person,
        employer_name=employer,
        start=start,
        end=end,
        recorded_on=listed.listed_on,
        end_recorded_on=listed.listed_on if end else None,
        evidence_kind="insurance",
        first_list=listed,
        last_list=listed,
        region_id=MEILAN,
    )
    WORK_SPELL_WORKFLOW.enter(spell, actor=SYSTEM)
    return WORK_SPELL_WORKFLOW.apply(spell, "list", actor=SYSTEM)


def give_use(person: Person, place: Enrolment | None = None, **fields: Any) -> BenefitUse:
    ref = str(place.public_id) if place else f"paper-{next(_number)}"
    return past_use(person, ref, **fields)
