"""Classes that wait for a sitting."""

import datetime as dt
from collections.abc import Iterator

import pytest
from tests.delivery.appraisal.builders import complete_class, make_class, make_sitting, register
from tests.delivery.builders import END, START, ground
from tests.factories import SANYA, make_actor
from tests.identities import resident

from qihang.delivery.appraisal.services import cancel_sitting
from qihang.delivery.appraisal.waiting import classes_to_sit, waiting_to_sit
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _while_the_class_runs() -> Iterator[None]:
    ground()
    with clock.travel_to(START):
        yield


@pytest.fixture
def item() -> TrainingClass:
    return make_class(register({resident(order=1): "韩丽"}))


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.INTAKE_OFFICER)


def test_a_class_waits_from_its_first_day_until_it_has_a_sitting(item: TrainingClass, officer: Actor) -> None:
    with clock.travel_to(START - dt.timedelta(days=1)):
        assert not classes_to_sit(officer).exists()
    assert list(classes_to_sit(officer)) == [item]
    sitting = make_sitting(item)
    assert not classes_to_sit(officer).exists()
    cancel_sitting(actor=officer, sitting=sitting, comment="站点停电")
    assert list(classes_to_sit(officer)) == [item]


def test_it_says_until_when(item: TrainingClass, officer: Actor) -> None:
    [row] = waiting_to_sit(classes_to_sit(officer))
    assert (row.class_id, row.due) == (item.pk, END + dt.timedelta(days=90))


def test_one_that_nobody_completed_does_not_wait(item: TrainingClass, officer: Actor) -> None:
    complete_class(item, but=[place.person for place in item.enrolments.all()])
    assert not classes_to_sit(officer).exists()


def test_it_waits_for_officers_of_its_place_alone(item: TrainingClass) -> None:
    assert not classes_to_sit(make_actor(Role.INTAKE_OFFICER, region=SANYA)).exists()
