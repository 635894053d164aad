"""Code tables by name and edition, read from the packaged files. Pure: no Django, no database.

The same field has different codes in different tables (education has four), so a code means nothing without the name
and the edition of its table. Each table has one current edition, the one that people's words are read with.
"""

import csv
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from qihang.registry.reference.regions import DATA

_FLAGS: Final = {"1": True, "0": False}


@dataclass(frozen=True, slots=True)
class Table:
    """A code table in one edition. `verified` says how far its content was checked (see `enums.Mark`)."""

    name: str
    edition: str
    title: str
    current: bool
    source: str
    verified: str
    note: str


@dataclass(frozen=True, slots=True)
class Code:
    """One code: what files write (`code`), what programs use (`identifier`), what people read (`name`)."""

    table: str
    edition: str
    position: int
    code: str
    identifier: str
    name: str
    aliases: tuple[str, ...]
    rank: int | None
    valid_from: date | None
    valid_to: date | None
    verified: str
    attributes: dict[str, str | bool]

    def valid_on(self, day: date) -> bool:
        """Whether the code may be given on a day; open ends are open."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


def read_tables() -> list[Table]:
    """Every edition of every table."""
    with (DATA / "code-tables.csv").open(encoding="utf-8", newline="") as file:
        return [Table(**{**row, "current": row["current"] == "1"}) for row in csv.DictReader(file)]  # type: ignore[arg-type]


def read_codes() -> list[Code]:
    """Every code, in the order of tables and positions."""
    with (DATA / "code-items.csv").open(encoding="utf-8", newline="") as file:
        return [_code(row) for row in csv.DictReader(file)]


def _code(row: dict[str, str]) -> Code:
    return Code(
        table=row["table"],
        edition=row["edition"],
        position=int(row["position"]),
        code=row["code"],
        identifier=row["identifier"],
        name=row["name"],
        aliases=tuple(filter(None, row["aliases"].split("|"))),
        rank=int(row["rank"]) if row["rank"] else None,
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        verified=row["verified"],
        attributes=dict(_attribute(part) for part in row["attributes"].split(";") if part),
    )


def _attribute(part: str) -> tuple[str, str | bool]:
    key, value = part.split("=")
    return key, _FLAGS.get(value, value)


def normalise_word(text: str) -> str:
    """The form in which words of a file and of a table are compared: half-width, lower case, no white space."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in plain if not char.isspace() and unicodedata.category(char) != "Cf")


class CodeBook:
    """All tables, with look-up by code, identifier, name or alias."""

    def __init__(self, tables: list[Table], codes: list[Code]) -> None:
        self._current = {table.name: table.edition for table in tables if table.current}
        self._codes: dict[tuple[str, str], list[Code]] = defaultdict(list)
        self._words: dict[tuple[str, str], dict[str, Code]] = defaultdict(dict)
        for code in codes:
            key = (code.table, code.edition)
            self._codes[key].append(code)
            for word in (code.name, code.identifier, code.code, *code.aliases):
                self._words[key].setdefault(normalise_word(word), code)

    def codes(self, table: str, edition: str | None = None) -> list[Code]:
        """The codes of a table, in order. KeyError for a table that is not kept."""
        return self._codes[self._key(table, edition)]

    def find(self, table: str, text: str, edition: str | None = None) -> Code | None:
        """The code that a word or a code means in a table; None when it means nothing there."""
        return self._words[self._key(table, edition)].get(normalise_word(text))

    def by_identifier(self, table: str, identifier: str, edition: str | None = None) -> Code:
        """The code with an identifier. KeyError for one that is not in the table."""
        for code in self.codes(table, edition):
            if code.identifier == identifier:
                return code
        raise KeyError(identifier)

    def _key(self, table: str, edition: str | None) -> tuple[str, str]:
        key = (table, edition or self._current[table])
        if key not in self._codes:
            raise KeyError(f"{table} {edition}")
        return key


@cache
def code_book() -> CodeBook:
    """The packaged tables, read once."""
    return CodeBook(read_tables(), read_codes())


def codes(table: str, edition: str | None = None) -> list[Code]:
    """The codes of a table (default: its current edition), in order. KeyError for a table that is not kept."""
    return code_book().codes(table, edition)


def find_code(table: str, text: str, edition: str | None = None) -> Code | None:
    """登记失业, 02 and registered_unemployed all give the same code of person_category; None for an unknown word."""
    return code_book().find(table, text, edition)
