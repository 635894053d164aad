"""Whole histories of contribution lists: whatever lists show of the same work, in whatever order they come, it is the same work.

The right answer is worked out from the months themselves, without spells: months that follow each other are one spell,
the month of completion counts from the day after, and the end is open while the newest list still shows its month.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.delivery.employment.spells import Effect, Months, Span, changes_of, month_end

_ONE = dt.timedelta(days=1)
_YEAR = 2026
_MONTHS = range(10)
Spells = list[tuple[str, dt.date, dt.date | None]]


def first_day(month: int) -> dt.date:
    return dt.date(_YEAR + month // 12, month % 12 + 1, 1)


def number(day: dt.date) -> int:
    return (day.year - _YEAR) * 12 + day.month - 1


def runs(months: set[int]) -> list[tuple[int, int]]:
    """Months that follow each other, as (first, last)."""
    found: list[tuple[int, int]] = []
    for month in sorted(months):
        if found and found[-1][1] == month - 1:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found


@dataclass(frozen=True)
class Listed:
    """A list of a day and what it says of one person."""

    on: dt.date
    lines: tuple[Months, ...]


@st.composite
def histories(draw: Any) -> tuple[list[Listed], list[dt.date]]:
    """Work at one or two employers, the lists that an office sends (all months, or only the latest few), a completion."""
    employers = draw(st.sampled_from([("椰家",), ("椰家", "好帮手")]))
    work = {name: draw(st.sets(st.sampled_from(_MONTHS), min_size=1)) for name in employers}
    reach = draw(st.sampled_from([None, 2, 3, 6]))
    lists = []
    for month in sorted(draw(st.sets(st.integers(1, 9), min_size=2))):
        day = draw(st.sampled_from([15, None]))
        on = first_day(month).replace(day=day) if day else month_end(first_day(month))
        earliest = 0 if reach is None else month - reach + 1
        lines = [
            Months(1, name, "", first_day(first), first_day(last))
            for name, months in work.items()
            for first, last in runs({one for one in months if earliest <= one <= month})
        ]
        lists.append(Listed(on, tuple(draw(st.permutations(lines)))))
    completed = draw(st.lists(st.sampled_from(_MONTHS), max_size=1))
    days = [first_day(month) + dt.timedelta(days=draw(st.sampled_from([0, 14, 26]))) for month in completed]
    return lists, days


class Office:
    """The spells of one office as its lists come in."""

    def __init__(self, completed: list[dt.date]) -> None:
        self.completed = completed
        self.spells: list[Span] = []
        self.days: set[dt.date] = set()
        self._next = 1

    def bring(self, listed: Listed) -> list[Effect]:
        known = [Span(s.person_id, s.employer_name, "", s.start, s.end, s.seen_on, s.end_recorded_on, s.pk)
                 for s in self.spells]  # fmt: skip
        changes = changes_of(
            listed.lines,
            list_on=listed.on,
            completed={1: self.completed},
            known=known,
            closing={span.pk for span in known if span.end is None and span.seen_on < listed.on and span.pk},
            later_on=min((day for day in self.days if day > listed.on), default=None),
        )
        gone = {span.pk for span in changes.absorbed}
        for span in changes.added:
            span.pk, self._next = self._next, self._next + 1
        self.spells = [span for span in known if span.pk not in gone] + changes.added
        self.days.add(listed.on)
        return changes.effects

    @property
    def found(self) -> Spells:
        return sorted((span.employer_name, span.start, span.end) for span in self.spells)


def told_by(lists: list[Listed], completed: list[dt.date]) -> Spells:
    """What the lists together say, from their months alone."""
    newest = max(number(listed.on) for listed in lists)
    shown: dict[str, set[int]] = {}
    for listed in lists:
        for line in listed.lines:
            shown.setdefault(line.employer_name, set()).update(range(number(line.first), number(line.last) + 1))
    spells: Spells = []
    for name, months in shown.items():
        for first, last in runs(months):
            shown_to = month_end(first_day(last))
            after = [day + _ONE for day in completed if number(day) == first and day < shown_to]
            spells.append((name, max([first_day(first), *after]), None if last == newest else shown_to))
    return sorted(spells, key=lambda one: one[:2])


def brought(lists: list[Listed], completed: list[dt.date]) -> Office:
    office = Office(completed)
    for listed in lists:
        office.bring(listed)
    return office


@settings(max_examples=100, deadline=None)
@given(history=histories())
def test_lists_that_come_in_time_give_the_months_they_show(history: tuple[list[Listed], list[dt.date]]) -> None:
    lists, completed = history
    assert brought(lists, completed).found == told_by(lists, completed)


@settings(max_examples=100, deadline=None)
@given(history=histories(), data=st.data())
def test_and_so_do_lists_that_come_in_any_order(history: tuple[list[Listed], list[dt.date]], data: Any) -> None:
    lists, completed = history
    assert brought(data.draw(st.permutations(lists)), completed).found == told_by(lists, completed)


@settings(max_examples=50, deadline=None)
@given(history=histories(), data=st.data())
def test_a_list_brought_twice_says_nothing_new(history: tuple[list[Listed], list[dt.date]], data: Any) -> None:
    lists, completed = history
    order = data.draw(st.permutations(lists))
    office = brought(order, completed)
    before = office.found
    for listed in order:
        assert set(office.bring(listed)) <= {Effect.SAME}
    assert office.found == before


@settings(max_examples=50, deadline=None)
@given(history=histories())
def test_what_the_spells_say_can_be_read_off_the_lists(history: tuple[list[Listed], list[dt.date]]) -> None:
    """No day counts as work that no list shows, nor twice at one employer; an end was learnt from a list."""
    lists, completed = history
    office = brought(lists, completed)
    shown = {
        (line.employer_name, month)
        for listed in lists
        for line in listed.lines
        for month in range(number(line.first), number(line.last) + 1)
    }
    newest = max(listed.on for listed in lists)
    covered: list[tuple[str, int]] = []
    for span in office.spells:
        last = span.end or newest
        assert span.start <= last or span.end is None
        covered += [(span.employer_name, month) for month in range(number(span.start), number(last) + 1)]
        if span.end is None:
            assert span.end_recorded_on is None
            assert number(newest) in {number(line.last) for line in lists[-1].lines}
        else:
            assert span.end_recorded_on in {listed.on for listed in lists}
            assert span.end == month_end(span.end) and number(span.end_recorded_on) >= number(span.end)
    assert len(covered) == len(set(covered))
    assert set(covered) <= shown


@settings(max_examples=50, deadline=None)
@given(history=histories(), after=st.integers(0, 8))
def test_a_completion_learnt_of_later_leads_to_the_same_first_day_of_work_that_lists_still_show(
    history: tuple[list[Listed], list[dt.date]], after: int
) -> None:
    lists, completed = history
    office = Office([])
    for at, listed in enumerate(lists):
        if at == min(after, len(lists) - 1):
            office.completed = completed
        office.bring(listed)
    still = {line.employer_name for line in lists[-1].lines if number(line.last) == number(lists[-1].on)}
    right = {one for one in told_by(lists, completed) if one[0] in still and one[2] is None}
    assert right <= set(office.found)
