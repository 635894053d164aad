"""Which value binds where and when, as four places set their own one after the other, take them back and set them anew."""

import datetime as dt
from typing import Any

import pytest
from tests.factories import HAIKOU, HAINAN, LONGHUA, MEILAN, SANYA, make_actor
from tests.parameters import put_in_force
from tests.registry.policy.cases import GOOD, decide

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.policy.lookup import find, working_days
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.querysets import region_chain
from qihang.registry.policy.services import (
    ask_parameter_back,
    change_of,
    draft_parameter,
    explain,
    load_demo_parameters,
    replay,
    values_here,
    verify_decisions,
    withdraw_parameter,
)
from qihang.registry.policy.services.replay import parse_override

pytestmark = pytest.mark.django_db

NATION, YANGPU, DANZHOU = "CN", "469099", "460400"
FILED = dt.date(2026, 2, 20)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def hands() -> tuple[Actor, Actor]:
    return make_actor(Role.POLICY_OFFICER, region=HAINAN), make_actor(Role.POLICY_CHECKER, region=HAINAN)


def put(value: object, region: str, start: str, end: str | None = None, **more: Any) -> Parameter:
    return put_in_force(
        value=value,
        region=region,
        since=day(start),
        valid_to=day(end) if end else None,
        **{"key": "class.size_max", **more},
    )


def take_out(hands: tuple[Actor, Actor], value: Parameter) -> None:
    officer, checker = hands
    ask_parameter_back(actor=officer, parameter=value, comment="读错了")
    withdraw_parameter(actor=checker, parameter=value, comment="读错了")


def bound(region: str, on: str, key: str = "class.size_max") -> tuple[object, str] | None:
    found = find(key, region=region, on=day(on))
    return (found.value, found.region) if found else None


def test_places_and_what_lies_above_them() -> None:
    assert region_chain(MEILAN) == (MEILAN, HAIKOU, HAINAN, NATION)
    assert region_chain(YANGPU) == (YANGPU, HAINAN, NATION), "洋浦 keeps its own offices and is nobody's district"
    assert region_chain(DANZHOU) == (DANZHOU, HAINAN, NATION), "a prefecture without districts"
    assert region_chain(NATION) == (NATION,)


def test_county_city_province_and_nation_each_to_their_own_days(hands: tuple[Actor, Actor]) -> None:
    put(60, NATION, "2026-01-01")
    put(50, HAINAN, "2026-02-01")
    put(40, HAIKOU, "2026-03-01", "2026-05-31")
    put(30, MEILAN, "2026-04-01", "2026-04-30")
    table = {
        "2025-12-31": (None, None, None),
        "2026-01-01": ((60, NATION),) * 3,
        "2026-01-31": ((60, NATION),) * 3,
        "2026-02-01": ((50, HAINAN),) * 3,
        "2026-02-28": ((50, HAINAN),) * 3,
        "2026-03-01": ((40, HAIKOU), (40, HAIKOU), (50, HAINAN)),
        "2026-03-31": ((40, HAIKOU), (40, HAIKOU), (50, HAINAN)),
        "2026-04-01": ((30, MEILAN), (40, HAIKOU), (50, HAINAN)),
        "2026-04-30": ((30, MEILAN), (40, HAIKOU), (50, HAINAN)),
        "2026-05-01": ((40, HAIKOU), (40, HAIKOU), (50, HAINAN)),
        "2026-05-31": ((40, HAIKOU), (40, HAIKOU), (50, HAINAN)),
        "2026-06-01": ((50, HAINAN),) * 3,
    }
    for on, expected in table.items():
        assert tuple(bound(region, on) for region in (MEILAN, LONGHUA, SANYA)) == expected, on


def test_a_county_that_takes_its_value_back_falls_under_the_city_again(hands: tuple[Actor, Actor]) -> None:
    put(50, HAINAN, "2026-01-01")
    own = put(30, MEILAN, "2026-01-01")
    take_out(hands, own)
    assert bound(MEILAN, "2026-06-01") == (50, HAINAN)
    put(35, MEILAN, "2026-01-01")
    assert bound(MEILAN, "2026-01-01") == (35, MEILAN), "the days of a value taken back are free again"


def test_a_value_taken_back_does_not_bring_the_one_before_it_back_to_life(hands: tuple[Actor, Actor]) -> None:
    """Two people said that the old one ends; that nothing holds since is said, and nothing is guessed."""
    put(50, HAINAN, "2026-01-01")
    newer = put(40, HAINAN, "2026-09-01")
    take_out(hands, newer)
    assert bound(MEILAN, "2026-08-31") == (50, HAINAN)
    assert bound(MEILAN, "2026-09-01") is None


def test_a_value_for_a_span_between_two_that_hold(hands: tuple[Actor, Actor]) -> None:
    first = put(50, HAINAN, "2026-01-01")
    put(40, HAINAN, "2026-09-01")
    with pytest.raises(DomainError, match="2026-09-01 起已有生效的值"):
        put(45, HAINAN, "2026-05-01")
    with pytest.raises(DomainError, match="之后会没有值"):
        put(45, HAINAN, "2026-05-01", "2026-08-30")
    put(45, HAINAN, "2026-05-01", "2026-08-31")
    first.refresh_from_db()
    assert first.valid_to == day("2026-04-30")
    days = ("2026-04-30", "2026-05-01", "2026-08-31", "2026-09-01")
    assert [bound(MEILAN, on) for on in days] == [(value, HAINAN) for value in (50, 45, 45, 40)]


def test_the_checker_sees_what_a_draft_would_change_before_it_does(hands: tuple[Actor, Actor]) -> None:
    load_demo_parameters()
    decide(), decide(on=day("2026-03-01")), decide(on=day("2026-03-02"), region=SANYA)
    officer, _ = hands
    draft = draft_parameter(
        actor=officer,
        key="training.yearly_cap",
        region=HAIKOU,
        valid_from=day("2026-03-01"),
        value=2,
        verified="true",
        source="海口市",
    )
    change = change_of(draft)
    assert change.before is not None and (change.before.region, change.before.value) == (HAINAN, 1)
    assert (change.ends, change.refusal, change.decided) == ((), None, 1), "one decision of Haikou from that day on"
    assert not Parameter.objects.filter(region=HAIKOU).exists()


class TestCaps:
    """Of a cap the least of all levels binds, as each of them comes and goes."""

    def test_no_place_gives_more_than_those_above_it(self, hands: tuple[Actor, Actor]) -> None:
        load_demo_parameters()
        put(5, MEILAN, "2026-01-01", key="training.lifetime_cap")
        assert [decide(lifetime_uses=uses).eligible for uses in (2, 3)] == [True, False]
        put(2, HAIKOU, "2026-01-01", key="training.lifetime_cap")
        assert [decide(lifetime_uses=uses).eligible for uses in (1, 2)] == [True, False]
        assert decide(lifetime_uses=2, region=SANYA).eligible is True

    def test_an_unlimited_county_is_held_by_the_province(self, hands: tuple[Actor, Actor]) -> None:
        load_demo_parameters()
        put("unlimited", MEILAN, "2026-01-01", key="training.yearly_cap")
        assert [decide(uses_this_year=uses, lifetime_uses=uses).eligible for uses in (0, 1)] == [True, False]

    def test_a_stricter_city_only_while_its_value_holds(self, hands: tuple[Actor, Actor]) -> None:
        load_demo_parameters()
        put(1, HAIKOU, "2026-02-20", "2026-02-28", key="training.lifetime_cap")
        found = {
            on: decide(on=day(on), lifetime_uses=1).eligible
            for on in ("2026-02-19", "2026-02-20", "2026-02-28", "2026-03-01")
        }
        assert found == {"2026-02-19": True, "2026-02-20": False, "2026-02-28": False, "2026-03-01": True}

    def test_a_person_and_an_officer_read_the_cap_that_bound(self, hands: tuple[Actor, Actor]) -> None:
        load_demo_parameters()
        put(2, HAIKOU, "2026-01-01", key="training.lifetime_cap")
        decision = decide(lifetime_uses=2)
        (line,) = [one for one in explain(decision, "officer") if one.clause == "lifetime_cap"]
        assert (line.condition, line.situation) == ("累计享受次数未到上限（2 次）", "以前已有 2 次")
        assert sorted((value.region, value.value) for value in line.parameters) == [(HAIKOU, "2 次"), (NATION, "3 次")]


class TestForEver:
    def test_a_decision_keeps_the_values_it_was_made_with_and_a_later_one_has_the_later(
        self, hands: tuple[Actor, Actor]
    ) -> None:
        load_demo_parameters()
        before = decide(region=MEILAN)
        put(1700, MEILAN, "2026-01-01", key="training.rate", by={"level": "5"})
        after = decide(region=MEILAN)
        before.refresh_from_db()
        assert (str(before.amount), str(after.amount)) == ("1500.00", "1700.00")
        assert verify_decisions().holds
        for row in Parameter.objects.confirmed().filter(key="training.rate"):
            take_out(hands, row)
        assert verify_decisions().holds
        assert decide(region=MEILAN).missing == ["training.rate"]

    def test_what_if_the_county_had_paid_more(self, hands: tuple[Actor, Actor]) -> None:
        load_demo_parameters()
        for level in ("5", "4"):
            decide(level=level)
        decide(lifetime_uses=3)
        supposed = replay(
            benefit="training_subsidy",
            date_from=FILED,
            date_to=FILED,
            with_=[parse_override("training.rate[level=5]=2000")],
        )
        assert (supposed.decisions, len(supposed.changed)) == (3, 1)
        assert (str(supposed.amount_was), str(supposed.amount_now)) == ("3300.00", "3800.00")
        looser = replay(
            benefit="training_subsidy",
            date_from=FILED,
            date_to=FILED,
            with_=[parse_override("training.lifetime_cap=4")],
        )
        assert (len(looser.changed), str(looser.amount_now)) == (1, "4800.00")
        assert not Parameter.objects.filter(region=MEILAN).exists(), "supposing sets nothing"

    def test_days_outside_the_span_are_left_out(self) -> None:
        load_demo_parameters()
        for on in ("2026-02-19", "2026-02-20", "2026-02-21", "2026-02-22"):
            decide(on=day(on))
        found = replay(benefit="training_subsidy", date_from=day("2026-02-20"), date_to=day("2026-02-21"))
        assert (found.decisions, found.changed) == (2, [])


class TestWhatIsUnknown:
    @pytest.mark.parametrize("fact", sorted(set(GOOD) - {"lesson_hours"}))
    def test_a_fact_left_out_leaves_the_case_open_and_is_never_taken_for_a_no(self, fact: str) -> None:
        load_demo_parameters()
        decision = decide(**{fact: None})
        assert decision.eligible is None
        assert not [name for name, passed in decision.outcomes.items() if passed is False]
        assert decision.amount is None

    def test_every_value_of_a_place_is_listed_with_those_that_nobody_has_set(self, hands: tuple[Actor, Actor]) -> None:
        put(3, HAINAN, "2026-01-01", key="review.days", by={"step": "review"})
        put(7, NATION, "2026-01-01", key="review.days", by={"step": "each"})
        rows = [value for value in values_here(region=MEILAN, on=FILED) if value.spec.key == "review.days"]
        assert {value.by: [row.value for row in value.rows] for value in rows} == {
            (("step", "each"),): [7],
            (("step", "review"),): [3],
        }
        assert working_days("review.days", MEILAN, FILED) == 7
        empty = [value for value in values_here(region=MEILAN, on=FILED) if not value.rows]
        assert "training.lifetime_cap" in {value.spec.key for value in empty}
