"""Work after training: the person's own pages, their school's, the officer's; and what a class has earned by it."""

import datetime as dt

from qihang.delivery.employment.services import claim_work
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import Person
from qihang.web.views.subsidies.earned import READERS, SETTLERS
from tests.delivery.builders import Cast, approved_class, ground, place_in
from tests.delivery.subsidies.builders import completed_class
from tests.factories import make_region
from tests.foundation.documents.conftest import pdf
from tests.web.matrix.rows import Row, Values, anywhere, own, per_place, region
from tests.web.matrix.world import Place

_SCHOOL = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
_DESK = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.INSPECTOR)


def _cast(place: Place) -> Cast:
    ground()
    return Cast(
        clerk=place.hand(Role.PROVIDER_CLERK).actor,
        manager=place.hand(Role.PROVIDER_MANAGER).actor,
        intake=place.hand(Role.INTAKE_OFFICER).actor,
        approver=place.hand(Role.APPROVER).actor,
    )


def _trainee(place: Place) -> Enrolment:
    """The place's participant, who completed a class of the place's school."""
    person = Person.objects.get(user=place.hand(Role.PARTICIPANT).account)
    found = Enrolment.objects.filter(person=person).first()
    return found or place_in(approved_class(_cast(place), region=make_region(place.region)), person, state="completed")


def place_in_class(place: Place) -> Values:
    return {"public_id": _trainee(place).public_id}


def _spell(place: Place) -> Values:
    trainee = _trainee(place)
    spell = claim_work(
        actor=place.hand(Role.PARTICIPANT).actor,
        person=trainee.person,
        kind=EvidenceType.CONTRACT,
        employer_name="海南椰家家政服务有限公司",
        start=dt.date(2026, 5, 6),
        file_name="合同.pdf",
        content=pdf(),
    )
    return {"public_id": spell.public_id}


def _class(place: Place) -> Values:
    item, _ = completed_class(_cast(place), region=make_region(place.region))
    return {"public_id": item.public_id}


def _class_and_trainee(place: Place) -> Values:
    item, (trainee,) = completed_class(_cast(place), region=make_region(place.region))
    return {"public_id": item.public_id, "place_id": trainee.public_id}


_OFFICE = tuple(role for role in READERS if role not in _SCHOOL)

ROWS = [
    Row(url="work_mine", who=anywhere(Role.PARTICIPANT)),
    Row(url="work_claim", who=anywhere(Role.PARTICIPANT)),
    Row(
        url="work_withdraw", who=own(Role.PARTICIPANT, *_SCHOOL) | region(Role.INTAKE_OFFICER), args=per_place(_spell)
    ),
    Row(url="work_trainees", who=anywhere(*_SCHOOL, *_DESK, Role.APPROVER)),
    Row(url="work_trainee_claim", who=own(*_SCHOOL) | region(Role.INTAKE_OFFICER), args=per_place(place_in_class)),
    Row(url="work_documents", who=anywhere(*_DESK)),
    Row(url="work_spell", who=own(*_SCHOOL) | region(*_DESK, Role.APPROVER), args=per_place(_spell)),
    Row(url="class_earned", who=own(*_SCHOOL) | region(*_OFFICE), args=per_place(_class)),
    Row(url="class_earned_trainee", who=own(*_SCHOOL) | region(*_OFFICE), args=per_place(_class_and_trainee)),
    Row(
        url="class_settle",
        who=own(*_SCHOOL) | region(*(role for role in SETTLERS if role not in _SCHOOL)),
        args=per_place(_class),
        post={},
    ),
]
