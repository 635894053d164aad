"""Spreadsheets that are markup under the name of xls, as many office systems export them: HTML tables and the XML
spreadsheet of 2003.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import CellValue, Grid, MergedRange, Row, SkippedSheet

_SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_EXCEL = "{urn:schemas-microsoft-com:office:excel}"
_NUMBER = re.compile(r"-?[0-9]{1,9}")
_WIDEST_SPAN = 1_000
_FURTHEST = 1_000_000
# All the places that a table's cells take up: a few lines of markup may ask for thousands of millions.
MAX_PLACES = 20_000_000


def is_html(text: str) -> bool:
    head = text[:4000].lstrip().lower()
    return head.startswith(("<html", "<!doctype html", "<table", "<meta")) or "<table" in head


def is_xml_spreadsheet(text: str) -> bool:
    return "urn:schemas-microsoft-com:office:spreadsheet" in text[:4000]


def read_html(name: str, text: str) -> list[Grid]:
    """One grid for each table that stands in no other. DomainError where there is none."""
    parser = _Tables()
    try:
        parser.feed(text)
        parser.close()
    except AssertionError as broken:  # how the parser says that a declaration makes no sense
        raise _damaged() from broken
    if not parser.tables:
        raise DomainError("这个文件其实是网页，里面没有表格。请另存为 xlsx 再上传。", code="file.kind")
    several = len(parser.tables) > 1
    return [
        Grid(f"{name}（表 {number}）" if several else name, table.rows, table.merged)
        for number, table in enumerate(parser.tables, 1)
    ]


class _Table:
    """Rows under way; cells that reach down from an earlier row keep their places free."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.merged: list[MergedRange] = []
        self._taken: set[tuple[int, int]] = set()
        self._places = 0

    def begin_row(self) -> None:
        self.rows.append([])

    def put(self, text: str, across: int, down: int) -> None:
        if not self.rows:
            self.begin_row()
        row, cells = len(self.rows) - 1, self.rows[-1]
        while (row, len(cells)) in self._taken:
            cells.append("")
        column = len(cells)
        self._places += across * down
        if self._places > MAX_PLACES:
            raise _too_large()
        cells.extend([text, *[""] * (across - 1)])
        if across > 1 or down > 1:
            self.merged.append(MergedRange(row, column, row + down - 1, column + across - 1))
            self._taken.update((row + below, column + right) for below in range(1, down) for right in range(across))


class _Tables(HTMLParser):
    """Collects the outermost tables; the text of a table within a cell belongs to the cell."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._depth = 0
        self._cell: list[str] | None = None
        self._span = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(_Table())
        elif self._depth == 1 and tag == "tr":
            self._end_cell()
            self.tables[-1].begin_row()
        elif self._depth == 1 and tag in {"td", "th"}:
            self._end_cell()
            spans = dict(attrs)
            self._cell, self._span = [], (_span(spans.get("colspan")), _span(spans.get("rowspan")))
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._depth == 1 and tag in {"td", "th", "tr", "table"}:
            self._end_cell()
        if tag == "table":
            self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None:
            text = "".join(self._cell).replace("\xa0", " ").strip()
            self.tables[-1].put(text, *self._span)
            self._cell = None


def _span(text: str | None) -> int:
    number = _number(text or "", usual=1)
    return min(max(number, 1), _WIDEST_SPAN) if number is not None else 1


def _number(text: str, *, usual: int) -> int | None:
    """A whole number as markup writes it; `usual` where nothing is written, None for what is none."""
    plain = text.strip()
    return int(plain) if _NUMBER.fullmatch(plain) else None if plain else usual


def _damaged() -> DomainError:
    return DomainError(
        "这个文件打不开，内容已经损坏。请用 Excel 或 WPS 打开，另存为 xlsx 再上传。", code="file.damaged"
    )


def _too_large() -> DomainError:
    return DomainError(
        "这个文件解开后太大，没有读入。请删去多余的格式和空行，或者分成几个文件再上传。", code="file.too_large"
    )


# --- XML spreadsheet 2003 ------------------------------------------------------------------------------------------


def read_xml_spreadsheet(text: str) -> tuple[list[Grid], list[SkippedSheet]]:
    """(sheets, hidden sheets), from the text as it was decoded: of what it says of its encoding expat knows too few.

    DomainError for broken markup.
    """
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 (expat refuses entity bombs; the file's size is bounded)
    except (ElementTree.ParseError, ValueError) as broken:
        raise _damaged() from broken
    sheets, hidden = [], []
    for sheet in root.iter(f"{_SPREADSHEET}Worksheet"):
        name = sheet.get(f"{_SPREADSHEET}Name", "")
        if sheet.find(f"{_EXCEL}WorksheetOptions/{_EXCEL}Visible") is not None:
            hidden.append(SkippedSheet(name, "隐藏的工作表，没有读入"))
        else:
            sheets.append(_xml_grid(name, sheet))
    return sheets, hidden


def _xml_grid(name: str, sheet: ElementTree.Element) -> Grid:
    rows: list[Row] = []
    merged: list[MergedRange] = []
    places = 0
    for row in sheet.iter(f"{_SPREADSHEET}Row"):
        _fill(rows, _index(row, len(rows)))
        cells: Row = []
        for cell in row.iter(f"{_SPREADSHEET}Cell"):
            column = _index(cell, len(cells))
            cells.extend([""] * (column - len(cells)))
            across, down = (_reach(cell, one) for one in ("MergeAcross", "MergeDown"))
            cells.extend([_xml_value(cell), *[""] * across])
            if across or down:
                merged.append(MergedRange(len(rows), column, len(rows) + down, column + across))
        places += len(cells)
        if places > MAX_PLACES:
            raise _too_large()
        rows.append(cells)
    return Grid(name, rows, merged)


def _fill(rows: list[Row], upto: int) -> None:
    rows.extend([] for _ in range(upto - len(rows)))


def _index(node: ElementTree.Element, usual: int) -> int:
    """Where a row or cell stands that says so; rows in between are left out of the file."""
    found = _number(node.get(f"{_SPREADSHEET}Index", ""), usual=usual + 1)
    if found is None or not usual <= found - 1 <= _FURTHEST:
        raise _disordered()
    return found - 1


def _reach(cell: ElementTree.Element, attribute: str) -> int:
    """How many cells beside or below itself one covers."""
    found = _number(cell.get(f"{_SPREADSHEET}{attribute}", ""), usual=0)
    if found is None or found < 0:
        raise _disordered()
    return min(found, _WIDEST_SPAN if attribute == "MergeAcross" else _FURTHEST)


def _disordered() -> DomainError:
    return DomainError("这个文件的行列编号是乱的，没有读入。请另存为 xlsx 再上传。", code="file.damaged")


def _xml_value(cell: ElementTree.Element) -> CellValue:
    data = cell.find(f"{_SPREADSHEET}Data")
    if data is None:
        return ""
    text = "".join(data.itertext())
    if data.get(f"{_SPREADSHEET}Type") == "Number":
        try:
            return float(text)
        except ValueError:
            return text
    return text.removesuffix("T00:00:00.000")
