"""What a file is that is no file of the chosen kind: every kind tries its own columns on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import Grid, Workbook
from qihang.foundation.imports.engine.headers import Header, Names
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.layout import Table, find_header, header_above_rows

NO_SUCH_TABLE = frozenset({"layout.no_header", "layout.missing_column"})


class WrongKind(DomainError):
    """The file is one of another kind, which is `meant`."""

    def __init__(self, given: ImportKind, meant: ImportKind, *, way_out: str = "") -> None:
        one = "一张" if meant.label.endswith("表") else "一份"
        words = f"这像是{one}{meant.label}，不是{given.label}。请按“{meant.label}”导入{way_out}。"
        super().__init__(words, code="layout.wrong_kind")
        self.meant = meant


def names_of(kind: ImportKind) -> Names:
    """The names of the kind's columns, to look for in a sheet."""
    return Names(kind.fields, kind.families, kind.one_of)


def kind_that_fits(book: Workbook, kinds: Sequence[ImportKind]) -> ImportKind | None:
    """Of the kinds whose needed columns some sheet has all, the one that knows most of the sheet's columns."""
    found = ((kind, names, _header(grid, names)) for kind, names in _named(kinds) for grid in book.sheets)
    best = _best(found)
    return best[0] if best else None


def refuse_a_better_fit(kind: ImportKind, table: Table, kinds: Sequence[ImportKind]) -> None:
    """Raise `WrongKind` where another of the kinds has all it needs in the table and knows more of its columns.

    A name and a number are enough for a roster, and every list of people has these.
    """
    best = _best((other, names, header_above_rows(table, names)) for other, names in _named(kinds))
    if best and best[2].matched > table.header.matched:
        meant, names, header = best
        own = "、".join(f"“{label}”" for label in _foreign(header, names, table.header))
        raise WrongKind(kind, meant, way_out=f"；确实是{kind.label}的，删去{own}再上传" if own else "")


def _named(kinds: Sequence[ImportKind]) -> list[tuple[ImportKind, Names]]:
    return [(kind, names_of(kind)) for kind in kinds]


def _best(found: Iterable[tuple[ImportKind, Names, Header | None]]) -> tuple[ImportKind, Names, Header] | None:
    """The one whose header names most columns, of those that lack none."""
    whole = [(kind, names, header) for kind, names, header in found if header and not names.lacking(header.names)]
    return max(whole, key=lambda one: one[2].matched, default=None)


def _header(grid: Grid, names: Names) -> Header | None:
    try:
        return find_header(grid, names)
    except DomainError:  # two columns of one name: that kind could not read it either
        return None


def _foreign(header: Header, names: Names, ours: Header) -> list[str]:
    """The labels of what a kind needs and finds in columns that are not ours."""
    known = set(ours.columns.values())
    needed = names.required | {name for choice in names.one_of for own in choice for name in own}
    return [
        label
        for name, label in names.labels.items()
        if name in needed and (name in header.family or header.columns.get(name, -1) not in known | {-1})
    ]
