"""The regular chore: whoever can get no certificate any more gets the use of the benefit back, and is told why."""

import datetime as dt
import logging
from collections.abc import Sequence
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.delivery.builders import Cast
from tests.delivery.subsidies.builders import (
    CERTIFIED_ON,
    END,
    completed_class,
    hold,
    reserve,
    run_jobs,
    sitting_of,
    steps_of,
    unset,
    use_of,
)
from tests.factories import SYSTEM, make_actor
from tests.registry.benefits.builders import counts_of

from qihang.delivery.appraisal.models import Score, Sitting
from qihang.delivery.appraisal.services import cancel_sitting, issue_many
from qihang.delivery.subsidies import chores
from qihang.delivery.subsidies.chores import give_up_waiting
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.jobs.enums import Cadence
from qihang.foundation.jobs.tasks import run_chores
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import verify_decisions

pytestmark = pytest.mark.django_db

LAST_DAY = END + dt.timedelta(days=90)
TOO_LATE = LAST_DAY + dt.timedelta(days=1)


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    """A class of four with the subsidy reserved, and of one who pays; they are to sit on 10 April."""
    item, places = completed_class(cast, people=4, places=[{"subsidised": False}])
    reserve(*places[:4])
    return sitting_of(item)


@pytest.fixture
def places(sitting: Sitting) -> list[Enrolment]:
    return list(sitting.training_class.enrolments.select_related("person", "training_class").order_by("pk"))


@pytest.fixture
def held(sitting: Sitting, places: list[Enrolment]) -> Sitting:
    """The first passed, the second failed, the third missed one part, the fourth did not come at all."""
    hold(sitting, places[0])
    _score(sitting, places[1], Decimal(80), Decimal(59))
    _score(sitting, places[2], Decimal(80), None)
    with clock.travel_to(CERTIFIED_ON):
        run_jobs()
    return sitting


def _score(sitting: Sitting, place: Enrolment, theory: Decimal | None, practice: Decimal | None) -> None:
    with unit_of_work(SYSTEM):
        Score.objects.create(sitting=sitting, enrolment=place, theory=theory, practice=practice, passed=False)


def run(on: dt.date) -> int:
    with clock.travel_to(on):
        return give_up_waiting()


def states(places: Sequence[Enrolment]) -> list[str]:
    return [use_of(place).state for place in places]


class TestGivenBack:
    def test_after_the_last_day_all_but_those_with_a_certificate(self, held: Sitting, places: list[Enrolment]) -> None:
        assert run(LAST_DAY) == 0
        assert states(places[:4]) == ["enjoyed", "reserved", "reserved", "reserved"]
        assert run(TOO_LATE) == 1
        assert states(places[:4]) == ["enjoyed", "released", "released", "released"]
        assert [counts_of(place.person)["uses_this_year"] for place in places[:4]] == [1, 0, 0, 0]
        assert verify_decisions().holds

    def test_the_history_says_why_and_since_when(self, held: Sitting, places: list[Enrolment]) -> None:
        run(TOO_LATE)
        rule = "最晚 2026-06-25 鉴定（结课后 90 天内），已经过了，没有取得证书。这次的补贴得不到了，占用的次数退回来"
        for place, what in zip(places[1:4], ("鉴定没有合格", "鉴定缺考", "没有参加鉴定"), strict=True):
            step = BENEFIT_USE_WORKFLOW.history(use_of(place)).last()
            assert (step.transition, step.comment, step.user_label) == (
                "release",
                f"{what}；{rule}",
                "subsidy-settler",
            )

    def test_running_again_does_nothing(self, held: Sitting, places: list[Enrolment]) -> None:
        run(TOO_LATE)
        assert run(TOO_LATE + dt.timedelta(days=1)) == 0
        assert steps_of(use_of(places[1])) == ["enter", "release"]

    def test_a_class_that_never_sat_is_found_too(self, cast: Cast) -> None:
        _, (place,) = completed_class(cast)
        reserve(place)
        assert run(TOO_LATE) == 1
        assert use_of(place).state == "released"

    def test_the_worker_runs_it_every_hour(self, held: Sitting, places: list[Enrolment]) -> None:
        with clock.travel_to(TOO_LATE):
            run_chores(Cadence.HOUR)
        assert use_of(places[1]).state == "released"

    def test_a_certificate_that_comes_all_the_same_counts_again(self, held: Sitting, places: list[Enrolment]) -> None:
        run(TOO_LATE)
        with clock.travel_to(TOO_LATE):
            issue_many(
                actor=make_actor("station_clerk", organization=held.station), sitting=held, enrolments=[places[3]]
            )
            run_jobs()
        assert steps_of(use_of(places[3])) == ["enter", "release", "count_again"]
        assert EarnedTranche.objects.earned().filter(enrolment=places[3]).count() == 1


class TestWaiting:
    def test_scores_still_to_come_are_waited_for(self, cast: Cast, sitting: Sitting, places: list[Enrolment]) -> None:
        assert run(TOO_LATE) == 0
        assert states(places[:4]) == ["reserved"] * 4
        cancel_sitting(actor=cast.intake, sitting=sitting, comment="没有人来")
        assert run(TOO_LATE) == 1
        assert states(places[:4]) == ["released"] * 4

    def test_days_that_nobody_has_set_are_no_days(self, held: Sitting, places: list[Enrolment]) -> None:
        unset("appraisal.due_days")
        assert run(TOO_LATE) == 0
        assert states(places[1:4]) == ["reserved"] * 3

    def test_the_days_are_those_of_the_filing_day(self, held: Sitting, places: list[Enrolment]) -> None:
        with unit_of_work(SYSTEM):
            Parameter.objects.filter(key="appraisal.due_days").update(valid_to=CERTIFIED_ON)
        assert run(TOO_LATE) == 1


class TestManyAtOnce:
    def test_the_number_of_queries_does_not_grow_with_the_people(self, cast: Cast) -> None:
        def queries(people: int, name: str) -> int:
            _, places = completed_class(cast, people=people, name=name)
            reserve(*places)
            with CaptureQueriesContext(connection) as seen:
                assert run(TOO_LATE) == 1
            return len(seen)

        queries(1, "第一期")
        assert queries(12, "第三期") <= queries(2, "第二期") + 1

    def test_classes_that_cannot_be_settled_do_not_hold_up_the_others(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        classes = [completed_class(cast, name=name) for name in ("第一期", "第二期")]
        for _, (place,) in classes:
            reserve(place)
        spoilt = classes[0][0]
        original = chores.settle_classes

        def settle(*, actor: object, items: list[TrainingClass]) -> object:
            if spoilt in items:
                raise RuntimeError("spoilt")
            return original(actor=actor, items=items)  # type: ignore[arg-type]

        monkeypatch.setattr(chores, "settle_classes", settle)
        with caplog.at_level(logging.ERROR):
            assert run(TOO_LATE) == 1
        assert f"class {spoilt.pk} could" in caplog.text
        assert [use_of(place).state for _, (place,) in classes] == ["reserved", "released"]
