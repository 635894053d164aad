"""The six tables of an events document: columns, types, and which may be empty.

This module is the document's one definition in code; `docs/design/indicators.md` tells what is made of it. A day is a
`Date`; no column holds a name or a number of a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import polars as pl

from qihang.foundation.core.evidence import EvidenceType
from qihang.oversight.indicators.enums import Module, Programme


class Kind(Enum):
    TEXT = auto()
    DAY = auto()
    DAYS = auto()
    COUNT = auto()
    FLAG = auto()


DTYPES: Mapping[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.DAY: pl.Date(),
    Kind.DAYS: pl.List(pl.Date()),
    Kind.COUNT: pl.Int64(),
    Kind.FLAG: pl.Boolean(),
}


@dataclass(frozen=True)
class Column:
    name: str
    kind: Kind
    optional: bool = False
    choices: tuple[str, ...] = ()
    refers_to: str = ""


def _text(name: str, *, optional: bool = False, choices: Sequence[str] = (), refers_to: str = "") -> Column:
    return Column(name, Kind.TEXT, optional, tuple(choices), refers_to)


def _day(name: str, *, optional: bool = False) -> Column:
    return Column(name, Kind.DAY, optional)


_EVIDENCE = _text("evidence", choices=EvidenceType.values)

TABLES: Mapping[str, tuple[Column, ...]] = {
    "persons": (
        _text("id"),
        _text("sex", optional=True, choices=("male", "female")),
        _text("category", optional=True),
    ),
    "classes": (
        _text("id"),
        _text("programme", choices=Programme.values),
        _text("module", optional=True, choices=Module.values),
        _text("region"),
        _text("institution"),
        _text("occupation", optional=True),
        _day("start"),
        _day("end"),
        _day("appraisal"),
    ),
    "enrolments": (
        _text("person", refers_to="persons"),
        _text("class", refers_to="classes"),
        _day("enrolled_on"),
        _day("withdrawn_on", optional=True),
        _day("completed_on", optional=True),
        Column("appraised", Kind.DAYS),
        _day("passed_on", optional=True),
        _day("certified_on", optional=True),
    ),
    "spells": (
        _text("person", refers_to="persons"),
        _day("start"),
        _day("end", optional=True),
        _EVIDENCE,
        _text("employer", optional=True),
        _day("recorded_on", optional=True),
        _day("end_recorded_on", optional=True),
    ),
    "firms": (
        _text("id"),
        _text("owner", refers_to="persons"),
        _day("opened_on"),
        _day("closed_on", optional=True),
        _EVIDENCE,
        _day("recorded_on", optional=True),
        _day("close_recorded_on", optional=True),
    ),
    # A visit that proves trading but counted nobody has no `people`: it is no headcount.
    "headcounts": (
        _text("firm", refers_to="firms"),
        _day("on"),
        Column("people", Kind.COUNT, optional=True),
        Column("owner_included", Kind.FLAG),
        Column("insured_employees", Kind.COUNT, optional=True),
        _EVIDENCE,
        _day("recorded_on", optional=True),
    ),
}

# What was to be reached, where anything was: a document may say it beside its six tables. `region` and `institution`
# are null for the whole.
TARGETS: tuple[Column, ...] = (
    _text("indicator", choices=("trained", "plan_completion")),
    _text("programme", choices=Programme.values),
    Column("year", Kind.COUNT),
    Column("people", Kind.COUNT),
    _text("region", optional=True),
    _text("institution", optional=True),
)

# Days of one row that must not run backwards.
ORDERED_DAYS: Mapping[str, tuple[str, str]] = {
    "classes": ("start", "end"),
    "spells": ("start", "end"),
    "firms": ("opened_on", "closed_on"),
}


def names(table: str) -> list[str]:
    """The columns of a table in the order of the document."""
    return [column.name for column in TABLES[table]]


def frame_schema(table: str) -> dict[str, pl.DataType]:
    """Columns and types of a table's frame. Tables whose rows have no id in the document get one in front, so that a
    figure can name the rows behind it: the database's id, or the row's place in the file, counted from 1."""
    schema = {column.name: DTYPES[column.kind] for column in TABLES[table]}
    return schema if "id" in schema else {"id": pl.String(), **schema}
