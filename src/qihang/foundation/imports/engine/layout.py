"""Where the table is: sheet, header, rows. Nobody tells; offices put titles above, notes below and other tables
beside.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import Grid, Row, SkippedSheet, Workbook, is_blank, plain_text
from qihang.foundation.imports.engine.headers import (
    MAX_HEADER_ROWS,
    Header,
    Names,
    header_key,
    read_header,
    spread_of,
    with_details,
    with_near_names,
    without_doubles,
)
from qihang.foundation.imports.engine.text import squeezed
from qihang.foundation.imports.engine.titles import Facts, read_facts

_FIRST_LOOK = 300  # rows; nearly every header stands within them, and a longer look is only paid for when none did
_LAST_LOOK = 20_000
_BEST_FEW = 3
_FEWEST_NAMES = 2
_LIKELY_ROWS = 20
_SAME_TABLE = 0.6  # of the columns
_NOTE = re.compile(
    r"^[(（【]?(填表|制表|监考|主考|考评员[:：]|阅卷|"
    r"审核|审批|复核|经办|负责人|单位负责|联系人|说明|填写说明|填报说明|备注[:：]|注[:：0-9一1]|注意|合计|总计|小计|共计|共\d+人|"
    r"本页|总人数|盖章|单位[(（]?盖章|培训机构[(（]?盖|日期[:：]|填报|以下空白|此表|本表|附[:：注件])"
)
_EXAMPLE = frozenset({"例", "例如", "示例", "样例", "例子", "范例", "填写示例", "举例"})
_LONGEST_LONE_CELL = 12  # a lone cell with more text than that is a sentence, not a name
_NARROWEST = 5  # columns; below that a thin row cannot be told from an ordinary one
_NUMBERS_ONLY = re.compile(r"^[\d.、]*$")


@dataclass(frozen=True)
class SkippedRow:
    """`row` is the sheet's row number, from 1."""

    row: int
    why: str


@dataclass(frozen=True)
class Segment:
    """Rows under one header. A table goes on under a repeated header, whose columns may stand elsewhere."""

    header: Header
    rows: Sequence[int]


@dataclass(frozen=True)
class Table:
    """The one table of a file that was found to be meant. Rows are counted from 0 in `segments`."""

    grid: Grid
    segments: Sequence[Segment]
    skipped_rows: Sequence[SkippedRow]
    skipped_sheets: Sequence[SkippedSheet]
    facts: Facts

    @property
    def header(self) -> Header:
        return self.segments[0].header


def find_table(book: Workbook, names: Names, sheet: str = "") -> Table:
    """The table with the best header of the visible sheets (or of `sheet`).

    Raises `DomainError` when no header is found or when it lacks a required column, naming what is missing.
    """
    grids = [grid for grid in book.sheets if not sheet or grid.name == sheet]
    found = {grid.name: header for grid in grids if (header := find_header(grid, names))}
    whole = {name: header for name, header in found.items() if not names.lacking(header.names)}
    if not whole:
        raise _no_table(book, found, names, sheet)
    tables = [_table(grid, whole[grid.name], names) for grid in grids if grid.name in whole]
    best = max(tables, key=lambda table: sum(len(segment.rows) for segment in table.segments))
    skipped = [
        *(SkippedSheet(grid.name, _why_not(grid, whole, best)) for grid in book.sheets if grid is not best.grid)
    ]
    return Table(best.grid, best.segments, best.skipped_rows, [*skipped, *book.skipped], best.facts)


def find_header(grid: Grid, names: Names) -> Header | None:
    """The rows that hold most of the names; required ones count first, then all, then fewer and earlier rows."""
    for start, stop in ((0, _FIRST_LOOK), (_FIRST_LOOK, _LAST_LOOK)):
        rows = range(start, min(stop, len(grid.rows)))
        candidates = _candidates(grid, names, rows) or _rows_of_words(grid, names, rows[:_LIKELY_ROWS])
        near = [with_near_names(one, names) for one in _best_few(candidates, grid, names)]
        named = [header for header in near if header.matched >= _FEWEST_NAMES]
        if named:
            best = max(named, key=lambda header: _worth(header, names))
            return without_doubles(_first_alike(best, candidates, names), grid, names)
    return None


def header_above_rows(table: Table, names: Names) -> Header | None:
    """The header that the rows above the table's first one make by these names, as they are known and not nearly."""
    top = table.header.top
    below = min((segment.rows[0] for segment in table.segments if segment.rows), default=table.header.below)
    grid = replace(table.grid, rows=table.grid.rows[:below])
    options = _best_few(_candidates(grid, names, range(max(0, top - MAX_HEADER_ROWS + 1), below)), grid, names)
    return max(options, key=lambda header: _worth(header, names), default=None)


def _best_few(candidates: Sequence[Header], grid: Grid, names: Names) -> list[Header]:
    few = sorted(candidates, key=lambda header: _worth(header, names))[-_BEST_FEW:]
    return [with_details(header, grid, names) for header in few]


def _first_alike(best: Header, candidates: Sequence[Header], names: Names) -> Header:
    """The table may begin under an earlier header of the same kind that only has fewer columns."""
    earlier = [
        one for one in candidates if one.below <= best.top and not names.lacking(one.names) and _is_alike(one, best)
    ]
    return with_near_names(earlier[0], names) if earlier else best


def _is_alike(one: Header, other: Header) -> bool:
    """Whether two headers are of one table; a list of teachers also has names and numbers, but little else."""
    return one.matched >= _SAME_TABLE * other.matched


def _candidates(grid: Grid, names: Names, rows: range) -> list[Header]:
    spread = spread_of(grid.merged, grid, rows)
    found: list[Header] = []
    for top in rows:
        for height in range(1, MAX_HEADER_ROWS + 1):
            if top + height > len(grid.rows):
                break
            header = read_header(grid, top, height, names, spread)
            if header.matched >= _FEWEST_NAMES and (height == 1 or _is_taller_header(header, found, grid, names)):
                found.append(header)
    return found


def _is_taller_header(header: Header, found: Sequence[Header], grid: Grid, names: Names) -> bool:
    return _each_row_adds(header, found) and not _ends_in_a_row(header, grid, names)


def _ends_in_a_row(header: Header, grid: Grid, names: Names) -> bool:
    """Under the name of a key column there stands something that belongs to no header: whose row it is. Numbers in it
    may well look like days.
    """
    for key in (header.columns[one.name] for one in names.fields if one.key and one.name in header.columns):
        above, last = plain_text(grid.value(header.below - 2, key)), plain_text(grid.value(header.below - 1, key))
        own = squeezed(last)
        known = not own or own == squeezed(above) or own in names.labels.values()
        if not known and names.exactly(above) and not (names.exactly(last) or names.exactly(above + last)):
            return True
    return False


def _rows_of_words(grid: Grid, names: Names, rows: range) -> list[Header]:
    """Where no row has two names as we know them: rows of as many words, to see what is nearly alike."""
    spread = spread_of(grid.merged, grid, rows)
    headers = [read_header(grid, top, 1, names, spread) for top in rows]
    return [header for header in headers if len(header.texts) >= _FEWEST_NAMES][:_BEST_FEW]


def _each_row_adds(header: Header, found: Sequence[Header]) -> bool:
    """A taller header must name more than the rows it starts with or ends with do alone."""
    within = [
        one for one in found if header.top <= one.top and one.below <= header.below and one.height < header.height
    ]
    return header.matched > max((one.matched for one in within), default=0)


def _worth(header: Header, names: Names) -> tuple[int, int, int, int]:
    return len(header.names & names.required), header.matched, -header.height, -header.top


def _no_table(book: Workbook, found: Mapping[str, Header], names: Names, sheet: str) -> DomainError:
    if sheet and sheet not in {grid.name for grid in book.sheets}:
        return DomainError(f"没有名为“{sheet}”的工作表，或者它是隐藏的。", code="layout.no_sheet")
    wanted = "、".join(names.lacking(()))
    if not found:
        return DomainError(f"没找到表头。表里要有一行列名，至少写明：{wanted}。", code="layout.no_header")
    name, header = min(found.items(), key=lambda item: len(names.lacking(item[1].names)))
    missing = "、".join(f"“{label}”" for label in names.lacking(header.names))
    return DomainError(
        f"工作表“{name}”第 {header.below} 行像是表头，但缺少{missing}这一列。"
        f"请补上这一列，或者把列名改成{missing}再上传。",
        code="layout.missing_column",
    )


def _why_not(grid: Grid, whole: Mapping[str, Header], best: Table) -> str:
    if grid.name in whole:
        return f"也像这种表，一次只读一张，读的是“{best.grid.name}”；要读这一张，请另存成一个文件再上传"
    if all(is_blank(value) for row in grid.rows for value in row):
        return "空的工作表"
    return "没有这种表的表头，没有读入"


# --- rows ----------------------------------------------------------------------------------------------------------


def _table(grid: Grid, header: Header, names: Names) -> Table:
    reader = _RowReader(grid, names, header)
    reader.skipped.extend(_another_table_above(grid, names, header))
    reader.run()
    return Table(
        grid, reader.segments, sorted(reader.skipped, key=lambda skip: skip.row), [], read_facts(grid, header.top)
    )


def _another_table_above(grid: Grid, names: Names, header: Header) -> list[SkippedRow]:
    """Rows above the header that are no titles, but a table that would do as well and has far fewer columns."""
    rows = range(max(0, header.top - _FIRST_LOOK), header.top)
    whole = [one for one in _candidates(grid, names, rows) if not names.lacking(one.names) and one.below <= header.top]
    if not whole:
        return []
    filled = [row for row in range(whole[0].top, header.top) if any(not is_blank(cell) for cell in grid.rows[row])]
    return [SkippedRow(row + 1, "另一种表，没有读入") for row in filled]


class _RowReader:
    """Goes down a sheet once and says of each row under a header what it is."""

    def __init__(self, grid: Grid, names: Names, header: Header) -> None:
        self.grid = grid
        self.names = names
        self.skipped: list[SkippedRow] = []
        self.segments: list[Segment] = []
        self._last = self._last_filled_row()
        self._begin(header)

    def _begin(self, header: Header) -> None:
        self.header = header
        self.rows: list[int] = []
        self.segments.append(Segment(header, self.rows))
        self.keys = self._keys_of(header)
        used = {*header.columns.values(), *(column for own in header.family.values() for column in own)}
        self.content = sorted(used - {header.columns.get("serial")})
        self.first = min(used)
        self.doubtful = self._doubtful(header.below)

    def _keys_of(self, header: Header) -> list[int]:
        return [header.columns[one.name] for one in self.names.fields if one.key and one.name in header.columns]

    def run(self) -> None:
        row = self.header.below
        while self.doubtful:
            doubt = self.doubtful.popleft()
            if doubt < row:
                continue
            self.rows.extend(range(row, doubt))
            row = doubt + 1
            if again := self._header_again(doubt):
                row = self._turn_to(again)
            elif why := self._why_not_a_row(self.grid.rows[doubt]):
                self.skipped.append(SkippedRow(doubt + 1, why))
            else:
                self.rows.append(doubt)
        self.rows.extend(range(row, self._last + 1))
        self._drop_what_follows()

    def _turn_to(self, again: Header) -> int:
        """Go on under the next header if it is ours; pass over the table under it if it is another. The row after."""
        self._drop_titles(again.top)
        if _is_alike(again, self.header):
            self._skip(range(again.top, again.below), "又一个表头，表从它下面接着读")
            self._begin(again)
            return again.below
        after = self._end_of(again)
        self._skip(range(again.top, after), "另一种表，没有读入")
        return after

    def _drop_titles(self, header_row: int) -> None:
        """Lone cells right above a header are the title of what follows, not people without numbers."""
        row = header_row - 1
        while self.rows and self.rows[-1] == row and sum(not is_blank(cell) for cell in self.grid.rows[row]) == 1:
            self.rows.pop()
            self._skip(range(row, row + 1), "下一个表的标题")
            row -= 1

    def _end_of(self, other: Header) -> int:
        """The row on which a table of another kind gives way to one like ours again, or the end."""
        for row in range(other.below, self._last + 1):
            again = self._header_again(row, other)
            if again and _is_alike(again, self.header):
                return row
        return self._last + 1

    def _skip(self, rows: range, why: str) -> None:
        self.skipped.extend(SkippedRow(row + 1, why) for row in rows)

    def _doubtful(self, first: int) -> deque[int]:
        """Rows that need a look: a key cell is empty, a header's word or a remark. All others are rows of the
        table.
        """
        rows = self.grid.rows[first : self._last + 1]
        if not self.keys:
            return deque(range(first, self._last + 1))
        doubt = pl.repeat(False, len(rows), dtype=pl.Boolean, eager=True)
        for column in {self.first, *self.keys}:
            cells = [cells[column] if column < len(cells) else "" for cells in rows]
            texts = pl.Series([cell if isinstance(cell, str) else "0" for cell in cells], dtype=pl.String)
            plain = texts.str.replace_all(r"[\s\p{Cf}]", "")
            doubt |= plain.str.contains(_NOTE.pattern) | plain.is_in(list(_EXAMPLE))
            if column in self.keys:
                doubt |= plain.str.len_bytes() == 0
            if column == self.keys[0]:
                words = [text for text in plain.unique() if len(text) < 20 and header_key(text) in self.names.exact]
                doubt |= plain.is_in(words)
        return deque((doubt.arg_true() + first).to_list())

    def _why_not_a_row(self, cells: Row) -> str:
        """Empty for a row of the table."""
        keys = [cells[column] if column < len(cells) else "" for column in self.keys]
        whole = all(not is_blank(value) for value in keys)
        filled = [value for value in cells if not is_blank(value)]
        if not filled:
            return "空行"
        if squeezed(plain_text(filled[0])) in _EXAMPLE:
            return "示例行"
        if _is_remark(filled[0]) and (len(keys) < 2 or not whole):
            return "表下的说明、合计或签名"
        own = [cells[column] for column in self.content if column < len(cells) and not is_blank(cells[column])]
        if not own:
            return "只有序号，没有内容" if len(filled) == 1 and _is_number(filled[0]) else "表外的文字"
        if len(own) == len(filled) == 1 and len(plain_text(own[0])) > _LONGEST_LONE_CELL:
            return "表下的说明"
        return ""

    def _header_again(self, row: int, under: Header | None = None) -> Header | None:
        """A header repeated after a page, or the next table of the same kind; its columns may stand elsewhere."""
        keys = self._keys_of(under) if under else self.keys
        key = self.grid.value(row, keys[0]) if keys else ""
        if not isinstance(key, str) or header_key(key) not in self.names.exact:
            return None
        spread = spread_of(self.grid.merged, self.grid, range(row, row + MAX_HEADER_ROWS))
        heights = range(1, min(MAX_HEADER_ROWS, len(self.grid.rows) - row) + 1)
        options = [read_header(self.grid, row, height, self.names, spread) for height in heights]
        best = max(options, key=lambda header: _worth(header, self.names))
        return None if self.names.lacking(best.names) else with_details(best, self.grid, self.names)

    def _drop_what_follows(self) -> None:
        """A small table of sums after an empty row is not a list of people without numbers: few cells, no
        second key.
        """
        if not self.rows or len(self.content) < _NARROWEST:
            return
        blanks = [skip.row - 1 for skip in self.skipped if skip.why == "空行" and skip.row - 1 > self.rows[0]]
        for start in reversed(blanks):
            tail = [row for row in self.rows if row > start]
            if not all(self._is_thin(self.grid.rows[row]) for row in tail):
                break
            self.skipped.extend(SkippedRow(row + 1, "表后另起的内容，不是名单") for row in tail)
            del self.rows[len(self.rows) - len(tail) :]

    def _is_thin(self, cells: Row) -> bool:
        filled = sum(1 for column in self.content if column < len(cells) and not is_blank(cells[column]))
        return filled * 3 <= len(self.content) and all(
            column >= len(cells) or is_blank(cells[column]) for column in self.keys[1:]
        )

    def _last_filled_row(self) -> int:
        """Formatted but empty rows below everything are not worth a word."""
        for row in range(len(self.grid.rows) - 1, -1, -1):
            if any(not is_blank(value) for value in self.grid.rows[row]):
                return row
        return -1


def _is_remark(value: object) -> bool:
    if not isinstance(value, str) or not value:
        return False
    plain = squeezed(value)
    return plain in _EXAMPLE or _NOTE.match(plain) is not None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) or (
        isinstance(value, str) and _NUMBERS_ONLY.match(value.strip()) is not None
    )
