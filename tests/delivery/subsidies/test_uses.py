"""The benefit that a place holds follows what it earned: given back with its certificate, counted again with another."""

import datetime as dt

import pytest
from tests.delivery.builders import Cast
from tests.delivery.subsidies.builders import (
    CERTIFIED_ON,
    completed_class,
    contributions,
    hold,
    reserve,
    run_jobs,
    sitting_of,
    steps_of,
    use_of,
)
from tests.factories import make_actor
from tests.registry.benefits.builders import counts_of

from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.services import issue_many, revoke_certificate
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.services import settle_class
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.policy.services import verify_decisions

pytestmark = pytest.mark.django_db

WHY = "照片不是本人"


@pytest.fixture
def sitting(cast: Cast) -> Sitting:
    """A class of two completed it with the subsidy reserved; they sit on 10 April."""
    item, places = completed_class(cast, people=2)
    reserve(*places)
    return sitting_of(item)


@pytest.fixture
def places(sitting: Sitting) -> list[Enrolment]:
    return list(sitting.training_class.enrolments.select_related("person", "training_class").order_by("pk"))


@pytest.fixture
def certificates(sitting: Sitting, places: list[Enrolment]) -> list[Certificate]:
    """Both passed, and what that earned is settled."""
    made = hold(sitting, *places)
    run_jobs()
    return made


def revoke(cast: Cast, certificate: Certificate) -> None:
    revoke_certificate(actor=cast.approver, certificate=certificate, reason=WHY)


class TestRevoked:
    def test_the_use_comes_back_with_what_was_earned_and_says_why(
        self, cast: Cast, places: list[Enrolment], certificates: list[Certificate]
    ) -> None:
        place, other = places
        contributions(cast.intake, (place, "202605", "202610"))
        run_jobs()
        assert EarnedTranche.objects.earned().filter(enrolment=place).count() == 2
        assert counts_of(place.person)["lifetime_uses"] == 1
        revoke(cast, certificates[0])
        run_jobs()
        assert not EarnedTranche.objects.earned().filter(enrolment=place).exists()
        use = use_of(place)
        assert (use.state, counts_of(place.person)["lifetime_uses"]) == ("released", 0)
        step = BENEFIT_USE_WORKFLOW.history(use).last()
        assert (step.transition, step.user_id) == ("take_back", cast.approver.user_id)
        assert step.comment == (f"证书 {certificates[0].number} 撤销了：{WHY}。这次的补贴得不到了，占用的次数退回来")
        assert use_of(other).state == "enjoyed", "somebody else's stays"

    def test_it_does_so_once_however_often_the_class_is_settled(
        self, cast: Cast, places: list[Enrolment], certificates: list[Certificate]
    ) -> None:
        revoke(cast, certificates[0])
        run_jobs()
        settle_class(actor=cast.clerk, item=places[0].training_class)
        assert steps_of(use_of(places[0])) == ["enter", "enjoy", "take_back"]
        assert steps_of(use_of(places[1])) == ["enter", "enjoy"]

    @pytest.mark.parametrize("hand", ["clerk", "manager", "intake", "approver"])
    def test_whoever_settles_first_gives_it_back(
        self, cast: Cast, places: list[Enrolment], certificates: list[Certificate], hand: str
    ) -> None:
        actor: Actor = getattr(cast, hand)
        revoke(cast, certificates[0])
        settle_class(actor=actor, item=places[0].training_class)
        assert use_of(places[0]).state == "released"

    def test_until_it_is_settled_it_stands_with_the_money(
        self, cast: Cast, places: list[Enrolment], certificates: list[Certificate]
    ) -> None:
        revoke(cast, certificates[0])
        assert EarnedTranche.objects.earned().filter(enrolment=places[0]).exists()
        assert use_of(places[0]).state == "enjoyed"


class TestCorrected:
    def test_a_corrected_certificate_counts_it_again_at_once(
        self, cast: Cast, sitting: Sitting, places: list[Enrolment], certificates: list[Certificate]
    ) -> None:
        place = places[0]
        revoke(cast, certificates[0])
        run_jobs()
        clerk = make_actor("station_clerk", organization=sitting.station)
        issue_many(actor=clerk, sitting=sitting, enrolments=[place])
        assert (use_of(place).state, counts_of(place.person)["lifetime_uses"]) == ("enjoyed", 1)
        run_jobs()
        assert steps_of(use_of(place)) == ["enter", "enjoy", "take_back", "count_again"]
        assert EarnedTranche.objects.earned().filter(enrolment=place).count() == 1
        assert verify_decisions().holds

    def test_issued_before_the_settlement_it_never_went(
        self, cast: Cast, sitting: Sitting, places: list[Enrolment], certificates: list[Certificate]
    ) -> None:
        revoke(cast, certificates[0])
        (again,) = issue_many(
            actor=make_actor("appraiser", organization=sitting.station), sitting=sitting, enrolments=places[:1]
        )
        run_jobs()
        assert steps_of(use_of(places[0])) == ["enter", "enjoy"]
        assert EarnedTranche.objects.earned().get(enrolment=places[0]).certificate_no == again.number

    def test_who_left_or_pays_gets_none_counted(
        self, cast: Cast, sitting: Sitting, places: list[Enrolment], certificates: list[Certificate]
    ) -> None:
        """A use that was given back for another reason than the certificate is no use of this certificate."""
        revoke(cast, certificates[0])
        run_jobs()
        place = places[0]
        place.subsidised = False
        with clock.travel_to(CERTIFIED_ON + dt.timedelta(days=300)):
            issue_many(
                actor=make_actor("station_clerk", organization=sitting.station), sitting=sitting, enrolments=[place]
            )
        assert use_of(place).state == "released"
