"""What a rule is: an id that stays the same for ever, how grave it is, and the words in which it speaks to a clerk."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from qihang.foundation.imports.engine.titles import Facts


class Severity(enum.StrEnum):
    ERROR = "errors"  # must be mended first
    CONFIRM = "confirm"  # needs a person's yes
    CLEANED = "cleaned"  # was mended without loss


VERDICTS = {Severity.ERROR: "要改", Severity.CONFIRM: "要确认", Severity.CLEANED: "已自动整理"}


class Stage(enum.IntEnum):
    """The order in which a cell is judged; of several findings on one cell the first stands alone."""

    MISSING = 1
    FORM = 2
    CHECK = 3
    OTHER_CELLS = 4
    PROVINCE = 5
    CLEANED = 6


@dataclass(frozen=True)
class Words:
    """What a rule says of one cell: what is wrong, how to mend it, what to do if it is right; parts may be empty."""

    what: str
    mend: str = ""
    if_right: str = ""

    def sentence(self, *, row: int, who: str) -> str:
        """The whole message, with where and who before it."""
        parts = [self.what, self.mend, f"没错怎么办：{self.if_right}" if self.if_right else ""]
        said = "".join(f"{part}。" for part in parts if part)
        return f"{f'第 {row} 行 {who}'.rstrip()}：{said}"


@dataclass(frozen=True)
class Rule:
    """`what` (and the other parts) may use {value} (the cell, masked) and {note} (what the check found); no
    part ends in a full stop.
    """

    id: str
    severity: Severity
    stage: Stage
    what: str
    mend: str = ""
    if_right: str = ""
    basis: str = ""
    # An error after which the row is still taken in, as one that was refused (an applicant may appeal).
    keeps_row: bool = False

    @property
    def verdict(self) -> str:
        """What it says of a cell, in one word."""
        return "没通过" if self.keeps_row else VERDICTS[self.severity]

    def words(self, *, value: str, note: str) -> Words:
        """The rule's words about one cell."""
        return Words(*(part.format(value=value, note=note) for part in (self.what, self.mend, self.if_right)))


class Parameters:
    """Typed values of the day (ages, scores, categories), looked up by key; remembers the keys that nobody has
    filled in.

    `lookup(key, on)` answers None for a parameter that is not set; a rule that needs it then stays undecided.
    """

    def __init__(self, lookup: Callable[[str, dt.date], object | None]) -> None:
        self._lookup = lookup
        self.missing: set[str] = set()

    def get(self, key: str, on: dt.date) -> Any:
        value = self._lookup(key, on)
        if value is None:
            self.miss(key)
        return value

    def miss(self, what: str) -> None:
        """Note what a rule would have needed to know."""
        self.missing.add(what)

    @classmethod
    def none(cls) -> Parameters:
        return cls(lambda key, on: None)

    @classmethod
    def fixed(cls, values: Mapping[str, object]) -> Parameters:
        return cls(lambda key, on: values.get(key))


@dataclass(frozen=True)
class Surroundings:
    """Everything outside the rows that a check may look at.

    `on` is the business date, `today` the clock's day, `facts` what the lines above the table say, `register` the
    kind's own view of its class and of the province (None: the file alone).
    """

    on: dt.date
    today: dt.date
    facts: Facts
    parameters: Parameters = field(default_factory=Parameters.none)
    register: object | None = None


# Answers, for each row: true or a note (hit), false or null (no hit). None as a whole: the check does not apply.
Answer = pl.Expr | pl.Series | None
Finder = Callable[[pl.DataFrame, Surroundings], Answer]


@dataclass(frozen=True)
class Check:
    """A rule laid on a column. `find` is an expression over the parsed rows, or a function that gives one."""

    rule: Rule
    field: str
    find: pl.Expr | Finder

    def answer(self, rows: pl.DataFrame, around: Surroundings) -> pl.Series | None:
        if self.rule.stage is Stage.PROVINCE and around.register is None:
            return None
        found = self.find(rows, around) if callable(self.find) else self.find
        if isinstance(found, pl.Expr):
            return rows.select(found.alias("hit")).to_series()
        return found
