"""The file given back with its findings marked: coloured cells, each with a comment, to be mended and sent again.

Cells are written as text, never as formulas: what somebody typed into a roster must not run on an officer's machine.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.findings import Finding
from qihang.foundation.imports.engine.grid import FORMULA_ERROR, UNCALCULATED, Grid, plain_text
from qihang.foundation.imports.engine.rules import Severity

_COLOURS = {Severity.ERROR: "#F9D6D2", Severity.CONFIRM: "#FCE9C4", Severity.CLEANED: "#DCEBF7"}
_NARROWEST, _WIDEST = 8, 40
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NO_VALUE = {UNCALCULATED: "（公式没有结果）", FORMULA_ERROR: "（公式出错）"}


def marked_file(examination: Examination) -> bytes:
    """An xlsx of the sheet that was read, its findings marked, and a second sheet that lists them.

    Values are whole, not masked: the file goes back to those whose list it is, and the caller must see to that.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {severity: book.add_format({"bg_color": colour}) for severity, colour in _COLOURS.items()}
    grid = examination.table.grid
    page = book.add_worksheet(_sheet_name(grid.name))
    _write_grid(page, grid, examination, formats)
    _write_list(book.add_worksheet("查出的问题"), examination.findings, formats)
    book.close()
    return out.getvalue()


def _write_grid(page: Worksheet, grid: Grid, examination: Examination, formats: dict[Severity, Format]) -> None:
    findings = {(finding.row - 1, finding.column): finding for finding in examination.findings}
    widths: dict[int, int] = {}
    for row, cells in enumerate(grid.rows):
        for column, value in enumerate(cells):
            finding = findings.pop((row, column), None)
            text = plain_text(value)
            if text or finding:
                page.write_string(
                    row, column, _NO_VALUE.get(text, text), formats[finding.severity] if finding else None
                )
            if finding and finding.severity is not Severity.CLEANED:
                page.write_comment(row, column, _comment(finding), {"x_scale": 2, "y_scale": 1.5})
            widths[column] = max(widths.get(column, _NARROWEST), min(len(text) + 4, _WIDEST))
    for column, width in widths.items():
        page.set_column(column, column, width)
    page.freeze_panes(examination.table.header.below, 0)


def _comment(finding: Finding) -> str:
    return f"{finding.rule.verdict}：{finding.message(reveal=True)}（{finding.rule.id}）"


def _write_list(page: Worksheet, findings: Sequence[Finding], formats: dict[Severity, Format]) -> None:
    for column, (title, width) in enumerate((("格", 8), ("结果", 12), ("列", 16), ("规则", 12), ("怎么回事", 100))):
        page.write_string(0, column, title)
        page.set_column(column, column, width)
    for row, finding in enumerate(findings, start=1):
        texts = (
            finding.cell,
            finding.rule.verdict,
            finding.header,
            finding.rule.id,
            finding.message(reveal=True),
        )
        for column, text in enumerate(texts):
            page.write_string(row, column, text, formats[finding.severity] if column == 1 else None)
    page.freeze_panes(1, 0)


def _sheet_name(name: str) -> str:
    """A name that a spreadsheet takes: at most 31 characters, none of the forbidden ones, not our second sheet's."""
    plain = name.translate(_FORBIDDEN_IN_NAMES).strip(" '")[:31].strip(" '")
    return plain if plain and plain != "查出的问题" else "名单"
