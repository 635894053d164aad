"""An examination as a page shows it: four gates with their counts, rows with their cells, findings one by one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from qihang.foundation.imports.engine.examine import Column, Examination, Outcome, Yes
from qihang.foundation.imports.engine.findings import Finding
from qihang.foundation.imports.engine.grid import cell_name
from qihang.foundation.imports.engine.masking import masked
from qihang.foundation.imports.engine.rules import Severity, Stage

_GATES = (
    ("每一格", frozenset({Stage.MISSING, Stage.FORM, Stage.CHECK, Stage.CLEANED})),
    ("和表内别处比对", frozenset({Stage.OTHER_CELLS})),
    ("和全省记录比对", frozenset({Stage.PROVINCE})),
)


@dataclass(frozen=True)
class Gate:
    """One of the steps that a file goes through, with what was found there."""

    label: str
    errors: int
    confirms: int
    cleaned: int


@dataclass(frozen=True)
class CellView:
    """One cell: its text as it may be shown, and its finding, if it has one."""

    name: str
    header: str
    text: str
    finding: Finding | None


@dataclass(frozen=True)
class RowView:
    """One row: `state` is accepted, refused (kept as refused), unchanged, errors or confirm."""

    number: int
    state: str
    cells: Sequence[CellView]


ACCEPTED, REFUSED, UNCHANGED = "accepted", "refused", "unchanged"


@dataclass(frozen=True)
class _Sets:
    accepted: frozenset[int]
    refused: frozenset[int]
    unchanged: frozenset[int]

    @classmethod
    def of(cls, outcome: Outcome) -> "_Sets":
        accepted = frozenset(outcome.accepted)
        return cls(accepted, frozenset(outcome.refused), outcome.unchanged & accepted)


def gates(examination: Examination) -> list[Gate]:
    """Columns first (found, or there would be no examination), then each cell, other cells, the province."""
    found = [Gate(_columns_found(examination), 0, 0, 0)]
    for label, stages in _GATES:
        here = [finding.severity for finding in examination.findings if finding.rule.stage in stages]
        found.append(
            Gate(label, here.count(Severity.ERROR), here.count(Severity.CONFIRM), here.count(Severity.CLEANED))
        )
    return found


def _columns_found(examination: Examination) -> str:
    header = examination.table.header
    used = len(header.columns) + sum(len(own) for own in header.family.values())
    unused = len(header.texts) - used
    return f"{used} 列认出，{unused} 列用不到" if unused else f"{used} 列全部认出"


def row_views(examination: Examination, *, numbers: Sequence[int], yes: Yes = ()) -> Iterator[RowView]:
    """The named rows of the sheet, for one page of the table."""
    outcome = _Sets.of(examination.outcome(yes))
    wanted = set(numbers)
    by_cell = {(finding.row, finding.column): finding for finding in examination.findings if finding.row in wanted}
    segments = [(index, row) for index, segment in enumerate(examination.table.segments) for row in segment.rows]
    for position, (segment, row) in enumerate(segments):
        if row + 1 in wanted:
            cells = [
                _cell(examination, column, position, row, place, by_cell)
                for column in examination.columns
                if (place := column.places[segment]) is not None
            ]
            yield RowView(row + 1, _state(row + 1, outcome, by_cell), cells)


def row_numbers(examination: Examination, *, severity: Severity | None = None) -> list[int]:
    """Rows of the table, or those with a finding of one severity, in the order of the sheet."""
    if severity is None:
        return examination.rows["_row"].to_list()
    return sorted({finding.row for finding in examination.of(severity)})


def _cell(
    examination: Examination,
    column: Column,
    position: int,
    row: int,
    place: int,
    by_cell: Mapping[tuple[int, int], Finding],
) -> CellView:
    text = examination.raw[column.name].text[position] or ""
    return CellView(
        cell_name(row, place), column.header, masked(text, column.field.mask), by_cell.get((row + 1, place))
    )


def _state(row: int, outcome: _Sets, by_cell: Mapping[tuple[int, int], Finding]) -> str:
    if row in outcome.unchanged:
        return UNCHANGED
    if row in outcome.refused:
        return REFUSED
    if row in outcome.accepted:
        return ACCEPTED
    own = {finding.severity for (number, _), finding in by_cell.items() if number == row}
    return (Severity.ERROR if Severity.ERROR in own else Severity.CONFIRM).value
