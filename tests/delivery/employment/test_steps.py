"""Who may do what to a spell of work, from which state; no step leads from a no to a yes."""

from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW

_CLAIMANTS = "participant provider_clerk provider_manager intake_officer"
TABLE = {
    "list": Step("claimed", "accepted", "intake_officer system", fields="recorded_on"),
    "accept": Step("claimed", "accepted", "intake_officer second_reviewer", not_by_who="enter", fields="recorded_on"),
    "reject": Step("claimed", "rejected", "intake_officer second_reviewer", reason=True, not_by_who="enter"),
    "withdraw": Step("claimed", "withdrawn", _CLAIMANTS),
    "take_back": Step("accepted", "taken_back", "second_reviewer inspector", reason=True, not_by_who="accept list"),
    "absorb": Step("accepted", "absorbed", "intake_officer system"),
}


def test_every_state_step_and_role() -> None:
    assert allowed(WORK_SPELL_WORKFLOW) == expected(TABLE)
    assert conditions(WORK_SPELL_WORKFLOW) == expected_conditions(TABLE)
    assert set(WORK_SPELL_WORKFLOW.enter_roles) == {*_CLAIMANTS.split(), "system"}


def test_what_was_refused_taken_back_or_withdrawn_never_counts_again() -> None:
    assert {state for state, _, _ in allowed(WORK_SPELL_WORKFLOW)} == {"claimed", "accepted"}


def test_nobody_who_hands_in_for_a_school_or_for_themselves_decides() -> None:
    deciding = {role for _, step, role in allowed(WORK_SPELL_WORKFLOW) if step in {"accept", "list", "take_back"}}
    assert not deciding & {"participant", "provider_clerk", "provider_manager", "trainer"}
