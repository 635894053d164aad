"""Re-employment and retention at the edges of their windows. Completion is on 2025-03-28 where nothing else is said:
its window is 2025-03-29 to 2025-09-28."""

from fractions import Fraction

import pytest
from tests.oversight.indicators.world import World

from qihang.foundation.core.evidence import EvidenceType

HEADLINE = "reemployment_6m_of_completed"
PASSED = "reemployment_6m_of_passed"
OVER = "2025-09-28"


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    ("start", "found"),
    [("2025-03-27", 0), ("2025-03-28", 0), ("2025-03-29", 1), ("2025-09-28", 1), ("2025-09-29", 0)],
)
def test_work_counts_that_starts_after_completion_and_within_six_months(world: World, start: str, found: int) -> None:
    world.enrol(completed="2025-03-28")
    world.work(start)
    assert world.rate(HEADLINE, "2026-01-01") == (found, 1, 0)


def test_a_window_is_over_on_its_last_day(world: World) -> None:
    world.enrol(completed="2025-03-28")
    assert world.rate(HEADLINE, "2025-09-27") == (0, 0, 1)
    assert world.rate(HEADLINE, "2025-09-28") == (0, 1, 0)


@pytest.mark.parametrize(
    ("completed", "last"),
    [
        ("2025-08-31", "2026-02-28"),
        ("2023-08-31", "2024-02-29"),
        ("2025-08-28", "2026-02-28"),
        ("2025-12-31", "2026-06-30"),
    ],
)
def test_a_window_ends_on_the_last_day_of_a_shorter_month(world: World, completed: str, last: str) -> None:
    world.training_class("M", start="2023-08-01", end="2023-08-20", appraisal="2023-08-25")
    world.enrol(into="M", on="2023-07-20", completed=completed)
    world.work(last)
    assert world.rate(HEADLINE, last) == (1, 1, 0)
    (case,) = world.cases(HEADLINE, last)
    assert case["ends"].isoformat() == last


@pytest.mark.parametrize("evidence", EvidenceType)
def test_only_accepted_evidence_of_work_counts(world: World, evidence: EvidenceType) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-01", evidence=evidence.value)
    accepted = evidence.value in ("insurance", "business", "employment_registration", "contract")
    assert world.rate(HEADLINE, OVER) == (int(accepted), 1, 0)


def test_running_cases_bound_the_rate(world: World) -> None:
    world.training_class("L", start="2025-06-02", end="2025-06-27", appraisal="2025-07-01")
    world.enrol("worked", completed="2025-03-28")
    world.work("2025-05-01", person="worked")
    world.enrol("idle", completed="2025-03-28")
    world.enrol("working", "L", on="2025-06-01", completed="2025-06-27")
    world.work("2025-07-01", person="working")
    world.enrol("seeking", "L", on="2025-06-01", completed="2025-06-27")
    world.enrol("will work", "L", on="2025-06-01", completed="2025-06-27")
    world.work("2025-10-01", person="will work")
    figure = world.figure(HEADLINE, "2025-09-30")
    assert (figure.numerator, figure.denominator, figure.running, figure.running_already) == (1, 2, 3, 1)
    assert (figure.value, figure.worst, figure.best) == (Fraction(1, 2), Fraction(2, 5), Fraction(4, 5))


def test_recorded_work_counts_from_its_recording_day_where_only_the_known_counts(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-05-01", recorded_on="2025-10-10")
    assert world.rate(HEADLINE, "2025-10-09") == (1, 1, 0)
    assert world.rate(HEADLINE, "2025-10-09", known_only=True) == (0, 1, 0)
    assert world.rate(HEADLINE, "2025-10-10", known_only=True) == (1, 1, 0)


def test_work_recorded_ahead_is_not_known_before_it_starts(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-05-01", recorded_on="2025-04-20")
    assert world.figure(HEADLINE, "2025-04-30", known_only=True).running_already == 0
    assert world.figure(HEADLINE, "2025-05-01", known_only=True).running_already == 1


def test_facts_without_a_recording_day_are_known_on_their_day(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-05-01")
    assert world.figure(HEADLINE, "2025-05-01", known_only=True).running_already == 1


def test_a_person_is_one_case_a_year_the_earliest(world: World) -> None:
    world.training_class("L", start="2025-06-02", end="2025-06-27", appraisal="2025-07-01")
    world.enrol(completed="2025-03-28")
    world.enrol(into="L", completed="2025-06-27")
    world.work("2025-10-01")  # within six months of the later completion alone
    assert world.rate(HEADLINE, "2026-01-01") == (0, 1, 0)
    (case,) = world.cases(HEADLINE, "2026-01-01")
    assert case["class"] == "K"


def test_a_running_case_and_one_that_is_over_are_taken_together(world: World) -> None:
    world.training_class("L", start="2025-06-02", end="2025-06-27", appraisal="2025-07-01")
    world.enrol(completed="2025-03-28")
    world.enrol(into="L", completed="2025-06-27")
    assert world.rate(HEADLINE, "2025-10-01") == (0, 1, 0)


def test_two_years_are_two_cases(world: World) -> None:
    world.training_class("L", start="2025-12-01", end="2026-01-01", appraisal="2026-01-05")
    world.enrol(completed="2025-03-28")
    world.enrol(into="L", completed="2026-01-01")
    world.work("2025-05-01")
    assert world.rate(HEADLINE, "2026-08-01") == (1, 2, 0)


def test_a_case_withdrawn_in_time_does_not_hide_the_next(world: World) -> None:
    world.training_class("L", start="2025-06-02", end="2025-06-27", appraisal="2025-07-01")
    world.enrol(withdrawn="2025-03-04", completed="2025-03-28")
    world.enrol(into="L", completed="2025-06-27")
    (case,) = world.cases(HEADLINE, "2026-01-01")
    assert case["class"] == "L"


def test_of_two_completions_on_one_day_the_first_class_stands(world: World) -> None:
    world.training_class("J")
    world.enrol(into="K", completed="2025-03-28", passed="2025-03-31")
    world.enrol(into="J", completed="2025-03-28")
    (case,) = world.cases(HEADLINE, OVER)
    assert case["class"] == "J"
    assert world.rate(PASSED, OVER) == (0, 0, 0)


def test_passing_is_asked_of_the_case_that_stands(world: World) -> None:
    """The earliest completion of the year did not pass: a later one that did is no case of its own."""
    world.training_class("L", start="2025-06-02", end="2025-06-27", appraisal="2025-07-01")
    world.enrol(completed="2025-03-28")
    world.enrol(into="L", completed="2025-06-27", passed="2025-07-01")
    assert world.rate(HEADLINE, "2026-01-01") == (0, 1, 0)
    assert world.rate(PASSED, "2026-01-01") == (0, 0, 0)


def test_startup_classes_are_no_case_of_the_headline(world: World) -> None:
    world.enrol(into="S", completed="2025-03-28")
    assert world.rate(HEADLINE, OVER) == (0, 0, 0)


def test_the_strongest_evidence_of_a_case_is_shown(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-01", "2025-04-30", evidence="contract")
    world.work("2025-05-01", evidence="employment_registration")
    world.work("2025-06-01", evidence="self_report")
    world.work("2025-10-01", evidence="insurance")  # after the window
    figure = world.figure(HEADLINE, "2026-01-01")
    assert (figure.by_evidence, figure.strict) == ({"employment_registration": 1}, 1)


# Retention: work begins on 2025-04-10, six months on is 2025-10-10.

ON_THE_DAY = "retention_6m_on_the_day"
CONTINUOUS = "retention_6m_continuous"


@pytest.mark.parametrize(("end", "held"), [("2025-10-09", 0), ("2025-10-10", 1), (None, 1)])
def test_a_spell_covers_its_last_day(world: World, end: str | None, held: int) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", end)
    assert world.rate(ON_THE_DAY, "2026-01-01") == (held, 1, 0)
    assert world.rate(CONTINUOUS, "2026-01-01") == (held, 1, 0)


def test_a_spell_covers_its_first_day(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", "2025-09-30")
    world.work("2025-10-10")
    assert world.rate(ON_THE_DAY, "2026-01-01") == (1, 1, 0)


def test_a_retention_case_runs_until_its_day(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10")
    assert world.rate(ON_THE_DAY, "2025-10-09") == (0, 0, 1)
    assert world.rate(ON_THE_DAY, "2025-10-10") == (1, 1, 0)


def test_retention_needs_no_closed_window_of_re_employment(world: World) -> None:
    """s₀ + 6 months may come after the window of re-employment ends; twelve months do for all."""
    world.enrol(completed="2025-03-28")
    world.work("2025-09-28")
    assert world.rate(ON_THE_DAY, "2026-03-28") == (1, 1, 0)
    assert world.rate("retention_12m_on_the_day", "2026-03-28") == (0, 0, 1)


def test_without_work_in_the_window_there_is_nothing_to_retain(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-09-29")
    assert world.rate(ON_THE_DAY, "2026-12-31") == (0, 0, 0)


def test_the_day_falls_on_the_last_of_a_shorter_month(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-08-31", "2026-02-28")
    assert world.rate(ON_THE_DAY, "2026-02-28") == (1, 1, 0)


def test_work_begun_before_completion_retains_but_does_not_begin(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2024-01-01", evidence="business")
    assert world.rate(ON_THE_DAY, "2026-01-01") == (0, 0, 0)
    world.work("2025-04-10", "2025-05-01")
    figure = world.figure(ON_THE_DAY, "2026-01-01")
    assert (figure.numerator, figure.denominator, figure.by_evidence) == (1, 1, {"business": 1})
    assert world.rate(CONTINUOUS, "2026-01-01") == (1, 1, 0)


# The first spell ends on 2025-06-30: a next one on 2025-07-31 leaves thirty full days, on 2025-08-01 thirty-one.


@pytest.mark.parametrize(("again", "continuous"), [("2025-07-01", 1), ("2025-07-31", 1), ("2025-08-01", 0)])
def test_thirty_full_days_without_work_are_borne_and_thirty_one_are_not(
    world: World, again: str, continuous: int
) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", "2025-06-30")
    world.work(again)
    assert world.rate(ON_THE_DAY, "2026-01-01") == (1, 1, 0)
    assert world.rate(CONTINUOUS, "2026-01-01") == (continuous, 1, 0)


def test_a_short_spell_inside_a_long_one_opens_no_gap(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", "2025-08-31", employer="E1")
    world.work("2025-04-15", "2025-04-20", employer="E2")
    world.work("2025-09-10", employer="E3")
    assert world.rate(CONTINUOUS, "2026-01-01") == (1, 1, 0)


def test_several_short_gaps_do_not_add_up(world: World) -> None:
    world.enrol(completed="2025-03-28")
    for start, end in (("2025-04-10", "2025-04-30"), ("2025-05-25", "2025-06-30"), ("2025-07-25", "2025-12-31")):
        world.work(start, end)
    assert world.rate(CONTINUOUS, "2026-01-01") == (1, 1, 0)


def test_work_on_weak_evidence_closes_no_gap(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", "2025-06-30")
    world.work("2025-07-01", "2025-08-31", evidence="self_report")
    world.work("2025-09-01")
    assert world.rate(CONTINUOUS, "2026-01-01") == (0, 1, 0)


def test_a_gap_after_the_day_is_another_matter(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", "2025-10-10")
    world.work("2025-12-31")
    assert world.rate(CONTINUOUS, "2026-01-01") == (1, 1, 0)


def test_an_end_not_yet_recorded_has_not_happened_where_only_the_known_counts(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", "2025-08-01", recorded_on="2025-04-20", end_recorded_on="2025-11-15")
    assert world.rate(ON_THE_DAY, "2025-11-14") == (0, 1, 0)
    assert world.rate(ON_THE_DAY, "2025-11-14", known_only=True) == (1, 1, 0)
    assert world.rate(ON_THE_DAY, "2025-11-15", known_only=True) == (0, 1, 0)


def test_the_first_work_known_sets_the_day(world: World) -> None:
    world.enrol(completed="2025-03-28")
    world.work("2025-04-10", "2025-05-10", recorded_on="2026-01-15", end_recorded_on="2026-01-15")
    world.work("2025-06-01", recorded_on="2025-06-01")
    assert world.rate(ON_THE_DAY, "2025-11-30", known_only=True) == (0, 0, 1)
    assert world.rate(ON_THE_DAY, "2025-11-30") == (1, 1, 0)
