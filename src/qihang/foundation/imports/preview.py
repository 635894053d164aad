"""An examination as it is kept for pages: laid out once when it is made, so that a page of a hundred thousand rows
reads a head and a few parts, and judges nothing again.

The head says how things stand (counts, which row has what); the parts hold the cells and the words. All is masked.
"""

import base64
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from qihang.foundation.imports.engine.days import each_distinct
from qihang.foundation.imports.engine.examine import Column, Examination
from qihang.foundation.imports.engine.findings import TIDIED, Finding
from qihang.foundation.imports.engine.grid import cell_name
from qihang.foundation.imports.engine.masking import masked
from qihang.foundation.imports.engine.report import report_head
from qihang.foundation.imports.engine.rules import Rule, Severity

ROWS_A_PART = 200

Json = dict[str, Any]
Numbers = npt.NDArray[np.int32]
_NUMBER = np.dtype("<i4")


def head_of(examination: Examination, yes: Collection[str]) -> Json:
    """The report without its findings, and `preview`: what a page needs to count, to sort and to find a row.

    Numbers lie there column by column (`array_of`): errors and questions may be as many as the file has cells.
    """
    positions = {row: position for position, row in enumerate(examination.rows["_row"].to_list())}
    grave = [finding for finding in examination.findings if finding.severity is not Severity.CLEANED]
    rules = {rule: number for number, rule in enumerate(dict.fromkeys(finding.rule for finding in grave))}
    cleaned = (positions[one.row] for one in examination.of(Severity.CLEANED) if one.row in positions)
    return {
        **report_head(examination, yes=yes),
        "preview": {
            "numbers": _packed(positions),
            "unchanged": _packed(sorted(positions[row] for row in examination.unchanged)),
            "cleaned": _packed(cleaned),
            "rules": [_rule(rule) for rule in rules],
            "position": _packed(positions.get(one.row, -1) for one in grave),
            "row": _packed(one.row for one in grave),
            "column": _packed(one.column for one in grave),
            "rule": _packed(rules[one.rule] for one in grave),
            "columns": [[column.header, column.field.mask.value] for column in _shown(examination)],
            "above": [_finding(one, -1) for one in grave if one.row not in positions],
            "left_out": [[row, who] for row, who in sorted(examination.left_out.items())],
            "columns_read": _columns_read(examination),
            "compared": examination.register_opened,
            "room": [examination.room.left, examination.room.because] if examination.room else None,
        },
    }


def array_of(text: str) -> Numbers:
    """A column of whole numbers, as the head keeps it."""
    return np.frombuffer(base64.b64decode(text), dtype=_NUMBER)


def _packed(numbers: Iterable[int]) -> str:
    return base64.b64encode(np.fromiter(numbers, dtype=_NUMBER).tobytes()).decode()


def parts_of(examination: Examination) -> Iterator[Json]:
    """The rows in the sheet's order, `ROWS_A_PART` at a time: their cells, and the findings that stand on them."""
    columns = _shown(examination)
    texts = [_masked_texts(examination, column) for column in columns]
    numbers = examination.rows["_row"].to_list()
    findings = _by_part(examination, {row: position for position, row in enumerate(numbers)}, columns)
    replaced = _replaced(examination, columns)
    for number, first in enumerate(range(0, len(numbers), ROWS_A_PART)):
        rows = range(first, min(first + ROWS_A_PART, len(numbers)))
        yield {
            "rows": [[numbers[at], [text[at] for text in texts]] for at in rows],
            "findings": findings.get(number, []),
            "replaced": [one for at in rows for one in replaced.get(numbers[at], ())],
        }


def _shown(examination: Examination) -> list[Column]:
    return [column for column in examination.columns if any(place is not None for place in column.places)]


def _masked_texts(examination: Examination, column: Column) -> list[str]:
    mask = column.field.mask
    text = examination.raw[column.name].text
    return each_distinct(text, lambda one: masked(one, mask), pl.String).fill_null("").to_list()


def _by_part(examination: Examination, positions: dict[int, int], columns: Sequence[Column]) -> dict[int, list[Json]]:
    at = {column.name: number for number, column in enumerate(columns)}
    found: dict[int, list[Json]] = {}
    for finding in examination.findings:
        position = positions.get(finding.row)
        if position is not None:
            found.setdefault(position // ROWS_A_PART, []).append(_finding(finding, at[finding.field]))
    return found


def _replaced(examination: Examination, columns: Sequence[Column]) -> dict[int, list[list[Any]]]:
    """By row number [row, column as shown, what the file has there], for cells that a clerk corrected."""
    places: dict[int, tuple[int, Column]] = {}
    for number, column in enumerate(columns):
        places.update({place: (number, column) for place in column.places if place is not None})
    found: dict[int, list[list[Any]]] = {}
    for (row, place), text in examination.replaced.items():
        if place in places:
            number, column = places[place]
            found.setdefault(row + 1, []).append([row + 1, number, masked(text, column.field.mask)])
    return found


def _finding(finding: Finding, at: int) -> Json:
    """`at` is the column as shown, -1 for a finding on the header."""
    words = finding.words(reveal=False)
    kept = {
        "row": finding.row,
        "cell": cell_name(finding.row - 1, finding.column),
        "at": at,
        "field": finding.field,
        "column": finding.header,
        "value": finding.shown(reveal=False),
        "mask": finding.mask.value,
        "severity": finding.severity.value,
        "rule": finding.rule.id,
        "who": finding.named(reveal=False),
        "what": words.what,
        "mend": words.mend,
        "if_right": words.if_right,
        "basis": finding.rule.basis,
        "tidy": masked(finding.note, finding.mask) if finding.rule is TIDIED else "",
    }
    return {name: value for name, value in kept.items() if value != ""}


def _rule(rule: Rule) -> list[Any]:
    return [rule.id, rule.severity.value, int(rule.stage), rule.keeps_row]


def _columns_read(examination: Examination) -> list[int]:
    """How many columns were recognised, and how many are of no use to the kind."""
    header = examination.table.header
    used = len(header.columns) + sum(len(own) for own in header.family.values())
    return [used, len(header.texts) - used]
