"""Changing parameters: two people, no gaps made, nothing in force edited, and who may see and set what."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.factories import HAIKOU, HAINAN, MEILAN, SANYA, SYSTEM, make_actor

from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused, deadline_days
from qihang.registry.policy.lookup import ParameterMissing, find, require, working_days
from qihang.registry.policy.models import LegalInstrument, Parameter
from qihang.registry.policy.services import (
    ask_parameter_back,
    confirm_parameter,
    keep_parameter,
    load_demo_parameters,
    missing_parameters,
    propose_parameter,
    send_back_parameter,
    withdraw_parameter,
)

pytestmark = pytest.mark.django_db


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.POLICY_OFFICER, region=HAINAN)


@pytest.fixture
def checker() -> Actor:
    return make_actor(Role.POLICY_CHECKER, region=HAINAN)


def propose(actor: Actor, **changes: Any) -> Parameter:
    given: dict[str, Any] = {
        "key": "class.size_max",
        "region": HAINAN,
        "valid_from": day("2026-01-01"),
        "value": 50,
        "verified": "true",
        "source": "琼人社规〔2024〕2号",
    }
    return propose_parameter(actor=actor, **given | changes)


def in_force(officer: Actor, checker: Actor, **changes: Any) -> Parameter:
    return confirm_parameter(actor=checker, parameter=propose(officer, **changes))


class TestProposing:
    def test_a_draft_binds_nobody(self, officer: Actor) -> None:
        draft = propose(officer)
        assert draft.state == "draft"
        assert find("class.size_max", region=MEILAN, on=day("2026-06-01")) is None

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"key": "class.colour"}, "key"),
            ({"value": "许多"}, "value"),
            ({"key": "training.rate"}, "by"),
            ({"key": "training.rate", "by": {"colour": "red"}}, "by"),
            ({"key": "training.rate", "by": {"level": ""}}, "by"),
            ({"by": {"level": 5}}, "by"),
            ({"valid_to": day("2025-12-31")}, "valid_to"),
            ({"source": "  "}, "instrument"),
        ],
    )
    def test_a_wrong_input_is_named(self, officer: Actor, changes: dict[str, Any], field: str) -> None:
        with pytest.raises(DomainError) as refusal:
            propose(officer, **changes)
        assert refusal.value.field == field
        assert not Parameter.objects.exists()

    def test_only_policy_officers_propose(self, checker: Actor) -> None:
        for actor in (checker, make_actor(Role.APPROVER, region=HAINAN)):
            with pytest.raises(NotAllowed):
                propose(actor)

    @pytest.mark.parametrize(
        ("own", "region", "may"),
        [
            (HAINAN, MEILAN, True),
            (HAINAN, "CN", True),
            (HAINAN, "440100", False),
            (HAIKOU, MEILAN, True),
            (HAIKOU, HAIKOU, True),
            (HAIKOU, HAINAN, False),
            (HAIKOU, SANYA, False),
            (HAIKOU, "CN", False),
        ],
    )
    def test_a_place_sets_for_itself_and_below(self, own: str, region: str, may: bool) -> None:
        actor = make_actor(Role.POLICY_OFFICER, region=own)
        if may:
            assert propose(actor, region=region).region == region
        else:
            with pytest.raises(NotAllowed):
                propose(actor, region=region)

    def test_the_instrument_is_cited_before_any_other_source(self, officer: Actor, checker: Actor) -> None:
        with unit_of_work(SYSTEM):
            law = LegalInstrument.objects.create(
                number="琼人社规〔2024〕2号", title="办法", issuer="省厅", verified="secondary"
            )
        value = in_force(officer, checker, instrument=law, source="别处", article="第八条")
        assert (value.source, value.law) == ("", "琼人社规〔2024〕2号 第八条")
        row = find("class.size_max", region=MEILAN, on=day("2026-06-01"))
        assert row is not None and row.law == "琼人社规〔2024〕2号 第八条" and row.id == value.pk


class TestConfirming:
    def test_another_person_puts_it_in_force(self, officer: Actor, checker: Actor) -> None:
        draft = propose(officer)
        both = Actor.from_json({**officer.as_json(), "role": Role.POLICY_CHECKER.value})
        with pytest.raises(NotAllowed, match="换一个人"):
            confirm_parameter(actor=both, parameter=draft)
        assert confirm_parameter(actor=checker, parameter=draft).state == "confirmed"
        assert require("class.size_max", region=MEILAN, on=day("2026-01-01")) == 50

    def test_a_checker_of_one_city_does_not_confirm_the_provinces_values(self, officer: Actor) -> None:
        draft = propose(officer)
        with pytest.raises(NotAllowed):
            confirm_parameter(actor=make_actor(Role.POLICY_CHECKER, region=HAIKOU), parameter=draft)

    def test_the_value_before_ends_the_day_before(self, officer: Actor, checker: Actor) -> None:
        old = in_force(officer, checker)
        in_force(officer, checker, value=40, valid_from=day("2026-09-01"))
        old.refresh_from_db()
        assert (old.valid_to, old.state, old.value) == (day("2026-08-31"), "confirmed", 50)
        assert [require("class.size_max", region=MEILAN, on=day(on)) for on in ("2026-08-31", "2026-09-01")] == [
            50,
            40,
        ]

    def test_other_places_and_discriminators_are_left_alone(self, officer: Actor, checker: Actor) -> None:
        rate = {"key": "training.rate", "valid_from": day("2026-01-01")}
        five = in_force(officer, checker, **rate, by={"level": 5}, value=1500)
        in_force(officer, checker, **rate, by={"level": 4}, value=1800)
        in_force(officer, checker, **rate, by={"level": 5}, value=1700, region=HAIKOU)
        five.refresh_from_db()
        assert five.valid_to is None

    def test_a_value_may_not_begin_before_the_one_it_replaces(self, officer: Actor, checker: Actor) -> None:
        in_force(officer, checker)
        for start in ("2026-01-01", "2025-06-01"):
            draft = propose(officer, value=45, valid_from=day(start))
            with pytest.raises(DomainError) as refusal:
                confirm_parameter(actor=checker, parameter=draft)
            assert refusal.value.field == "valid_from"
            draft.refresh_from_db()
            assert draft.state == "draft"

    def test_a_value_may_not_leave_days_without_one(self, officer: Actor, checker: Actor) -> None:
        in_force(officer, checker)
        draft = propose(officer, value=45, valid_from=day("2026-05-01"), valid_to=day("2026-06-30"))
        with pytest.raises(DomainError) as refusal:
            confirm_parameter(actor=checker, parameter=draft)
        assert refusal.value.field == "valid_to"
        assert require("class.size_max", region=MEILAN, on=day("2026-05-15")) == 50

    def test_a_span_before_the_first_value_fits(self, officer: Actor, checker: Actor) -> None:
        in_force(officer, checker)
        in_force(officer, checker, value=60, valid_from=day("2025-01-01"), valid_to=day("2025-12-31"))
        assert [require("class.size_max", region=MEILAN, on=day(on)) for on in ("2025-12-31", "2026-01-01")] == [
            60,
            50,
        ]


class TestWithdrawing:
    def test_a_draft_is_withdrawn_with_a_reason(self, officer: Actor) -> None:
        draft = propose(officer)
        with pytest.raises(Refused, match="写明原因"):
            withdraw_parameter(actor=officer, parameter=draft, comment=" ")
        assert withdraw_parameter(actor=officer, parameter=draft, comment="文号写错").state == "withdrawn"

    def test_the_checker_may_keep_a_value_asked_back(self, officer: Actor, checker: Actor) -> None:
        value = in_force(officer, checker)
        with pytest.raises(Refused, match="要两个人"):
            keep_parameter(actor=checker, parameter=value, comment="没人提")
        ask_parameter_back(actor=officer, parameter=value, comment="读错了")
        assert list(Parameter.objects.waiting_for(checker)) == [value]
        kept = keep_parameter(actor=checker, parameter=value, comment="原文就是 50")
        assert (kept.state, kept.revoke_asked_on) == ("confirmed", None)
        assert not Parameter.objects.waiting_for(checker).exists()
        with pytest.raises(Refused, match="要两个人"):
            withdraw_parameter(actor=checker, parameter=value, comment="还是撤")

    def test_nobody_asks_a_draft_back_nor_another_places_value(self, officer: Actor, checker: Actor) -> None:
        draft, value = propose(officer, key="class.lead_days", value=5), in_force(officer, checker)
        with pytest.raises(Refused):
            ask_parameter_back(actor=officer, parameter=draft, comment="试")
        with pytest.raises(NotAllowed, match="海南省的参数不归您办"):
            ask_parameter_back(actor=make_actor(Role.POLICY_OFFICER, region=HAIKOU), parameter=value, comment="试")
        with pytest.raises(NotAllowed):
            ask_parameter_back(actor=checker, parameter=value, comment="试")

    def test_the_checker_sends_a_draft_back_with_a_reason(self, officer: Actor, checker: Actor) -> None:
        draft = propose(officer)
        with pytest.raises(Refused, match="写明原因"):
            send_back_parameter(actor=checker, parameter=draft, comment="")
        with pytest.raises(NotAllowed):
            send_back_parameter(actor=officer, parameter=draft, comment="自己退自己")
        assert send_back_parameter(actor=checker, parameter=draft, comment="原文是 48").state == "returned"
        with pytest.raises(Refused):
            confirm_parameter(actor=checker, parameter=draft)

    def test_a_draft_is_withdrawn_by_those_who_propose(self, officer: Actor, checker: Actor) -> None:
        with pytest.raises(NotAllowed):
            withdraw_parameter(actor=checker, parameter=propose(officer), comment="不要了")

    def test_a_city_takes_nothing_back_that_the_province_set(self, officer: Actor, checker: Actor) -> None:
        value, draft = in_force(officer, checker), propose(officer, key="class.lead_days", value=5)
        for role, parameter in ((Role.POLICY_CHECKER, value), (Role.POLICY_OFFICER, draft)):
            with pytest.raises(NotAllowed, match="海南省的参数不归您办"):
                withdraw_parameter(actor=make_actor(role, region=HAIKOU), parameter=parameter, comment="试")
        with pytest.raises(NotAllowed, match="海南省的参数不归您办"):
            send_back_parameter(actor=make_actor(Role.POLICY_CHECKER, region=HAIKOU), parameter=draft, comment="试")

    def test_a_value_in_force_takes_two_people_to_take_back(self, officer: Actor, checker: Actor) -> None:
        value = in_force(officer, checker)
        with pytest.raises(NotAllowed):
            withdraw_parameter(actor=officer, parameter=value, comment="读错了")
        with pytest.raises(Refused, match="要两个人"):
            withdraw_parameter(actor=checker, parameter=value, comment="读错了")
        ask_parameter_back(actor=officer, parameter=value, comment="读错了")
        assert require("class.size_max", region=MEILAN, on=day("2026-06-01")) == 50, "holds until a checker decided"
        with pytest.raises(Refused, match="已经提出"):
            ask_parameter_back(actor=officer, parameter=value, comment="再提一次")
        withdraw_parameter(actor=checker, parameter=value, comment="对过原文，读错了")
        with pytest.raises(ParameterMissing):
            require("class.size_max", region=MEILAN, on=day("2026-06-01"))
        in_force(officer, checker, value=45)
        assert require("class.size_max", region=MEILAN, on=day("2026-06-01")) == 45


class TestTable:
    def test_two_values_for_one_day_cannot_stand(self, officer: Actor, checker: Actor) -> None:
        value = in_force(officer, checker)
        twin = propose(officer, value=45, valid_from=day("2027-01-01"))
        with pytest.raises(IntegrityError, match="parameter_one_value_a_day"), unit_of_work(SYSTEM):
            Parameter.objects.filter(pk=twin.pk).update(state="confirmed")
        value.refresh_from_db()
        assert value.valid_to is None

    @pytest.mark.parametrize(
        "change",
        [
            {"value": 60},
            {"key": "class.lead_days"},
            {"region": "CN"},
            {"valid_from": dt.date(2020, 1, 1)},
            {"article": "九"},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_what_a_value_means_is_never_edited(self, officer: Actor, change: dict[str, Any]) -> None:
        draft = propose(officer)
        with pytest.raises(DatabaseError, match="update"), unit_of_work(SYSTEM):
            Parameter.objects.filter(pk=draft.pk).update(**change)

    def test_a_value_is_never_deleted(self, officer: Actor) -> None:
        draft = propose(officer)
        with pytest.raises(DatabaseError, match="delete"), unit_of_work(SYSTEM):
            draft.delete()

    def test_days_of_an_instrument_are_in_order(self) -> None:
        days = {"effective_from": day("2026-01-01"), "effective_to": day("2025-12-31")}
        with (
            pytest.raises(IntegrityError, match="instrument_days_in_order"),
            unit_of_work(SYSTEM),
            transaction.atomic(),
        ):
            LegalInstrument.objects.create(number="甲", title="乙", issuer="丙", verified="true", **days)


class TestReading:
    def test_values_in_force_are_public_and_drafts_are_not(self, officer: Actor, checker: Actor) -> None:
        value, draft = in_force(officer, checker), propose(officer, key="class.lead_days", value=5)
        assert list(Parameter.objects.visible_to(ANONYMOUS)) == [value]
        assert set(Parameter.objects.visible_to(checker)) == {value, draft}

    def test_in_force_on_a_day(self, officer: Actor, checker: Actor) -> None:
        value = in_force(officer, checker, valid_to=day("2026-12-31"))
        assert list(Parameter.objects.in_force(day("2026-12-31"))) == [value]
        assert not Parameter.objects.in_force(day("2027-01-01")).exists()

    def test_labels_are_words(self, officer: Actor) -> None:
        rate = propose(officer, key="training.rate", by={"level": 5}, value=1500)
        assert (str(rate), rate.label, rate.value_text) == (
            "training.rate[level=5]",
            "职业培训补贴标准（五级/初级工）",
            "1500 元",
        )

    def test_the_least_of_a_caps_levels_is_found(self, officer: Actor, checker: Actor) -> None:
        for region, value in (("CN", 3), (HAINAN, 2), (HAIKOU, 4)):
            in_force(officer, checker, key="training.lifetime_cap", region=region, value=value)
        assert require("training.lifetime_cap", region=MEILAN, on=day("2026-06-01")) == 2

    def test_what_is_missing_is_named_with_its_discriminator(self, officer: Actor, checker: Actor) -> None:
        before = {item.label for item in missing_parameters(region=MEILAN, on=day("2026-06-01"))}
        assert {"每班人数上限", "职业培训补贴标准（五级/初级工）", "职业培训补贴标准（四级/中级工）"} <= before
        in_force(officer, checker)
        in_force(officer, checker, key="training.rate", by={"level": 5}, value=1500)
        after = {item.label for item in missing_parameters(region=MEILAN, on=day("2026-06-01"))}
        assert before - after == {"每班人数上限", "职业培训补贴标准（五级/初级工）"}
        assert "每班人数上限" in {item.label for item in missing_parameters(region=MEILAN, on=day("2025-12-31"))}

    def test_the_refusal_says_which_where_and_when(self) -> None:
        with pytest.raises(
            ParameterMissing, match=r"职业培训补贴标准.*level=3.*training\.rate.*460108.*2026-06-01"
        ) as refusal:
            require("training.rate", region=MEILAN, on=day("2026-06-01"), by={"level": 3})
        assert (refusal.value.code, refusal.value.key) == ("parameter_missing", "training.rate")


def test_deadlines_of_steps_come_from_the_table() -> None:
    assert working_days("review.days", MEILAN, day("2026-06-01")) is None
    load_demo_parameters()
    assert working_days("review.days", MEILAN, day("2026-06-01")) == 5
    assert working_days("class.lead_days", "", day("2026-06-01")) == 5
    assert deadline_days.get("working_days") is working_days
