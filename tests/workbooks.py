"""Office files made on the spot: rows of cells to the bytes of an xlsx, a csv, or something worse."""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import xlsxwriter

Cells = Sequence[Sequence[Any]]


def xlsx(*sheets: tuple[str, Cells], merge: Sequence[str] = (), hidden: Sequence[str] = ()) -> bytes:
    """A workbook of the sheets; `merge` are ranges of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([None if value == "" else value for value in row])
        if name in hidden:
            sheet.sheet_state = "hidden"
    for area in merge:
        book.worksheets[0].merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(rows: Cells, **options: Any) -> bytes:
    """A workbook of one sheet."""
    return xlsx(("Sheet1", rows), **options)


def styled_rim(rows: Cells) -> bytes:
    """A sheet whose formats, but not its values, reach the last column and row."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    page = book.add_worksheet("名单")
    for index, row in enumerate(rows):
        page.write_row(index, 0, row)
    grey = book.add_format({"bg_color": "#EEEEEE"})
    page.write_blank(2, 16_383, None, grey)
    page.write_blank(1_048_575, 0, None, grey)
    book.close()
    return out.getvalue()


def text(rows: Cells, encoding: str = "utf-8", separator: str = ",", mark: bytes = b"") -> bytes:
    """A delimited text file."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return mark + out.getvalue().encode(encoding)


def rezipped(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """An xlsx with one part changed, as a hostile hand would."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.namelist():
            part = source.read(entry)
            target.writestr(entry, part.replace(old, new) if entry == name else part)
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()
