"""From months on a contribution list to spells of work (the indicators' definition, section on contribution lists).

Lists may come late: what an older list says is laid under what later ones have shown, and changes no end of theirs.
"""

import datetime as dt
from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

_ONE = dt.timedelta(days=1)
Employer = tuple[int, str]


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
    """A spell as known from lists: its days, since when its end is known, and the latest list that showed it.

    `pk` is None for a new one; `told_from` is the first month that a list tells of it, whatever day counts in it.
    """

    person_id: int
    employer_name: str
    employer_uscc: str
    start: dt.date
    end: dt.date | None
    seen_on: dt.date
    end_recorded_on: dt.date | None = None
    pk: int | None = None
    told_from: dt.date | None = None

    @property
    def begins(self) -> dt.date:
        """The first day of its first month."""
        return self.told_from or self.start.replace(day=1)

    @property
    def employer(self) -> Employer:
        return self.person_id, self.employer_name

    @property
    def reach(self) -> dt.date:
        """The last day that lists have shown: an open end is known up to the month of the latest list."""
        return self.end or max(month_end(self.seen_on), self.start)

    def covers(self, other: "Span") -> bool:
        """Whether it holds all that the other says."""
        return self.start <= other.start and (self.end is None or (other.end is not None and other.end <= self.end))


class Effect(StrEnum):
    """What a line does to what is known."""

    NEW = "new"
    MOVED = "moved"
    SAME = "same"


@dataclass(slots=True)
class Changes:
    """What a list changes: spells to add, spells whose days moved, spells that became part of another, spells that it
    shows. `effects` has one for each line; `shortened` the lines, by position, that end earlier than lists before.
    """

    added: list[Span] = field(default_factory=list)
    moved: list[Span] = field(default_factory=list)
    absorbed: list[Span] = field(default_factory=list)
    shown: list[Span] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    shortened: dict[int, dt.date] = field(default_factory=dict)


@dataclass(slots=True)
class _Told:
    """Lines of one person and employer that follow each other without a gap, as one span."""

    span: Span
    lines: list[tuple[int, Span]]


def month_end(day: dt.date) -> dt.date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def span_of(line: Months, *, list_on: dt.date, completed: Iterable[dt.date], later_on: dt.date | None = None) -> Span:
    """The days a line stands for.

    The first month counts from its first day or, where the person completed a class within it, from the day after;
    the last month ends on its last day, or is open where it is the list's month. `later_on` is the day of the office's
    next list, where there is one already: an end that it does not continue was closed on that day.
    """
    is_open = month_end(line.last) == month_end(list_on)
    end = None if is_open and later_on is None else month_end(line.last)
    start = _begun(line.first, completed, end or month_end(list_on))
    known_on = (later_on if is_open else list_on) if end else None
    return Span(
        line.person_id, line.employer_name, line.employer_uscc, start, end, list_on, known_on, told_from=line.first
    )


def _begun(first: dt.date, completed: Iterable[dt.date], reach: dt.date) -> dt.date:
    """The day from which work counts that began in the month of `first` and is shown up to `reach`.

    Who completed on the last day shown has been seen at work before only, and not after.
    """
    ends = [day for day in completed if _same_month(day, first) and day < reach]
    return max([first, *(day + _ONE for day in ends)])


def changes_of(
    lines: Sequence[Months],
    *,
    list_on: dt.date,
    completed: Mapping[int, Sequence[dt.date]],
    known: Sequence[Span],
    closing: Collection[int] = (),
    later_on: dt.date | None = None,
) -> Changes:
    """Lay a list over the spells known from others. The known spans are moved in place.

    What adjoins or overlaps a known spell of the same person and employer extends it. `closing` names the open spells
    that the office's earlier lists showed last: those that no line continues end with the month of that list, as
    recorded on this one.
    """
    spans = [
        span_of(line, list_on=list_on, completed=completed.get(line.person_id, ()), later_on=later_on)
        for line in lines
    ]
    book: dict[Employer, list[Span]] = defaultdict(list)
    for span in known:
        book[span.employer].append(span)
    before = {span.pk: (span.start, span.end) for span in known}
    changes = Changes(effects=[Effect.SAME] * len(lines))
    continued: set[int | None] = set()
    for told in _told(spans):
        _lay(told, book[told.span.employer], completed.get(told.span.person_id, ()), changes, continued)
    for span in known:
        if span.pk in closing and span.pk not in continued and span.end is None and span.seen_on < list_on:
            span.end, span.end_recorded_on = span.reach, list_on
    for chain in book.values():
        _close_followed(chain, list_on)
    gone = {span.pk for span in changes.absorbed}
    changes.moved = [s for s in known if s.pk not in gone and (s.start, s.end) != before[s.pk]]
    changes.shown = [s for s in known if s.pk in continued and s.pk not in gone]
    for span in changes.shown:
        span.seen_on = max(span.seen_on, list_on)
    return changes


def _told(spans: Sequence[Span]) -> Iterator[_Told]:
    """The lines' spans, joined where they adjoin or overlap."""
    current: _Told | None = None
    for at, span in sorted(enumerate(spans), key=lambda item: (item[1].employer, item[1].start, item[0])):
        joins = current is not None and current.span.employer == span.employer
        if current is not None and joins and span.begins <= current.span.reach + _ONE:
            current.lines.append((at, span))
            if current.span.end is not None and (span.end is None or span.end > current.span.end):
                current.span.end, current.span.end_recorded_on = span.end, span.end_recorded_on
            continue
        if current is not None:
            yield current
        copy = Span(
            span.person_id,
            span.employer_name,
            span.employer_uscc,
            span.start,
            span.end,
            span.seen_on,
            span.end_recorded_on,
            told_from=span.told_from,
        )
        current = _Told(copy, [(at, span)])
    if current is not None:
        yield current


def _lay(
    told: _Told, chain: list[Span], completed: Sequence[dt.date], changes: Changes, continued: set[int | None]
) -> None:
    """One told span over the known ones of its employer."""
    fresh = told.span
    fresh.start = _begun(fresh.begins, completed, fresh.reach)
    touching = sorted((span for span in chain if _touch(span, fresh)), key=lambda span: span.start)
    if not touching:
        chain.append(fresh)
        changes.added.append(fresh)
        for at, _ in told.lines:
            changes.effects[at] = Effect.NEW
        return
    originals = [(span.start, span.end) for span in touching]
    same = {at for at, line in told.lines if any(span.covers(line) for span in touching)}
    keep, *others = touching
    for other in others:
        keep.end, keep.end_recorded_on = other.end, other.end_recorded_on
        keep.seen_on = max(keep.seen_on, other.seen_on)
        chain.remove(other)
        changes.absorbed.append(other)
    shortened = _join(keep, fresh, continued)
    keep.start = _begun(keep.start, completed, max(keep.reach, fresh.reach))
    if [(span.start, span.end) for span in touching] == originals and not others:
        return
    final = max(line.reach for _, line in told.lines)
    for at, line in told.lines:
        tells_the_end = line.reach == final and line.end is not None and keep.end == line.end
        if at not in same or tells_the_end:
            changes.effects[at] = Effect.MOVED
        if shortened and tells_the_end:
            changes.shortened[at] = shortened


def _touch(span: Span, fresh: Span) -> bool:
    """By months: the day after a completion is where work *begins* in that month, no gap in work that went on."""
    return fresh.begins <= span.reach + _ONE and fresh.reach + _ONE >= span.begins


def _join(keep: Span, fresh: Span, continued: set[int | None]) -> dt.date | None:
    """Let a known span take what a list tells of it; gives the day up to which it reached, where that was cut."""
    reach, older = keep.reach, keep.seen_on > fresh.seen_on
    keep.told_from = min(keep.begins, fresh.begins)
    retold = fresh.start <= keep.start or _same_month(fresh.start, keep.start)
    if fresh.start < keep.start or _same_month(fresh.start, keep.start):
        keep.start = fresh.start
    if older:
        if keep.end is not None and fresh.reach > keep.end:
            keep.end, keep.end_recorded_on = fresh.reach, keep.end_recorded_on or fresh.seen_on
        return None
    if fresh.end is None:
        keep.end, keep.end_recorded_on = None, None
    elif fresh.end >= reach:
        if keep.end != fresh.end:
            keep.end, keep.end_recorded_on = fresh.end, fresh.end_recorded_on
    elif retold:
        keep.end, keep.end_recorded_on = fresh.end, fresh.end_recorded_on
        continued.add(keep.pk)
        return reach
    else:
        return None  # a part of what is known: says nothing of its end
    continued.add(keep.pk)
    return None


def _same_month(one: dt.date, other: dt.date) -> bool:
    """Months are all that a list knows: the day within one is ours, and a completion learnt of later moves it."""
    return (one.year, one.month) == (other.year, other.month)


def _close_followed(chain: list[Span], list_on: dt.date) -> None:
    """An end is open only as long as nothing at the same employer follows after a gap."""
    chain.sort(key=lambda span: span.start)
    for span in chain[:-1]:
        if span.end is None:
            span.end, span.end_recorded_on = span.reach, list_on
