"""A file as the engine sees it: sheets of cells, each cell a plain Python value. Nothing here knows what the
cells mean.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

CellValue = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
Row = list[CellValue]

# What stands in a cell whose value the file does not hold: a formula that was never calculated, or one that ended in
# an error. Private-use characters, so that no office's text can be mistaken for it.
UNCALCULATED = "\ue000"
FORMULA_ERROR = "\ue001"


@dataclass(frozen=True)
class MergedRange:
    """Cells merged into one; rows and columns counted from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """One sheet. `rows[i]` is the sheet's row i + 1; an empty cell is the empty string; rows may differ in length."""

    name: str
    rows: list[Row]
    merged: Sequence[MergedRange] = ()

    def value(self, row: int, column: int) -> CellValue:
        """The value at a place counted from 0; outside the sheet it is empty."""
        if 0 <= row < len(self.rows) and column < len(self.rows[row]):
            return self.rows[row][column]
        return ""

    def texts(self, row: int) -> list[str]:
        """The cells of one row as plain text, stripped."""
        return [plain_text(value).strip() for value in self.rows[row]]


@dataclass(frozen=True)
class SkippedSheet:
    name: str
    why: str


@dataclass(frozen=True)
class Workbook:
    """A file that could be read: its visible sheets, those left out, and how its text was encoded (text files
    only).
    """

    name: str
    sha256: str
    sheets: list[Grid]
    skipped: list[SkippedSheet] = field(default_factory=list)
    encoding: str = ""


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def plain_text(value: CellValue | None) -> str:
    """A cell as a clerk would read it aloud: whole numbers without a point, days as ISO, midnight not said."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def is_blank(value: CellValue) -> bool:
    return isinstance(value, str) and (
        not value or value.isspace() or not value.strip("\u200b\ufeff \t\r\n\u3000\xa0")
    )


def column_letters(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The inverse of `column_letters`."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_name(row: int, column: int) -> str:
    """B7 for row 6, column 1 (both counted from 0)."""
    return f"{column_letters(column)}{row + 1}"


_CELL_NAME = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def cell_place(name: str) -> tuple[int, int] | None:
    """Row number (from 1) and column (from 0) of a cell's name; None for what names no cell."""
    found = _CELL_NAME.fullmatch(name)
    return (int(found.group(2)), column_number(found.group(1))) if found else None
