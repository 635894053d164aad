"""Who may do what to a sitting and to a certificate, from which state."""

from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.delivery.appraisal.workflows import CERTIFICATE_WORKFLOW, SITTING_WORKFLOW

SITTING = {
    "move": Step("planned", "planned", "intake_officer station_clerk system", reason=True, fields="on place"),
    "hold": Step("planned", "held", "station_clerk appraiser system"),
    "cancel": Step("planned", "cancelled", "intake_officer system", reason=True),
}
CERTIFICATE = {
    "revoke": Step("issued", "revoked", "approver system", reason=True, fields="revoked_on"),
}


def test_every_state_step_and_role_of_a_sitting() -> None:
    assert allowed(SITTING_WORKFLOW) == expected(SITTING)
    assert conditions(SITTING_WORKFLOW) == expected_conditions(SITTING)
    assert set(SITTING_WORKFLOW.enter_roles) == {"intake_officer", "system"}


def test_every_state_step_and_role_of_a_certificate() -> None:
    assert allowed(CERTIFICATE_WORKFLOW) == expected(CERTIFICATE)
    assert conditions(CERTIFICATE_WORKFLOW) == expected_conditions(CERTIFICATE)
    assert set(CERTIFICATE_WORKFLOW.enter_roles) == {"station_clerk", "appraiser", "system"}


def test_the_institution_that_taught_has_no_hand_in_either() -> None:
    hands = {role for workflow in (SITTING_WORKFLOW, CERTIFICATE_WORKFLOW) for _, _, role in allowed(workflow)}
    assert not hands & {"provider_clerk", "provider_manager", "trainer", "participant"}


def test_scores_once_written_and_papers_once_revoked_stay_so() -> None:
    assert {state for state, _, _ in allowed(SITTING_WORKFLOW)} == {"planned"}
    assert {state for state, _, _ in allowed(CERTIFICATE_WORKFLOW)} == {"issued"}
