"""The facts a rule asks about. A fact is known or unknown; an unknown one never decides anything by itself."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

import polars as pl

Cell = dt.date | bool | int | str | None


class FactType(StrEnum):
    """`choice` is one of a closed list of codes; a count is a whole number, never negative."""

    DATE = "date"
    FLAG = "flag"
    COUNT = "count"
    CHOICE = "choice"


_FLAGS = {"true": True, "false": False, "1": True, "0": False, "是": True, "否": False, "yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a choice: its code, its Chinese label, and other ways of writing it."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """A named, typed fact with its unit and what it means, so that whoever fills it in knows what to write."""

    name: str
    kind: FactType
    label: str
    meaning: str
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    spellings: Mapping[str, Cell] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "spellings", self._spellings())

    @cached_property
    def dtype(self) -> pl.DataType:
        """The column type: choices are enumerations, so that clauses compare small integers."""
        if self.kind is FactType.CHOICE:
            return pl.Enum([choice.code for choice in self.choices])
        return {FactType.DATE: pl.Date(), FactType.FLAG: pl.Boolean(), FactType.COUNT: pl.Int64()}[self.kind]

    @property
    def expects(self) -> str:
        """What a cell must hold, for messages."""
        if self.kind is FactType.CHOICE:
            return "、".join(f"{choice.code}（{choice.label}）" for choice in self.choices)
        return {
            FactType.DATE: "日期，写成 1990-01-31",
            FactType.FLAG: "是或否，写 true 或 false",
            FactType.COUNT: "不小于 0 的整数",
        }[self.kind]

    def text(self, value: Cell) -> str:
        """A value for a person to read; empty for an unknown one."""
        if value is None:
            return ""
        if self.kind is FactType.CHOICE:
            return next((choice.label for choice in self.choices if choice.code == value), str(value))
        if self.kind is FactType.FLAG:
            return "是" if value else "否"
        return f"{value} {self.unit_word}".strip()

    @property
    def unit_word(self) -> str:
        """The unit's Chinese word."""
        return {
            "times": "次",
            "lesson_hours": "课时",
            "yuan": "元",
            "years": "周岁",
            "months": "个月",
            "fen": "分",
        }.get(self.unit, "")

    def as_json(self) -> dict[str, Any]:
        """The fact as `decide --facts` prints it."""
        entry: dict[str, Any] = {"name": self.name, "type": str(self.kind), "unit": self.unit, "meaning": self.meaning}
        if self.choices:
            entry["values"] = {choice.code: choice.label for choice in self.choices}
        return entry

    def _spellings(self) -> dict[str, Cell]:
        if self.kind is FactType.FLAG:
            return dict(_FLAGS)
        spelt: dict[str, Cell] = {}
        for choice in self.choices:
            for text in (choice.code, choice.label, *choice.aliases):
                spelt[text.lower()] = choice.code
        return spelt


@dataclass(frozen=True, slots=True)
class FactDictionary:
    """The facts of one benefit, in the order they are asked."""

    facts: tuple[Fact, ...]

    def __iter__(self) -> Any:
        return iter(self.facts)

    @property
    def names(self) -> list[str]:
        """The names, in order."""
        return [fact.name for fact in self.facts]

    def __getitem__(self, name: str) -> Fact:
        for fact in self.facts:
            if fact.name == name:
                return fact
        raise LookupError(name)

    def frame(self, given: pl.DataFrame) -> pl.DataFrame:
        """The fact columns, typed; a column that is not given is unknown for every case.

        A value outside its type is a programming error here (files are read by `reading`) and raises polars' own.
        """
        have = given.schema
        if all(have.get(fact.name) == fact.dtype for fact in self.facts):
            return given.select(self.names)
        return given.with_columns(
            pl.col(fact.name).cast(fact.dtype) if fact.name in have else pl.lit(None, fact.dtype).alias(fact.name)
            for fact in self.facts
        ).select(self.names)
