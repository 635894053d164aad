"""Exact fractions, their decimal strings, rows, small groups, and figures against targets."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from tests.oversight.indicators.world import World

from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.figures import Figure, decimal, publishable, ratio
from qihang.oversight.indicators.services import compute
from qihang.oversight.indicators.targets import Target


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0.000000"),
        (Fraction(1), "1.000000"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(2, 3), "0.666667"),
        (Fraction(1, 2_000_000), "0.000001"),
        (Fraction(3, 2_000_000), "0.000002"),
        (Fraction(1, 2_000_001), "0.000000"),
        (Fraction(1_999_999, 2_000_000), "1.000000"),
        (Fraction(26, 12), "2.166667"),
        (Fraction(10**30, 3), "3" * 30 + ".333333"),
    ],
)
def test_decimals_have_six_places_half_up(value: Fraction, text: str) -> None:
    assert decimal(value) == text


def test_nothing_stays_nothing() -> None:
    assert decimal(None) is None
    assert ratio(0, 0) is None
    assert ratio(0, 3) == 0


def figure(**numbers: object) -> Figure:
    head = {"as_of": date(2026, 1, 1), "known_only": False, "indicator": "completion", "group": {}}
    return Figure(**(head | {"value": None} | numbers))  # type: ignore[arg-type]


def test_a_row_leaves_out_what_the_figure_does_not_have() -> None:
    row = figure(numerator=1, denominator=2, value=Fraction(1, 2), running=3).as_json()
    assert list(row) == ["as_of", "known_only", "indicator", "group", "numerator", "denominator", "value", "running"]


def test_bounds_without_cases_are_null_and_zeros_are_kept() -> None:
    row = figure(
        numerator=0, denominator=0, running=0, bounds=(None, None), running_already=0, strict=0, by_evidence={}
    ).as_json()
    assert (row["value"], row["worst"], row["best"]) == (None, None, None)
    assert (row["running_already"], row["strict"], row["by_evidence"]) == (0, 0, {})


@pytest.mark.parametrize(("denominator", "shown"), [(0, False), (29, False), (30, True), (31, True)])
def test_rates_of_few_are_not_published(denominator: int, shown: bool) -> None:
    rate = figure(numerator=0, denominator=denominator, value=ratio(0, denominator), running=0)
    assert publishable(rate, 30) is shown


def test_the_curve_is_published_by_its_number_of_firms() -> None:
    assert publishable(figure(firms=30, closed=0, value=Fraction(1)), 30)
    assert not publishable(figure(firms=29, closed=0, value=Fraction(1)), 30)


def test_a_figure_without_a_value_is_not_published() -> None:
    assert not publishable(figure(numerator=0, denominator=0, running=0), 0)


# Against targets


@pytest.fixture
def world() -> World:
    world = World()
    world.training_class(
        "L", region="460200", institution="I2", start="2025-06-02", end="2025-06-27", appraisal="2025-07-01"
    )
    world.enrol("P", "K", completed="2025-03-28")
    world.enrol("P", "L", completed="2025-06-27")
    world.enrol("P", "S", completed="2025-03-28")
    world.enrol("Q", "L", completed="2025-06-27")
    world.enrol("R", "L", completed="2024-12-31")
    world.enrol("U", "L", withdrawn="2025-06-03", completed="2025-06-27")
    return world


def trained(people: int, *, year: int = 2025, programme: str = "skills", **place: str) -> Target:
    return Target(indicator="trained", programme=programme, year=year, people=people, **place)


def test_without_targets_there_is_nothing_to_measure_against(world: World) -> None:
    assert not {"trained", "plan_completion"} & {figure.indicator for figure in world.figures("2025-12-31")}


def test_people_trained_in_the_year_stand_against_its_target(world: World) -> None:
    found = world.figure("trained", "2025-12-31", programme="skills", targets=[trained(4), trained(9, year=2024)])
    assert found.as_json() == {
        "as_of": "2025-12-31",
        "known_only": False,
        "indicator": "trained",
        "group": {"programme": "skills"},
        "numerator": 2,
        "denominator": 4,
        "value": "0.500000",
        "running": 0,
    }


def test_each_plan_has_a_target_of_its_own(world: World) -> None:
    """A person is trained once in each; the plans are not added up, and one without a target has no such figure."""
    targets = [trained(4), trained(2, programme="startup")]
    found = [one for one in world.figures("2025-12-31", targets=targets) if one.indicator == "trained"]
    assert [(one.group, one.numerator, one.denominator) for one in found] == [
        ({"programme": "skills"}, 2, 4),
        ({"programme": "startup"}, 1, 2),
    ]
    assert world.figure("trained", "2025-12-31", targets=targets[:1]).group == {"programme": "skills"}


def test_a_year_without_a_target_has_no_such_figure(world: World) -> None:
    names = {one.indicator for one in world.figures("2025-12-31", targets=[trained(4, year=2024)])}
    assert not {"trained", "plan_completion"} & names


def test_the_document_may_say_what_was_to_be_reached(world: World, tmp_path: Path) -> None:
    target = {"indicator": "trained", "programme": "skills", "year": 2025, "people": 4}
    world.document["targets"] = [{**target, "region": None, "institution": None}]
    found = world.figure("trained", "2025-12-31")
    assert (found.numerator, found.denominator) == (2, 4)
    world.events.write_json(tmp_path / "events.json")
    assert compute(Events.read_json(tmp_path / "events.json"), as_of=found.as_of) == world.figures("2025-12-31")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"people": "4"}, 'targets 第 1 条：“people”是 "4"，应是整数'),
        ({"indicator": "completion"}, "targets 第 1 条：“indicator”是“completion”"),
        ({"year": None}, "“year”是 null"),
    ],
)
def test_a_target_that_is_none_is_refused(world: World, change: dict[str, object], problem: str) -> None:
    target = {"indicator": "trained", "programme": "skills", "year": 2025, "people": 4}
    world.document["targets"] = [{**target, "region": None, "institution": None, **change}]
    with pytest.raises(DomainError, match=problem):
        _ = world.events


def test_only_completions_up_to_the_day_count(world: World) -> None:
    assert world.figure("trained", "2025-06-26", programme="skills", targets=[trained(4)]).numerator == 1
    assert world.figure("trained", "2024-12-31", programme="skills", targets=[trained(4, year=2024)]).numerator == 0


def test_completions_of_last_year_belong_to_it(world: World) -> None:
    world.enrol("V", "K", on="2024-11-01", completed="2024-12-31")
    found = world.figure("trained", "2024-12-31", targets=[trained(4, year=2024)])
    assert (found.numerator, found.denominator) == (1, 4)


def test_a_group_without_a_target_has_no_value(world: World) -> None:
    figures = [
        one
        for one in world.figures("2025-12-31", by="region", targets=[trained(4, region="460200")])
        if one.indicator == "trained"
    ]
    assert [(one.group["region"], one.numerator, one.denominator, one.value) for one in figures] == [
        ("460106", 1, 0, None),
        ("460200", 2, 4, Fraction(1, 2)),
    ]


def test_a_plan_is_measured_for_the_institution_it_was_agreed_with(world: World) -> None:
    agreed = Target(indicator="plan_completion", programme="skills", year=2025, people=8, institution="I2")
    figures = world.figures("2025-12-31", by="institution", targets=[agreed, trained(3)])
    plans = {one.group["institution"]: one for one in figures if one.indicator == "plan_completion"}
    assert (plans["I2"].numerator, plans["I2"].denominator, plans["I1"].denominator) == (2, 8, 0)
    assert world.figure("plan_completion", "2025-12-31", targets=[agreed]).denominator == 0


def test_the_target_of_a_place_stands_when_asked_for_that_place(world: World) -> None:
    targets = [trained(4, region="460000"), trained(2, region="460200")]
    for region, denominator in ((None, 4), ("460000", 4), ("460200", 2)):
        assert world.figure("trained", "2025-12-31", region=region, targets=targets).denominator == denominator
    elsewhere = world.figures("2025-12-31", region="460100", targets=targets)
    assert "trained" not in {one.indicator for one in elsewhere}, "none was set for it"


def test_no_target_is_set_for_a_sex(world: World) -> None:
    figures = world.figures("2025-12-31", by="sex", targets=[trained(4)])
    assert [one.denominator for one in figures if one.indicator == "trained"] == [0]
