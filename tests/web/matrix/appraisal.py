"""Sittings and certificates: station, institution, offices and holder; and anybody who checks one."""

from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.services import issue_many, plan_sitting
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.participants.models import Person
from tests.delivery.appraisal.builders import SITTING_DAY
from tests.delivery.builders import START, Cast, approved_class, ground, place_in
from tests.factories import SYSTEM, make_region
from tests.web.matrix.rows import EVERYONE, Row, Values, anywhere, open_to_all, own, per_place, region
from tests.web.matrix.world import Place

_BENCH = (Role.STATION_CLERK, Role.APPRAISER)
_SCHOOL = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
_OFFICE = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER, Role.INSPECTOR)
_READERS = own(*_BENCH, *_SCHOOL) | region(*_OFFICE)


def _made_class(place: Place) -> TrainingClass:
    ground()
    hands = [
        place.hand(role).actor
        for role in (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.INTAKE_OFFICER, Role.APPROVER)
    ]
    return approved_class(Cast(*hands), region=make_region(place.region))


def _made_sitting(place: Place) -> Sitting:
    """Of a class in which the place's participant is."""
    station = place.organization(OrganizationKind.APPRAISAL_STATION)
    with unit_of_work(SYSTEM):
        station.station_code = "108017"
        station.save()
    item = _made_class(place)
    place_in(item, Person.objects.get(user=place.hand(Role.PARTICIPANT).account))
    with clock.travel_to(START):
        return plan_sitting(actor=SYSTEM, item=item, station=station, on=SITTING_DAY, place="一号考场")


def _made_certificate(place: Place) -> Certificate:
    sitting = _made_sitting(place)
    (made,) = issue_many(actor=SYSTEM, sitting=sitting, enrolments=list(sitting.training_class.enrolments.all()))
    return made


def _class(place: Place) -> Values:
    return {"public_id": _made_class(place).public_id}


def _sitting(place: Place) -> Values:
    """With a certificate, so that its book can be printed."""
    made = _made_certificate(place).sitting
    assert made is not None
    return {"public_id": made.public_id}


def _certificate(place: Place) -> Values:
    return {"public_id": _made_certificate(place).public_id}


def _token(place: Place) -> Values:
    return {"token": _made_certificate(place).token}


ROWS = [
    *open_to_all("check"),
    Row(url="check_result", who=anywhere(*EVERYONE), args=per_place(_token)),
    Row(url="certificates", who=anywhere(Role.PARTICIPANT)),
    Row(url="certificate", who=_READERS | own(Role.PARTICIPANT), args=per_place(_certificate)),
    Row(url="certificate_pdf", who=_READERS | own(Role.PARTICIPANT), args=per_place(_certificate)),
    Row(url="certificate_revoke", who=region(Role.APPROVER), args=per_place(_certificate)),
    Row(url="station", who=anywhere(*_BENCH, *_SCHOOL, *_OFFICE)),
    Row(url="station_sitting", who=_READERS, args=per_place(_sitting)),
    Row(url="station_certificates", who=_READERS, args=per_place(_sitting)),
    Row(url="station_move", who=own(Role.STATION_CLERK) | region(Role.INTAKE_OFFICER), args=per_place(_sitting)),
    Row(url="station_cancel", who=region(Role.INTAKE_OFFICER), args=per_place(_sitting)),
    Row(url="office_class_sitting", who=region(Role.INTAKE_OFFICER), args=per_place(_class)),
]
