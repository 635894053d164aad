"""Openings, survival and jobs at their edges. The certificate is of 2025-04-10, the firm opens on 2025-05-15 and its
twelve months are up on 2026-05-15, where nothing else is said."""

from fractions import Fraction

import pytest
from tests.oversight.indicators.world import World

from qihang.foundation.core.evidence import EvidenceType

LATE = "2026-12-31"
YEAR_ON = "2026-05-15"


@pytest.fixture
def world() -> World:
    world = World()
    world.training_class("G", programme="startup", module="GYB", occupation=None)
    world.training_class("I", programme="startup", module="IYB", occupation=None)
    return world


@pytest.fixture
def founder(world: World) -> World:
    """Certified, with a firm."""
    world.enrol(into="S", completed="2025-03-28", certified="2025-04-10")
    world.firm("2025-05-15")
    return world


# Opening


@pytest.mark.parametrize(
    ("opened", "in_three", "in_six"),
    [
        ("2025-04-11", 1, 1),
        ("2025-07-10", 1, 1),
        ("2025-07-11", 0, 1),
        ("2025-10-10", 0, 1),
        ("2025-10-11", 0, 0),
    ],
)
def test_a_firm_counts_that_opens_after_the_certificate_and_in_time(
    world: World, opened: str, in_three: int, in_six: int
) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm(opened)
    assert world.rate("open_rate_3m", LATE) == (in_three, 1, 0)
    assert world.rate("open_rate_6m", LATE) == (in_six, 1, 0)


@pytest.mark.parametrize(
    ("opened", "closed", "cases"),
    [
        ("2025-04-09", None, 0),
        ("2025-04-10", None, 0),
        ("2025-01-01", "2025-04-09", 1),
        ("2025-01-01", "2025-04-10", 1),
        ("2025-01-01", "2025-04-11", 0),
    ],
)
def test_who_has_a_firm_open_on_the_day_of_the_certificate_is_no_case(
    world: World, opened: str, closed: str | None, cases: int
) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm(opened, closed)
    assert world.rate("open_rate_3m", LATE) == (0, cases, 0)


def test_a_firm_of_before_that_is_not_yet_recorded_is_not_known(world: World) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-01-01", recorded_on="2025-08-01")
    assert world.rate("open_rate_3m", "2025-07-31", known_only=True) == (0, 1, 0)
    assert world.rate("open_rate_3m", "2025-08-01", known_only=True) == (0, 0, 0)


@pytest.mark.parametrize(("into", "cases"), [("G", 1), ("S", 1), ("I", 0), ("K", 0)])
def test_only_the_modules_for_beginners_are_asked_for_openings(world: World, into: str, cases: int) -> None:
    world.enrol(into=into, completed="2025-03-28", certified="2025-04-10")
    assert world.rate("open_rate_3m", LATE) == (0, cases, 0)


def test_the_earliest_case_of_the_year_is_chosen_after_its_conditions(world: World) -> None:
    """The first certificate found a firm open and is no case; the second of that year is."""
    world.enrol(into="G", certified="2025-04-10")
    world.enrol(into="S", certified="2025-06-10")
    world.firm("2025-01-01", "2025-05-01")
    (case,) = world.cases("open_rate_3m", LATE)
    assert case["class"] == "S"


def test_two_certificates_of_a_year_are_one_case_and_of_two_years_are_two(world: World) -> None:
    world.enrol(into="G", certified="2025-04-10")
    world.enrol(into="S", certified="2025-06-10")
    assert world.rate("open_rate_3m", LATE) == (0, 1, 0)
    world.enrol(into="S", certified="2026-01-02")
    assert world.rate("open_rate_3m", LATE) == (0, 2, 0)


def test_openings_at_worst_and_at_best(world: World) -> None:
    for person, certified in (("a", "2025-04-10"), ("b", "2025-04-10"), ("c", "2025-08-01"), ("d", "2025-08-01")):
        world.enrol(person, "S", certified=certified)
    world.firm("2025-05-15", owner="a", number="A")
    world.firm("2025-08-20", owner="c", number="C")
    figure = world.figure("open_rate_3m", "2025-09-01")
    assert (figure.numerator, figure.denominator, figure.running, figure.running_already) == (1, 2, 2, 1)
    assert (figure.worst, figure.best) == (Fraction(1, 2), Fraction(3, 4))


def test_openings_count_on_any_evidence_and_strictly_on_good_evidence_alone(world: World) -> None:
    for evidence in EvidenceType:
        world.enrol(evidence.value, "S", certified="2025-04-10")
        world.firm("2025-05-15", owner=evidence.value, number=evidence.value, evidence=evidence.value)
    figure = world.figure("open_rate_3m", LATE)
    assert (figure.numerator, figure.strict) == (9, 6)
    assert figure.by_evidence == dict.fromkeys(EvidenceType.values, 1)


def test_of_two_openings_in_time_the_better_evidenced_is_shown(world: World) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-05-01", number="F1", evidence="phone")
    world.firm("2025-06-01", number="F2", evidence="tax")
    world.firm("2025-09-01", number="F3", evidence="insurance")
    assert world.figure("open_rate_3m", LATE).by_evidence == {"tax": 1}
    (case,) = world.cases("open_rate_3m", LATE)
    assert case["proof"] == ["F1", "F2"]


# Survival


@pytest.mark.parametrize(
    ("closed", "survived"), [("2026-05-14", 0), ("2026-05-15", 0), ("2026-05-16", 1), ("2026-11-01", 1)]
)
def test_a_shut_firm_survived_if_it_shut_later_than_twelve_months(world: World, closed: str, survived: int) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-05-15", closed)
    assert world.rate("survival_12m", LATE) == (survived, 1, 0)
    assert world.figure("survival_12m", LATE).unknown == 0


@pytest.mark.parametrize(("on", "survived"), [("2026-05-14", 0), ("2026-05-15", 1), ("2026-09-01", 1)])
def test_an_open_firm_must_be_seen_trading_on_or_after_twelve_months(founder: World, on: str, survived: int) -> None:
    founder.count(on)
    assert founder.rate("survival_12m", LATE) == (survived, 1, 0)
    assert founder.figure("survival_12m", LATE).unknown == 1 - survived


@pytest.mark.parametrize("evidence", EvidenceType)
def test_only_some_evidence_proves_trading(founder: World, evidence: EvidenceType) -> None:
    founder.count("2026-06-01", evidence=evidence.value)
    figure = founder.figure("survival_12m", LATE)
    assert figure.numerator == (evidence.value in ("insurance", "tax", "visit", "phone"))
    assert figure.strict == (evidence.value in ("insurance", "tax"))


def test_a_firm_seen_trading_after_a_year_but_known_to_have_shut_before_did_not_survive(world: World) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-05-15", "2026-05-15")
    world.count("2026-06-01")
    assert world.rate("survival_12m", LATE) == (0, 1, 0)


def test_a_survivor_that_shut_later_is_evidenced_by_its_record_or_better(world: World) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-05-15", "2026-07-01", evidence="phone")
    assert world.figure("survival_12m", LATE).by_evidence == {"phone": 1}
    world.count("2026-06-01", evidence="tax")
    assert world.figure("survival_12m", LATE).by_evidence == {"tax": 1}


@pytest.mark.parametrize(("opened", "firms"), [("2025-04-10", 0), ("2025-04-11", 1)])
def test_only_firms_opened_after_the_certificate_are_followed(world: World, opened: str, firms: int) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm(opened)
    assert world.figure("kaplan_meier_365d", LATE).firms == firms
    assert world.rate("survival_12m", LATE) == (0, firms, 0)


@pytest.mark.parametrize(("into", "firms"), [("I", 1), ("G", 1), ("K", 0)])
def test_firms_follow_certificates_of_any_startup_module(world: World, into: str, firms: int) -> None:
    world.enrol(into=into, certified="2025-04-10")
    world.firm("2025-05-15")
    assert world.figure("kaplan_meier_365d", LATE).firms == firms


def test_the_first_certificate_is_what_a_firm_must_follow(world: World) -> None:
    world.enrol(into="S", certified="2025-06-10")
    world.enrol(into="G", certified="2025-04-10")
    world.firm("2025-05-15")
    (case,) = world.cases("survival_12m", LATE)
    assert case["class"] == "G"


def test_survival_at_worst_and_at_best(founder: World) -> None:
    founder.count("2026-05-20", firm="F")
    founder.firm("2025-05-20", number="unseen")
    founder.firm("2025-05-20", "2026-01-01", number="shut")
    founder.firm("2025-11-01", "2026-05-01", number="young, shut")
    founder.firm("2025-11-01", number="young")
    figure = founder.figure("survival_12m", "2026-06-01")
    assert (figure.numerator, figure.denominator, figure.running) == (1, 3, 2)
    assert (figure.unknown, figure.running_already_closed) == (1, 1)
    assert (figure.worst, figure.best) == (Fraction(1, 5), Fraction(3, 5))


def test_a_year_from_a_leap_day_is_up_on_the_28th(world: World) -> None:
    world.training_class(
        "old", programme="startup", module="SYB", start="2024-01-03", end="2024-01-20", appraisal="2024-01-22"
    )
    world.enrol(into="old", on="2024-01-02", certified="2024-02-01")
    world.firm("2024-02-29")
    assert world.rate("survival_12m", "2025-02-27") == (0, 0, 1)
    assert world.rate("survival_12m", "2025-02-28") == (0, 1, 0)


def test_a_shutting_not_yet_recorded_has_not_happened_where_only_the_known_counts(world: World) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-05-15", "2026-01-01", recorded_on="2025-05-20", close_recorded_on="2026-07-01")
    world.count("2026-05-20", recorded_on="2026-06-01")
    assert world.rate("survival_12m", "2026-06-30") == (0, 1, 0)
    assert world.rate("survival_12m", "2026-06-30", known_only=True) == (1, 1, 0)
    assert world.figure("survival_12m", "2026-05-31", known_only=True).unknown == 1


# Kaplan and Meier


def lives(world: World, *closings: str | None) -> None:
    """Firms opened on 2025-05-15."""
    world.enrol(into="S", certified="2025-04-10")
    for at, closed in enumerate(closings):
        world.firm("2025-05-15", closed, number=f"F{at}")


def test_the_curve_multiplies_over_the_days_on_which_firms_shut(world: World) -> None:
    lives(world, "2025-06-15", "2025-06-15", "2025-08-01", None, None)
    figure = world.figure("kaplan_meier_365d", LATE)
    assert (figure.firms, figure.closed, figure.value) == (5, 3, Fraction(3, 5) * Fraction(2, 3))


def test_firms_observed_up_to_a_day_are_at_risk_on_it(world: World) -> None:
    lives(world, "2025-06-15", None)
    world.firm("2025-08-01", number="young")  # 31 days old on 2025-09-01, as the first was when it shut
    figure = world.figure("kaplan_meier_365d", "2025-09-01")
    assert figure.value == Fraction(2, 3)
    assert world.figure("kaplan_meier_365d", "2025-08-31").value == Fraction(1, 2)


@pytest.mark.parametrize(("closed", "value"), [("2026-05-15", Fraction(1, 2)), ("2026-05-16", Fraction(1))])
def test_the_curve_ends_after_365_days_but_later_shuttings_are_counted(
    world: World, closed: str, value: Fraction
) -> None:
    lives(world, closed, None)
    figure = world.figure("kaplan_meier_365d", LATE)
    assert (figure.closed, figure.value) == (1, value)


def test_a_firm_that_shuts_on_its_first_day_lowers_the_curve(world: World) -> None:
    lives(world, "2025-05-15", None, None)
    assert world.figure("kaplan_meier_365d", LATE).value == Fraction(2, 3)


def test_the_row_of_the_curve_has_its_own_numbers(world: World) -> None:
    row = world.figure("kaplan_meier_365d", LATE).as_json()
    assert row == {
        "as_of": LATE,
        "known_only": False,
        "indicator": "kaplan_meier_365d",
        "group": {"programme": "startup"},
        "firms": 0,
        "closed": 0,
        "value": None,
    }


# Jobs


def test_staff_is_counted_in_the_last_headcount_up_to_twelve_months(founder: World) -> None:
    founder.count("2025-09-01", 9, insured_employees=8)
    founder.count("2026-05-15", 4, owner_included=True, insured_employees=2)
    founder.count("2026-05-16", 7, insured_employees=7)
    assert founder.rate("jobs_per_firm_employees", LATE) == (3, 1, 0)
    assert founder.rate("jobs_per_firm_insured", LATE) == (2, 1, 0)
    assert founder.rate("jobs_per_firm_employees", "2026-05-14") == (0, 0, 1)


@pytest.mark.parametrize(("closed", "staff"), [("2026-05-15", 0), ("2026-05-16", 5)])
def test_a_firm_shut_by_twelve_months_has_no_staff(world: World, closed: str, staff: int) -> None:
    world.enrol(into="S", certified="2025-04-10")
    world.firm("2025-05-15", closed)
    world.count("2026-04-01", 5)
    figure = world.figure("jobs_per_firm_employees", LATE)
    assert (figure.numerator, figure.firms_with_known_headcount) == (staff, 1)


def test_a_firm_without_a_headcount_counts_with_nobody(founder: World) -> None:
    founder.firm("2025-05-20", number="G")
    founder.count("2026-04-01", 5, firm="G")
    founder.count("2026-06-01", 5, firm="F")  # too late
    figure = founder.figure("jobs_per_firm_employees", LATE)
    assert (figure.numerator, figure.denominator, figure.firms_with_known_headcount) == (5, 2, 1)
    assert figure.value == Fraction(5, 2)


def test_a_visit_that_counted_nobody_is_no_headcount(founder: World) -> None:
    founder.count("2026-03-01", 5, insured_employees=3)
    founder.count("2026-04-01", None, insured_employees=None)
    assert founder.rate("jobs_per_firm_employees", LATE) == (5, 1, 0)
    assert founder.rate("jobs_per_firm_insured", LATE) == (3, 1, 0)


def test_of_two_headcounts_on_one_day_the_better_evidenced_stands(founder: World) -> None:
    founder.count("2026-04-01", 9, evidence="self_report")
    founder.count("2026-04-01", 5, evidence="tax")
    founder.count("2026-04-01", 7, evidence="visit")
    assert founder.rate("jobs_per_firm_employees", LATE) == (5, 1, 0)


def test_staff_strictly_counted_does_not_depend_on_weak_headcounts(founder: World) -> None:
    founder.count("2026-02-01", 4, evidence="insurance")
    founder.count("2026-04-01", 6, evidence="phone")
    figure = founder.figure("jobs_per_firm_employees", LATE)
    assert (figure.numerator, figure.by_evidence, figure.strict) == (6, {"phone": 6}, 4)


def test_an_owner_alone_employs_nobody(founder: World) -> None:
    founder.count("2026-04-01", 1, owner_included=True)
    assert founder.rate("jobs_per_firm_employees", LATE) == (0, 1, 0)
    founder.count("2026-04-02", 0, owner_included=True)
    assert founder.rate("jobs_per_firm_employees", LATE) == (0, 1, 0)
