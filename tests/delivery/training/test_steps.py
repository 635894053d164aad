"""Every state, step and role of a class and of a place in it, as a table; what each step asks for."""

from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.delivery.training.workflows import CLASS_WORKFLOW, ENROLMENT_WORKFLOW

_SCHOOL = "provider_clerk provider_manager"
CLASS = {
    "submit": Step("draft returned", "submitted", "provider_manager system"),
    "review": Step("submitted", "reviewed", "intake_officer system"),
    "approve": Step("reviewed", "approved", "approver system", not_by_who="review", fields="filing_no filed_on"),
    "send_back": Step("submitted", "returned", "intake_officer system", reason=True),
    "refuse": Step("reviewed", "returned", "approver system", reason=True, not_by_who="review"),
    "cancel": Step("draft returned submitted approved", "cancelled", "provider_manager system", reason=True),
    "extend_roster": Step("approved", "approved", "intake_officer system", reason=True, fields="roster_until"),
    "complete": Step("approved", "completed", f"{_SCHOOL} system", fields="completed_on"),
}
PLACE = {
    "admit": Step("applied", "enrolled", f"{_SCHOOL} intake_officer system", fields="enrolled_on"),
    "refuse": Step("applied", "refused", f"{_SCHOOL} intake_officer system", reason=True),
    "self_pay": Step("applied refused", "enrolled", f"{_SCHOOL} system", fields="enrolled_on"),
    "reconsider": Step("refused", "applied", "intake_officer system", reason=True),
    "withdraw": Step("enrolled", "withdrawn", f"{_SCHOOL} system", reason=True, fields="withdrawn_on"),
    "complete": Step("enrolled", "completed", f"{_SCHOOL} system", fields="completed_on"),
    "fall_short": Step("enrolled", "not_completed", f"{_SCHOOL} system", reason=True),
}


def test_of_a_class() -> None:
    assert allowed(CLASS_WORKFLOW) == expected(CLASS)
    assert conditions(CLASS_WORKFLOW) == expected_conditions(CLASS)
    assert set(CLASS_WORKFLOW.enter_roles) == {"provider_clerk", "provider_manager", "system"}


def test_of_a_place() -> None:
    assert allowed(ENROLMENT_WORKFLOW) == expected(PLACE)
    assert conditions(ENROLMENT_WORKFLOW) == expected_conditions(PLACE)
    assert set(ENROLMENT_WORKFLOW.enter_roles) == {"provider_clerk", "provider_manager", "system"}


def test_no_step_leads_out_of_an_end() -> None:
    assert not {state for state, _, _ in allowed(CLASS_WORKFLOW)} & {"completed", "cancelled"}
    assert not {state for state, _, _ in allowed(ENROLMENT_WORKFLOW)} & {"withdrawn", "completed", "not_completed"}


def test_a_trainer_or_trainee_moves_neither() -> None:
    hands = {role for workflow in (CLASS_WORKFLOW, ENROLMENT_WORKFLOW) for _, _, role in allowed(workflow)}
    assert not hands & {"trainer", "participant", "station_clerk", "appraiser", "second_reviewer"}
