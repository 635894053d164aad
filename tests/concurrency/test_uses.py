"""A revoked certificate is settled by two hands at once, or while a corrected one is being issued."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import connection
from tests.delivery.builders import ground, make_cast
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.delivery.subsidies.builders import completed_class, hold, reserve, run_jobs, sitting_of, steps_of, use_of
from tests.factories import SYSTEM

from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.appraisal.services import issue_many, revoke_certificate
from qihang.delivery.subsidies import uses
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.services import settle_class
from qihang.delivery.training.models import Enrolment, TrainingClass

pytestmark = pytest.mark.django_db(transaction=True)

_SOON = 60  # seconds: a slow machine is no failure


@pytest.fixture
def sitting() -> Sitting:
    """A class of one whose certificate was issued, settled, and revoked; nothing has been settled since."""
    ground()
    cast = make_cast()
    item, (place,) = completed_class(cast)
    reserve(place)
    sitting = sitting_of(item)
    (paper,) = hold(sitting, place)
    run_jobs()
    revoke_certificate(actor=cast.approver, certificate=paper, reason="照片不是本人")
    return sitting


@pytest.fixture
def place(sitting: Sitting) -> Enrolment:
    return Enrolment.objects.select_related("person", "training_class").get()


def settle(item: TrainingClass) -> None:
    try:
        settle_class(actor=SYSTEM, item=item)
    finally:
        connection.close()


def test_two_hands_give_it_back_once(place: Enrolment) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(settle, [place.training_class] * 2))
    assert steps_of(use_of(place)) == ["enter", "enjoy", "take_back"]
    assert EarnedTranche.objects.filter(state="reversed").count() == 1


@pytest.fixture
def issued_meanwhile(sitting: Sitting, place: Enrolment, monkeypatch: pytest.MonkeyPatch) -> Event:
    """A corrected certificate is issued after a settlement has read that there is none, before it gives the use back."""
    original, come = uses.lock_persons, Event()

    def issue() -> None:
        try:
            issue_many(actor=SYSTEM, sitting=sitting, enrolments=[place])
        finally:
            connection.close()

    def issue_then_lock(persons: Any) -> None:
        if not come.is_set():
            come.set()
            with ThreadPoolExecutor(1) as other:
                other.submit(issue).result(timeout=_SOON)
        original(persons)

    monkeypatch.setattr(uses, "lock_persons", issue_then_lock)
    return come


def test_without_a_second_look_a_corrected_certificate_loses_its_use(
    place: Enrolment, issued_meanwhile: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uses, "_without_certificate", dict)
    settle(place.training_class)
    assert issued_meanwhile.is_set() and use_of(place).state == "released"
    run_jobs()
    assert use_of(place).state == "enjoyed", "the certificate's own settlement counts it again"


def test_with_it_the_use_stays(place: Enrolment, issued_meanwhile: Event) -> None:
    settle(place.training_class)
    assert issued_meanwhile.is_set() and steps_of(use_of(place)) == ["enter", "enjoy"]
    run_jobs()
    assert steps_of(use_of(place)) == ["enter", "enjoy"]
    assert EarnedTranche.objects.earned().filter(enrolment=place).count() == 1
