"""Text files: csv, tsv, txt, and spreadsheets that are HTML tables in disguise. Encoding and separator are
found, not asked.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import Grid, Row, SkippedSheet, Workbook, sha256_of
from qihang.foundation.imports.engine.markup import is_html, is_xml_spreadsheet, read_html, read_xml_spreadsheet

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SEPARATORS = (",", "\t", ";", "|", "，")
# ="460106…": how a csv tells a spreadsheet that digits are text.
_TEXT_FORMULA = re.compile(r'^="([^"]*)"$')
_LONGEST_CELL = 1_000_000
_SAMPLE_LINES = 200
_LAST_LINE = "\ue002"  # private use: no office writes it

csv.field_size_limit(_LONGEST_CELL)


def read_text(name: str, content: bytes) -> Workbook:
    """Raise `DomainError` when the text cannot be decoded or is no table."""
    encoding, text = decode(content)
    skipped: list[SkippedSheet] = []
    if is_xml_spreadsheet(text):
        sheets, skipped = read_xml_spreadsheet(text)
    elif is_html(text):
        sheets = read_html(name, text)
    else:
        sheets = [Grid(name=name, rows=_rows(text))]
    return Workbook(name=name, sha256=sha256_of(content), sheets=sheets, skipped=skipped, encoding=encoding)


def decode(content: bytes) -> tuple[str, str]:
    """(encoding, text). Byte order marks first, then UTF-16 without one, UTF-8, GB18030 (of which GBK is a part)."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return encoding, _decoded(content[len(mark) :], encoding)
    guessed = _utf16_without_mark(content)
    for encoding in [*guessed, "utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return encoding, text
    raise _undecodable()


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as broken:
        raise _undecodable() from broken


def _undecodable() -> DomainError:
    return DomainError(
        "认不出这个文件的文字编码。请用 Excel 或 WPS 打开，另存为 xlsx 或“CSV UTF-8”再上传。", code="file.encoding"
    )


def _utf16_without_mark(content: bytes) -> list[str]:
    """Latin text and digits in UTF-16 have a zero in every other byte; which one tells the byte order."""
    head = content[:4000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 10 < len(head):
        return []
    return ["utf-16-be"] if even > odd else ["utf-16-le"]


def _rows(text: str) -> list[Row]:
    """A quote that nobody closes takes in all that follows; only a last line of our own can tell."""
    whole = text if text.endswith(("\n", "\r")) else f"{text}\n"
    try:
        lines = list(csv.reader(io.StringIO(whole + _LAST_LINE, newline=""), delimiter=_separator(text)))
    except csv.Error as broken:
        raise _unpaired() from broken
    if lines.pop() != [_LAST_LINE]:
        raise _unpaired()
    return [[_TEXT_FORMULA.sub(r"\1", cell) for cell in line] for line in lines]


def _unpaired() -> DomainError:
    return DomainError(
        "这个文本文件的引号或分隔符不成对，读不成表格。请用 Excel 或 WPS 打开，另存为 xlsx 再上传。",
        code="file.damaged",
    )


def _separator(text: str) -> str:
    """The separator by which most lines fall into the same number of cells, more cells winning."""
    lines = text.splitlines()[:_SAMPLE_LINES]
    sample = [line for line in lines if line.strip()]

    def agreement(separator: str) -> float:
        try:
            widths = Counter(len(row) for row in csv.reader(sample, delimiter=separator))
        except csv.Error:
            return 0.0
        width, lines_alike = max(widths.items(), key=lambda item: (item[1] * (item[0] - 1), item[0]), default=(1, 0))
        return lines_alike * (width - 1)

    return max(_SEPARATORS, key=agreement)
