"""The door of the engine: bytes of any office's file to sheets of cells, or one sentence that says why not."""

from __future__ import annotations

from dataclasses import replace

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.delimited import read_text
from qihang.foundation.imports.engine.grid import Workbook
from qihang.foundation.imports.engine.spreadsheets import is_spreadsheet, read_spreadsheet

MAX_FILE_BYTES = 100 * 1024 * 1024
# A sheet is found again by the name that a batch keeps of it. Text files have no sheets: theirs is named by the file.
LONGEST_SHEET_NAME = 100
_NAME_OF_A_TEXT = 90

# (what, where it says so, the bytes there)
_OTHER_KINDS = (
    ("这是 PDF", 0, (b"%PDF",)),
    ("这是图片", 0, (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*")),
    ("这是图片", 4, (b"ftyphei", b"ftypmif1")),
    ("这是图片", 8, (b"WEBP",)),
    ("这是录音或视频", 4, (b"ftyp",)),
    ("这是录音或视频", 0, (b"OggS", b"\x1aE\xdf\xa3", b"#!AMR")),
    ("这是压缩包", 0, (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"\xfd7zXZ")),
    ("这是程序", 0, (b"\x7fELF",)),
    ("这是写字板的文档", 0, (b"{\\rtf",)),
)
# Letters with which a csv may well begin; the files that they announce have a zero byte soon after.
_LETTERS = (("这是程序", b"MZ"), ("这是图片", b"BM"), ("这是录音或视频", b"ID3"))
_HEAD = 1024
_NOTHING = b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"  # byte order marks among it


def read_file(name: str, content: bytes) -> Workbook:
    """Sheets of `content`. What it is decides its bytes, never its name: offices rename a csv to xls and the reverse.

    Raises `DomainError` for an empty, oversized, protected, damaged or foreign file.
    """
    if not content.strip(_NOTHING):
        raise DomainError("这个文件是空的。请重新选择文件。", code="file.empty")
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // (1024 * 1024)
        raise DomainError(f"这个文件超过 {limit} MB，没有读入。请分成几个文件再上传。", code="file.too_large")
    if what := _what_else(content):
        raise DomainError(f"{what}，不是表格。请上传 xlsx、xls、ods 或 csv 文件。", code="file.kind")
    book = read_spreadsheet(name, content) if is_spreadsheet(content) else read_text(name[:_NAME_OF_A_TEXT], content)
    sheets = [replace(grid, name=grid.name[:LONGEST_SHEET_NAME]) for grid in book.sheets]
    return replace(book, name=name, sheets=sheets)


def _what_else(content: bytes) -> str:
    """What the file is that is no table; empty where its start does not say."""
    for what, at, magics in _OTHER_KINDS:
        if content.startswith(magics, at):
            return what
    binary = b"\x00" in content[:_HEAD]
    return next((what for what, letters in _LETTERS if binary and content.startswith(letters)), "")
