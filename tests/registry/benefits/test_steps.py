"""Who may do what to a use of a benefit, from which state, and what caps count after each step."""

import pytest
from tests.factories import SYSTEM, make_actor
from tests.registry.benefits.builders import counts_of, make_person, reserve
from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Refused
from qihang.registry.benefits.enums import UseState
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.policy.services import load_demo_parameters

_SETTLERS = (
    "provider_clerk provider_manager station_clerk appraiser intake_officer second_reviewer approver inspector system"
)
TABLE = {
    "enjoy": Step(
        "reserved",
        "enjoyed",
        "station_clerk appraiser intake_officer second_reviewer approver finance_officer system",
    ),
    "release": Step("reserved", "released", _SETTLERS, reason=True),
    "take_back": Step("enjoyed", "released", _SETTLERS, reason=True),
    "count_again": Step("released", "enjoyed", _SETTLERS, reason=True),
}
_COUNTED = {"reserved": 1, "enjoyed": 1, "released": 0}
_ROUTES = {"reserved": [], "enjoyed": ["enjoy"], "released": ["release"]}


def test_every_state_step_and_role() -> None:
    assert allowed(BENEFIT_USE_WORKFLOW) == expected(TABLE)
    assert conditions(BENEFIT_USE_WORKFLOW) == expected_conditions(TABLE)
    assert set(BENEFIT_USE_WORKFLOW.enter_roles) == {
        "provider_clerk",
        "provider_manager",
        "intake_officer",
        "second_reviewer",
        "approver",
        "system",
    }


def test_an_institution_never_marks_its_own_benefit_as_earned() -> None:
    """The certificate does, and so its station, or an office."""
    earning = {role for _, step, role in allowed(BENEFIT_USE_WORKFLOW) if step == "enjoy"}
    assert not earning & {"provider_clerk", "provider_manager", "trainer", "participant"}


@pytest.mark.django_db
def test_from_every_state_and_what_caps_count_then() -> None:
    load_demo_parameters()
    assert set(_ROUTES) == set(UseState.values)
    for state, route in _ROUTES.items():
        for step, row in TABLE.items():
            person = make_person()
            (use,) = reserve(person, f"{state}-{step}").uses
            for before in route:
                BENEFIT_USE_WORKFLOW.apply(use, before, actor=SYSTEM, comment="试")
            if state in row.sources.split():
                BENEFIT_USE_WORKFLOW.apply(use, step, actor=SYSTEM, comment="试")
                assert use.state == row.target
            else:
                with pytest.raises(Refused, match=f"现在是“{UseState(state).label}”"):
                    BENEFIT_USE_WORKFLOW.apply(use, step, actor=SYSTEM, comment="试")
            kept = BenefitUse.objects.get(pk=use.pk).state
            counted = counts_of(person)
            assert counted["lifetime_uses"] == counted["uses_this_year"] == _COUNTED[kept]
            assert counted["same_occupation_level_uses"] == _COUNTED[kept]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PROVIDER_CLERK, Role.STATION_CLERK, Role.SECOND_REVIEWER])
def test_somebody_of_the_right_role_elsewhere_does_not_find_it(role: Role) -> None:
    load_demo_parameters()
    (use,) = reserve(make_person(), "a").uses
    stranger = make_actor(role, region="460200")
    outcome = BENEFIT_USE_WORKFLOW.apply_many([use.pk], "release", actor=stranger, comment="试")
    assert outcome.done == [] and list(outcome.refused) == [use.pk]
    assert BenefitUse.objects.get(pk=use.pk).state == "reserved"
