"""Proposing a value through the pages: the form of its type, the look before sending, and what is refused."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import load_instruments
from tests.factories import HAIKOU, HAINAN
from tests.web.manage_policy.pages import Person, checker, decide, officer, propose, typed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(dt.date(2026, 11, 24)):
        yield


def send(person: Person, key: str = "class.size_max", **changes: Any) -> str:
    return person.post("manage_parameter_propose", key, **typed(**changes))


def test_the_change_is_looked_at_before_anything_is_stored() -> None:
    proposer, other = officer(), checker()
    decide(other, propose(proposer))
    page = send(proposer, value="45", valid_from="2027-01-01")
    assert "50 人" in page
    assert "45 人" in page
    assert "用到 2026\xa0年\xa012\xa0月\xa031\xa0日，2027\xa0年\xa01\xa0月\xa01\xa0日起按新值" in page
    assert Parameter.objects.count() == 1
    page = send(proposer, value="45", valid_from="2027-01-01", sure="1")
    assert "草案提出了" in page
    assert Parameter.objects.filter(state="draft").count() == 1


def test_going_back_keeps_what_was_typed() -> None:
    page = send(officer(), value="47", sure="1", edit="1")
    assert 'value="47"' in page
    assert not Parameter.objects.exists()


def test_what_a_city_would_replace_is_the_provinces() -> None:
    proposer, other = officer(), checker()
    decide(other, propose(proposer))
    page = send(proposer, region=HAIKOU, value="50", valid_to="2027-12-31")
    assert "海南省定的" in page
    assert "值没有变" in page
    assert "2027\xa0年\xa012\xa0月\xa031\xa0日以后：50 人" in page


@pytest.mark.parametrize(("valid_from", "past"), [("2026-11-23", True), ("2026-11-24", False)])
def test_a_day_gone_by_is_called_what_it_is(valid_from: str, past: bool) -> None:
    assert ("往前追溯" in send(officer(), valid_from=valid_from)) is past


@pytest.mark.parametrize(
    ("key", "changes", "said"),
    [
        ("class.size_max", {"value": "许多"}, "“许多”不是数量"),
        ("class.size_max", {"value": ""}, "请填“值（人）”"),
        ("class.lead_days", {"value": "2.5"}, "请写整数"),
        ("attendance.person_min", {"value": "120%"}, "在 0 到 1 之间"),
        ("training.rate", {"by": "level=5", "value": "一千"}, "不是金额"),
        ("training.rate", {"by": "level=9", "value": "1500"}, "“哪一档”里没有这一项"),
        ("subsidy.no_double_dip", {"value": "也许"}, "“值”里没有这一项"),
        ("training.categories", {"value": ["02", "77"]}, "“包括哪些”里没有这一项"),
        ("privacy.mask", {"value": "id_head 6"}, "每行写一项"),
        ("class.size_max", {"valid_from": "明年"}, "日期没看懂"),
        ("class.size_max", {"valid_to": "2025-12-31"}, "截止日不能早于生效日"),
        ("class.size_max", {"source": " "}, "请填“依据”"),
        ("class.size_max", {"verified": "demo"}, "“对过原文吗”里没有这一项"),
        ("class.size_max", {"region": "440100"}, "“在哪里有效”里没有这一项"),
    ],
)
def test_a_wrong_input_is_named_at_its_field(key: str, changes: dict[str, Any], said: str) -> None:
    page = send(officer(), key, **changes, sure="1")
    assert "没填好" in page
    assert said in page
    assert not Parameter.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_from": "2025-06-01"}, "新值要在它之后生效"),
        ({"valid_from": "2026-01-01"}, "请复核人先撤回它"),
        ({"valid_from": "2027-01-01", "valid_to": "2027-06-30"}, "之后会没有值"),
    ],
)
def test_days_that_clash_with_a_value_in_force_are_refused(changes: dict[str, Any], said: str) -> None:
    proposer, other = officer(), checker()
    decide(other, propose(proposer))
    assert said in send(proposer, value="45", **changes, sure="1")
    assert Parameter.objects.count() == 1


@pytest.mark.parametrize(
    ("key", "changes", "stored"),
    [
        ("attendance.person_min", {"value": "80%"}, "0.80"),
        ("training.rate", {"by": "level=5", "value": "1500"}, "1500.00"),
        ("subsidy.no_double_dip", {"value": "true"}, True),
        ("training.categories", {"value": ["02", "03"]}, ["02", "03"]),
        ("privacy.mask", {"value": "身份证号前面露几位: 6\n露全名: 是"}, {"id_head": 6, "full_name": True}),
        ("training.lifetime_cap", {"value": "不限"}, "unlimited"),
    ],
)
def test_each_type_has_its_field_and_reads_back_for_mending(key: str, changes: dict[str, Any], stored: Any) -> None:
    proposer, other = officer(), checker()
    draft = propose(proposer, key, **changes)
    assert draft.value == stored
    decide(other, draft, "send_back", "再看一遍")
    again = proposer.client.get(
        reverse("manage_parameter_propose", args=[key]), {"again": str(draft.public_id)}
    ).context["form"]
    shown = again.initial["value"]
    assert propose(proposer, key, **{**changes, "value": shown}).value == stored


def test_a_number_on_record_names_its_instrument() -> None:
    load_instruments()
    person = officer()
    assert "<datalist" in person.get("manage_parameter_propose", "class.size_max")
    linked = propose(person, source="琼财社规〔2021〕14号", article="附件")
    assert linked.instrument is not None
    assert (linked.source, linked.law) == ("", "琼财社规〔2021〕14号 附件")
    words = propose(person, source="省里 11 月 20 日电话答复", valid_from="2027-01-01")
    assert (words.instrument, words.source) == (None, "省里 11 月 20 日电话答复")


def test_a_missing_value_opens_with_its_place_and_kind() -> None:
    person = officer()
    page = person.get("manage_parameter_propose", "training.rate", region=HAIKOU, by="level=3")
    assert f'<option value="{HAIKOU}" selected>' in page
    assert '<option value="level=3" selected>' in page
    assert f'<option value="{HAINAN}" selected>' in person.get("manage_parameter_propose", "training.rate")


@pytest.mark.parametrize("role", [Role.POLICY_CHECKER, Role.LEADER, Role.SYSTEM_ADMIN, Role.APPROVER])
def test_only_policy_officers_propose(role: Role) -> None:
    person = Person(role)
    person.get("manage_parameter_propose", "class.size_max", status=403)
    person.post("manage_parameter_propose", "class.size_max", status=403, **typed(), sure="1")
    assert not Parameter.objects.exists()


def test_an_officer_of_a_city_proposes_for_the_city_alone() -> None:
    person = officer(HAIKOU)
    assert "“在哪里有效”里没有这一项" in send(person, region=HAINAN, sure="1")
    assert propose(person, region=HAIKOU).region == HAIKOU


def test_no_form_for_a_key_that_does_not_exist() -> None:
    officer().get("manage_parameter_propose", "class.colour", status=404)


def test_a_list_of_names_begins_with_the_names_that_are_read() -> None:
    page = officer().get("manage_parameter_propose", "privacy.mask")
    assert "身份证号前面露几位: 6" in page
    assert "露全名: 是" in page
    assert "id_head" not in page
