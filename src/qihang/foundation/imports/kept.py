"""A kept examination, read back for a page: gates, rows, findings, and how much may go in after what people said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from qihang.foundation.imports.engine.findings import DIFFERS
from qihang.foundation.imports.engine.grid import cell_name, cell_place
from qihang.foundation.imports.engine.kinds import Room
from qihang.foundation.imports.engine.rules import Severity, Stage
from qihang.foundation.imports.models import ImportBatch, ImportReport
from qihang.foundation.imports.preview import ROWS_A_PART, Numbers, array_of
from qihang.foundation.imports.reading import answers_of

Flags = npt.NDArray[np.bool_]
ACCEPTED, REFUSED, UNCHANGED = "accepted", "refused", "unchanged"
TO_MEND, TO_CONFIRM = Severity.ERROR.value, Severity.CONFIRM.value
_GATES = (
    ("每一格", frozenset({Stage.MISSING, Stage.FORM, Stage.CHECK, Stage.CLEANED})),
    ("和表内别处比对", frozenset({Stage.OTHER_CELLS})),
    ("和全省记录比对", frozenset({Stage.PROVINCE})),
)


class Place(NamedTuple):
    """An error or a question: on which row of the table (from 0; -1 above it), on which cell, under which rule."""

    position: int
    row: int
    column: int
    rule: int

    @property
    def cell(self) -> str:
        return cell_name(self.row - 1, self.column)


@dataclass(frozen=True)
class RuleMark:
    """What the head keeps of a rule."""

    id: str
    severity: Severity
    stage: Stage
    keeps_row: bool


@dataclass(frozen=True)
class Gate:
    """One of the steps that a file goes through, with what is still to be done there."""

    label: str
    errors: int
    confirms: int
    cleaned: int
    refused: int = 0  # errors after which a row is kept as refused
    passed: bool = True  # False: this step was not taken


@dataclass(frozen=True)
class Told:
    """A finding in words. `column` is the header's text, `value` the cell's, both as they may be shown; `at` the
    column of the preview; `mask` how its values are hidden (`text` is not); `tidy` the text after tidying.
    """

    row: int
    cell: str
    at: int
    field: str
    column: str
    mask: str
    severity: str
    rule: str
    value: str = ""
    who: str = ""
    what: str = ""
    mend: str = ""
    if_right: str = ""
    basis: str = ""
    tidy: str = ""


@dataclass(frozen=True)
class RowView:
    """One row: `state` is accepted, unchanged, refused (kept as refused), errors or confirm; by column of the preview
    the findings and what a clerk's correction took the place of."""

    number: int
    state: str
    texts: Sequence[str]
    findings: dict[int, Told]
    replaced: dict[int, str]


class Kept:
    """The last examination of a batch, with the answers that people gave since.

    Rows are spoken of by position, counted from 0 in the table; findings by their number among errors and questions.
    """

    def __init__(self, report: ImportReport, yes: Collection[str]) -> None:
        self._report = report
        self.yes = frozenset(yes)
        self.head = report.head
        self._preview = self.head["preview"]
        self.rules = [
            RuleMark(name, Severity(severity), Stage(stage), keeps)
            for name, severity, stage, keeps in self._preview["rules"]
        ]
        self._position, self._row, self._column, self._rule = (
            array_of(self._preview[name]) for name in ("position", "row", "column", "rule")
        )

    @classmethod
    def of(cls, batch: ImportBatch) -> "Kept":
        """`DoesNotExist` for a batch that was never checked, or was given up."""
        return cls(ImportReport.objects.get(batch=batch), answers_of(batch).yes)

    # --- which findings -------------------------------------------------------------------------------------

    def place(self, finding: int) -> Place:
        """Where a finding stands."""
        return Place(*(int(one[finding]) for one in (self._position, self._row, self._column, self._rule)))

    def places(self, findings: Iterable[int]) -> list[Place]:
        return [self.place(one) for one in findings]

    @cached_property
    def open(self) -> Numbers:
        """Findings that a person still has to look at, in the sheet's order: errors, and questions without a yes."""
        answered = np.isin(_codes(self._row, self._column), self._yes_codes)
        return np.flatnonzero(~(self._by_rule(self._asks) & answered)).astype(np.int32)

    def open_on(self, rows: Flags, severities: Collection[Severity] = tuple(Severity)) -> Numbers:
        """The open findings on some rows, and those above the table that are as grave as one of `severities`."""
        positions = self._position[self.open]
        above = self._by_rule([rule.severity in severities for rule in self.rules])[self.open] & (positions < 0)
        here = np.append(rows, False)[positions]  # the last is for -1, above the table
        return self.open[here | above]

    def find(self, cell: str, among: Numbers) -> int | None:
        """How many of the findings `among` stand before this cell's own or, where it has none, before the next."""
        place = cell_place(cell)
        if place is None or not among.size:
            return None
        codes = _codes(self._row[among], self._column[among])
        at = int(np.searchsorted(codes, place[0] * _WIDE + place[1]))
        return at if at < among.size else 0

    def questions(self) -> dict[str, int]:
        """By cell, every finding that a yes settles."""
        return {self.place(one).cell: one for one in np.flatnonzero(self._by_rule(self._asks)).tolist()}

    def alike(self, place: Place) -> list[int]:
        """What is still open under the same rule."""
        found: list[int] = self.open[self._rule[self.open] == place.rule].tolist()
        return found

    def _by_rule(self, marks: Sequence[bool]) -> Flags:
        """For each finding what holds of its rule."""
        return np.array([*marks, False], dtype=bool)[self._rule]

    @property
    def _asks(self) -> list[bool]:
        return [rule.severity is Severity.CONFIRM for rule in self.rules]

    @property
    def _yes_codes(self) -> list[int]:
        places = (cell_place(cell) for cell in self.yes)
        return [row * _WIDE + column for row, column in filter(None, places)]

    # --- which rows -----------------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> Numbers:
        """The sheet's row numbers, by position."""
        return array_of(self._preview["numbers"])

    # Every row is one of four: to be mended, to be confirmed, refused, accepted.

    @cached_property
    def to_mend(self) -> Flags:
        """Rows that an error keeps out."""
        return self._rows_under([rule.severity is Severity.ERROR and not rule.keeps_row for rule in self.rules])

    @cached_property
    def to_confirm(self) -> Flags:
        """Rows that nothing keeps out but a question without a yes."""
        return self._rows_under(self._asks) & ~self.to_mend

    @cached_property
    def refused(self) -> Flags:
        """Rows that are kept although they failed."""
        return self._rows_under([rule.keeps_row for rule in self.rules]) & ~(self.to_mend | self.to_confirm)

    @cached_property
    def problems(self) -> Flags:
        """Rows that would not go in as they are."""
        return self.to_mend | self.to_confirm | self.refused

    @property
    def accepted(self) -> Flags:
        """Rows that would go in now."""
        return ~self.problems

    @cached_property
    def cleaned(self) -> Flags:
        return self._rows_at(array_of(self._preview["cleaned"]))

    @cached_property
    def unchanged(self) -> Flags:
        return self._rows_at(array_of(self._preview["unchanged"]))

    @cached_property
    def newcomers(self) -> int:
        """How many accepted rows nobody has seen yet: neither there as they are nor there otherwise."""
        otherwise = self._position[self._by_rule([rule.id == DIFFERS.id for rule in self.rules])]
        return int((self.accepted & ~self.unchanged & ~self._rows_at(otherwise[otherwise >= 0])).sum())

    @property
    def room(self) -> Room | None:
        """How many new rows the target took when the file was checked; None where it has no limit."""
        found = self._preview.get("room")
        return Room(*found) if found else None

    def _rows_under(self, marks: Sequence[bool]) -> Flags:
        """Rows with an open finding under one of the marked rules."""
        wanted = self.open[self._by_rule(marks)[self.open]]
        positions = self._position[wanted]
        return self._rows_at(positions[positions >= 0])

    def _rows_at(self, positions: Numbers) -> Flags:
        flags = np.zeros(self.numbers.size, dtype=bool)
        flags[positions] = True
        return flags

    # --- what is said of them -------------------------------------------------------------------------------

    @property
    def columns(self) -> list[str]:
        return [header for header, _ in self._preview["columns"]]

    @property
    def masks(self) -> list[str]:
        return [mask for _, mask in self._preview["columns"]]

    @property
    def left_out(self) -> list[tuple[int, str]]:
        """(row number, whose) of the rows that were set aside."""
        return [(row, who) for row, who in self._preview["left_out"]]

    def gates(self) -> list[Gate]:
        """Columns first (found, or there would be no report), then each cell, other cells, the province."""
        used, unused = self._preview["columns_read"]
        label = f"{used} 列认出，{unused} 列用不到" if unused else f"{used} 列全部认出"
        return [Gate(label, 0, 0, 0), *(self._gate(label, stages) for label, stages in _GATES)]

    def _gate(self, label: str, stages: Collection[Stage]) -> Gate:
        per_rule = np.bincount(self._rule[self.open], minlength=len(self.rules))
        here = [(rule, int(per_rule[number])) for number, rule in enumerate(self.rules) if rule.stage in stages]
        return Gate(
            label,
            errors=sum(count for rule, count in here if rule.severity is Severity.ERROR and not rule.keeps_row),
            confirms=sum(count for rule, count in here if rule.severity is Severity.CONFIRM),
            cleaned=array_of(self._preview["cleaned"]).size if Stage.CLEANED in stages else 0,
            refused=sum(count for rule, count in here if rule.keeps_row),
            passed=Stage.PROVINCE not in stages or self._preview["compared"],
        )

    def told(self, places: Sequence[Place]) -> list[Told]:
        """The words of some findings, in the given order."""
        parts = self._parts(place.position for place in places if place.position >= 0)
        said = {one["cell"]: one for part in parts.values() for one in part["findings"]}
        said.update({one["cell"]: one for one in self._preview["above"]})
        return [Told(**said[place.cell]) for place in places]

    def rows(self, positions: Sequence[int]) -> list[RowView]:
        """Some rows with their cells, for one page of the table."""
        parts = self._parts(positions)
        findings: dict[int, dict[int, Told]] = {}
        replaced: dict[int, dict[int, str]] = {}
        wanted = {int(self.numbers[position]) for position in positions}
        for part in parts.values():
            for one in part["findings"]:
                if one["row"] in wanted:
                    findings.setdefault(one["row"], {})[one["at"]] = Told(**one)
            for row, at, text in part["replaced"]:
                replaced.setdefault(row, {})[at] = text
        found = []
        for position in positions:
            number, texts = parts[position // ROWS_A_PART]["rows"][position % ROWS_A_PART]
            own = (findings.get(number, {}), replaced.get(number, {}))
            found.append(RowView(number, self.state_of(position), texts, *own))
        return found

    def state_of(self, position: int) -> str:
        for state, rows in ((TO_MEND, self.to_mend), (TO_CONFIRM, self.to_confirm), (REFUSED, self.refused)):
            if rows[position]:
                return state
        return UNCHANGED if self.unchanged[position] else ACCEPTED

    def _parts(self, positions: Iterable[int]) -> dict[int, Any]:
        return self._report.parts_numbered({position // ROWS_A_PART for position in positions})


_WIDE = 100_000  # more than a sheet has columns: (row, column) as one number that sorts as the sheet does


def _codes(rows: Numbers, columns: Numbers) -> npt.NDArray[np.int64]:
    return rows.astype(np.int64) * _WIDE + columns
