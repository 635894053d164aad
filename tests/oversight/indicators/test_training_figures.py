"""Who counts, completion, passing and certificates, in stories small enough to count on fingers."""

from fractions import Fraction

import pytest
from tests.oversight.indicators.world import World

AFTER = "2025-04-30"


@pytest.fixture
def world() -> World:
    return World()


# The classes run from 2025-03-03: three days to think it over end on the 6th.


@pytest.mark.parametrize(
    ("withdrawn", "counted"), [("2025-02-28", 0), ("2025-03-03", 0), ("2025-03-06", 0), ("2025-03-07", 1)]
)
def test_withdrawing_within_three_days_of_the_start_leaves_no_trace(
    world: World, withdrawn: str, counted: int
) -> None:
    world.enrol(withdrawn=withdrawn)
    assert world.rate("completion", AFTER) == (0, counted, 0)
    assert world.rate("pass_rate_enrolled", AFTER) == (0, counted, 0)


def test_an_early_withdrawal_is_not_known_before_its_day(world: World) -> None:
    world.enrol(withdrawn="2025-03-05")
    assert world.rate("completion", "2025-03-04") == (0, 0, 1)
    assert world.rate("completion", "2025-03-05") == (0, 0, 0)


def test_an_enrolment_counts_from_its_day_on(world: World) -> None:
    world.enrol(on="2025-02-20")
    assert world.rate("completion", "2025-02-19") == (0, 0, 0)
    assert world.rate("completion", "2025-02-20") == (0, 0, 1)


def test_a_class_is_over_on_its_last_day(world: World) -> None:
    world.enrol(completed="2025-03-28")
    assert world.rate("completion", "2025-03-27") == (0, 0, 1)
    assert world.rate("completion", "2025-03-28") == (1, 1, 0)


def test_completing_before_the_class_ends_does_not_count_before_it(world: World) -> None:
    world.enrol(completed="2025-03-20")
    figure = world.figure("completion", "2025-03-25")
    assert (figure.numerator, figure.denominator, figure.running) == (0, 0, 1)
    assert (figure.worst, figure.best) == (0, 1)


def test_completion_at_worst_and_at_best(world: World) -> None:
    world.training_class("L", start="2025-04-01", end="2025-06-01")
    world.enrol("done", completed="2025-03-28")
    world.enrol("left", withdrawn="2025-03-20")
    world.enrol("learning", "L", on="2025-03-30")
    world.enrol("leaving", "L", on="2025-03-30", withdrawn="2025-04-20")
    world.enrol("will leave", "L", on="2025-03-30", withdrawn="2025-05-20")
    figure = world.figure("completion", AFTER)
    assert (figure.numerator, figure.denominator, figure.running) == (1, 2, 3)
    assert (figure.value, figure.worst, figure.best) == (Fraction(1, 2), Fraction(1, 5), Fraction(3, 5))


def test_completion_after_the_day_has_not_happened(world: World) -> None:
    world.enrol(completed="2025-04-02")
    assert world.rate("completion", "2025-04-01") == (0, 1, 0)


def test_a_person_in_two_classes_of_a_year_is_two_cases_of_the_classroom(world: World) -> None:
    world.training_class("L")
    world.enrol(completed="2025-03-28")
    world.enrol(into="L", completed="2025-03-28")
    assert world.rate("completion", AFTER) == (2, 2, 0)


def test_passing_counts_once_the_appraisal_day_has_come(world: World) -> None:
    world.enrol(completed="2025-03-28", passed="2025-03-31")
    assert world.rate("pass_rate", "2025-03-30") == (0, 0, 1)
    assert world.rate("pass_rate_enrolled", "2025-03-30") == (0, 0, 0)
    assert world.rate("pass_rate", "2025-03-31") == (1, 1, 0)


def test_passing_later_than_the_sitting_counts_from_its_day(world: World) -> None:
    world.enrol(completed="2025-03-28", passed="2025-04-10")
    assert world.rate("pass_rate", "2025-04-09") == (0, 1, 0)
    assert world.rate("pass_rate", "2025-04-10") == (1, 1, 0)


def test_who_did_not_complete_is_waiting_for_no_appraisal(world: World) -> None:
    world.enrol()
    assert world.rate("pass_rate", "2025-03-30") == (0, 0, 0)
    assert world.rate("pass_rate_enrolled", AFTER) == (0, 1, 0)


def test_an_appraisal_before_the_class_ends_waits_for_the_end(world: World) -> None:
    world.training_class("E", end="2025-04-20", appraisal="2025-04-10")
    world.enrol(into="E", completed="2025-04-12", passed="2025-04-10")
    assert world.rate("pass_rate", "2025-04-15") == (0, 0, 0)
    assert world.rate("pass_rate", "2025-04-20") == (1, 1, 0)


def test_passing_without_having_completed_is_outside_both_pass_rates(world: World) -> None:
    world.enrol("done", completed="2025-03-28", passed="2025-03-31", certified="2025-04-02")
    world.enrol("absent", passed="2025-03-31", certified="2025-04-02")
    assert world.rate("pass_rate", AFTER) == (1, 1, 0)
    assert world.rate("pass_rate_enrolled", AFTER) == (1, 2, 0)
    assert world.rate("certification_rate", AFTER) == (1, 1, 0)


def test_certificates_are_counted_among_those_who_passed(world: World) -> None:
    world.enrol("first", completed="2025-03-28", passed="2025-03-31", certified="2025-04-30")
    world.enrol("second", completed="2025-03-28", passed="2025-03-31", certified="2025-05-01")
    world.enrol("failed", completed="2025-03-28", certified="2025-04-02")
    assert world.rate("certification_rate", AFTER) == (1, 2, 0)


def test_the_classroom_counts_both_programmes_together_or_one(world: World) -> None:
    world.enrol("P", "K", completed="2025-03-28")
    world.enrol("Q", "S")
    both, skills, startup = (
        world.figure("completion", AFTER, programme=programme) for programme in (None, "skills", "startup")
    )
    assert (both.group, both.denominator) == ({}, 2)
    assert (skills.group, skills.numerator, skills.denominator) == ({"programme": "skills"}, 1, 1)
    assert (startup.group, startup.numerator, startup.denominator) == ({"programme": "startup"}, 0, 1)


def test_figures_without_a_case_are_there_without_a_value(world: World) -> None:
    figures = world.figures(AFTER)
    assert len(figures) == 16
    assert all(figure.value is None and not figure.base for figure in figures)
    assert all(figure.worst is None and figure.best is None for figure in figures)


def test_the_classroom_rests_on_no_evidence(world: World) -> None:
    row = world.figure("completion", AFTER).as_json()
    assert not {"by_evidence", "strict", "running_already", "unknown"} & row.keys()
