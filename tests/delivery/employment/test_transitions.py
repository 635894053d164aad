"""Who may take which step of a spell of work, from where: by hand, held against every state and role."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from tests.delivery.belongings import give_spell
from tests.delivery.builders import Cast, approved_class, ground, make_cast, place_in
from tests.delivery.employment.test_documents import claim
from tests.factories import SANYA, make_actor
from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.delivery.employment.enums import SpellState
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import accept_claim, claim_work, reject_claim, take_back, withdraw_claim
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import OFFICERS, Role
from qihang.foundation.core.workflow import Refused

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)

_CLAIMANTS = "participant provider_clerk provider_manager intake_officer"
STEPS = {
    "list": Step("claimed", "accepted", "intake_officer system", fields="recorded_on"),
    "accept": Step("claimed", "accepted", "intake_officer second_reviewer", not_by_who="enter", fields="recorded_on"),
    "reject": Step("claimed", "rejected", "intake_officer second_reviewer", reason=True, not_by_who="enter"),
    "withdraw": Step("claimed", "withdrawn", _CLAIMANTS),
    "take_back": Step("accepted", "taken_back", "second_reviewer inspector", reason=True, not_by_who="accept list"),
    "absorb": Step("accepted", "absorbed", "intake_officer system"),
}
STATES = ["claimed", "accepted", "rejected", "withdrawn", "taken_back"]


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(TODAY):
        yield make_cast()


@pytest.fixture
def place(cast: Cast) -> Enrolment:
    return place_in(approved_class(cast), state="completed")


def spell_in(cast: Cast, place: Enrolment, state: str) -> WorkSpell:
    """Handed in by the institution, and brought to a state by the services that lead there."""
    spell = claim(cast.clerk, place)
    if state == "withdrawn":
        return withdraw_claim(actor=cast.clerk, spell=spell, comment="交错了")
    if state == "rejected":
        return reject_claim(actor=cast.intake, spell=spell, comment="看不清")
    if state in {"accepted", "taken_back"}:
        spell = accept_claim(actor=cast.intake, spell=spell)
    if state == "taken_back":
        spell = take_back(actor=make_actor(Role.INSPECTOR), spell=spell, comment="单位说没有这个人")
    assert spell.state == state
    return spell


def test_every_state_step_and_role() -> None:
    assert allowed(WORK_SPELL_WORKFLOW) == expected(STEPS)
    assert conditions(WORK_SPELL_WORKFLOW) == expected_conditions(STEPS)
    assert set(WORK_SPELL_WORKFLOW.enter_roles) == {*_CLAIMANTS.split(), "system"}


def test_what_was_refused_taken_back_or_withdrawn_never_counts_again() -> None:
    assert {state for state, _, _ in allowed(WORK_SPELL_WORKFLOW)} == {"claimed", "accepted"}


def test_nobody_who_hands_in_for_a_school_or_for_themselves_decides() -> None:
    deciding = {role for _, step, role in allowed(WORK_SPELL_WORKFLOW) if step in {"accept", "list", "take_back"}}
    assert not deciding & {"participant", "provider_clerk", "provider_manager", "trainer"}


@pytest.mark.parametrize("state", STATES)
def test_a_step_from_the_wrong_state_is_refused_and_leaves_no_trace(cast: Cast, place: Enrolment, state: str) -> None:
    spell = spell_in(cast, place, state)
    before = WORK_SPELL_WORKFLOW.history(spell).count()
    for name, step in STEPS.items():
        if state in step.sources.split():
            continue
        actor = make_actor(next(role for role in step.who.split() if role in OFFICERS))
        with pytest.raises(Refused, match=f"现在是“{SpellState(state).label}”，不能"):
            WORK_SPELL_WORKFLOW.apply(spell, name, actor=actor, comment="试")
    assert WORK_SPELL_WORKFLOW.history(spell).count() == before


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_somebodys_and_nobody_elses(cast: Cast, place: Enrolment, step: str) -> None:
    spell = spell_in(cast, place, STEPS[step].sources)
    for role in Role:
        if role in STEPS[step].who.split():
            continue
        actor = Actor(user_id=1, role=role, person_id=place.person_id)
        with pytest.raises(NotAllowed, match="您现在的岗位不能办"):
            WORK_SPELL_WORKFLOW.apply(spell, step, actor=actor, comment="试")


class TestHands:
    def test_who_handed_it_in_does_not_accept_it(self, cast: Cast, place: Enrolment) -> None:
        spell = claim(cast.intake, place)
        with pytest.raises(DomainError, match=r"换一个人|自己"):
            accept_claim(actor=cast.intake, spell=spell)
        assert accept_claim(actor=make_actor(Role.SECOND_REVIEWER), spell=spell).state == "accepted"

    def test_who_accepted_it_does_not_take_it_back(self, cast: Cast, place: Enrolment) -> None:
        reviewer = make_actor(Role.SECOND_REVIEWER)
        spell = accept_claim(actor=reviewer, spell=claim(cast.clerk, place))
        with pytest.raises(DomainError, match=r"换一个人|自己"):
            take_back(actor=reviewer, spell=spell, comment="看错了")
        assert take_back(actor=make_actor(Role.SECOND_REVIEWER), spell=spell, comment="看错了").state == "taken_back"

    @pytest.mark.parametrize("act", [accept_claim, reject_claim, take_back])
    def test_officers_of_another_city_do_not_find_it(self, cast: Cast, place: Enrolment, act: object) -> None:
        spell = spell_in(cast, place, "accepted" if act is take_back else "claimed")
        far = make_actor(Role.SECOND_REVIEWER, region=SANYA)
        with pytest.raises(NotFound):
            act(actor=far, spell=spell, comment="x")  # type: ignore[operator]


class TestListsAndDocuments:
    def test_what_a_list_says_has_no_document_to_decide_on(self, cast: Cast, place: Enrolment) -> None:
        spell = give_spell(place.person)
        for act in (accept_claim, reject_claim, withdraw_claim):
            with pytest.raises(DomainError, match="没有材料要核"):
                act(actor=cast.intake, spell=spell, comment="x")

    def test_a_document_is_not_accepted_as_if_a_list_had_said_it(self, cast: Cast, place: Enrolment) -> None:
        spell = claim(cast.clerk, place)
        fields = {"recorded_on": TODAY}
        with pytest.raises(Refused, match="不是名单上的"):
            WORK_SPELL_WORKFLOW.apply(spell, "list", actor=cast.intake, fields=fields)
        with pytest.raises(Refused, match="先认可材料"):
            WORK_SPELL_WORKFLOW.apply(spell, "accept", actor=cast.intake, fields=fields)

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"start": TODAY + dt.timedelta(days=1)}, "start"),
            ({"end": TODAY + dt.timedelta(days=1)}, "end"),
            ({"end": dt.date(2026, 5, 5)}, "end"),
            ({"employer_name": " 甲 "}, "employer_name"),
            ({"employer_name": "长" * 121}, "employer_name"),
            ({"kind": EvidenceType.PHONE}, "kind"),
            ({"employer_uscc": "91460100MA5RC2YH00"}, "employer_uscc"),
        ],
    )
    def test_what_does_not_fit_names_its_field_and_keeps_no_file(
        self, cast: Cast, place: Enrolment, changes: dict[str, object], field: str
    ) -> None:
        with pytest.raises(DomainError) as refused:
            claim(cast.clerk, place, **changes)
        assert refused.value.field == field
        assert not WorkSpell.objects.exists()

    @pytest.mark.parametrize(
        ("start", "end", "twice"),
        [
            (dt.date(2026, 5, 20), None, True),
            (dt.date(2026, 4, 1), dt.date(2026, 5, 6), True),
            (dt.date(2026, 5, 21), None, False),
            (dt.date(2026, 4, 1), dt.date(2026, 5, 5), False),
        ],
    )
    def test_the_same_work_is_not_handed_in_twice(
        self, cast: Cast, place: Enrolment, start: dt.date, end: dt.date | None, twice: bool
    ) -> None:
        first = claim(cast.clerk, place, end=dt.date(2026, 5, 20))
        if twice:
            with transaction.atomic(), pytest.raises(DomainError, match="已经报过，等核实，不用再报"):
                claim(cast.clerk, place, start=start, end=end)
            withdraw_claim(actor=cast.clerk, spell=first, comment="重报")
        assert claim(cast.clerk, place, start=start, end=end).state == "claimed"

    def test_it_can_end_on_the_day_it_began_and_today(self, cast: Cast, place: Enrolment) -> None:
        assert claim(cast.clerk, place, start=TODAY, end=TODAY).end == TODAY

    def test_for_somebody_who_was_never_trained_there_is_nowhere_to_hand_it_in(self, cast: Cast) -> None:
        from tests.delivery.builders import make_person

        with pytest.raises(DomainError, match="没有找到培训记录"):
            claim_work(
                actor=cast.intake,
                person=make_person(),
                kind=EvidenceType.CONTRACT,
                employer_name="椰家家政",
                start=TODAY,
                file_name="a.jpg",
                content=b"",
            )
