"""Groups: who stands in which, that filtering comes first, and how a row names its group."""

from datetime import date

import pytest
from tests.oversight.indicators.world import World

from qihang.oversight.indicators.figures import Figure
from qihang.oversight.indicators.known import within

LATE = "2026-12-31"
HEADLINE = "reemployment_6m_of_completed"


@pytest.fixture
def world() -> World:
    world = World()
    world.training_class(
        "L",
        region="460200",
        institution="I2",
        occupation="4-03-02-01",
        start="2025-06-02",
        end="2025-06-27",
        appraisal="2025-07-01",
    )
    world.training_class("T", programme="startup", module="SYB", occupation=None, region="460200", institution="I2")
    return world


def by_group(world: World, indicator: str, by: str, **asked: str) -> dict[str | None, Figure]:
    figures = [figure for figure in world.figures(LATE, by=by, **asked) if figure.indicator == indicator]
    return {figure.group[by]: figure for figure in figures}


def test_a_person_is_a_case_in_every_group_it_learnt_in(world: World) -> None:
    """Filter first: in all of the province the later completion of the year is no case, in its own region it is."""
    world.enrol(completed="2025-03-28")
    world.enrol(into="L", completed="2025-06-27")
    world.work("2025-10-01")
    assert world.rate(HEADLINE, LATE) == (0, 1, 0)
    regions = by_group(world, HEADLINE, "region")
    assert {region: (figure.numerator, figure.denominator) for region, figure in regions.items()} == {
        "460106": (0, 1),
        "460200": (1, 1),
    }


def test_a_firm_follows_its_owners_first_certificate_within_the_group(world: World) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.enrol(into="T", certified="2025-06-10")
    world.firm("2025-05-15", number="early")
    world.firm("2025-08-01", number="late")
    firms = {region: figure.firms for region, figure in by_group(world, "kaplan_meier_365d", "region").items()}
    assert firms == {"460106": 2, "460200": 1}
    assert world.figure("kaplan_meier_365d", LATE).firms == 2


def test_a_firm_open_elsewhere_is_still_a_firm_open(world: World) -> None:
    """The group chooses certificates; a person's firms are known wherever they are."""
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-05-15")
    world.enrol(into="T", certified="2025-06-10")
    assert by_group(world, "open_rate_3m", "region")["460200"].denominator == 0


@pytest.mark.parametrize(
    ("by", "values"),
    [
        ("region", ["460106", "460200"]),
        ("institution", ["I1", "I2"]),
        ("occupation", ["4-03-02-01", "4-10-01-06", None]),
        ("category", ["hard_to_employ", "rural_transfer", None]),
        ("sex", ["female", "male"]),
    ],
)
def test_every_value_has_a_row_of_every_figure(world: World, by: str, values: list[str | None]) -> None:
    world.person("Q", sex="male", category="hard_to_employ")
    world.person("R", category=None)
    for person, into in (("P", "K"), ("Q", "L"), ("R", "S")):
        world.enrol(person, into)
    figures = world.figures(LATE, by=by)
    assert len(figures) == 16 * len(values)
    assert list(by_group(world, "completion", by)) == values
    assert sum(figure.denominator or 0 for figure in by_group(world, "completion", by).values()) == 3


def test_values_without_a_counted_enrolment_have_no_row(world: World) -> None:
    world.enrol()
    world.enrol("Q", "L", withdrawn="2025-06-03")
    assert list(by_group(world, "completion", "region")) == ["460106"]


def test_cohorts_are_of_the_month_of_completion_or_of_the_certificate(world: World) -> None:
    world.enrol("P", "K", completed="2025-03-28")
    world.enrol("Q", "L", completed="2025-06-27", certified="2025-08-01")
    world.enrol("R", "S", completed="2025-03-28", certified="2025-04-10")
    world.enrol("U", "K")
    assert list(by_group(world, HEADLINE, "cohort")) == ["2025-03", "2025-06"]
    assert list(by_group(world, "open_rate_3m", "cohort")) == ["2025-04", "2025-08"]
    assert by_group(world, "open_rate_3m", "cohort")["2025-04"].denominator == 1


def test_a_row_names_its_group_and_the_programme_of_a_figure_of_one(world: World) -> None:
    world.enrol(into="L")
    assert by_group(world, "completion", "region")["460200"].group == {"region": "460200"}
    assert by_group(world, HEADLINE, "region")["460200"].group == {"programme": "skills", "region": "460200"}
    assert world.figure("completion", LATE, programme="skills").group == {"programme": "skills"}


def test_one_programme_has_its_own_figures_alone(world: World) -> None:
    assert {figure.indicator for figure in world.figures(LATE, programme="skills")} == {
        "completion",
        "pass_rate",
        "pass_rate_enrolled",
        "certification_rate",
        HEADLINE,
        "reemployment_6m_of_passed",
        "retention_6m_on_the_day",
        "retention_6m_continuous",
        "retention_12m_on_the_day",
        "retention_12m_continuous",
    }
    assert len(world.figures(LATE, programme="startup")) == 10


@pytest.mark.parametrize(
    ("region", "counted"),
    [
        ("460000", 3),
        ("460100", 1),
        ("460106", 1),
        ("460200", 1),
        ("469000", 1),
        ("469005", 1),
        ("469006", 0),
        ("440000", 0),
    ],
)
def test_a_region_holds_all_below_it(world: World, region: str, counted: int) -> None:
    world.training_class("W", region="469005")
    for person, into in (("P", "K"), ("Q", "L"), ("R", "W")):
        world.enrol(person, into)
    assert world.figure("completion", LATE, region=region).denominator == counted


def test_within_a_region_the_values_are_its_own(world: World) -> None:
    world.enrol("P", "K")
    world.enrol("Q", "L")
    assert list(by_group(world, "completion", "institution", region="460200")) == ["I2"]


@pytest.mark.parametrize(
    ("code", "prefix"), [("460000", "46"), ("460100", "4601"), ("469000", "4690"), ("460106", "460106")]
)
def test_the_codes_below_a_region_begin_alike(code: str, prefix: str) -> None:
    assert within(code) == prefix


def test_a_split_of_nothing_has_no_row(world: World) -> None:
    assert world.figures(LATE, by="region") == []
    assert world.figure("completion", LATE).as_of == date(2026, 12, 31)
