"""Parameters for many cases at once: each distinct place, span of days and discriminator is looked up once.

Between two days on which any value begins or ends nothing changes, so a million days fall into a handful of eras;
region and era give a case its cell, and a cell's values are gathered, not joined.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import polars as pl

from qihang.registry.policy.engine.facts import Fact
from qihang.registry.policy.engine.parameters import By, KeySpec, ParameterBook, ParameterRow
from qihang.registry.policy.engine.rules import Rule, bit_mask, parameter_column
from qihang.registry.policy.engine.values import ValueType

Rows = tuple[ParameterRow, ...]


@dataclass(frozen=True)
class Cells:
    """One key's binding rows in each cell, and the cell of each case; `at` is None where all cases share cell 0."""

    spec: KeySpec
    listed: Fact | None
    rows: tuple[Rows, ...]
    at: pl.Series | None

    def column(self) -> pl.Series | pl.Expr:
        """The value for each case, null where none is set; a single literal where all cases have the same."""
        name = parameter_column(self.spec.key)
        numbers = [self._number(rows) for rows in self.rows]
        if self.at is None or (len(set(numbers)) == 1 and not self.at.has_nulls()):
            return pl.lit(numbers[0], pl.Int64).alias(name)
        return pl.Series(name, numbers, pl.Int64).gather(self.at)

    def _number(self, rows: Rows) -> int | None:
        if not rows:
            return None
        if self.listed is not None and isinstance(rows[0].value, tuple):
            return bit_mask(self.listed, rows[0].value)
        return min(row.number for row in rows)


@dataclass(frozen=True)
class Resolution:
    """The cells of every key that a rule looks up. Cases of one `group` differ only by discriminators."""

    cells: Mapping[str, Cells]
    group: pl.Series | None

    def columns(self) -> list[pl.Series | pl.Expr]:
        """What to lay beside the facts."""
        return [cells.column() for cells in self.cells.values()]


def resolve(
    rule: Rule, facts: pl.DataFrame, *, on: pl.Series | dt.date, region: pl.Series | str, book: ParameterBook
) -> Resolution:
    """Look up every key of `rule` for each case, in force on its day at its place (one for all, or one for each)."""
    if not facts.height:
        return Resolution({need.key: Cells(rule.spec(need.key), None, ((),), None) for need in rule.needs}, None)
    starts = _starts(rule, book)
    place, regions = _places(region)
    group, corners = _groups(place, regions, _eras(on, starts), starts)
    sources: list[Source] = [_Corner(book, region, on) for region, on in corners]
    return resolve_from(rule, facts, sources, group)


class Source(Protocol):
    """Where the rows of one group of cases come from: a place and day in the book, or a stored basis."""

    def rows(self, spec: KeySpec, by: By) -> Rows:
        """The rows that bind; empty where none is set."""


@dataclass(frozen=True, slots=True)
class _Corner:
    book: ParameterBook
    region: str
    on: dt.date

    def rows(self, spec: KeySpec, by: By) -> Rows:
        return tuple(self.book.binding(spec, region=self.region, on=self.on, by=by))


def resolve_from(rule: Rule, facts: pl.DataFrame, sources: Sequence[Source], group: pl.Series | None) -> Resolution:
    """The cells of every key, for cases of which each belongs to one source (`group`; None where there is but one)."""
    return Resolution({need.key: _cells(rule, need.key, facts, sources, group) for need in rule.needs}, group)


def _cells(rule: Rule, key: str, facts: pl.DataFrame, sources: Sequence[Source], group: pl.Series | None) -> Cells:
    spec = rule.spec(key)
    kinds: Sequence[By] = [()]
    at = group
    if spec.by:
        (name,) = spec.by  # no rule has needed two discriminators
        codes = [choice.code for choice in rule.facts[name].choices]
        kinds = [((name, code),) for code in codes]
        chosen = facts[name].to_physical().cast(pl.UInt32)
        at = chosen if group is None else group * len(codes) + chosen
    rows = tuple(source.rows(spec, by) for source in sources for by in kinds)
    listed = rule.facts[rule.listed_fact(key)] if spec.kind is ValueType.CODES else None
    return Cells(spec, listed, rows, at)


def _starts(rule: Rule, book: ParameterBook) -> list[dt.date]:
    """The days on which some value of the rule begins, or is no longer in force."""
    days = set()
    for need in rule.needs:
        for row in book.rows(need.key):
            days.add(row.valid_from)
            if row.valid_to is not None and row.valid_to < dt.date.max:
                days.add(row.valid_to + dt.timedelta(days=1))
    return sorted(days)


def _places(region: pl.Series | str) -> tuple[pl.Series | None, list[str]]:
    if isinstance(region, str):
        return None, [region]
    names = region.unique().sort()
    if names.has_nulls():
        raise ValueError("a case without a region cannot be decided")
    if len(names) == 1:
        return None, names.to_list()
    return region.cast(pl.Enum(names)).to_physical().cast(pl.UInt32), names.to_list()


def _eras(on: pl.Series | dt.date, starts: list[dt.date]) -> pl.Series | int:
    """How many of the starts each day has reached."""
    limits = np.array(starts, dtype="datetime64[D]").astype(np.int64)
    if isinstance(on, pl.Series) and on.has_nulls():
        raise ValueError("a case without a day cannot be decided")
    ends = [on.min(), on.max()] if isinstance(on, pl.Series) else [on, on]
    first, last = np.searchsorted(limits, np.array(ends, dtype="datetime64[D]").astype(np.int64), side="right")
    if first == last or not isinstance(on, pl.Series):
        return int(first)
    return pl.Series(np.searchsorted(limits, on.to_physical().to_numpy(), side="right").astype(np.uint32))


def _groups(
    place: pl.Series | None, regions: list[str], era: pl.Series | int, starts: list[dt.date]
) -> tuple[pl.Series | None, list[tuple[str, dt.date]]]:
    """Number the (place, era) pairs that occur, and give each its region and a day in its era."""
    span = len(starts) + 1
    days = [dt.date.min, *starts]
    if place is None and isinstance(era, int):
        return None, [(regions[0], days[era])]
    combined = era if place is None else place * span + era
    assert isinstance(combined, pl.Series)
    group, present = dense(combined)
    return group, [(regions[number // span], days[number % span]) for number in present]


def dense(numbers: pl.Series) -> tuple[pl.Series, list[int]]:
    """Small whole numbers as positions in the sorted list of those that occur, and that list."""
    values = numbers.to_numpy()
    present = np.flatnonzero(np.bincount(values))
    position = np.zeros(int(present[-1]) + 1, dtype=np.uint32)
    position[present] = np.arange(len(present), dtype=np.uint32)
    return pl.Series(position[values]), present.tolist()
