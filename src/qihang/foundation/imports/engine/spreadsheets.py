"""xlsx, xls, xlsb and ods, read by calamine."""

from __future__ import annotations

import io

import python_calamine as calamine

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import Grid, MergedRange, Row, SkippedSheet, Workbook, sha256_of
from qihang.foundation.imports.engine.packages import Package, SpecialCells, inspect_package

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_PROTECTED = "这个文件加了打开密码，读不了。请在 Excel 或 WPS 里去掉密码，另存后再上传。"
_DAMAGED = "这个文件打不开，内容已经损坏，或者不是表格。请用 Excel 或 WPS 打开，另存为 xlsx 再上传。"


def is_spreadsheet(content: bytes) -> bool:
    return content.startswith((b"PK", _OLE_MAGIC))


def read_spreadsheet(name: str, content: bytes) -> Workbook:
    """Raise `DomainError` (one sentence that says what to do) for a file that is protected, damaged or too large."""
    package = Package()
    if content.startswith(_OLE_MAGIC):
        _refuse_ole_surprises(content)
    else:
        package = inspect_package(content)
    try:
        return _read(name, content, package)
    except calamine.PasswordError as protected:
        raise DomainError(_PROTECTED, code="file.protected") from protected
    except DomainError:
        raise
    except BaseException as broken:
        # A parser panic of calamine arrives as a BaseException of its own that must not take the process down.
        if isinstance(broken, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise DomainError(_DAMAGED, code="file.damaged") from broken


def _refuse_ole_surprises(content: bytes) -> None:
    if _ENCRYPTED_STREAM in content:
        raise DomainError(_PROTECTED, code="file.protected")
    if _WORD_STREAM in content:
        raise DomainError("这是 Word 文档，不是表格。请把名单粘到 Excel 里，存成 xlsx 再上传。", code="file.kind")


def _read(name: str, content: bytes, package: Package) -> Workbook:
    sheets, skipped = [], []
    with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        for about in book.sheets_metadata:
            if about.typ != calamine.SheetTypeEnum.WorkSheet:
                skipped.append(SkippedSheet(about.name, "不是数据表（图表或宏）"))
            elif about.visible != calamine.SheetVisibleEnum.Visible:
                skipped.append(SkippedSheet(about.name, "隐藏的工作表，没有读入"))
            else:
                sheets.append(_grid(book.get_sheet_by_name(about.name), package.special.get(about.name, {})))
    return Workbook(name=name, sha256=sha256_of(content), sheets=sheets, skipped=skipped)


def _grid(sheet: calamine.CalamineSheet, special: SpecialCells) -> Grid:
    rows: list[Row] = sheet.to_python(skip_empty_area=False) if sheet.end is not None else []
    for (row, column), mark in special.items():
        if row < len(rows) and column < len(rows[row]) and rows[row][column] in ("", mark):
            rows[row][column] = mark
        elif row >= len(rows) or column >= len(rows[row]):
            _put(rows, row, column, mark)
    merged = [
        MergedRange(top, left, bottom, right) for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])
    ]
    _fill_down(rows, merged)
    return Grid(name=sheet.name, rows=rows, merged=merged)


def _fill_down(rows: list[Row], merged: list[MergedRange]) -> None:
    """Cells merged downwards (one employer beside its three posts) all hold the value of the first."""
    for area in merged:
        if area.left != area.right or area.top >= len(rows):
            continue
        value = rows[area.top][area.left] if area.left < len(rows[area.top]) else ""
        for row in range(area.top + 1, min(area.bottom + 1, len(rows))):
            if value != "" and area.left < len(rows[row]):
                rows[row][area.left] = value


def _put(rows: list[Row], row: int, column: int, mark: str) -> None:
    """A formula at the rim of a sheet may lie outside the rectangle that the parser saw."""
    while len(rows) <= row:
        rows.append([])
    rows[row].extend([""] * (column + 1 - len(rows[row])))
    rows[row][column] = mark
