"""An examination as one document: what the command prints and what a batch keeps."""

from __future__ import annotations

from typing import Any

from qihang.foundation.imports.engine.examine import Examination, Yes
from qihang.foundation.imports.engine.grid import cell_place, column_letters, plain_text
from qihang.foundation.imports.engine.masking import Mask, masked
from qihang.foundation.imports.engine.rules import Severity


def report(examination: Examination, *, yes: Yes = (), reveal: bool = False) -> dict[str, Any]:
    """`accepted` is how many rows would go in with the given yes; `header` says what was read around the table."""
    document = report_head(examination, yes=yes, reveal=reveal)
    for severity in Severity:
        document[severity.value] = [finding.as_json(reveal=reveal) for finding in examination.of(severity)]
    return document


def report_head(examination: Examination, *, yes: Yes = (), reveal: bool = False) -> dict[str, Any]:
    """The report without its findings."""
    table = examination.table
    return {
        "kind": examination.kind.key,
        "file_sha256": examination.book.sha256,
        "sheet": table.grid.name,
        "skipped_sheets": [sheet.name for sheet in table.skipped_sheets],
        "skipped_rows": [{"row": skip.row, "why": skip.why} for skip in table.skipped_rows],
        "header": _header(examination, reveal=reveal),
        "rows": examination.rows.height,
        "accepted": len(examination.outcome(yes).accepted),
    }


def revealed(document: dict[str, Any], examination: Examination) -> dict[str, Any]:
    """A masked report of the same file with its whole values.

    What it found stays: class and province may have moved on. Where a finding is not made any more, its value is the
    cell's, and its message stays masked.
    """
    again = {(one.cell, one.rule.id): one.as_json(reveal=True) for one in examination.findings}
    whole = {**document, "header": {**document["header"], "title": _header(examination, reveal=True)["title"]}}
    for severity in Severity:
        whole[severity.value] = [
            again.get((one["cell"], one["rule"])) or {**one, "value": _value(examination, one["cell"])}
            for one in document[severity.value]
        ]
    return whole


def _value(examination: Examination, cell: str) -> str:
    place = cell_place(cell)
    return plain_text(examination.table.grid.value(place[0] - 1, place[1])) if place else ""


def _header(examination: Examination, *, reveal: bool) -> dict[str, Any]:
    """The title's facts, the business date, the header's row and columns, the columns that were not used, and
    what stayed undecided.
    """
    header = examination.table.header
    used = {*header.columns.values(), *(column for own in header.family.values() for column in own)}
    pairs = examination.table.facts.pairs
    around: dict[str, Any] = {
        "row": header.below,
        "on": examination.on.isoformat(),
        "title": {label: text if reveal else masked(text, Mask.TEXT) for label, text in pairs.items()},
        "columns": {column_letters(column): text for column, text in header.texts.items()},
        "unused": [text for column, text in header.texts.items() if column not in used],
        "sheets": {sheet.name: sheet.why for sheet in examination.table.skipped_sheets},
    }
    if examination.book.encoding:
        around["encoding"] = examination.book.encoding
    if examination.undecided:
        around["undecided"] = [f"缺 {key}，用到它的检查没有做" for key in examination.undecided]
    return around
