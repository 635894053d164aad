"""The institution's workspace, and the pages of a class that others read."""

import datetime as dt
from typing import Any

from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import draft_class
from qihang.delivery.training.teaching import set_trainers
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.reference.models import Region
from qihang.web.views.provider.access import CLASS_READERS, OFFICE, PEOPLE_READERS, REVEALERS
from tests.delivery.builders import class_fields
from tests.web.matrix.office import class_of, waiting_of
from tests.web.matrix.rows import Reach, Row, Values, anywhere, own, per_place, region
from tests.web.matrix.world import Place

_SCHOOL = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
_OWN = (*_SCHOOL, Role.TRAINER)
_REGION = (*OFFICE, Role.LEADER)
_NEXT_MONTH = dt.timedelta(days=30)


def _draft(place: Place) -> TrainingClass:
    """An application that is not handed in; the officer of another matrix row shows what officers see."""
    hand = place.hand(Role.PROVIDER_CLERK).actor
    start = clock.today() + _NEXT_MONTH
    fields = class_fields(region=Region.objects.get(code=hand.region), start=start, end=start + _NEXT_MONTH)
    return draft_class(actor=hand, fields=fields)


def _a_draft(place: Place) -> Values:
    return {"public_id": _draft(place).public_id}


def _a_draft_to_cancel(place: Place) -> Values:
    return {"public_id": _draft(place).public_id, "step": "cancel"}


def _taught(place: Place, item: TrainingClass) -> TrainingClass:
    """Given to the place's trainer."""
    trainer = place.hand(Role.TRAINER).membership
    assert trainer is not None
    set_trainers(actor=place.hand(Role.PROVIDER_CLERK).actor, item=item, trainers=[trainer.public_id])
    return item


def _a_class(place: Place) -> Values:
    return {"public_id": _taught(place, class_of(place)).public_id}


def _a_trainee(place: Place) -> Values:
    waiting = waiting_of(place)
    _taught(place, waiting.training_class)
    return {"public_id": waiting.training_class.public_id, "person_id": waiting.public_id}


def _readers(roles: tuple[Role, ...]) -> Reach:
    """Institutions see their own, officers their region's; a station only classes that sit with it."""
    reach = own(*(role for role in roles if role in _OWN)) | region(*(role for role in roles if role in _REGION))
    return reach | {role: frozenset() for role in roles if role not in reach}


def _row(url: str, roles: tuple[Role, ...], build: Any, post: Values | None = None) -> Row:
    return Row(url=url, who=_readers(roles), args=per_place(build), post=post)


ROWS = [
    Row(url="provider_home", who=anywhere(*_OWN)),
    *(Row(url=url, who=anywhere(*_SCHOOL)) for url in ("class_new", "class_new_details", "class_occupations")),
    _row("class_page", CLASS_READERS, _a_class),
    _row("class_edit", _SCHOOL, _a_draft),
    _row("class_edit_details", _SCHOOL, _a_draft),
    _row("class_step", _SCHOOL, _a_draft_to_cancel),
    _row("class_trainers", _SCHOOL, _a_class),
    _row("class_contact", REVEALERS, _a_class, post={}),
    _row("class_people", PEOPLE_READERS, _a_class),
    _row("enrolment_page", PEOPLE_READERS, _a_trainee),
    _row("enrolment_self_pay", _SCHOOL, _a_trainee),
    _row("enrolment_withdraw", _SCHOOL, _a_trainee),
    _row("enrolment_identity", REVEALERS, _a_trainee, post={}),
    _row("class_attendance", PEOPLE_READERS, _a_class),
    _row("class_sign_sheet", PEOPLE_READERS, _a_class),
    _row("class_complete", _SCHOOL, _a_class),
]
