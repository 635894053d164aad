"""What a state is called to whom, and in which tone. One state reads differently to the one who waits and to the one
who works on it (guide, section 4); pages never write these words by hand.

Page families register one table per model: `register(StateTable("enrolment", {"reserved": Wording(...), …}))`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from qihang.web.parts import Tone


class Audience(StrEnum):
    PARTICIPANT = "participant"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class Wording:
    """Words of at most six characters where they can be so short; `office_tone` where it differs from the reader's."""

    participant: str
    office: str
    tone: Tone
    office_tone: Tone | None = None
    icon: str = ""

    def text(self, audience: Audience) -> str:
        return self.participant if audience is Audience.PARTICIPANT else self.office

    def tone_for(self, audience: Audience) -> Tone:
        return self.office_tone or self.tone if audience is Audience.OFFICE else self.tone


@dataclass(frozen=True, slots=True)
class StateTable:
    name: str
    wordings: Mapping[str, Wording]


class UnknownState(LookupError):
    """A page shows a state that nobody has put into words."""


_tables: dict[str, StateTable] = {}


def register(table: StateTable) -> None:
    """Once per name; the same table again is no harm (modules may be loaded twice by tools)."""
    known = _tables.setdefault(table.name, table)
    if known != table:
        raise ValueError(f"two state tables are called {table.name!r}")


def wording(table: str, code: str) -> Wording:
    """Raises UnknownState rather than showing a raw code."""
    try:
        return _tables[table].wordings[str(code)]
    except KeyError:
        known = sorted(_tables[table].wordings) if table in _tables else sorted(_tables)
        raise UnknownState(f"no words for {code!r} in table {table!r}; known: {', '.join(known)}") from None


def tables() -> tuple[StateTable, ...]:
    """Every registered table, for the tests that hold them against the models' states."""
    return tuple(_tables.values())
