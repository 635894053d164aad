"""Each number opens to its cases: the same marks make both."""

from datetime import date

import pytest
from tests.oversight.indicators.random_events import random_document
from tests.oversight.indicators.world import World

from qihang.foundation.core.errors import NotFound
from qihang.oversight.indicators.cases import CASES
from qihang.oversight.indicators.catalogue import BY_NAME
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.services import cases, compute

AS_OF = date(2026, 1, 10)


@pytest.mark.parametrize("by", [None, "region", "occupation", "cohort"])
def test_every_figure_opens_to_as_many_cases_as_it_counts(by: str | None) -> None:
    events = Events.from_document(random_document(5, people=60))
    for figure in compute(events, as_of=AS_OF, known_only=True, by=by, region="460000"):
        opened = cases(
            events, indicator=figure.indicator, as_of=AS_OF, known_only=True, group=figure.group, region="460000"
        )
        over = opened.filter("over")
        if figure.firms is not None:
            assert (figure.firms, figure.closed) == (over.height, over["met"].sum())
            continue
        met = over.filter("met")
        assert (figure.numerator, figure.denominator) == (met["amount"].sum(), over.height)
        assert figure.running == opened.height - over.height
        if figure.strict is not None:
            assert figure.strict == met["strict_amount"].sum()


@pytest.mark.parametrize("indicator", BY_NAME)
def test_cases_have_one_shape(indicator: str) -> None:
    for events in (Events.empty(), Events.from_document(random_document(1))):
        assert dict(cases(events, indicator=indicator, as_of=AS_OF).schema) == dict(CASES)


def test_an_unknown_indicator_is_refused() -> None:
    with pytest.raises(NotFound, match="happiness"):
        cases(Events.empty(), indicator="happiness", as_of=AS_OF)


@pytest.fixture
def world() -> World:
    world = World()
    world.enrol(completed="2025-03-28", passed="2025-03-31", certified="2025-04-05")
    world.work("2025-04-10", "2025-06-30", evidence="contract")
    world.work("2025-02-01", "2025-12-31", evidence="self_report")
    world.work("2025-07-15", evidence="insurance")
    world.enrol("Q", "S", certified="2025-04-10")
    world.firm("2025-05-15", owner="Q", number="F")
    world.count("2026-02-01", 4, evidence="phone")
    world.count("2026-05-20", 2, evidence="tax")
    world.count("2026-05-16", 2, evidence="visit")
    return world


def test_a_case_names_its_person_class_and_window(world: World) -> None:
    (case,) = world.cases("reemployment_6m_of_completed", "2026-12-31")
    assert (case["person"], case["class"], case["enrolment"], case["firm"]) == ("P", "K", "1", None)
    assert (case["begins"], case["ends"]) == (date(2025, 3, 28), date(2025, 9, 28))
    assert (case["over"], case["met"], case["programme"]) == (True, True, "skills")


def test_re_employment_shows_all_work_of_the_window(world: World) -> None:
    (case,) = world.cases("reemployment_6m_of_completed", "2026-12-31")
    assert (case["proof"], case["evidence"]) == (["1", "3"], "insurance")


def test_retention_shows_what_covers_the_day(world: World) -> None:
    (case,) = world.cases("retention_6m_continuous", "2026-12-31")
    assert (case["begins"], case["ends"], case["proof"]) == (date(2025, 4, 10), date(2025, 10, 10), ["3"])


def test_survival_shows_the_headcounts_that_prove_trading(world: World) -> None:
    (case,) = world.cases("survival_12m", "2026-12-31")
    assert (case["person"], case["class"], case["firm"]) == ("Q", "S", "F")
    assert (case["begins"], case["ends"]) == (date(2025, 5, 15), date(2026, 5, 15))
    assert (case["proof"], case["evidence"]) == (["3", "2"], "tax")


def test_a_firm_that_outlived_its_year_is_its_own_proof(world: World) -> None:
    world.firm("2025-05-15", "2026-06-01", owner="Q", number="G")
    proofs = {case["firm"]: case["proof"] for case in world.cases("survival_12m", "2026-12-31")}
    assert proofs["G"] == ["G"]


def test_jobs_show_the_headcount_and_its_staff(world: World) -> None:
    (case,) = world.cases("jobs_per_firm_employees", "2026-12-31")
    assert (case["amount"], case["strict_amount"], case["evidence"], case["proof"]) == (4, 0, "phone", ["1"])


def test_lives_show_how_long_each_firm_was_seen(world: World) -> None:
    world.firm("2025-05-15", "2025-08-01", owner="Q", number="G")
    lives = {case["firm"]: (case["ends"], case["met"]) for case in world.cases("kaplan_meier_365d", "2026-12-31")}
    assert lives == {"F": (date(2026, 12, 31), False), "G": (date(2025, 8, 1), True)}


def test_a_group_without_a_value_opens_too(world: World) -> None:
    found = world.cases("kaplan_meier_365d", "2026-12-31", group={"programme": "startup", "occupation": None})
    assert [case["firm"] for case in found] == ["F"]
