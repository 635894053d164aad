"""A settlement knows nothing of a later day, and stops waiting for a certificate that can no longer come."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.delivery.builders import Cast, place_in
from tests.delivery.subsidies.builders import (
    CERTIFIED_ON,
    END,
    Papers,
    completed_class,
    contributions,
    sitting_of,
    unset,
)
from tests.factories import SYSTEM

from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.subsidies.enums import Tranche
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.services import Settlement, settle_class
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import ExplainedLine, explain, verify_decisions

pytestmark = pytest.mark.django_db

LAST_SITTING = END + dt.timedelta(days=90)
WINDOW_ENDS = dt.date(2026, 9, 27)
A_DAY = dt.timedelta(days=1)


@pytest.fixture
def held(cast: Cast, papers: Papers) -> tuple[TrainingClass, Enrolment]:
    """A certified trainee who completed on 27 March."""
    item, (place,) = completed_class(cast)
    papers.issue(place)
    return item, place


def settle(item: TrainingClass, on: dt.date) -> Settlement:
    with clock.travel_to(on):
        return settle_class(actor=SYSTEM, item=item)


def outcomes(place: Enrolment, tranche: Tranche = Tranche.EMPLOYED) -> dict[str, bool | None]:
    """The clauses that do not hold, with their outcome."""
    decision = Decision.objects.standing().get(benefit=tranche.benefit, case_ref=str(place.public_id))
    return {name: passed for name, passed in decision.outcomes.items() if not passed}


def certified_line(place: Enrolment) -> ExplainedLine:
    decision = Decision.objects.standing().get(benefit=Tranche.CERTIFIED.benefit, case_ref=str(place.public_id))
    return next(line for line in explain(decision, "officer") if line.clause == "certified")


class TestNothingAfterToday:
    """The office's list of 31 October is in the register, and the day of settlement is an earlier one."""

    def test_work_that_begins_tomorrow_earns_nothing_today(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, "202605", "202610"))
        assert settle(item, dt.date(2026, 4, 30)).earned == 1, "the certificate alone"
        assert outcomes(place) == {"work_in_window": None, "contribution_months": None}
        assert settle(item, dt.date(2026, 5, 1)).earned == 1
        row = EarnedTranche.objects.get(tranche=Tranche.EMPLOYED)
        assert (row.earned_on, row.amount) == (dt.date(2026, 5, 1), Decimal(750))

    def test_work_of_a_later_day_does_not_hide_that_nothing_is_known(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        contributions(cast.intake, (place, "202610", "202610"))
        settle(item, WINDOW_ENDS)
        assert outcomes(place)["work_in_window"] is None, "no list of a day that has come says so"
        settle(item, dt.date(2026, 10, 31))
        assert outcomes(place)["work_in_window"] is False

    def test_a_window_that_ends_tomorrow_is_not_over_today(
        self, cast: Cast, held: tuple[TrainingClass, Enrolment]
    ) -> None:
        item, place = held
        other = place_in(item, state="completed")
        contributions(cast.intake, (other, "202605", "202610"))
        settle(item, WINDOW_ENDS - A_DAY)
        assert outcomes(place) == {"work_in_window": None, "contribution_months": None}
        contributions(cast.intake, (other, "202605", "202609"), on=WINDOW_ENDS)
        settle(item, WINDOW_ENDS - A_DAY)
        assert outcomes(place) == {"work_in_window": None, "contribution_months": None}
        settle(item, WINDOW_ENDS)
        assert outcomes(place) == {"work_in_window": False, "contribution_months": None}

    def test_months_still_to_come_are_not_paid_yet(self, cast: Cast, held: tuple[TrainingClass, Enrolment]) -> None:
        item, place = held
        contributions(cast.intake, (place, "202605", "202610"))
        settle(item, dt.date(2026, 6, 15))
        decision = Decision.objects.standing().get(benefit=Tranche.EMPLOYED.benefit, case_ref=str(place.public_id))
        assert (decision.facts["contribution_months"], decision.facts["work_checked_until"]) == (2, None)

    def test_the_day_alone_is_no_reason_to_decide_anew(self, held: tuple[TrainingClass, Enrolment]) -> None:
        item, _ = held
        settle(item, CERTIFIED_ON)
        assert settle(item, CERTIFIED_ON + A_DAY) == Settlement(0, 0, 0)


class TestTooLateForACertificate:
    @pytest.fixture
    def waiting(self, cast: Cast, papers: Papers) -> tuple[TrainingClass, Enrolment]:
        """A trainee who completed on 27 March and has no certificate; they may be examined until 25 June."""
        item, (place,) = completed_class(cast)
        return item, place

    def test_until_the_last_day_it_is_not_yet_and_then_never(self, waiting: tuple[TrainingClass, Enrolment]) -> None:
        item, place = waiting
        settle(item, LAST_SITTING)
        assert outcomes(place, Tranche.CERTIFIED) == {"certified": None}
        assert certified_line(place).situation == "还没有发证，最晚 2026-06-25 鉴定（结课后 90 天内）"
        assert settle(item, LAST_SITTING + A_DAY).decided == 2
        assert outcomes(place, Tranche.CERTIFIED) == {"certified": False}
        line = certified_line(place)
        assert line.situation == "最晚 2026-06-25 鉴定（结课后 90 天内），已经过了，没有取得证书"
        assert [(row.key, row.value) for row in line.parameters] == [("appraisal.due_days", "90 天")]
        assert outcomes(place)["certified"] is False, "and so is the second part"
        assert verify_decisions().holds

    def test_scores_still_to_come_are_waited_for(
        self, cast: Cast, waiting: tuple[TrainingClass, Enrolment], papers: Papers
    ) -> None:
        item, place = waiting
        sitting = sitting_of(item, LAST_SITTING)
        settle(item, LAST_SITTING + 5 * A_DAY)
        assert outcomes(place, Tranche.CERTIFIED) == {"certified": None}
        assert certified_line(place).situation == "最晚 2026-06-25 鉴定（结课后 90 天内），还在等成绩"
        SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
        papers.issue(place)
        assert settle(item, LAST_SITTING + 9 * A_DAY).earned == 1

    def test_a_sitting_that_came_to_nothing_is_not(self, waiting: tuple[TrainingClass, Enrolment]) -> None:
        item, place = waiting
        sitting = sitting_of(item, LAST_SITTING)
        SITTING_WORKFLOW.apply(sitting, "cancel", actor=SYSTEM, comment="没有人来")
        settle(item, LAST_SITTING + A_DAY)
        assert outcomes(place, Tranche.CERTIFIED) == {"certified": False}

    def test_days_that_nobody_has_set_leave_it_open(self, waiting: tuple[TrainingClass, Enrolment]) -> None:
        item, place = waiting
        unset("appraisal.due_days")
        settle(item, dt.date(2026, 12, 1))
        assert outcomes(place, Tranche.CERTIFIED) == {"certified": None}
        decision = Decision.objects.standing().get(benefit=Tranche.CERTIFIED.benefit, case_ref=str(place.public_id))
        assert decision.missing == ["appraisal.due_days"]
        assert certified_line(place).situation == "还没有发证"

    def test_a_certificate_that_comes_all_the_same_earns(
        self, waiting: tuple[TrainingClass, Enrolment], papers: Papers
    ) -> None:
        item, place = waiting
        settle(item, LAST_SITTING + A_DAY)
        papers.issue(place)
        assert settle(item, LAST_SITTING + 2 * A_DAY).earned == 1
        assert outcomes(place, Tranche.CERTIFIED) == {}
        assert certified_line(place).situation == f"{CERTIFIED_ON} 发证"
