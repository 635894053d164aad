"""Who may write down and reverse what was earned."""

from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.delivery.subsidies.workflows import EARNED_TRANCHE_WORKFLOW

_SETTLERS = (
    "provider_clerk provider_manager station_clerk appraiser intake_officer second_reviewer approver inspector system"
)
TABLE = {"reverse": Step("earned", "reversed", _SETTLERS, reason=True, fields="reversed_on")}


def test_every_state_step_and_role() -> None:
    assert allowed(EARNED_TRANCHE_WORKFLOW) == expected(TABLE)
    assert conditions(EARNED_TRANCHE_WORKFLOW) == expected_conditions(TABLE)
    assert set(EARNED_TRANCHE_WORKFLOW.enter_roles) == set(_SETTLERS.split())


def test_nothing_reversed_comes_back_by_itself() -> None:
    """A new row follows, on a new ground."""
    assert {state for state, _, _ in allowed(EARNED_TRANCHE_WORKFLOW)} == {"earned"}


def test_the_trainee_and_who_pays_have_no_hand_in_it() -> None:
    hands = {role for _, _, role in allowed(EARNED_TRANCHE_WORKFLOW)}
    assert not hands & {"participant", "finance_officer", "trainer", "employer_user"}
