"""The second tranche is for work found after the class: who kept the job they had all along earns none, to the fen."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.delivery.builders import Cast
from tests.delivery.subsidies.builders import Papers, completed_class, contributions

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.subsidies.earnings import earnings_of
from qihang.delivery.subsidies.enums import Tranche
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.services import settle_class
from qihang.delivery.training.models import Enrolment, TrainingClass

pytestmark = pytest.mark.django_db

MARCH, APRIL, MAY = dt.date(2026, 3, 31), dt.date(2026, 4, 30), dt.date(2026, 5, 31)


@pytest.fixture
def held(cast: Cast, papers: Papers) -> tuple[TrainingClass, Enrolment]:
    """Somebody who completed on 27 March and holds the certificate."""
    item, (place,) = completed_class(cast)
    papers.issue(place)
    return item, place


def second(item: TrainingClass, cast: Cast) -> list[Decimal]:
    settle_class(actor=cast.intake, item=item)
    return list(EarnedTranche.objects.earned().filter(tranche=Tranche.EMPLOYED).values_list("amount", flat=True))


def spells() -> list[tuple[str, str | None]]:
    rows = WorkSpell.objects.accepted().order_by("start")
    return [(str(one.start), str(one.end) if one.end else None) for one in rows]


def test_a_list_of_the_latest_months_does_not_make_the_old_job_a_new_one(
    cast: Cast, held: tuple[TrainingClass, Enrolment]
) -> None:
    item, place = held
    contributions(cast.intake, (place, "202601", "202602"), on=dt.date(2026, 3, 15))
    contributions(cast.intake, (place, "202603", "202605"), on=MAY)
    assert spells() == [("2026-01-01", None)]
    assert second(item, cast) == []


def test_nor_does_a_new_line_from_the_month_in_which_the_class_ended(
    cast: Cast, held: tuple[TrainingClass, Enrolment]
) -> None:
    item, place = held
    contributions(cast.intake, (place, "202603", "202605"), (place, "202509", "202602"), on=MAY)
    assert spells() == [("2025-09-01", None)]
    assert second(item, cast) == []


def test_what_was_paid_on_a_list_that_knew_no_better_is_reversed_by_the_older_one(
    cast: Cast, held: tuple[TrainingClass, Enrolment]
) -> None:
    """The May list shows March to May alone; in the autumn the office also brings in the one of February."""
    item, place = held
    contributions(cast.intake, (place, "202603", "202605"), on=MAY)
    assert second(item, cast) == [Decimal("750.00")]
    contributions(cast.intake, (place, "202509", "202602"), on=dt.date(2026, 2, 28))
    assert spells() == [("2025-09-01", None)]
    assert second(item, cast) == []
    (gone,) = EarnedTranche.objects.filter(tranche=Tranche.EMPLOYED)
    assert (gone.state, gone.amount, gone.reversed_on) == ("reversed", Decimal("750.00"), dt.date(2026, 12, 1))
    assert earnings_of(item).amount == Decimal("750.00"), "the certificate's part stands"


def test_who_began_the_day_after_at_another_employer_earns_it(
    cast: Cast, held: tuple[TrainingClass, Enrolment]
) -> None:
    item, place = held
    contributions(cast.intake, (place, "202601", "202603"), on=APRIL)
    contributions(cast.intake, (place, "202603", "202605"), on=MAY, employer="好帮手")
    assert spells() == [("2026-01-01", "2026-03-31"), ("2026-03-28", None)]
    assert second(item, cast) == [Decimal("750.00")]
    assert earnings_of(item).amount == Decimal("1500.00")


def test_one_contribution_for_the_month_whose_last_day_the_class_ended_on_is_no_work_after_it(
    cast: Cast, papers: Papers
) -> None:
    item, (place,) = completed_class(cast, end=MARCH)
    papers.issue(place)
    contributions(cast.intake, (place, "202603", "202603"), on=APRIL)
    assert spells() == [("2026-03-01", "2026-03-31")]
    assert second(item, cast) == []
    contributions(cast.intake, (place, "202603", "202605"), on=MAY)
    assert spells() == [("2026-04-01", None)]
    assert second(item, cast) == [Decimal("750.00")]
