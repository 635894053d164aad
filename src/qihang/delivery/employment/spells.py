"""From months on a contribution list to spells of work (the indicators' definition, section on contribution lists)."""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

_ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Months:
    """One line of a list: a person's contributions at an employer, from a month to a month (each as its first day)."""

    person_id: int
    employer_name: str
    employer_uscc: str
    first: dt.date
    last: dt.date


@dataclass(slots=True)
class Span:
    """A spell as known from lists: its days, and since when its end is known. `pk` is None for a new one."""

    person_id: int
    employer_name: str
    employer_uscc: str
    start: dt.date
    end: dt.date | None
    end_recorded_on: dt.date | None = None
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a list changes: spells to add, spells whose end moved, and how many lines said nothing new."""

    added: list[Span] = field(default_factory=list)
    moved: list[Span] = field(default_factory=list)
    unchanged: int = 0


def month_end(day: dt.date) -> dt.date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def span_of(line: Months, *, list_on: dt.date, completed: Iterable[dt.date]) -> Span:
    """The days a line stands for.

    The first month counts from its first day or, where the person completed a class within it, from the day after;
    the last month ends on its last day, or is open where it is the list's month.
    """
    start = line.first
    for day in completed:
        if line.first <= day <= month_end(line.first):
            start = max(start, day + _ONE)
    end = None if month_end(line.last) == month_end(list_on) else month_end(line.last)
    if end is not None:
        end = max(end, start)
    return Span(line.person_id, line.employer_name, line.employer_uscc, start, end, list_on if end else None)


def changes_of(
    lines: Sequence[Months],
    *,
    list_on: dt.date,
    completed: Mapping[int, Sequence[dt.date]],
    known: Sequence[Span],
    closing: Mapping[int, dt.date],
) -> Changes:
    """Lay a list over the spells known from earlier ones.

    A line that adjoins or overlaps a known spell of the same person and employer extends it. `closing` names the open
    spells of earlier lists of the same office by id, with their list's day: those that no line continues end with the
    month of that list, as recorded on this one.
    """
    changes = Changes()
    unchanged = 0
    continued: set[int | None] = set()
    spans: dict[tuple[int, str], list[Span]] = defaultdict(list)
    for span in known:
        spans[span.person_id, span.employer_name].append(span)
    for line in sorted(lines, key=lambda item: (item.person_id, item.first)):
        fresh = span_of(line, list_on=list_on, completed=completed.get(line.person_id, ()))
        before = _adjoining(spans[line.person_id, line.employer_name], fresh)
        if before is None:
            spans[line.person_id, line.employer_name].append(fresh)
            changes.added.append(fresh)
            continue
        continued.add(before.pk)
        if _extend(before, fresh):
            if before.pk is not None and before not in changes.moved:
                changes.moved.append(before)
        else:
            unchanged += 1
    by_id = {span.pk: span for span in known}
    for pk, earlier in closing.items():
        if pk not in continued and by_id[pk].end is None:
            span = by_id[pk]
            span.end, span.end_recorded_on = max(month_end(earlier), span.start), list_on
            changes.moved.append(span)
    return Changes(changes.added, changes.moved, unchanged)


def _adjoining(spans: Sequence[Span], fresh: Span) -> Span | None:
    """The known spell that the fresh one overlaps or follows without a gap."""
    for span in spans:
        starts_in_time = span.end is None or fresh.start <= span.end + _ONE
        reaches = fresh.end is None or fresh.end + _ONE >= span.start
        if starts_in_time and reaches:
            return span
    return None


def _extend(span: Span, fresh: Span) -> bool:
    """Move the end of a known spell to the fresh one's, if that is later or now known; says whether it moved."""
    if span.end is None and fresh.end is not None and fresh.end_recorded_on is not None:
        span.end, span.end_recorded_on = fresh.end, fresh.end_recorded_on
        return True
    if span.end is not None and (fresh.end is None or fresh.end > span.end):
        span.end, span.end_recorded_on = fresh.end, fresh.end_recorded_on
        return True
    return False
