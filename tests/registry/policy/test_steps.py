"""Who may do what to a value, from which state: two pairs of hands in, and two out."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from tests.factories import HAINAN, SYSTEM, make_actor
from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Refused
from qihang.registry.policy.enums import ParameterState
from qihang.registry.policy.lookup import find
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import propose_parameter
from qihang.registry.policy.workflows import PARAMETER_WORKFLOW

TABLE = {
    "confirm": Step("draft", "confirmed", "policy_checker system", not_by_who="enter"),
    "send_back": Step("draft", "returned", "policy_checker", reason=True, not_by_who="enter"),
    "withdraw": Step("draft", "withdrawn", "policy_officer", reason=True),
    "ask_back": Step("confirmed", "confirmed", "policy_officer", reason=True, fields="revoke_asked_on"),
    "revoke": Step("confirmed", "withdrawn", "policy_checker", reason=True, not_by_who="enter ask_back"),
    "keep": Step("confirmed", "confirmed", "policy_checker", reason=True, not_by_who="ask_back"),
}


def test_every_state_step_and_role() -> None:
    assert allowed(PARAMETER_WORKFLOW) == expected(TABLE)
    assert conditions(PARAMETER_WORKFLOW) == expected_conditions(TABLE)
    assert set(PARAMETER_WORKFLOW.enter_roles) == {"policy_officer", "system"}
    assert PARAMETER_WORKFLOW.initial == "draft"


def test_what_was_sent_back_or_withdrawn_is_over() -> None:
    assert not {state for state, _, _ in allowed(PARAMETER_WORKFLOW)} & {"returned", "withdrawn"}


@pytest.mark.django_db
def test_a_value_in_every_state_takes_its_own_steps_only() -> None:
    """The steps themselves, against the table's word."""
    officer, checker = (make_actor(role, region=HAINAN) for role in (Role.POLICY_OFFICER, Role.POLICY_CHECKER))
    hands = {"policy_officer": officer, "policy_checker": checker, "system": SYSTEM}
    routes: dict[str, list[tuple[str, Actor]]] = {
        "draft": [],
        "confirmed": [("confirm", checker)],
        "returned": [("send_back", checker)],
        "withdrawn": [("withdraw", officer)],
    }
    assert set(routes) == set(ParameterState.values)
    for at, (state, route) in enumerate(routes.items()):
        value = _proposed(officer, at)
        for step, actor in route:
            _take(value, step, actor)
        for step, row in TABLE.items():
            actor = hands[row.who.split()[0]]
            fresh = Parameter.objects.get(pk=value.pk)
            if state not in row.sources.split():
                with pytest.raises(Refused, match="现在是“"):
                    _take(fresh, step, actor)
            for role in {"policy_officer", "policy_checker"} - set(row.who.split()):
                with pytest.raises(NotAllowed, match="您现在的岗位不能办"):
                    _take(fresh, step, hands[role])
        assert Parameter.objects.get(pk=value.pk).state == state


@pytest.mark.django_db
class TestTwoPairsOfHands:
    """One person with both roles at different times is one pair of hands."""

    @pytest.fixture
    def officer(self) -> Actor:
        return make_actor(Role.POLICY_OFFICER, region=HAINAN)

    def test_the_proposer_neither_confirms_nor_sends_back(self, officer: Actor) -> None:
        value, same = _proposed(officer, 0), _as(officer, Role.POLICY_CHECKER)
        for step in ("confirm", "send_back"):
            with pytest.raises(NotAllowed, match="换一个人"):
                _take(value, step, same)
        assert find("class.size_max", region=HAINAN, on=dt.date(2026, 6, 1)) is None

    def test_who_proposed_or_asked_back_does_not_take_it_out_of_force(self, officer: Actor) -> None:
        other, checker = (make_actor(role, region=HAINAN) for role in (Role.POLICY_OFFICER, Role.POLICY_CHECKER))
        value = _proposed(officer, 0)
        _take(value, "confirm", checker)
        _take(value, "ask_back", other)
        for hand in (officer, other):
            with pytest.raises(NotAllowed, match="换一个人"):
                _take(value, "revoke", _as(hand, Role.POLICY_CHECKER))
        with pytest.raises(NotAllowed, match="换一个人"):
            _take(value, "keep", _as(other, Role.POLICY_CHECKER))
        assert find("class.size_max", region=HAINAN, on=dt.date(2026, 6, 1)) is not None
        _take(value, "revoke", checker)  # who confirmed it finds the mistake: allowed, two people have seen it
        assert find("class.size_max", region=HAINAN, on=dt.date(2026, 6, 1)) is None

    def test_a_value_kept_can_be_asked_back_again_and_the_day_is_the_new_one(self, officer: Actor) -> None:
        checker = make_actor(Role.POLICY_CHECKER, region=HAINAN)
        value = _proposed(officer, 0)
        _take(value, "confirm", checker)
        for day in (dt.date(2026, 5, 1), dt.date(2026, 6, 1)):
            PARAMETER_WORKFLOW.apply(value, "ask_back", actor=officer, comment="再看", fields={"revoke_asked_on": day})
            assert value.revoke_asked_on == day
            PARAMETER_WORKFLOW.apply(value, "keep", actor=checker, comment="对的", fields={"revoke_asked_on": None})
        assert list(PARAMETER_WORKFLOW.history(value).values_list("transition", flat=True)) == [
            "enter",
            "confirm",
            "ask_back",
            "keep",
            "ask_back",
            "keep",
        ]

    @pytest.mark.parametrize("comment", ["", "  ", "\u3000\n"])
    def test_a_blank_is_no_reason(self, officer: Actor, comment: str) -> None:
        value = _proposed(officer, 0)
        with pytest.raises(Refused, match="写明原因"):
            PARAMETER_WORKFLOW.apply(value, "withdraw", actor=officer, comment=comment)


def _proposed(officer: Actor, at: int) -> Parameter:
    year = 2026 + at
    return propose_parameter(
        actor=officer,
        key="class.size_max",
        region=HAINAN,
        valid_from=dt.date(year, 1, 1),
        valid_to=dt.date(year, 12, 31),
        value=50,
        verified="true",
        source="琼人社规〔2024〕2号",
    )


def _take(value: Parameter, step: str, actor: Actor) -> None:
    fields: dict[str, Callable[[], Any]] = {"ask_back": lambda: dt.date(2026, 5, 1), "keep": lambda: None}
    given = {"revoke_asked_on": fields[step]()} if step in fields else None
    PARAMETER_WORKFLOW.apply(value, step, actor=actor, comment="试", fields=given)


def _as(actor: Actor, role: Role) -> Actor:
    return Actor.from_json({**actor.as_json(), "role": role.value})
