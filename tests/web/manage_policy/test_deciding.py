"""Confirming, sending back, withdrawing through the pages: another person each time, with a reason where one is due."""

import datetime as dt
from collections.abc import Iterator

import pytest

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.models import Membership
from qihang.registry.organizations.services import end_membership
from qihang.registry.policy.lookup import find
from qihang.registry.policy.models import Parameter
from tests.factories import HAIKOU, HAINAN, MEILAN, SYSTEM, make_actor
from tests.web.manage_policy.pages import Person, checker, decide, officer, propose

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(TODAY):
        yield


@pytest.fixture
def proposer() -> Person:
    return officer()


@pytest.fixture
def other() -> Person:
    return checker()


def state(parameter: Parameter) -> str:
    return str(Parameter.objects.values_list("state", flat=True).get(pk=parameter.pk))


class TestDeciding:
    def test_a_confirmed_value_holds(self, proposer: Person, other: Person) -> None:
        draft = propose(proposer)
        assert "每班人数上限：" in other.get("manage_parameters_waiting")
        assert "“每班人数上限”的新值生效了：50 人" in decide(other, draft)
        row = find("class.size_max", region=MEILAN, on=TODAY)
        assert row is not None
        assert row.value == 50
        assert "现在没有等复核的参数" in other.get("manage_parameters_waiting")

    def test_who_proposed_does_not_confirm_even_in_another_role(self, proposer: Person) -> None:
        draft = propose(proposer)
        end_membership(actor=SYSTEM, membership=Membership.objects.get(pk=proposer.actor.membership_id))
        with clock.travel_to(TODAY + dt.timedelta(days=1)):
            make_actor(Role.POLICY_CHECKER, region=HAINAN, user=proposer.user)
            proposer.sign_in()
            page = proposer.get("manage_parameter", draft.public_id)
            assert "您的决定" not in page
            assert "这一步要换一个人" in decide(proposer, draft)
            assert "这一步要换一个人" in decide(proposer, draft, "send_back", "改一改")
        assert state(draft) == "draft"

    @pytest.mark.parametrize("role", [Role.POLICY_OFFICER, Role.LEADER])
    def test_another_role_does_not_confirm(self, proposer: Person, role: Role) -> None:
        draft = propose(proposer)
        person = Person(role)
        assert "您的决定" not in person.get("manage_parameter", draft.public_id)
        assert "由政策复核办" in decide(person, draft)
        assert state(draft) == "draft"

    def test_a_checker_of_a_city_does_not_confirm_for_the_province(self, proposer: Person) -> None:
        draft = propose(proposer)
        person = checker(HAIKOU)
        assert "您的决定" not in person.get("manage_parameter", draft.public_id)
        assert "海南省的参数不归您办" in decide(person, draft)
        assert state(draft) == "draft"

    def test_sending_back_needs_a_reason_and_the_proposer_reads_it(self, proposer: Person, other: Person) -> None:
        draft = propose(proposer)
        assert "要写明原因" in decide(other, draft, "send_back", " ")
        assert state(draft) == "draft"
        assert "退回了" in decide(other, draft, "send_back", "原文是 48 人，见第九条")
        assert state(draft) == "returned"
        page = proposer.get("manage_parameter", draft.public_id)
        assert "原文是 48 人，见第九条" in page
        assert "照这个改，重新提" in page
        assert "退回来的" in proposer.get("manage_parameters_waiting")
        decide(other, propose(proposer, value="48"))
        assert "退回来的" not in proposer.get("manage_parameters_waiting")

    def test_no_answer_is_no_decision(self, proposer: Person, other: Person) -> None:
        draft = propose(proposer)
        assert "请选“您的决定”" in decide(other, draft, "")
        assert "里没有这一项" in decide(other, draft, "tear_up")
        assert state(draft) == "draft"

    def test_what_is_settled_is_not_settled_again(self, proposer: Person, other: Person) -> None:
        draft = propose(proposer)
        decide(other, draft, "send_back", "再看")
        assert "现在是“已退回”" in decide(checker(), draft)

    def test_of_two_drafts_for_the_same_days_the_second_is_told_why_not(self, proposer: Person, other: Person) -> None:
        first, second = propose(proposer), propose(proposer, value="45")
        decide(other, first)
        page = other.get("manage_parameter", second.public_id)
        assert "现在定不下来" in page
        assert "请复核人先撤回它" in decide(other, second)
        assert state(second) == "draft"

    def test_the_change_is_before_the_checkers_eyes(self, proposer: Person, other: Person) -> None:
        decide(other, propose(proposer))
        page = other.get("manage_parameter", propose(proposer, value="45", valid_from="2027-01-01").public_id)
        assert "老值 50 人 用到 2026\xa0年\xa012\xa0月\xa031\xa0日" in page


class TestWithdrawing:
    def test_the_proposer_takes_a_draft_back(self, proposer: Person) -> None:
        draft = propose(proposer)
        assert "这是草案" in proposer.get("manage_parameter_withdraw", draft.public_id)
        assert "请填“为什么撤回”" in proposer.post("manage_parameter_withdraw", draft.public_id, comment="")
        page = proposer.post("manage_parameter_withdraw", draft.public_id, comment="文号写错了")
        assert "文号写错了" in page
        assert state(draft) == "withdrawn"

    def test_two_take_back_a_value_in_force(self, proposer: Person, other: Person) -> None:
        decide(other, propose(proposer))
        city = propose(proposer, region=HAIKOU, value="40")
        decide(other, city)
        assert "提出撤回" in proposer.get("manage_parameter_withdraw", city.public_id)
        assert "政策复核定了才算" in proposer.post("manage_parameter_withdraw", city.public_id, comment="海口没有另定")
        assert state(city) == "confirmed"
        waiting = other.get("manage_parameters_waiting")
        assert str(city.public_id) in waiting and "提出撤回的" in waiting and "海口没有另定" in waiting
        assert "现在没有等复核的参数" in waiting, "it is no draft"
        assert "有人提出撤回这个值" in other.get("manage_parameter", city.public_id)
        assert "改用海南省的值：50 人" in other.get("manage_parameter_withdraw", city.public_id)
        assert "请选“您的决定" in other.post("manage_parameter_withdraw", city.public_id, comment="海口没有另定")
        other.post("manage_parameter_withdraw", city.public_id, decision="revoke", comment="海口没有另定")
        assert state(city) == "withdrawn"
        row = find("class.size_max", region=MEILAN, on=TODAY)
        assert row is not None
        assert row.value == 50

    def test_the_checker_may_leave_it_as_it_is(self, proposer: Person, other: Person) -> None:
        value = propose(proposer)
        decide(other, value)
        proposer.post("manage_parameter_withdraw", value.public_id, comment="好像读错了")
        page = other.post("manage_parameter_withdraw", value.public_id, decision="keep", comment="原文就是 50")
        assert "这个值照旧" in page and "有人提出撤回这个值" not in page
        assert state(value) == "confirmed"
        assert str(value.public_id) not in other.get("manage_parameters_waiting")

    def test_nothing_to_fall_back_on_is_said(self, proposer: Person, other: Person) -> None:
        value = propose(proposer)
        decide(other, value)
        proposer.post("manage_parameter_withdraw", value.public_id, comment="读错了")
        assert "<strong>没有值</strong>" in other.get("manage_parameter_withdraw", value.public_id)

    def test_those_who_may_not_are_told_who_may(self, proposer: Person, other: Person) -> None:
        draft, value = propose(proposer), propose(proposer, valid_from="2027-01-01")
        decide(other, value)
        for person, parameter in ((other, draft), (other, value)):
            page = person.post("manage_parameter_withdraw", parameter.public_id, comment="试", status=403)
            assert "这个值不归您撤回" in page
        for person, parameter in ((officer(HAIKOU), draft), (checker(HAIKOU), value)):
            page = person.post("manage_parameter_withdraw", parameter.public_id, comment="试", status=404)
            assert "海南省的值不归您的辖区撤" in page
        Person(Role.LEADER).get("manage_parameter_withdraw", value.public_id, status=403)
        assert (state(draft), state(value)) == ("draft", "confirmed")
