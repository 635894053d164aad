"""What a draft would change, what would be left without a value, and what holds at a place with whose hands."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from tests.factories import HAIKOU, HAINAN, MEILAN, SANYA, make_actor

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.policy.catalogue import CATALOGUE, SUBJECTS, subject_of
from qihang.registry.policy.models import Decision, Parameter
from qihang.registry.policy.services import (
    change_of,
    confirm_parameter,
    decide_one,
    draft_parameter,
    hands_of,
    left_without,
    load_demo_parameters,
    load_sourced_parameters,
    propose_parameter,
    send_back_parameter,
    unproven_values,
    values_here,
)
from qihang.registry.policy.words import code_choices, place_name, places_within, settable_places

pytestmark = pytest.mark.django_db

NEW_YEAR = dt.date(2027, 1, 1)
EVE = dt.date(2026, 12, 31)


@pytest.fixture(autouse=True)
def late_november() -> Iterator[None]:
    with clock.travel_to(dt.date(2026, 11, 24)):
        yield


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.POLICY_OFFICER, region=HAINAN)


@pytest.fixture
def checker() -> Actor:
    return make_actor(Role.POLICY_CHECKER, region=HAINAN)


def given(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "key": "class.size_max",
        "region": HAINAN,
        "valid_from": dt.date(2026, 1, 1),
        "value": 50,
        "verified": "true",
        "source": "琼人社规〔2024〕2号",
    }
    return values | changes


def draft(actor: Actor, **changes: Any) -> Parameter:
    return draft_parameter(actor=actor, **given(**changes))


def in_force(officer: Actor, checker: Actor, **changes: Any) -> Parameter:
    return confirm_parameter(actor=checker, parameter=propose_parameter(actor=officer, **given(**changes)))


class TestChange:
    def test_a_draft_is_not_stored_by_looking_at_it(self, officer: Actor) -> None:
        assert draft(officer).pk is None
        assert not Parameter.objects.exists()

    def test_the_first_value_replaces_nothing(self, officer: Actor) -> None:
        change = change_of(draft(officer))
        assert (change.before, change.ends, change.refusal, change.decided) == (None, (), None, 0)

    def test_the_value_before_ends_the_day_before(self, officer: Actor, checker: Actor) -> None:
        value = in_force(officer, checker)
        change = change_of(draft(officer, value=45, valid_from=NEW_YEAR))
        assert change.before is not None
        assert (change.before.value, change.ends, change.refusal) == (50, (value,), None)

    def test_a_county_departs_from_what_the_province_set(self, officer: Actor, checker: Actor) -> None:
        in_force(officer, checker)
        change = change_of(draft(officer, region=MEILAN, value=40, valid_to=EVE))
        assert change.before is not None
        assert (change.before.region, change.ends) == (HAINAN, ())
        assert change.afterwards is not None
        assert change.afterwards.value == 50

    def test_nothing_may_hold_afterwards(self, officer: Actor) -> None:
        assert change_of(draft(officer, valid_to=EVE)).afterwards is None

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"valid_from": dt.date(2025, 6, 1)}, "valid_from", "新值要在它之后生效"),
            ({"valid_from": dt.date(2026, 1, 1)}, "valid_from", "请复核人先撤回它"),
            ({"valid_from": NEW_YEAR, "valid_to": dt.date(2027, 6, 30)}, "valid_to", "之后会没有值"),
        ],
    )
    def test_what_confirming_would_refuse_is_said_before(
        self, officer: Actor, checker: Actor, changes: dict[str, Any], field: str, said: str
    ) -> None:
        in_force(officer, checker)
        refusal = change_of(draft(officer, **{"value": 45, **changes})).refusal
        assert refusal is not None
        assert (refusal.field, said in refusal.message) == (field, True)
        proposed = propose_parameter(actor=officer, **given(value=45, **changes))
        with pytest.raises(DomainError) as same:
            confirm_parameter(actor=checker, parameter=proposed)
        assert same.value.message == refusal.message

    def test_decisions_that_keep_the_old_value_are_counted(self, officer: Actor) -> None:
        load_demo_parameters()
        for region in (MEILAN, SANYA):
            decide_one(
                actor=officer,
                benefit="training_subsidy",
                facts={"level": "5"},
                on=dt.date(2026, 6, 1),
                region=region,
                case_ref=region,
            )
        assert Decision.objects.count() == 2
        age: dict[str, Any] = {"key": "training.age_min", "value": 18}
        assert change_of(draft(officer, **age)).decided == 2
        assert change_of(draft(officer, **age, region=HAIKOU)).decided == 1
        assert change_of(draft(officer, **age, region="CN")).decided == 2
        assert change_of(draft(officer, **age, valid_from=NEW_YEAR)).decided == 0
        assert change_of(draft(officer, **age, valid_to=dt.date(2026, 5, 31))).decided == 0
        assert change_of(draft(officer)).decided == 0, "no rule asks for the size of a class"

    def test_a_value_taken_back_leaves_the_level_above(self, officer: Actor, checker: Actor) -> None:
        province, city = in_force(officer, checker), in_force(officer, checker, region=HAIKOU, value=40)
        above = left_without(city)
        assert above is not None
        assert (above.region, above.value) == (HAINAN, 50)
        assert left_without(province) is None


class TestOverview:
    def test_every_key_is_there_with_or_without_a_value(self, officer: Actor, checker: Actor) -> None:
        in_force(officer, checker)
        found = {value.label: value.rows for value in values_here(region=MEILAN, on=clock.today())}
        assert {spec.label for spec in CATALOGUE.values() if not spec.by} <= set(found)
        assert [row.value for row in found["每班人数上限"]] == [50]
        assert found["职业培训补贴标准（五级/初级工）"] == ()

    def test_of_a_cap_all_levels_are_shown(self, officer: Actor, checker: Actor) -> None:
        for region, value in ((HAINAN, 2), (HAIKOU, 4)):
            in_force(officer, checker, key="training.lifetime_cap", region=region, value=value)
        found = {value.spec.key: value.rows for value in values_here(region=MEILAN, on=clock.today())}
        assert [row.value for row in found["training.lifetime_cap"]] == [4, 2]

    def test_kinds_that_nobody_expected_show_where_they_are_set(self, officer: Actor, checker: Actor) -> None:
        in_force(officer, checker, key="review.days", by={"step": "appeal"}, region=HAIKOU, value=10)
        here = [value.label for value in values_here(region=MEILAN, on=clock.today()) if value.rows]
        assert here == ["每一步审核期限（appeal）"]
        assert not any(value.rows for value in values_here(region=SANYA, on=clock.today()))

    def test_values_not_checked_against_the_text_are_named(self, officer: Actor, checker: Actor) -> None:
        load_sourced_parameters()
        unproven = unproven_values(region=HAINAN, on=clock.today())
        assert {str(row.verified) for row in unproven} == {"secondary"}
        in_force(officer, checker, key="training.age_min", value=16)
        assert len(unproven_values(region=HAINAN, on=clock.today())) == len(unproven) - 1

    def test_the_hands_of_a_value(self, officer: Actor, checker: Actor) -> None:
        value = in_force(officer, checker)
        waiting = propose_parameter(actor=officer, **given(valid_from=NEW_YEAR))
        back = propose_parameter(actor=officer, **given(valid_from=dt.date(2028, 1, 1)))
        send_back_parameter(actor=checker, parameter=back, comment="再看")
        hands = hands_of([value, waiting, back])
        proposed = [hands[row.pk].proposed for row in (value, waiting, back)]
        assert [log and log.user_id for log in proposed] == [officer.user_id] * 3
        settled = [hands[row.pk].settled for row in (value, waiting, back)]
        assert [log and (log.label, log.user_id) for log in settled] == [
            ("复核生效", checker.user_id),
            None,
            ("退回", checker.user_id),
        ]

    def test_who_waits_for_whom(self, officer: Actor, checker: Actor) -> None:
        province = propose_parameter(actor=officer, **given())
        nation = propose_parameter(actor=officer, **given(region="CN"))
        city = propose_parameter(actor=officer, **given(region=HAIKOU))
        assert set(Parameter.objects.waiting_for(checker)) == {province, nation, city}
        assert set(Parameter.objects.waiting_for(make_actor(Role.POLICY_CHECKER, region=HAIKOU))) == {city}
        send_back_parameter(actor=checker, parameter=city, comment="再看")
        assert list(Parameter.objects.returned_to(officer)) == [city]
        propose_parameter(actor=officer, **given(region=HAIKOU, value=45))
        assert not Parameter.objects.returned_to(officer).exists()


class TestWords:
    def test_every_key_has_a_subject(self) -> None:
        assert {subject_of(key) for key in CATALOGUE} == set(SUBJECTS.values())

    def test_codes_have_names_where_a_rule_reads_them(self) -> None:
        assert ("02", "登记失业人员") in {(item.code, item.label) for item in code_choices("training.categories")}
        assert code_choices("class.size_max") == ()

    def test_a_list_of_codes_is_read_in_words(self, officer: Actor) -> None:
        assert draft(officer, key="training.categories", value="02,99").value_text == "登记失业人员、99"

    def test_places(self, officer: Actor) -> None:
        assert [place_name(code) for code in ("CN", HAINAN, MEILAN)] == ["全国", "海南省", "海口市美兰区"]
        assert places_within(MEILAN) == [(MEILAN, "海口市美兰区")]
        assert settable_places(officer)[0] == (HAINAN, "海南省")
        assert settable_places(officer)[-1] == ("CN", "全国")
        assert ("CN", "全国") not in settable_places(make_actor(Role.POLICY_OFFICER, region=HAIKOU))
