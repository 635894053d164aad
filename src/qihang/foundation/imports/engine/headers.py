"""Which column is which: header cells against the names by which a kind knows its columns."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.fields import Family, Field, label_of
from qihang.foundation.imports.engine.grid import CellValue, Grid, MergedRange, cell_name, is_blank, plain_text
from qihang.foundation.imports.engine.text import squeezed

MAX_HEADER_ROWS = 3
_SIMILAR_ENOUGH = 0.8
_LONGEST_HEADER = 40
_PUNCTUATION = re.compile(r"[*＊:：,，.。、;；/\\_\-—|“”\"'‘’]")
_BRACKETED = re.compile(r"[（(\[【](.*?)[）)\]】]")
# A header with such a word speaks of somebody else, however alike the rest is.
_OF_ANOTHER = re.compile(
    r"监护|配偶|家长|紧急|户主|教师|讲师|班主任|推荐人|担保|填表|审核|负责人|法人|代理|父亲|母亲|法定代表"
)


@dataclass(frozen=True)
class Header:
    """Where a header stands and what it says. `columns` maps a field's name to its column, `family` a family's
    name to its columns with their header cells; `texts` is every column's header as one line.
    """

    top: int
    height: int
    columns: Mapping[str, int]
    family: Mapping[str, Mapping[int, Sequence[CellValue]]]
    texts: Mapping[int, str]
    doubles: Mapping[str, Sequence[int]]

    @property
    def below(self) -> int:
        return self.top + self.height

    @property
    def names(self) -> set[str]:
        return {*self.columns, *self.family}

    @property
    def matched(self) -> int:
        return len(self.columns) + len(self.family)


class Names:
    """The names of a kind's columns, ready for look-up."""

    def __init__(
        self,
        fields: Sequence[Field],
        families: Sequence[Family] = (),
        one_of: Sequence[Sequence[Sequence[str]]] = (),
    ) -> None:
        self.fields = fields
        self.families = families
        self.one_of = one_of
        self.exact = {header_key(alias): field.name for field in fields for alias in (field.label, *field.aliases)}
        self.required = {field.name for field in fields if field.required} | {f.name for f in families if f.required}
        self.labels = {one.name: one.label for one in fields} | {one.name: one.label for one in families}

    def lacking(self, own: Collection[str]) -> list[str]:
        """The labels of what must be there beside `own`; of a choice its first set is named."""
        missing = [name for name in self.labels if name in self.required and name not in own]
        for choice in self.one_of:
            if not any(all(name in own for name in names) for names in choice):
                missing += [name for name in choice[0] if name not in own]
        return [self.labels[name] for name in missing]

    def exactly(self, text: str) -> str | None:
        """The field that a header cell names: as a whole, without its brackets, or by what stands in them."""
        return next((self.exact[key] for key in _keys(text) if key in self.exact), None)

    def nearly(self, text: str, wanted: set[str]) -> tuple[float, str] | None:
        """(likeness, field) for the most alike of the fields that are still wanted, if alike enough."""
        key = header_key(text)
        if len(key) < 2 or _OF_ANOTHER.search(key):
            return None
        likeness = [(_likeness(key, alias), name) for alias, name in self.exact.items() if name in wanted]
        best = max(likeness, default=(0.0, ""))
        return best if best[0] >= _SIMILAR_ENOUGH else None


@lru_cache(maxsize=50_000)
def header_key(text: str) -> str:
    return _PUNCTUATION.sub("", squeezed(text)).lower()


@lru_cache(maxsize=50_000)
def _keys(text: str) -> tuple[str, ...]:
    if len(text) > _LONGEST_HEADER:
        return ()
    whole = header_key(text)
    outside = header_key(_BRACKETED.sub("", text))
    inside = [header_key(part) for part in _BRACKETED.findall(text)]
    return tuple(key for key in (re.sub(r"[()\[\]（）【】]", "", whole), outside, *inside) if key)


def _likeness(key: str, alias: str) -> float:
    """1 for the same text; high too where a short name stands in a header that says little more (学员联系电话)."""
    if len(alias) >= 2 and alias in key and len(key) - len(alias) <= 4:
        return 0.8 + 0.2 * len(alias) / len(key)
    return SequenceMatcher(None, key, alias).ratio()


def read_header(
    grid: Grid, top: int, height: int, names: Names, spread: Mapping[tuple[int, int], CellValue]
) -> Header:
    """The header that `height` rows from `top` on would make; exact names only."""
    cells = {column: stack for column, stack in _stacks(grid, top, height, spread) if stack}
    family = {}
    taken: set[int] = set()
    for one in names.families:
        own = {column: stack for column, stack in cells.items() if column not in taken and one.recognise(stack)}
        if own:
            family[one.name] = own
            taken.update(own)
    places: dict[str, list[int]] = {}
    for column, stack in cells.items():
        found = (name for text in _readings(stack) if (name := names.exactly(text)))
        if column not in taken and (name := next(found, None)):
            places.setdefault(name, []).append(column)
    texts = {column: label_of(" ".join(plain_text(value) for value in stack)) for column, stack in cells.items()}
    columns = {name: own[0] for name, own in places.items()}
    doubles = {name: own for name, own in places.items() if len(own) > 1}
    return Header(top, height, columns, family, texts, doubles)


def with_near_names(header: Header, names: Names) -> Header:
    """The same header, its still unnamed columns given to the fields they are most alike to, best likeness first."""
    taken = {*header.columns.values(), *(column for own in header.family.values() for column in own)}
    wanted = {field.name for field in names.fields} - set(header.columns)
    guesses = sorted(
        (
            (*found, column)
            for column, text in header.texts.items()
            if column not in taken and (found := names.nearly(text, wanted))
        ),
        reverse=True,
    )
    columns = dict(header.columns)
    for _, name, column in guesses:
        if name not in columns and column not in columns.values():
            columns[name] = column
    return replace(header, columns=columns)


def with_details(header: Header, grid: Grid, names: Names) -> Header:
    """The same header one row taller, where the row below only says more about a family's columns (上午, 下午)."""
    if header.height == MAX_HEADER_ROWS or header.below >= len(grid.rows):
        return header
    for one in names.families:
        own = header.family.get(one.name, {})
        texts = [text for column in own if (text := plain_text(grid.value(header.below, column)).strip())]
        if texts and one.is_detail and all(one.is_detail(text) for text in texts):
            spread = spread_of(grid.merged, grid, range(header.top, header.below + 1))
            return read_header(grid, header.top, header.height + 1, names, spread)
    return header


def without_doubles(header: Header, grid: Grid, names: Names) -> Header:
    """The same header with one column for each name, or `DomainError` where two columns of one name are both
    filled.
    """
    chosen = {
        name: _the_one_in_use(grid, header.below, names.labels[name], own) for name, own in header.doubles.items()
    }
    return replace(header, columns={**header.columns, **chosen}, doubles={})


def _stacks(
    grid: Grid, top: int, height: int, spread: Mapping[tuple[int, int], CellValue]
) -> Iterator[tuple[int, list[CellValue]]]:
    """Each column's header cells top down, a merged cell standing for all that it covers, repeats once."""
    width = max((len(grid.rows[row]) for row in range(top, min(top + height, len(grid.rows)))), default=0)
    for column in range(width):
        stack: list[CellValue] = []
        for row in range(top, top + height):
            value = spread.get((row, column), grid.value(row, column))
            if not is_blank(value) and value not in stack:
                stack.append(value)
        yield column, stack


def _readings(stack: Sequence[CellValue]) -> Iterator[str]:
    """The lowest header cell is the most exact; then the whole stack as one; then the others."""
    texts = [plain_text(value) for value in stack]
    yield texts[-1]
    if len(texts) > 1:
        yield "".join(texts)
        yield from reversed(texts[:-1])


def _the_one_in_use(grid: Grid, first: int, label: str, places: Sequence[int]) -> int:
    """Two columns of one name: the one that has cells, if only one has; nobody guesses between two that are filled."""
    rows = range(first, len(grid.rows))
    filled = [column for column in places if any(not is_blank(grid.value(row, column)) for row in rows)]
    if len(filled) > 1:
        where = "、".join(cell_name(first - 1, column) for column in filled)
        raise DomainError(
            f"表头里有 {len(filled)} 列都叫“{label}”（{where}），不知道以哪一列为准。"
            "请删去多余的一列，或者改掉它的列名再上传。",
            code="layout.double_column",
        )
    return filled[0] if filled else places[0]


def spread_of(merged: Sequence[MergedRange], grid: Grid, rows: range) -> dict[tuple[int, int], CellValue]:
    """The value of each merged range for every cell that it covers within `rows`."""
    spread: dict[tuple[int, int], CellValue] = {}
    # One range over a whole sheet says nothing of the places where no row has a cell.
    width = max((len(grid.rows[row]) for row in rows if row < len(grid.rows)), default=0)
    for area in merged:
        value = grid.value(area.top, area.left)
        if is_blank(value):
            continue
        for row in range(max(area.top, rows.start), min(area.bottom + 1, rows.stop)):
            for column in range(area.left, min(area.right + 1, width)):
                spread[row, column] = value
    return spread


def as_day_header(value: CellValue) -> dt.date | None:
    """A header cell that the spreadsheet itself holds as a date."""
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else None
