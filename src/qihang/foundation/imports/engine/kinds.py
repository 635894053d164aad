"""A kind of import: which columns it has, which rules they stand under, and what becomes of the rows in the end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from qihang.foundation.core.actors import Actor
from qihang.foundation.imports.engine.fields import Family, Field
from qihang.foundation.imports.engine.rules import Check


@dataclass(frozen=True)
class Target:
    """What a file is checked against and goes into: the class (opaque id), on a business day, by somebody's right.

    `target_id` is empty for kinds without a class; `batch_id` is the stored import's opaque id, empty in a dry run.
    """

    actor: Actor
    target_id: str
    on: dt.date
    batch_id: str = ""


@dataclass(frozen=True)
class CommitRows:
    """Rows that may go in, a part of the whole in the sheet's order.

    `rows` has the columns of the kind's fields (see the kind's module) and `_row`, the sheet's row number.
    `confirmed` maps a row number to the ids of the rules to which a person said yes. `refused` holds rows that
    are kept although they failed (`Rule.keeps_row`), with the failed rules in `refusals`. `held` are the rest, which
    stay out: to be mended, or without a yes.
    """

    rows: pl.DataFrame
    refused: pl.DataFrame
    held: pl.DataFrame
    confirmed: Mapping[int, Sequence[str]]
    refusals: Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class CommitOutcome:
    """What a commit did, in rows: `written` new, `changed` over an earlier value, `unchanged` already there,
    `refused` kept as refused.
    """

    written: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0

    def __add__(self, other: CommitOutcome) -> CommitOutcome:
        return CommitOutcome(
            self.written + other.written,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.refused + other.refused,
        )


# For each row null (new), SAME, or what differs from the row that is already there.
Compare = Callable[[pl.DataFrame, object], pl.Series]
SAME = "="
# Opens the kind's view of class and province; raises DomainError (NotAllowed, NotFound) where the actor may not.
OpenRegister = Callable[[Target], object]
# Writes one part within the caller's transaction and unit of work; does nothing twice for a row that is there already.
Commit = Callable[[Target, CommitRows, object], CommitOutcome]


@dataclass(frozen=True)
class Room:
    """How many more rows the target takes, and what that rests on, in words for the clerk (a half sentence)."""

    left: int
    because: str


@dataclass(frozen=True)
class Storage:
    """How the rows of a kind are kept. `at_once`: all rows in one transaction, because they only make sense
    together. `room`: how many new ones the opened register takes, where there is a limit.
    """

    open_register: OpenRegister
    commit: Commit
    compare: Compare | None = None
    at_once: bool = False
    room: Callable[[object], Room] | None = None


@dataclass(frozen=True)
class ImportKind:
    """`business_day_labels` are the words before the business date in the title; `who` the fields that name a
    row to a clerk; `day_required`: without a date in the title it must be given; `one_of`: of each group one of
    the sets of columns must be there; `has_class`: its rows go into one class; `roles`: who may import it;
    `storage`: how its rows are kept, absent for a kind that can only be looked at.
    """

    key: str
    label: str
    fields: Sequence[Field]
    checks: Sequence[Check] = ()
    families: Sequence[Family] = ()
    who: Sequence[str] = ("name",)
    business_day_labels: Sequence[str] = ()
    day_required: bool = False
    one_of: Sequence[Sequence[Sequence[str]]] = ()
    has_class: bool = False
    roles: Sequence[str] = ()
    storage: Storage | None = None
