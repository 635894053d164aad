"""Work that a document proves: handed in by whoever has it, accepted by another, taken out again without a trace lost."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from tests.delivery.builders import Cast, approved_class, ground, make_cast, make_person, place_in
from tests.factories import LONGHUA, make_actor
from tests.foundation.documents.conftest import pdf, picture
from tests.identities import credit_code

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import (
    accept_claim,
    claim_work,
    get_spell,
    reject_claim,
    take_back,
    withdraw_claim,
)
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.documents.services import revoke_evidence

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 6, 1)
START = dt.date(2026, 5, 6)


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(TODAY):
        yield make_cast()


@pytest.fixture
def place(cast: Cast) -> Enrolment:
    return place_in(approved_class(cast), state="completed")


@pytest.fixture
def trainee(place: Enrolment) -> Actor:
    return Actor(user_id=9_001, user_label="本人", role="participant", person_id=place.person_id)


@pytest.fixture
def reviewer(cast: Cast) -> Actor:
    return make_actor("second_reviewer")


def claim(actor: Actor, place: Enrolment, **changes: Any) -> WorkSpell:
    fields: dict[str, Any] = {
        "kind": EvidenceType.CONTRACT,
        "employer_name": "海南椰家家政服务有限公司",
        "start": START,
        "file_name": "合同.jpg",
        "content": picture(),
    }
    return claim_work(actor=actor, person=place.person, **{**fields, **changes})


class TestHandingIn:
    def test_the_person_hands_in_a_photo_and_an_officer_of_the_class_place_decides(
        self, cast: Cast, place: Enrolment, trainee: Actor
    ) -> None:
        spell = claim(trainee, place, employer_uscc=credit_code().lower())
        assert (spell.state, spell.recorded_on, spell.region_id) == ("claimed", None, "460108")
        assert spell.employer_uscc == credit_code()
        assert spell.evidence.subject_id == spell.pk and spell.evidence.issuer == spell.employer_name
        assert list(WorkSpell.objects.all().awaiting_officer(cast.intake)) == [spell]
        accepted = accept_claim(actor=cast.intake, spell=spell)
        assert (accepted.state, accepted.recorded_on, accepted.rank) == ("accepted", TODAY, "乙")
        assert not WorkSpell.objects.all().awaiting_officer(cast.intake).exists()
        assert WORK_SPELL_WORKFLOW.history(spell).last().user_id == cast.intake.user_id

    def test_the_day_of_acceptance_also_records_an_end(self, cast: Cast, place: Enrolment, trainee: Actor) -> None:
        spell = claim(trainee, place, end=dt.date(2026, 5, 20))
        assert accept_claim(actor=cast.intake, spell=spell).end_recorded_on == TODAY

    @pytest.mark.parametrize("hands", ["clerk", "intake"])
    def test_the_institution_or_an_officer_does_it_for_them(self, cast: Cast, place: Enrolment, hands: str) -> None:
        actor = getattr(cast, hands)
        spell = claim(actor, place, kind=EvidenceType.EMPLOYMENT_REGISTRATION, file_name="登记.pdf", content=pdf())
        with pytest.raises(NotAllowed):
            accept_claim(actor=actor, spell=spell)
        other = make_actor("intake_officer")
        assert accept_claim(actor=other, spell=spell).state == "accepted"

    def test_an_officer_does_not_wait_for_what_they_handed_in(self, cast: Cast, place: Enrolment) -> None:
        claim(cast.intake, place)
        waiting = WorkSpell.objects.all()
        assert not waiting.awaiting_officer(cast.intake).exists()
        assert waiting.awaiting_officer(make_actor("intake_officer")).count() == 1
        assert not waiting.awaiting_officer(make_actor("intake_officer", region=LONGHUA)).exists()
        assert not waiting.awaiting_officer(cast.clerk).exists()

    def test_nobody_speaks_for_people_they_do_not_serve(self, cast: Cast, place: Enrolment, trainee: Actor) -> None:
        elsewhere = make_actor("provider_clerk")
        other = Actor(user_id=9_002, role="participant", person_id=make_person().pk)
        for actor in (elsewhere, other):
            with pytest.raises(NotFound):
                claim(actor, place)
        with pytest.raises(DomainError, match="培训记录"):
            claim_work(
                actor=other,
                person=make_person_of(other),
                kind=EvidenceType.CONTRACT,
                employer_name="椰家",
                start=START,
                file_name="合同.jpg",
                content=picture(),
            )

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"start": dt.date(2026, 6, 2)}, "start"),
            ({"end": dt.date(2026, 5, 5)}, "end"),
            ({"end": dt.date(2026, 6, 2)}, "end"),
            ({"employer_name": " 家 "}, "employer_name"),
            ({"employer_uscc": "91460100MA5RC2YH00"}, "employer_uscc"),
            ({"kind": EvidenceType.PHONE}, "kind"),
            ({"content": b""}, "file"),
        ],
    )
    def test_what_is_refused_names_its_field_and_leaves_nothing(
        self, place: Enrolment, trainee: Actor, changes: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(DomainError) as refusal:
            claim(trainee, place, **changes)
        assert refusal.value.field == field
        assert not WorkSpell.objects.exists()
        assert not StoredFile.objects.exists()

    def test_the_same_work_is_not_handed_in_twice(self, cast: Cast, place: Enrolment, trainee: Actor) -> None:
        first = claim(trainee, place)
        with pytest.raises(DomainError, match="已经报过，等核实"):
            claim(cast.clerk, place, start=dt.date(2026, 5, 20))
        claim(trainee, place, kind=EvidenceType.EMPLOYMENT_REGISTRATION)  # another proof of the same work
        claim(trainee, place, start=dt.date(2026, 4, 1), end=dt.date(2026, 5, 5))  # the time before
        reject_claim(actor=cast.intake, spell=first, comment="看不清公章")
        assert claim(trainee, place).state == "claimed"


def make_person_of(actor: Actor) -> Any:
    from qihang.registry.participants.models import Person

    return Person.objects.get(pk=actor.person_id)


class TestDeciding:
    def test_a_refusal_says_why_and_the_spell_counts_nowhere(
        self, cast: Cast, place: Enrolment, trainee: Actor
    ) -> None:
        spell = claim(trainee, place)
        with pytest.raises(DomainError, match="原因"):
            reject_claim(actor=cast.intake, spell=spell, comment=" ")
        assert reject_claim(actor=cast.intake, spell=spell, comment="没有公章").state == "rejected"
        assert not WorkSpell.objects.accepted().exists()
        assert WORK_SPELL_WORKFLOW.history(spell).last().comment == "没有公章"

    def test_only_officers_of_the_place_decide(self, place: Enrolment, trainee: Actor) -> None:
        spell = claim(trainee, place)
        with pytest.raises(NotFound):
            accept_claim(actor=make_actor("intake_officer", region=LONGHUA), spell=spell)
        with pytest.raises(NotAllowed):
            accept_claim(actor=make_actor("leader"), spell=spell)

    def test_who_handed_it_in_takes_it_away_and_nobody_else(
        self, cast: Cast, place: Enrolment, trainee: Actor
    ) -> None:
        spell = claim(trainee, place)
        with pytest.raises(DomainError, match="不是您这边交的"):
            withdraw_claim(actor=cast.intake, spell=spell)
        assert withdraw_claim(actor=trainee, spell=spell).state == "withdrawn"
        assert spell.evidence.state == "withdrawn"
        with pytest.raises(DomainError, match="撤回了"):
            accept_claim(actor=cast.intake, spell=spell)

    def test_an_acceptance_is_taken_back_by_another_hand(
        self, cast: Cast, place: Enrolment, trainee: Actor, reviewer: Actor
    ) -> None:
        spell = accept_claim(actor=cast.intake, spell=claim(trainee, place))
        with pytest.raises(NotAllowed):
            take_back(actor=cast.intake, spell=spell, comment="合同是假的")
        assert take_back(actor=reviewer, spell=spell, comment="合同是假的").state == "taken_back"
        steps = WORK_SPELL_WORKFLOW.history(spell).values_list("transition", flat=True)
        assert list(steps) == ["enter", "accept", "take_back"]

    def test_it_goes_where_its_document_goes(
        self, cast: Cast, place: Enrolment, trainee: Actor, reviewer: Actor
    ) -> None:
        spell = accept_claim(actor=cast.intake, spell=claim(trainee, place))
        revoke_evidence(actor=reviewer, evidence=spell.evidence, comment="单位不认")
        spell.refresh_from_db()
        assert spell.state == "taken_back"

    def test_sight_of_one(self, cast: Cast, place: Enrolment, trainee: Actor) -> None:
        spell = claim(trainee, place)
        assert get_spell(actor=trainee, public_id=spell.public_id) == spell
        with pytest.raises(NotFound, match="没有这条就业记录"):
            get_spell(actor=make_actor("provider_manager"), public_id=spell.public_id)
