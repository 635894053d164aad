"""The desks of county and city offices."""

import datetime as dt
from typing import Any

from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import approve_class, draft_class, review_class, submit_class
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.proposals import propose_merge
from qihang.registry.reference.models import Region
from tests.delivery.builders import class_fields
from tests.factories import SYSTEM
from tests.web.matrix.rows import Row, Values, anywhere, per_place, region
from tests.web.matrix.world import Place
from tests.web.office.desk import waiting_place

_CASES = (Role.INTAKE_OFFICER, Role.APPROVER, Role.SECOND_REVIEWER, Role.INSPECTOR)
_MERGERS = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER)
_DESKS = (Role.INTAKE_OFFICER, Role.APPROVER)
_REVEALERS = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER)


def class_of(place: Place) -> TrainingClass:
    """A class that was opened in the ordinary way, to begin next month."""
    first = clock.today() + dt.timedelta(days=30)
    fields = class_fields(
        region=Region.objects.get(code=_region_of(place)), start=first, end=first + dt.timedelta(days=20)
    )
    item = draft_class(actor=place.hand(Role.PROVIDER_CLERK).actor, fields=fields)
    submit_class(actor=place.hand(Role.PROVIDER_MANAGER).actor, item=item)
    review_class(actor=SYSTEM, item=item)
    return approve_class(actor=SYSTEM, item=item)


def _region_of(place: Place) -> str:
    """The region, once it is there: making somebody in it makes it."""
    return str(place.hand(Role.PROVIDER_CLERK).actor.region)


def _a_class(place: Place) -> Values:
    return {"public_id": class_of(place).public_id}


def waiting_of(place: Place) -> Enrolment:
    return waiting_place(class_of(place), person=place.person())


def _a_place(place: Place) -> Values:
    return {"public_id": waiting_of(place).public_id}


def _a_claim(place: Place) -> Values:
    return {"public_id": PersonCategory.objects.get(person=waiting_of(place).person_id).public_id}


def _a_person(place: Place) -> Values:
    return {"public_id": waiting_of(place).person.public_id}


def _two_records(place: Place) -> Values:
    return {"public_id": place.person().public_id, "other_id": place.person().public_id}


def _a_proposal(place: Place) -> Values:
    maker = place.hand(Role.INTAKE_OFFICER).actor
    proposal = propose_merge(actor=maker, keep=place.person(), drop=place.person(), reason="旧证号")
    return {"public_id": proposal.public_id}


def _row(url: str, who: tuple[Role, ...], build: Any, post: Values | None = None) -> Row:
    return Row(url=url, who=region(*who), args=per_place(build), post=post)


ROWS = [
    *(Row(url=url, who=anywhere(*_CASES)) for url in ("office_home", "office_classes", "office_people")),
    Row(url="office_classes_pass", who=anywhere(*_DESKS), post={}),
    _row("office_class", _CASES, _a_class),
    _row("office_class_decide", _DESKS, _a_class, post={}),
    _row("office_class_extend", (Role.INTAKE_OFFICER,), _a_class),
    _row("office_categories", _CASES, _a_class),
    _row("office_categories_confirm", (Role.INTAKE_OFFICER,), _a_class, post={}),
    _row("office_categories_again", (Role.INTAKE_OFFICER,), _a_class, post={}),
    _row("office_categories_outcome", (Role.INTAKE_OFFICER,), _a_class),
    _row("office_certificate", _REVEALERS, _a_claim, post={}),
    _row("office_case", _CASES, _a_place),
    _row("office_case_reject", (Role.INTAKE_OFFICER,), _a_place),
    _row("office_case_correct", (Role.INTAKE_OFFICER,), _a_place),
    _row("office_case_reconsider", (Role.INTAKE_OFFICER,), _a_place),
    _row("office_category_end", (Role.INTAKE_OFFICER,), _a_claim),
    _row("office_category_reject", (Role.INTAKE_OFFICER,), _a_claim),
    _row("office_person", _CASES, _a_person),
    _row("office_merge_find", _MERGERS, _a_person),
    _row("office_merge_with", _MERGERS, _two_records),
    _row("office_merge", _CASES, _a_proposal),
    _row("office_merge_confirm", _MERGERS, _a_proposal),
    _row("office_merge_refuse", _MERGERS, _a_proposal),
    _row("office_merge_withdraw", _MERGERS, _a_proposal),
    _row("office_identity", _REVEALERS, _a_person, post={}),
    _row("office_entry_code", _REVEALERS, _a_person),
]
