"""Columns of a kind: what they are called, how their cells are read, and what reading them can find."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from qihang.foundation.imports.engine.days import each_distinct, parse_day, parse_month
from qihang.foundation.imports.engine.grid import FORMULA_ERROR, UNCALCULATED, CellValue, plain_text
from qihang.foundation.imports.engine.masking import Mask
from qihang.foundation.imports.engine.rules import Parameters, Rule, Surroundings
from qihang.foundation.imports.engine.text import PLACEHOLDERS, cleaned_where_needed, half_width, squeezed, tidy_column


@dataclass(frozen=True)
class RawColumn:
    """The cells of one column, top down. `text` is null where a cell is empty; `numeric` marks cells that the
    spreadsheet held as a number (digits may be gone for good), `unusable` those whose formula has no result.
    """

    text: pl.Series
    numeric: pl.Series
    unusable: pl.Series

    @classmethod
    def of(cls, values: Sequence[CellValue]) -> RawColumn:
        texts: Sequence[str] = values  # type: ignore[assignment]  # narrowed on the next line; copying a million cells costs
        numbers = [False] * len(values)
        if set(map(type, values)) - {str}:
            texts = [plain_text(value) for value in values]
            numbers = [isinstance(value, int | float) for value in values]
        text = pl.Series("text", texts, dtype=pl.String)
        unusable = text.is_in([UNCALCULATED, FORMULA_ERROR])
        blank = text.str.contains(r"^[\s\p{Z}\p{Cf}]*$") | unusable
        return cls(text.set(blank, None), pl.Series(numbers, dtype=pl.Boolean), unusable)

    @classmethod
    def empty(cls, height: int) -> RawColumn:
        """The column that is not in the sheet."""
        no = pl.repeat(False, height, dtype=pl.Boolean, eager=True)
        return cls(pl.repeat(None, height, dtype=pl.String, eager=True), no, no)

    def without_placeholders(self) -> RawColumn:
        """“无” and a dash say that there is nothing; they are then as good as empty."""
        plain = self.text.str.replace_all(r"\s", "")
        return RawColumn(self.text.set(plain.is_in(list(PLACEHOLDERS)), None), self.numeric, self.unusable)


@dataclass(frozen=True)
class Reading:
    """What a parser may know beside the cell: the business date (for short dates and `identity --on`), and the values
    in force on it.
    """

    on: dt.date
    parameters: Parameters = field(default_factory=Parameters.none)


@dataclass(frozen=True)
class Parsed:
    """`columns` by suffix: "" is the value itself, others are facts read out of it. `faults` in the order of
    judgement, each true or a note for the rows it hits. `cleaned` is the tidy text where a cell lost something
    harmless, else null.
    """

    columns: Mapping[str, pl.Series]
    faults: Sequence[tuple[Rule, pl.Series]] = ()
    cleaned: pl.Series | None = None

    @property
    def value(self) -> pl.Series:
        return self.columns[""]


Parser = Callable[[RawColumn, Reading], Parsed]


@dataclass(frozen=True)
class Field:
    """One column. A field without a parser is known but not used: it is found, skipped and gives no finding.

    `required`: the column must be in the sheet. `key`: a cell here makes a row a row of the table. `missing`: the rule
    for an empty cell. `keeps_placeholders`: a dash here is a sign, not an empty cell.
    """

    name: str
    label: str
    aliases: tuple[str, ...]
    parse: Parser | None = None
    required: bool = False
    key: bool = False
    missing: Rule | None = None
    mask: Mask = Mask.TEXT
    keeps_placeholders: bool = False


@dataclass(frozen=True)
class FamilyColumn:
    """A column of a family as the sheet has it: its place and the name under which its values go into the rows."""

    column: int
    name: str
    fault: Rule | None = None
    note: str = ""


@dataclass(frozen=True)
class Family:
    """Columns whose number and headers each sheet decides (the days of an attendance sheet).

    `recognise` says of one column's header cells (top down) whether it belongs; `settle` names all of them, given the
    columns' numbers with their header cells and what surrounds the table. A member with a fault is not read.
    `example` is a header as people may write it. `is_detail` says of a text in the row below the header whether it
    only tells more of the column above it.
    """

    name: str
    label: str
    recognise: Callable[[Sequence[CellValue]], bool]
    settle: Callable[[Mapping[int, Sequence[CellValue]], Surroundings], list[FamilyColumn]]
    parse: Parser
    missing: Rule | None = None
    required: bool = True
    example: str = ""
    is_detail: Callable[[str], bool] | None = None


# --- parsers that any kind can use ---------------------------------------------------------------------------------


def free_text(raw: RawColumn, reading: Reading) -> Parsed:
    """Text kept as written but for spaces at the ends, doubled ones, and marks one cannot see."""
    clean = cleaned_where_needed(raw.text, r"^[\p{Han}\w（）()、，,。.·/-]+$", tidy_column)
    return Parsed({"": clean}, cleaned=tidied(clean, raw.text))


def words(known: Mapping[str, str], unknown: Rule) -> Parser:
    """A word out of a list, with its other forms: `known` maps each form to the one that is kept."""
    lookup = {_word(form): kept for form, kept in known.items()}

    def parse(raw: RawColumn, reading: Reading) -> Parsed:
        value = each_distinct(raw.text, lambda text: lookup.get(_word(text)), pl.String)
        plain = each_distinct(raw.text, squeezed, pl.String)
        unread = raw.text.is_not_null() & value.is_null()
        return Parsed({"": value}, [(unknown, unread)], tidied(plain, raw.text).set(unread, None))

    return parse


def _word(text: str) -> str:
    return squeezed(text).strip("*。，,；;").upper()


def day(unreadable: Rule, *, short: bool = False) -> Parser:
    """A date; with `short` also one without a year, which then is the business date's."""

    def parse(raw: RawColumn, reading: Reading) -> Parsed:
        year = reading.on.year if short else None
        value = each_distinct(raw.text, lambda text: parse_day(text, year), pl.Date)
        written = value.cast(pl.String)
        return Parsed({"": value}, [(unreadable, raw.text.is_not_null() & value.is_null())], tidied(written, raw.text))

    return parse


def month(unreadable: Rule) -> Parser:
    """A month, as its first day. 202605 and 2026-05 are how lists write it; other forms count as rewritten."""

    def parse(raw: RawColumn, reading: Reading) -> Parsed:
        value = each_distinct(raw.text, parse_month, pl.Date)
        usual = raw.text.str.contains(r"^[0-9]{4}-?[0-9]{2}(-[0-9]{2})?$").fill_null(True)
        written = value.dt.strftime("%Y-%m").set(usual, None)
        return Parsed({"": value}, [(unreadable, raw.text.is_not_null() & value.is_null())], written)

    return parse


def whole_number(unreadable: Rule, *, units: Sequence[str] = ()) -> Parser:
    """A whole number, a unit behind it allowed (3人)."""
    unit = "|".join(map(re.escape, units)) or "(?!)"
    # A comma parts thousands and nothing else: 3,5 may be three and a half.
    pattern = re.compile(rf"([-+]?(?:\d{{1,9}}|\d{{1,3}}(?:,\d{{3}}){{1,2}}))(?:\.0+)?(?:{unit})?")

    def read(text: str) -> int | None:
        found = pattern.fullmatch(squeezed(text))
        return int(found.group(1).replace(",", "")) if found else None

    def parse(raw: RawColumn, reading: Reading) -> Parsed:
        value = each_distinct(raw.text, read, pl.Int64)
        written = tidied(value.cast(pl.String), raw.text).set(raw.numeric, None)
        return Parsed({"": value}, [(unreadable, raw.text.is_not_null() & value.is_null())], written)

    return parse


def digits(wrong: Rule, *, length: int, lost: Rule) -> Parser:
    """A number of so many digits that is a name, not a quantity; longer than 15 digits it must not be a
    spreadsheet number.
    """

    def parse(raw: RawColumn, reading: Reading) -> Parsed:
        fine = rf"^[0-9]{{{length}}}$"  # \d would take full-width digits too
        plain = each_distinct(raw.text, lambda text: re.sub(r"[-—\s'’]", "", squeezed(text)), pl.String, fine)
        given = plain.is_not_null()
        gone = (raw.numeric & (plain.str.len_chars() > 15)) | plain.str.contains(r"^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$")
        right = plain.str.contains(fine)
        faults = [(lost, given & gone), (wrong, given & ~right)]
        return Parsed({"": plain.set(~right, None)}, faults, tidied(plain, raw.text).set(~right, None))

    return parse


def tidied(clean: pl.Series, raw: pl.Series) -> pl.Series:
    """The clean text where it is another than the cell's, else null."""
    return clean.set((clean == raw).fill_null(True), None)


def label_of(text: str) -> str:
    """A header as one line."""
    return " ".join(half_width(text).split())
