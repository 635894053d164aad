"""Where a trainee stands with the appraisal, as their own page and their officers read it."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.delivery.appraisal.builders import SITTING_DAY, make_sitting, make_station
from tests.delivery.builders import END, ground, make_cast, make_person
from tests.delivery.subsidies.builders import completed_class, unset
from tests.factories import SYSTEM

from qihang.delivery.appraisal.models import Score, Sitting
from qihang.delivery.appraisal.results import Result, examination_of
from qihang.delivery.appraisal.services import cancel_sitting, move_sitting
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.units import unit_of_work

pytestmark = pytest.mark.django_db

AGAIN = dt.date(2026, 4, 20)


@pytest.fixture
def place() -> Enrolment:
    ground()
    return completed_class(make_cast())[1][0]


def own(place: Enrolment) -> Actor:
    return Actor(user_id=9_001, user_label="本人", role="participant", person_id=place.person_id)


def hold(sitting: Sitting, *marks: tuple[Enrolment, int | None, int | None]) -> None:
    with clock.travel_to(sitting.on), unit_of_work(SYSTEM):
        SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
        copy_objects(
            [Score(sitting=sitting, enrolment=who, theory=one, practice=two, passed=False) for who, one, two in marks]
        )


def result(theory: int | None, practice: int | None, least: int | None = 60) -> Result:
    parts = [None if one is None else Decimal(one) for one in (theory, practice, least)]
    return Result(SITTING_DAY, parts[0], parts[1], False, parts[2])


@pytest.mark.parametrize(
    ("told", "below", "missed", "absent"),
    [
        (result(59, 60), ["理论"], [], False),
        (result(0, 12), ["理论", "实操"], [], False),
        (result(90, None), [], ["实操"], False),
        (result(30, None), ["理论"], ["实操"], False),
        (result(None, None), [], ["理论", "实操"], True),
        (result(1, 1, None), [], [], False),
    ],
)
def test_what_was_lacking(told: Result, below: list[str], missed: list[str], absent: bool) -> None:
    assert (told.below, told.missed, told.absent) == (below, missed, absent)


def test_attempts_come_newest_first_with_the_last_day_to_sit(place: Enrolment) -> None:
    for on in (SITTING_DAY, AGAIN):
        hold(make_sitting(place.training_class, make_station(f"1080{on:%d}"), on), (place, 55, 81))
    found = examination_of(actor=own(place), place=place)
    assert [one.on for one in found.results] == [AGAIN, SITTING_DAY]
    assert found.results[0].least == 60
    assert found.last_day == END + dt.timedelta(days=90)
    assert (found.ahead, found.called_off, found.unlisted, found.passed) == (None, None, None, None)


def test_a_voided_score_is_not_told(place: Enrolment) -> None:
    hold(make_sitting(place.training_class), (place, 55, 81))
    with unit_of_work(SYSTEM):
        Score.objects.update(voided_on=AGAIN, void_reason="更正")
    found = examination_of(actor=own(place), place=place)
    assert found.results == ()
    assert found.unlisted is not None


def test_nobody_is_shown_anothers(place: Enrolment) -> None:
    hold(make_sitting(place.training_class), (place, 55, 81))
    stranger = Actor(user_id=9_002, user_label="别人", role="participant", person_id=make_person().pk)
    found = examination_of(actor=stranger, place=place)
    assert (found.results, found.unlisted) == ((), None)


def test_a_sitting_that_was_moved_and_one_that_was_called_off(place: Enrolment) -> None:
    sitting = make_sitting(place.training_class)
    assert examination_of(actor=own(place), place=place).moved is False
    with clock.travel_to(END):
        move_sitting(actor=SYSTEM, sitting=sitting, on=AGAIN, place="二号考场", comment="停电")
        found = examination_of(actor=own(place), place=place)
        assert found.moved
        assert found.ahead is not None and found.ahead.on == AGAIN
        cancel_sitting(actor=SYSTEM, sitting=sitting, comment="换鉴定站")
    off = examination_of(actor=own(place), place=place)
    assert (off.ahead, off.called_off) == (None, sitting)
    make_sitting(place.training_class, make_station("108099"), AGAIN)
    assert examination_of(actor=own(place), place=place).called_off is None


def test_values_that_nobody_has_set_are_not_guessed(place: Enrolment) -> None:
    hold(make_sitting(place.training_class), (place, 55, 81))
    unset("appraisal.pass_score")
    unset("appraisal.due_days")
    found = examination_of(actor=own(place), place=place)
    assert found.last_day is None
    assert found.results[0].least is None
