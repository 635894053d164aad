"""The kinds of work that wait for an officer. Each page family registers its own; the work list shows them together.

A family calls `register(WorkSource(...))` from its `menu` module, which is loaded at start.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.workflow import BulkOutcome


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the reader is looking for: words in names and numbers, and a place. Both may be empty."""

    words: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One piece of work, as light as sorting and counting need it."""

    id: int
    since: dt.datetime
    due: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """How many conditions hold, wait and fail."""

    passed: int = 0
    held: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One piece of work as the list shows it: what (with a second line), whose, where, and at which step.

    `token` is its public id. `choosable`: it
    may be taken together with others; never for something that is to be refused or is in doubt.
    """

    token: str
    what: str
    url: str
    who: str
    where: str
    step: str
    detail: str = ""
    marks: Marks | None = None
    choosable: bool = False


@dataclass(frozen=True, slots=True)
class BulkAct:
    """What may be done to many at once: the button's words, and the address that asks once more before it is done."""

    label: str
    url_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkSource:
    """A kind of work. `waiting` is at most a few queries however much there is; `rows` answers for one page of ids.

    `desks` are the roles whose work it is (counted in their menu), `readers` those who only see what lies where.
    """

    key: str
    label: str
    desks: frozenset[str]
    readers: frozenset[str]
    count: Callable[[Actor], int]
    waiting: Callable[[Actor, Narrowing], Sequence[Waiting]]
    rows: Callable[[Actor, Sequence[int]], dict[int, WorkRow]]
    bulk: Callable[[Actor], BulkAct | None] = lambda actor: None

    def is_for(self, actor: Actor) -> bool:
        return actor.role in self.desks or actor.role in self.readers


_sources: dict[str, WorkSource] = {}


def register(source: WorkSource) -> None:
    """Once per key; the same source again is no harm."""
    if _sources.setdefault(source.key, source) != source:
        raise ValueError(f"two kinds of work are called {source.key!r}")


def sources_for(actor: Actor) -> list[WorkSource]:
    """The kinds of work this actor does or reads, in the order of registration."""
    return [source for source in _sources.values() if source.is_for(actor)]


def count_for(actor: Actor) -> int:
    """How much waits for this actor's own hands: the number in the menu."""
    return sum(source.count(actor) for source in _sources.values() if actor.role in source.desks)


def outcome_words(outcome: BulkOutcome, done: str, unit: str = "件") -> str:
    """What a bulk act came to, in a sentence: 办了 3 件，2 件没办成."""
    held = f"，{len(outcome.refused)} {unit}没办成" if outcome.refused else ""
    return f"{done} {len(outcome.done)} {unit}{held}"
