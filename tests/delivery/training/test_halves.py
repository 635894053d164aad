"""How much of a class somebody was there for: a day is a day, taught whole or in parts, kept one way or another."""

import datetime as dt
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from qihang.delivery.training.completing import _reaches
from qihang.delivery.training.halves import days_among, session_weights

MONDAY, TUESDAY = dt.date(2026, 3, 9), dt.date(2026, 3, 10)
_HALF, _THIRD = Fraction(1, 2), Fraction(1, 3)


def test_a_day_in_parts_is_one_day() -> None:
    assert session_weights([(MONDAY, "am"), (MONDAY, "pm")]) == {(MONDAY, "am"): _HALF, (MONDAY, "pm"): _HALF}
    three = session_weights([(MONDAY, part) for part in ("am", "pm", "eve")])
    assert set(three.values()) == {_THIRD}


def test_an_evening_class_has_whole_days_of_one_part() -> None:
    assert session_weights([(MONDAY, "eve"), (TUESDAY, "eve")]) == {(MONDAY, "eve"): 1, (TUESDAY, "eve"): 1}


def test_each_day_is_divided_as_it_was_taught() -> None:
    sessions = [(MONDAY, ""), (TUESDAY, "am"), (TUESDAY, "pm")]
    assert session_weights(sessions) == {(MONDAY, ""): 1, (TUESDAY, "am"): _HALF, (TUESDAY, "pm"): _HALF}
    assert days_among(sessions) == 2


def test_a_session_named_for_each_trainee_counts_once() -> None:
    assert session_weights([(MONDAY, "am")] * 30 + [(MONDAY, "pm")] * 29) == {
        (MONDAY, "am"): _HALF,
        (MONDAY, "pm"): _HALF,
    }


def test_one_trainee_kept_by_whole_days_takes_nothing_from_those_kept_by_halves() -> None:
    """A sheet for who joined late has whole days, that of the others has halves."""
    sessions = [(MONDAY, "am"), (MONDAY, "pm"), (MONDAY, "")]
    weights = session_weights(sessions)
    assert weights[MONDAY, ""] == 1
    assert weights[MONDAY, "am"] + weights[MONDAY, "pm"] == 1
    assert days_among(sessions) == 1


@given(
    st.lists(
        st.tuples(st.dates(dt.date(2026, 3, 1), dt.date(2026, 3, 9)), st.sampled_from(["", "am", "pm", "eve"])),
        max_size=30,
    )
)
def test_who_was_always_there_was_there_for_every_day_and_nobody_for_more(sessions: list[tuple[dt.date, str]]) -> None:
    weights = session_weights(sessions)
    by_parts = sum((value for (_, part), value in weights.items() if part), Fraction(0))
    by_days = sum((value for (_, part), value in weights.items() if not part), Fraction(0))
    assert by_parts == len({day for day, part in sessions if part})
    assert by_days == len({day for day, part in sessions if not part})
    assert max(by_parts, by_days) <= days_among(sessions)


class TestEnough:
    """80 of a hundred is enough, a hair less is not; shares are exact, whatever the number of days."""

    def test_the_limit_itself(self) -> None:
        least = Fraction("0.80")
        for held in (5, 10, 15, 20, 25):
            needed = least * held
            assert _reaches(needed, Fraction(held), least)
            assert not _reaches(needed - _HALF, Fraction(held), least)

    def test_where_the_limit_falls_between_days(self) -> None:
        """Of 14 days 80% is 11.2: eleven are too few, eleven and a half are enough."""
        held, least = Fraction(14), Fraction("0.80")
        assert [_reaches(Fraction(days), held, least) for days in ("11", "11.5", "12")] == [False, True, True]

    def test_thirds_of_days_are_not_rounded(self) -> None:
        held, least = Fraction(5), Fraction("0.80")
        assert _reaches(12 * _THIRD, held, least)
        assert not _reaches(11 * _THIRD, held, least)

    def test_nobody_has_enough_of_nothing(self) -> None:
        assert not _reaches(Fraction(0), Fraction(0), Fraction(0))
        assert _reaches(Fraction(0), Fraction(1), Fraction(0)), "where a place asks for no attendance"
