"""The pipeline of every bulk file: read, find the table, map, clean, check. Nothing is written here.

examination = examine(kind, "名单.xlsx", content, today=clock.today(), parameters=…)
examination.findings, examination.outcome(yes)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.fields import Family, FamilyColumn, Field, Parsed, RawColumn, Reading
from qihang.foundation.imports.engine.findings import (
    DIFFERS,
    FORMULA_ASIDE,
    FORMULA_IN_NEED,
    TIDIED,
    Finding,
    Hit,
)
from qihang.foundation.imports.engine.grid import CellValue, Grid, Workbook, plain_text
from qihang.foundation.imports.engine.headers import Header
from qihang.foundation.imports.engine.kinds import SAME, ImportKind, Room
from qihang.foundation.imports.engine.layout import Segment, SkippedRow, Table, find_table
from qihang.foundation.imports.engine.likeness import (
    NO_SUCH_TABLE,
    WrongKind,
    kind_that_fits,
    names_of,
    refuse_a_better_fit,
)
from qihang.foundation.imports.engine.masking import Mask, masked
from qihang.foundation.imports.engine.read import read_file
from qihang.foundation.imports.engine.rules import Parameters, Severity, Surroundings
from qihang.foundation.imports.engine.text import without_spaces

ALL = "all"
Yes = Collection[str]  # cells (B7) whose confirm finding a person agreed to; ALL within it agrees to every one


@dataclass(frozen=True)
class Column:
    """A column of the table as it is read: a field or one of a family, with its place in each segment."""

    name: str
    label: str
    field: Field
    places: Sequence[int | None]  # by segment; None: the segment has no such column
    header: str


@dataclass(frozen=True)
class Outcome:
    """What would become of the rows, by the sheet's row numbers."""

    accepted: Sequence[int]
    refused: Sequence[int]  # kept as refused (Rule.keeps_row)
    held: Sequence[int]  # an error, or a confirm finding without a yes
    unchanged: frozenset[int]
    confirmed: Mapping[int, Sequence[str]]
    refusals: Mapping[int, Sequence[str]]


@dataclass(frozen=True)
class Examination:
    """One file under the rules of its kind. `rows` has a column for each parsed field and fact, and `_row`.

    `replaced` maps corrected cells (row, column, from 0) to the text that the file has there; `left_out` the
    numbers of rows set aside to whose they are, masked.
    """

    kind: ImportKind
    book: Workbook
    table: Table
    on: dt.date
    columns: Sequence[Column]
    raw: Mapping[str, RawColumn]
    rows: pl.DataFrame
    findings: Sequence[Finding]
    undecided: Sequence[str]
    unchanged: frozenset[int] = frozenset()
    register_opened: bool = False
    room: Room | None = None
    replaced: Mapping[tuple[int, int], str] = field(default_factory=dict)
    left_out: Mapping[int, str] = field(default_factory=dict)

    def of(self, severity: Severity) -> list[Finding]:
        return [finding for finding in self.findings if finding.severity is severity]

    def outcome(self, yes: Yes = ()) -> Outcome:
        """Rows that may go in, given the cells that a person said yes to."""
        blocked: set[int] = set()
        refusals: dict[int, list[str]] = {}
        confirmed: dict[int, list[str]] = {}
        for finding in self.findings:
            if finding.severity is Severity.ERROR and finding.rule.keeps_row:
                refusals.setdefault(finding.row, []).append(finding.rule.id)
            elif finding.severity is Severity.ERROR:
                blocked.add(finding.row)
            elif finding.severity is Severity.CONFIRM:
                if ALL in yes or finding.cell in yes:
                    confirmed.setdefault(finding.row, []).append(finding.rule.id)
                else:
                    blocked.add(finding.row)
        numbers = self.rows["_row"].to_list()
        return Outcome(
            accepted=[row for row in numbers if row not in blocked and row not in refusals],
            refused=[row for row in numbers if row not in blocked and row in refusals],
            held=[row for row in numbers if row in blocked],
            unchanged=self.unchanged,
            confirmed=confirmed,
            refusals=refusals,
        )


@dataclass(frozen=True)
class Options:
    """What a run may be told beside the file.

    `on` overrides the title's date. `open_register` gives the kind's view of class and province for the business date.
    `corrections` maps cells (D9) to the text that a clerk put in their place, `left_out` holds rows set aside. `others`
    are the kinds that a file may be of instead.
    """

    today: dt.date
    on: dt.date | None = None
    parameters: Parameters = field(default_factory=Parameters.none)
    open_register: Callable[[dt.date], object] | None = None
    corrections: Mapping[tuple[int, int], str] = field(default_factory=dict)
    left_out: Collection[int] = ()
    sheet: str = ""
    others: Sequence[ImportKind] = ()


def examine(kind: ImportKind, name: str, content: bytes, options: Options) -> Examination:
    """Read and judge one file. Raises `DomainError` when there is no table to judge or no date to judge it by."""
    book = read_file(name, content)
    replaced = _correct(book, options)
    whole = _table(kind, book, options)
    table = _without(whole, options.left_out)
    on = _business_day(kind, table, options)
    around = Surroundings(
        on=on,
        today=options.today,
        facts=table.facts,
        parameters=options.parameters,
        register=options.open_register(on) if options.open_register else None,
    )
    columns, settled = _columns(kind, table, around)
    raw = {column.name: _raw(table, column) for column in columns}
    reading = Reading(on, around.parameters)
    parsed = {column.name: _parse(column, raw[column.name], reading) for column in columns}
    rows = _frame(table, parsed)
    hits = [*_cell_hits(columns, raw, parsed), *_check_hits(kind, rows, around)]
    unchanged, differing = _compared(kind, rows, around)
    findings = _Findings(kind, table, columns, raw).collect([*hits, *differing])
    return Examination(
        kind=kind,
        book=book,
        table=table,
        on=on,
        columns=columns,
        raw=raw,
        rows=rows,
        findings=[*_header_findings(table, settled), *findings],
        undecided=sorted(around.parameters.missing),
        unchanged=unchanged,
        register_opened=around.register is not None,
        room=_room(kind, around.register),
        replaced=replaced.get(table.grid.name, {}),
        left_out=_left_out(kind, columns, whole, options.left_out),
    )


def _table(kind: ImportKind, book: Workbook, options: Options) -> Table:
    """The table that is meant, or a `DomainError` that says what is missing or whose file it is."""
    try:
        table = find_table(book, names_of(kind), options.sheet)
    except DomainError as refusal:
        meant = kind_that_fits(book, options.others) if refusal.code in NO_SUCH_TABLE else None
        if meant:
            raise WrongKind(kind, meant) from refusal
        raise
    refuse_a_better_fit(kind, table, options.others)
    return table


def _correct(book: Workbook, options: Options) -> dict[str, dict[tuple[int, int], str]]:
    """Put the clerk's text into the cells of the sheet that is read; corrections carry no sheet, files are read
    one sheet a time. By sheet and cell what stood there.
    """
    replaced: dict[str, dict[tuple[int, int], str]] = {}
    for grid in book.sheets:
        if options.sheet and grid.name != options.sheet:
            continue
        for (row, column), text in options.corrections.items():
            if row < len(grid.rows):
                cells = grid.rows[row]
                cells.extend([""] * (column + 1 - len(cells)))
                replaced.setdefault(grid.name, {})[row, column] = plain_text(cells[column])
                cells[column] = text
    return replaced


def _without(table: Table, left_out: Collection[int]) -> Table:
    if not left_out:
        return table
    segments = [
        Segment(segment.header, [row for row in segment.rows if row + 1 not in left_out]) for segment in table.segments
    ]
    aside = [
        SkippedRow(row + 1, "您选了先不导入") for one in table.segments for row in one.rows if row + 1 in left_out
    ]
    return replace(
        table, segments=segments, skipped_rows=sorted([*table.skipped_rows, *aside], key=lambda skip: skip.row)
    )


def _left_out(kind: ImportKind, columns: Sequence[Column], whole: Table, left_out: Collection[int]) -> dict[int, str]:
    """Whose the rows are that were set aside, masked, by row number."""
    who = [column for column in columns if column.name in kind.who]
    found = {}
    for index, segment in enumerate(whole.segments):
        for row in segment.rows:
            if row + 1 in left_out:
                places = ((column.places[index], column.field.mask) for column in who)
                texts = (
                    masked(without_spaces(plain_text(whole.grid.value(row, place))), mask)
                    for place, mask in places
                    if place is not None
                )
                found[row + 1] = " ".join(text for text in texts if text)
    return found


def _business_day(kind: ImportKind, table: Table, options: Options) -> dt.date:
    day = options.on or table.facts.day(kind.business_day_labels)
    if day is None and kind.day_required:
        label = "、".join(kind.business_day_labels[:1])
        raise DomainError(f"请给出{label}：表里没有写，{kind.label}要按它来查。", code="on.required", field="on")
    return day or options.today


# --- columns -------------------------------------------------------------------------------------------------------


def _columns(
    kind: ImportKind, table: Table, around: Surroundings
) -> tuple[list[Column], list[tuple[Header, FamilyColumn]]]:
    headers = [segment.header for segment in table.segments]
    columns = [_column(one, headers) for one in kind.fields if one.parse]
    settled: list[tuple[Header, FamilyColumn]] = []
    for family in kind.families:
        by_name: dict[str, list[int | None]] = {}
        for index, header in enumerate(headers):
            for member in family.settle(header.family.get(family.name, {}), around):
                settled.append((header, member))
                if member.fault is None:
                    by_name.setdefault(member.name, [None] * len(headers))[index] = member.column
        columns += [_family_column(family, name, places, headers) for name, places in by_name.items()]
    return columns, settled


def _column(one: Field, headers: Sequence[Header]) -> Column:
    places = [header.columns.get(one.name) for header in headers]
    header = next(
        (header.texts[place] for header, place in zip(headers, places, strict=True) if place is not None), one.label
    )
    return Column(one.name, one.label, one, places, header)


def _family_column(family: Family, name: str, places: Sequence[int | None], headers: Sequence[Header]) -> Column:
    as_field = Field(name, family.label, (), family.parse, missing=family.missing, keeps_placeholders=True)
    header = next(header.texts[place] for header, place in zip(headers, places, strict=True) if place is not None)
    return Column(name, family.label, as_field, places, header)


def _raw(table: Table, column: Column) -> RawColumn:
    values: list[CellValue] = []
    for segment, place in zip(table.segments, column.places, strict=True):
        values += _cells(table.grid, segment.rows, place)
    raw = RawColumn.of(values) if any(place is not None for place in column.places) else RawColumn.empty(len(values))
    return raw if column.field.keeps_placeholders else raw.without_placeholders()


def _cells(grid: Grid, rows: Sequence[int], place: int | None) -> list[CellValue]:
    if place is None:
        return [""] * len(rows)
    cells = grid.rows
    return [cells[row][place] if place < len(cells[row]) else "" for row in rows]


def _parse(column: Column, raw: RawColumn, reading: Reading) -> Parsed:
    assert column.field.parse is not None
    return column.field.parse(raw, reading)


def _frame(table: Table, parsed: Mapping[str, Parsed]) -> pl.DataFrame:
    numbers = [row + 1 for segment in table.segments for row in segment.rows]
    series = [pl.Series("_row", numbers, dtype=pl.Int64)]
    series += [one.alias(name + suffix) for name, read in parsed.items() for suffix, one in read.columns.items()]
    return pl.DataFrame(series)


# --- findings ------------------------------------------------------------------------------------------------------


def _cell_hits(columns: Sequence[Column], raw: Mapping[str, RawColumn], parsed: Mapping[str, Parsed]) -> list[Hit]:
    """What the cells say by themselves: formulas without a result, empty cells, unreadable ones, tidied ones."""
    hits = []
    for column in columns:
        cells, read = raw[column.name], parsed[column.name]
        in_need = column.field.required or column.field.key
        hits.append(Hit.of(FORMULA_IN_NEED if in_need else FORMULA_ASIDE, column.name, cells.unusable))
        if column.field.missing and any(place is not None for place in column.places):
            hits.append(Hit.of(column.field.missing, column.name, cells.text.is_null() & ~cells.unusable))
        hits += [Hit.of(rule, column.name, mask) for rule, mask in read.faults]
        if read.cleaned is not None:
            hits.append(Hit.of(TIDIED, column.name, read.cleaned))
    return hits


def _check_hits(kind: ImportKind, rows: pl.DataFrame, around: Surroundings) -> list[Hit]:
    answers = [(check, check.answer(rows, around)) for check in kind.checks]
    return [Hit.of(check.rule, check.field, answer) for check, answer in answers if answer is not None]


def _compared(kind: ImportKind, rows: pl.DataFrame, around: Surroundings) -> tuple[frozenset[int], list[Hit]]:
    """Rows that are already there as they are, and a hit for those that differ."""
    if around.register is None or kind.storage is None or kind.storage.compare is None:
        return frozenset(), []
    found = kind.storage.compare(rows, around.register)
    same = (found == SAME).fill_null(False)
    key = next(one.name for one in kind.fields if one.key)
    return frozenset(rows["_row"].filter(same).to_list()), [Hit.of(DIFFERS, key, found.set(same, None))]


def _room(kind: ImportKind, register: object) -> Room | None:
    limit = kind.storage.room if kind.storage else None
    return limit(register) if limit and register is not None else None


def _header_findings(table: Table, settled: Sequence[tuple[Header, FamilyColumn]]) -> list[Finding]:
    """Columns that a family could not take in stand on their own header cell."""
    return [
        Finding(
            row=header.below,
            column=one.column,
            field=one.name,
            header=header.texts[one.column],
            value=header.texts[one.column],
            mask=Mask.TEXT,
            rule=one.fault,
            who=[("表头", Mask.TEXT)],
            note=one.note,
        )
        for header, one in settled
        if one.fault
    ]


class _Findings:
    """Lays hits on cells, keeps the first of each cell, and words it."""

    def __init__(
        self,
        kind: ImportKind,
        table: Table,
        columns: Sequence[Column],
        raw: Mapping[str, RawColumn],
    ) -> None:
        self.columns = {column.name: column for column in columns}
        self.raw = raw
        self.who = [name for name in kind.who if name in raw]
        self.numbers = [row + 1 for segment in table.segments for row in segment.rows]
        self.segment = [index for index, segment in enumerate(table.segments) for _ in segment.rows]
        self.texts: dict[str, list[str | None]] = {}
        self.fallback = [one.name for one in kind.fields if one.key and one.name in self.columns]

    def collect(self, hits: Sequence[Hit]) -> list[Finding]:
        found: dict[tuple[int, int], Finding] = {}
        for hit in sorted(hits, key=lambda one: one.rule.stage):
            for row in hit.rows:
                column, place = self._place(hit.field, row)
                if (row, place) not in found:
                    found[row, place] = self._finding(hit, row, column, place)
        return [found[key] for key in sorted(found)]

    def _place(self, name: str, row: int) -> tuple[Column, int]:
        """A rule on a column that this sheet does not have speaks on the row's first key cell."""
        for candidate in (name, *self.fallback):
            column = self.columns[candidate]
            place = column.places[self.segment[row]]
            if place is not None:
                return column, place
        raise LookupError(name)

    def _finding(self, hit: Hit, row: int, column: Column, place: int) -> Finding:
        return Finding(
            row=self.numbers[row],
            column=place,
            field=column.name,
            header=column.header,
            value=self._text(column.name, row),
            mask=column.field.mask,
            rule=hit.rule,
            who=self._who(row),
            note=hit.notes.get(row, ""),
        )

    def _text(self, name: str, row: int) -> str:
        if name not in self.texts:
            self.texts[name] = self.raw[name].text.to_list()
        return self.texts[name][row] or ""

    def _who(self, row: int) -> list[tuple[str, Mask]]:
        found = ((without_spaces(self._text(name, row)), self.columns[name].field.mask) for name in self.who)
        return [(text, mask) for text, mask in found if text]
