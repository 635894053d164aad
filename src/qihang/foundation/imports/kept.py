"""A kept examination, read back for a page: gates, rows, findings, and how much may go in after what people said."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from qihang.foundation.imports.engine.grid import cell_name
from qihang.foundation.imports.engine.rules import Severity, Stage
from qihang.foundation.imports.models import ImportReport
from qihang.foundation.imports.preview import ROWS_A_PART
from qihang.foundation.imports.reading import answers_of

ACCEPTED, REFUSED, UNCHANGED = "accepted", "refused", "unchanged"
_GATES = (
    ("每一格", frozenset({Stage.MISSING, Stage.FORM, Stage.CHECK, Stage.CLEANED})),
    ("和表内别处比对", frozenset({Stage.OTHER_CELLS})),
    ("和全省记录比对", frozenset({Stage.PROVINCE})),
)


class Place(NamedTuple):
    """An error or a question: on which row of the table (counted from 0; -1 above it), on which cell, under which rule."""

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
    passed: bool = True  # False: this step was not taken


@dataclass(frozen=True)
class Told:
    """A finding in words. `column` is the header's text, `value` the cell's, both as they may be shown; `at` the column
    of the preview; `mask` how values of the column are hidden (`text` is not); `tidy` the text after tidying."""

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
    """One row: `state` is accepted, refused (kept as refused), unchanged, errors or confirm; by column of the preview
    the findings and what a clerk's correction took the place of."""

    number: int
    state: str
    texts: Sequence[str]
    findings: dict[int, Told]
    replaced: dict[int, str]


class Kept:
    """The last examination of a batch, with the answers that people gave since."""

    def __init__(self, report: ImportReport, yes: Collection[str]) -> None:
        self._report = report
        self.yes = frozenset(yes)
        self.head = report.head
        self._preview = self.head["preview"]
        self.rules = [
            RuleMark(id, Severity(severity), Stage(stage), keeps)
            for id, severity, stage, keeps in self._preview["rules"]
        ]
        self.places = [Place(*one) for one in self._preview["findings"]]

    @classmethod
    def of(cls, batch: Any) -> "Kept":
        """`DoesNotExist` for a batch that was never checked, or was given up."""
        return cls(ImportReport.objects.get(batch=batch), answers_of(batch).yes)

    # --- which rows ----------------------------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> list[int]:
        """The sheet's row numbers, by position."""
        return [number for first, last in self._preview["rows"] for number in range(first, last + 1)]

    @cached_property
    def open(self) -> list[Place]:
        """What a person still has to look at: errors, and questions without a yes."""
        asks = [rule.severity is Severity.CONFIRM for rule in self.rules]
        return [one for one in self.places if not (asks[one.rule] and one.cell in self.yes)]

    @cached_property
    def with_errors(self) -> set[int]:
        return self._positions(Severity.ERROR)

    @cached_property
    def with_questions(self) -> set[int]:
        """Rows that wait for a yes."""
        return self._positions(Severity.CONFIRM)

    @cached_property
    def blocked(self) -> set[int]:
        """Rows that stay behind: an error that keeps them out, or a question without a yes."""
        own = {one.position for one in self.open if not self.rules[one.rule].keeps_row}
        return own - {-1}

    @cached_property
    def refused(self) -> set[int]:
        """Rows that are kept although they failed."""
        return (self._keeping - self.blocked) - {-1}

    @property
    def problems(self) -> set[int]:
        return self.with_errors | self.with_questions

    @cached_property
    def cleaned(self) -> set[int]:
        return set(self._preview["cleaned"])

    @cached_property
    def unchanged(self) -> set[int]:
        return set(self._preview["unchanged"])

    @property
    def accepted(self) -> int:
        """How many rows would go in now."""
        return len(self.numbers) - len(self.blocked) - len(self.refused)

    def accepted_positions(self) -> list[int]:
        out = self.blocked | self.refused
        return [position for position in range(len(self.numbers)) if position not in out]

    @property
    def _keeping(self) -> set[int]:
        return {one.position for one in self.open if self.rules[one.rule].keeps_row}

    def _positions(self, severity: Severity) -> set[int]:
        wanted = [rule.severity is severity for rule in self.rules]
        return {one.position for one in self.open if wanted[one.rule]} - {-1}

    # --- what is said of them --------------------------------------------------------------------------------------------

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
        found = [Gate(label, 0, 0, 0)]
        for label, stages in _GATES:
            here = [self.rules[one.rule].severity for one in self.open if self.rules[one.rule].stage in stages]
            cleaned = len(self._preview["cleaned"]) if Stage.CLEANED in stages else 0
            taken = Stage.PROVINCE not in stages or self._preview["compared"]
            found.append(Gate(label, here.count(Severity.ERROR), here.count(Severity.CONFIRM), cleaned, taken))
        return found

    def questions(self) -> dict[str, Place]:
        """By cell, every finding that a yes settles."""
        return {one.cell: one for one in self.places if self.rules[one.rule].severity is Severity.CONFIRM}

    def alike(self, place: Place) -> list[Place]:
        """What is still open under the same rule."""
        return [one for one in self.open if one.rule == place.rule]

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
        wanted = {self.numbers[position] for position in positions}
        for part in parts.values():
            for one in part["findings"]:
                if one["row"] in wanted:
                    findings.setdefault(one["row"], {})[one["at"]] = Told(**one)
            for row, at, text in part["replaced"]:
                replaced.setdefault(row, {})[at] = text
        return [self._row(position, parts, findings, replaced) for position in positions]

    def _row(
        self,
        position: int,
        parts: dict[int, Any],
        findings: dict[int, dict[int, Told]],
        replaced: dict[int, dict[int, str]],
    ) -> RowView:
        number, texts = parts[position // ROWS_A_PART]["rows"][position % ROWS_A_PART]
        return RowView(
            number, self.state_of(position), texts, findings.get(number, {}), replaced.get(number, {})
        )

    def state_of(self, position: int) -> str:
        if position in self.with_errors:
            return REFUSED if position in self.refused else Severity.ERROR.value
        if position in self.with_questions:
            return Severity.CONFIRM.value
        return UNCHANGED if position in self.unchanged else ACCEPTED

    def _parts(self, positions: Any) -> dict[int, Any]:
        return self._report.parts_numbered({position // ROWS_A_PART for position in positions})
