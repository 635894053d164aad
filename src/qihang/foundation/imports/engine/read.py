"""The door of the engine: bytes of any office's file to sheets of cells, or one sentence that says why not."""

from __future__ import annotations

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.delimited import read_text
from qihang.foundation.imports.engine.grid import Workbook
from qihang.foundation.imports.engine.spreadsheets import is_spreadsheet, read_spreadsheet

MAX_FILE_BYTES = 100 * 1024 * 1024

_OTHER_KINDS = (
    (b"%PDF", "这是 PDF"),
    (b"\xff\xd8\xff", "这是图片"),
    (b"\x89PNG", "这是图片"),
    (b"GIF8", "这是图片"),
    (b"Rar!", "这是压缩包"),
    (b"7z\xbc\xaf", "这是压缩包"),
    (b"\x1f\x8b", "这是压缩包"),
)


def read_file(name: str, content: bytes) -> Workbook:
    """Sheets of `content`. What it is decides its bytes, never its name: offices rename a csv to xls and the reverse.

    Raises `DomainError` for an empty, oversized, protected, damaged or foreign file.
    """
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise DomainError("这个文件是空的。请重新选择文件。", code="file.empty")
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        raise DomainError(f"这个文件超过 {limit} MB，没有读入。请分成几个文件再上传。", code="file.too_large")
    for magic, what in _OTHER_KINDS:
        if content.startswith(magic):
            raise DomainError(f"{what}，不是表格。请上传 xlsx、xls、ods 或 csv 文件。", code="file.kind")
    return read_spreadsheet(name, content) if is_spreadsheet(content) else read_text(name, content)
