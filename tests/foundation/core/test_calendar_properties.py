"""Counting working days, held against a calendar walked day by day."""

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import SYSTEM

from qihang.foundation.core import calendars
from qihang.foundation.core.calendars import CalendarYearMissing, WorkCalendar
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import CalendarDay

_FIRST, _LAST = dt.date(2027, 1, 1), dt.date(2028, 12, 31)  # the second is a leap year
_DAYS = st.dates(dt.date(2027, 3, 1), dt.date(2028, 10, 31))
_ARRANGED = st.dictionaries(st.dates(_FIRST, _LAST), st.sampled_from(["holiday", "workday"]), max_size=30)


def calendar_of(arranged: dict[dt.date, str]) -> WorkCalendar:
    made = WorkCalendar.__new__(WorkCalendar)
    made._years, made._kinds = {2027, 2028}, arranged
    return made


def works(arranged: dict[dt.date, str], day: dt.date) -> bool:
    return arranged.get(day, "workday" if day.isoweekday() <= 5 else "holiday") == "workday"


@settings(max_examples=150, deadline=None)
@given(arranged=_ARRANGED, day=_DAYS, count=st.integers(-25, 25))
def test_the_nth_working_day_has_n_working_days_up_to_it(
    arranged: dict[dt.date, str], day: dt.date, count: int
) -> None:
    calendar = calendar_of(arranged)
    found = calendar.add(day, count)
    if count == 0:
        assert found == day
        return
    assert works(arranged, found)
    low, high = (day, found) if count > 0 else (found - dt.timedelta(days=1), day - dt.timedelta(days=1))
    walked = [low + dt.timedelta(days=n) for n in range(1, (high - low).days + 1)]
    assert sum(works(arranged, one) for one in walked) == abs(count)
    assert calendar.between(low, high) == abs(count)


@settings(max_examples=80, deadline=None)
@given(arranged=_ARRANGED, days=st.lists(_DAYS, min_size=3, max_size=3).map(sorted))
def test_two_spans_side_by_side_come_to_the_whole(arranged: dict[dt.date, str], days: list[dt.date]) -> None:
    calendar, (first, middle, last) = calendar_of(arranged), days
    assert calendar.between(first, middle) + calendar.between(middle, last) == calendar.between(first, last)
    assert calendar.between(last, first) == 0 or first == last


@pytest.mark.parametrize(("day", "count"), [(dt.date(2028, 12, 29), 1), (dt.date(2027, 1, 1), -1)])
def test_over_the_edge_of_what_is_filled_in_the_year_is_named(day: dt.date, count: int) -> None:
    with pytest.raises(CalendarYearMissing, match="2029" if count > 0 else "2026"):
        calendar_of({}).add(day, count)


@pytest.mark.django_db
class TestFilling:
    @pytest.fixture(autouse=True)
    def _filled(self) -> Iterator[None]:
        calendars.fill_year(actor=SYSTEM, year=2027, source="通知", days=[(_FIRST, "holiday", "元旦")])
        yield

    def test_one_day_twice_is_refused_and_the_year_stays(self) -> None:
        twice = [(_FIRST, "holiday", "元旦"), (_FIRST, "workday", "调休")]
        with pytest.raises(DomainError, match="2027-01-01 写了两次"):
            calendars.fill_year(actor=SYSTEM, year=2027, source="更正", days=twice)
        assert CalendarDay.objects.get().kind == "holiday"

    def test_so_is_an_arrangement_that_nobody_knows(self) -> None:
        with pytest.raises(DomainError, match="“休息”"):
            calendars.fill_year(actor=SYSTEM, year=2027, source="更正", days=[(_FIRST, "休息", "元旦")])

    def test_a_batch_reads_the_calendar_once(self, django_assert_num_queries: object) -> None:
        with django_assert_num_queries(2):  # type: ignore[operator]
            calendar = WorkCalendar()
            assert [calendar.is_working_day(_FIRST + dt.timedelta(days=n)) for n in range(4)] == [False] * 3 + [True]
