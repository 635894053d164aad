"""A trainee in every state that a place in a class can be in, brought there by the steps that lead there."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from qihang.delivery.appraisal.models import Certificate, Score, Sitting
from qihang.delivery.appraisal.services import (
    cancel_sitting,
    issue_many,
    move_sitting,
    plan_sitting,
    revoke_certificate,
)
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import accept_claim, claim_work, reject_claim, take_back
from qihang.delivery.training.enrolling import reject_category
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person
from tests.delivery.appraisal.builders import make_station
from tests.delivery.builders import END, FILED, approved_class, ground, make_cast, place_in
from tests.delivery.subsidies.builders import complete, completed_class
from tests.factories import SYSTEM, make_actor, make_user
from tests.foundation.documents.conftest import picture
from tests.web.office.desk import waiting_place

TODAY = dt.date(2026, 4, 20)
SAT = dt.date(2026, 3, 30)
AGAIN = dt.date(2026, 4, 20)
WORKS = dt.date(2026, 5, 6)
Scene = Callable[[], Enrolment]


def joined(place: Enrolment) -> User:
    """An account for the person of a place."""
    user = make_user(name="王小燕")
    with unit_of_work(SYSTEM):
        Person.objects.filter(pk=place.person_id).update(user=user)
    return user


def page(user: User, url: str = "", *, on: dt.date = TODAY) -> str:
    client = Client()
    client.force_login(user)
    with clock.travel_to(on):
        response = client.get(url or reverse("my_home"))
    assert response.status_code == 200
    return response.content.decode()


def placed(state: str, **fields: Any) -> Enrolment:
    ground()
    return place_in(approved_class(make_cast(), **fields), state=state)


def withdrawn() -> Enrolment:
    found = placed("enrolled")
    with unit_of_work(SYSTEM):
        return ENROLMENT_WORKFLOW.apply(
            found, "withdraw", actor=SYSTEM, comment="家里有事", fields={"withdrawn_on": dt.date(2026, 3, 12)}
        )


def completed(**fields: Any) -> Enrolment:
    """Of a class that the school has completed."""
    ground()
    return completed_class(make_cast(), **fields)[1][0]


def refused(words: str) -> Enrolment:
    """An officer found that they are not of their category, and wrote them so."""
    ground()
    cast = make_cast()
    with clock.travel_to(FILED):
        found = waiting_place(approved_class(cast))
        reject_category(actor=cast.intake, enrolment=found, reason=words)
    return Enrolment.objects.get(pk=found.pk)


def finish(item: TrainingClass) -> None:
    """The school completes a class; who is enrolled was there."""
    with unit_of_work(SYSTEM):
        TrainingClass.objects.filter(pk=item.pk).update(hours=8)
    item.refresh_from_db()
    complete(item, item.enrolments.filter(state="enrolled"))


def sits(found: Enrolment, on: dt.date = SAT) -> Sitting:
    with clock.travel_to(END):
        return plan_sitting(
            actor=SYSTEM, item=found.training_class, station=make_station(f"1080{on:%d}"), on=on, place="人民大道 1 号"
        )


def marked(found: Enrolment, theory: int | None, practice: int | None, on: dt.date = SAT) -> Certificate | None:
    """They sat, or were missed, and the scores came in on the same day."""
    sitting = sits(found, on)
    with clock.travel_to(on), unit_of_work(SYSTEM):
        SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
        passed = theory is not None and practice is not None and min(theory, practice) >= 60
        points = [None if one is None else Decimal(one) for one in (theory, practice)]
        copy_objects([Score(sitting=sitting, enrolment=found, theory=points[0], practice=points[1], passed=passed)])
        return issue_many(actor=SYSTEM, sitting=sitting, enrolments=[found])[0] if passed else None


def planned() -> Enrolment:
    found = completed()
    sits(found)
    return found


def moved() -> Enrolment:
    found = completed()
    sitting = sits(found)
    with clock.travel_to(END):
        move_sitting(actor=SYSTEM, sitting=sitting, on=AGAIN, place="二号考场", comment="停电")
    return found


def called_off() -> Enrolment:
    found = completed()
    sitting = sits(found)
    with clock.travel_to(END):
        cancel_sitting(actor=SYSTEM, sitting=sitting, comment="换鉴定站")
    return found


def scored(theory: int | None, practice: int | None) -> Enrolment:
    found = completed()
    marked(found, theory, practice)
    return found


def unlisted() -> Enrolment:
    """The scores came in, without this trainee's."""
    found = completed()
    sitting = sits(found)
    with clock.travel_to(SAT), unit_of_work(SYSTEM):
        SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
    return found


def resits() -> Enrolment:
    found = scored(55, 81)
    sits(found, AGAIN)
    return found


def certified() -> Enrolment:
    return scored(86, 81)


def revoked() -> Enrolment:
    found = completed()
    paper = marked(found, 86, 81)
    assert paper is not None
    approver = make_actor("approver")
    with clock.travel_to(dt.date(2026, 4, 2)):
        revoke_certificate(actor=approver, certificate=paper, reason="成绩录错了人")
    return found


def self_of(found: Enrolment) -> Actor:
    return Actor(user_id=9_001, user_label="本人", role="participant", person_id=found.person_id)


def claims(found: Enrolment, **fields: Any) -> WorkSpell:
    with clock.travel_to(dt.date(2026, 6, 1)):
        return claim_work(
            actor=self_of(found),
            person=found.person,
            kind=EvidenceType.CONTRACT,
            start=WORKS,
            file_name="合同.jpg",
            content=picture(),
            **{"employer_name": "海南椰家家政服务有限公司", **fields},
        )


def claimed() -> Enrolment:
    found = certified()
    claims(found)
    return found


def accepted(**fields: Any) -> Enrolment:
    found = certified()
    with clock.travel_to(dt.date(2026, 6, 2)):
        accept_claim(actor=make_actor("intake_officer"), spell=claims(found, **fields))
    return found


def rejected(found: Enrolment | None = None) -> Enrolment:
    found = found or certified()
    with clock.travel_to(dt.date(2026, 6, 2)):
        reject_claim(actor=make_actor("intake_officer"), spell=claims(found), comment="合同日期看不清")
    return found


def taken_back() -> Enrolment:
    found = accepted()
    with clock.travel_to(dt.date(2026, 6, 9)):
        take_back(actor=make_actor("second_reviewer"), spell=WorkSpell.objects.get(), comment="合同是假的")
    return found


def handed_in_again() -> Enrolment:
    found = rejected()
    claims(found)
    return found
