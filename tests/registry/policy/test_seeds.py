"""The values that come with the product."""

import datetime as dt

import pytest
from tests.factories import HAINAN, MEILAN, make_actor

from qihang.foundation.core.roles import Role
from qihang.registry.policy.lookup import find, require
from qihang.registry.policy.models import LegalInstrument, Parameter
from qihang.registry.policy.seed_files import DEMO, SOURCED, seed_instruments, seed_parameters
from qihang.registry.policy.services import (
    ask_parameter_back,
    load_demo_parameters,
    load_instruments,
    load_sourced_parameters,
    missing_parameters,
    withdraw_parameter,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 24)


def spans(key: str, by: str = "") -> list[tuple[str, str, str]]:
    rows = Parameter.objects.confirmed().filter(key=key, by=by).order_by("valid_from")
    return [(str(row.valid_from), str(row.valid_to), row.verified) for row in rows]


def test_instruments_are_loaded_once_with_what_each_supersedes() -> None:
    assert load_instruments() == len(seed_instruments())
    assert load_instruments() == 0
    newest = LegalInstrument.objects.get(number="财社〔2026〕1号")
    assert newest.supersedes.number == "财社〔2023〕181号"
    assert newest.supersedes.supersedes.number == "财社〔2017〕164号"
    assert newest.verified == "unverified"


def test_every_seed_has_its_own_name_and_a_mark() -> None:
    for name in (SOURCED, DEMO):
        seeds = seed_parameters(name)
        assert len({seed.name for seed in seeds}) == len(seeds)
        assert all(seed.row.verified in {"true", "secondary"} and seed.row.source for seed in seeds if name == SOURCED)


def test_sourced_values_alone_leave_what_has_no_source_missing() -> None:
    load_sourced_parameters()
    missing = {item.key for item in missing_parameters(region=MEILAN, on=TODAY)}
    assert {
        "training.lifetime_cap",
        "training.tranche.certified",
        "attendance.person_min",
        "class.size_max",
    } <= missing
    assert not {"training.rate", "training.yearly_cap", "appraisal.pass_score"} & missing
    assert find("attendance.person_min", region="120000", on=dt.date(2023, 1, 1)) is not None


def test_sourced_values_carry_their_instrument() -> None:
    load_sourced_parameters()
    cap = find("training.lifetime_cap", region=MEILAN, on=dt.date(2025, 1, 1))
    assert cap is not None
    assert (cap.law, cap.verified, cap.value) == ("财社〔2023〕181号 第五条", "true", 3)


def test_the_demo_set_is_complete_for_today_and_for_2006() -> None:
    load_demo_parameters()
    assert missing_parameters(region=MEILAN, on=TODAY) == []
    missing = {item.key for item in missing_parameters(region=MEILAN, on=dt.date(2006, 7, 1))}
    assert missing == {
        "training.rate",  # only level five had a rate then
        "training.special_rate_per_hour",
        "training.special_rate_per_hour.cap",
        "assess.rate",
    }


def test_the_demo_set_fills_only_the_days_that_have_no_value() -> None:
    load_sourced_parameters()
    load_demo_parameters()
    assert spans("training.lifetime_cap") == [
        ("2006-01-01", "2017-12-31", "secondary"),
        ("2018-01-01", "2023-12-19", "demo"),
        ("2023-12-20", "2025-12-31", "true"),
        ("2026-01-01", "None", "demo"),
    ]
    assert spans("training.rate", "level=5") == [
        ("2006-01-01", "2020-12-31", "demo"),
        ("2021-01-01", "2021-11-28", "secondary"),
        ("2021-11-29", "None", "secondary"),
    ]


@pytest.mark.parametrize("load", [load_sourced_parameters, load_demo_parameters])
def test_loading_twice_adds_nothing(load: object) -> None:
    assert load() > 0  # type: ignore[operator]
    count = Parameter.objects.count()
    assert load() == 0  # type: ignore[operator]
    assert Parameter.objects.count() == count


def test_what_people_took_back_stays_away() -> None:
    load_demo_parameters()
    value = Parameter.objects.confirmed().get(key="class.size_max")
    ask_parameter_back(actor=make_actor(Role.POLICY_OFFICER, region=HAINAN), parameter=value, comment="省里另定")
    withdraw_parameter(actor=make_actor(Role.POLICY_CHECKER, region=HAINAN), parameter=value, comment="以省里的为准")
    assert load_demo_parameters() == 0
    assert find("class.size_max", region=MEILAN, on=TODAY) is None


def test_2006_and_today_pay_different_rates() -> None:
    load_demo_parameters()
    rates = [require("training.rate", region=MEILAN, on=on, by={"level": 5}) for on in (dt.date(2006, 7, 1), TODAY)]
    assert [str(rate) for rate in rates] == ["600.00", "1500.00"]
