"""An empty file of a kind, to be filled in: its columns, and a sheet that says what each of them is."""

from __future__ import annotations

import io

import xlsxwriter

from qihang.foundation.imports.engine.kinds import ImportKind

_WIDTH = 18
_NOTES = "填表说明"


def blank_file(kind: ImportKind) -> bytes:
    """An xlsx with the kind's column names. Its cells hold text, so that no long number loses its digits."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
    page = book.add_worksheet(kind.label)
    labels = [field.label for field in kind.fields if field.parse]
    labels += [family.example for family in kind.families if family.example]
    page.set_column(0, len(labels) - 1, _WIDTH, text)
    page.write_row(0, 0, labels, head)
    page.freeze_panes(1, 0)
    _write_notes(book.add_worksheet(_NOTES), kind)
    book.close()
    return out.getvalue()


def _write_notes(page: xlsxwriter.worksheet.Worksheet, kind: ImportKind) -> None:
    """One column a line, in a sentence: the sheet must not look like a table of its own."""
    page.set_column(0, 0, 100)
    lines = [f"{kind.label}：填在第一张工作表里，一行一条。列的先后不要紧，没有的列可以删掉。"]
    for field in kind.fields:
        if field.parse:
            need = "要有" if field.required else "有就填"
            also = f"；写成{'、'.join(field.aliases[:4])}也认得" if field.aliases else ""
            lines.append(f"{field.label}：{need}{also}。")
    lines += [
        f"{family.label}：每个一列，列名写成{family.example}这样。" for family in kind.families if family.example
    ]
    for row, line in enumerate(lines):
        page.write_string(row, 0, line)
