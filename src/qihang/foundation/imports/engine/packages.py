"""What has to be known of a zipped spreadsheet before a parser may touch it: how large it grows, and which of
its cells hold a formula without a usable result (a parser hands those over as empty cells, which would be a
silent loss).
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import FORMULA_ERROR, UNCALCULATED, column_number

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_RATIO = 300
MAX_CELLS = 40_000_000

_TAG = rb"<(?:\w+:)?"
_CELL = rb'\br="([A-Z]{1,3})(\d+)"'
# Cells that only carry a format are written <c r="XFD9" s="4"/>; they take no room in what a parser lays out.
_WIDE_CELL = re.compile(rb' r="([A-Z]{2,3})\d+"(?:>|[^>]*[^/]>)')
_FULL_CELL = rb' r="[A-Z]{1,3}(\d{%d,})"(?:>|[^>]*[^/]>)'
_ANY_CELL = re.compile(_CELL)
_ERROR_CELL = re.compile(_TAG + rb'c\b(?=[^>]*\bt="e")[^>]*?' + _CELL)
_FORMULA = _TAG + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)"
_NO_VALUE = rb"\s*(" + _TAG + rb"v\s*/>|" + _TAG + rb"v></(?:\w+:)?v>)?\s*</"
_EMPTY_FORMULA = re.compile(_TAG + rb"(c\b[^>]*?" + _CELL + rb"[^>]*)>\s*" + _FORMULA + _NO_VALUE)
# The usual way to write an attribute is the one that all these patterns know; they are many times as fast for it.
_UNUSUAL = (b"'", b"\t", b"\n", b"\r", b" =", b"= ")
_ATTRIBUTE = re.compile(rb"\s([rt])\s*=\s*[\"'](\w+)[\"']")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

SpecialCells = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Package:
    """A zipped spreadsheet that is safe to parse. `special` maps a sheet's name to its cells without a usable
    value.
    """

    special: dict[str, SpecialCells] = field(default_factory=dict)


def inspect_package(content: bytes) -> Package:
    """Raise `DomainError` for a file that is damaged, hostile or of another kind; else say what a parser would
    lose.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _refuse_bombs(package, len(content))
            names = set(package.namelist())
            if "content.xml" in names:
                _refuse_oversized_ods(package.read("content.xml"))
                return Package()
            _refuse_other_documents(names)
            return Package(_special_cells(package))
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        KeyError,
        ElementTree.ParseError,
        EOFError,
        RuntimeError,
        OSError,
        ValueError,
    ) as broken:
        raise DomainError(
            "这个文件打不开，内容已经损坏。请用 Excel 或 WPS 打开，另存为 xlsx 再上传。", code="file.damaged"
        ) from broken


def _refuse_bombs(package: zipfile.ZipFile, packed: int) -> None:
    unpacked = sum(entry.file_size for entry in package.infolist())
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_RATIO * max(packed, 100_000):
        raise DomainError(
            "这个文件解开后太大，没有读入。请删去多余的格式和空行，或者分成几个文件再上传。", code="file.too_large"
        )


def _refuse_other_documents(names: set[str]) -> None:
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise DomainError(
            "这是 Word 或演示文稿，不是表格。请把名单粘到 Excel 里，存成 xlsx 再上传。", code="file.kind"
        )
    if not any(name.startswith("xl/") for name in names):
        raise DomainError("这是压缩包，不是表格。请先解压，把里面的表格上传。", code="file.kind")


def _special_cells(package: zipfile.ZipFile) -> dict[str, SpecialCells]:
    found: dict[str, SpecialCells] = {}
    for name, path in _sheet_paths(package).items():
        xml = package.read(path)
        start = xml.find(b"sheetData")
        if any(xml.find(sign, start) >= 0 for sign in _UNUSUAL):
            xml = _ATTRIBUTE.sub(rb' \1="\2"', xml)
        _refuse_oversized_sheet(xml)
        cells = _uncalculated(xml) if b"<f" in xml or b":f" in xml else {}
        if b't="e"' in xml:
            cells |= _marked(_ERROR_CELL.findall(xml), FORMULA_ERROR)
        if cells:
            found[name] = cells
    return found


def _uncalculated(xml: bytes) -> SpecialCells:
    """Formulas without a result. A text (t="str") whose value is there and empty has one: =IF(A2="","",A2)."""
    found = (hit.groups() for hit in _EMPTY_FORMULA.finditer(xml))
    places = [(letters, number) for cell, letters, number, value in found if not (value and b't="str"' in cell)]
    return _marked(places, UNCALCULATED)


def _marked(places: Iterable[tuple[bytes, bytes]], mark: str) -> SpecialCells:
    return {(int(number) - 1, column_number(letters.decode())): mark for letters, number in places}


def _refuse_oversized_sheet(xml: bytes) -> None:
    """A parser lays a sheet out as a rectangle: one cell in the last corner of an empty sheet costs hundreds of
    gigabytes.
    """
    columns = max((column_number(letters.decode()) + 1 for letters in set(_WIDE_CELL.findall(xml))), default=26)
    rows = _last_row(xml, columns)
    if rows * columns > MAX_CELLS:
        raise DomainError(
            f"工作表铺到了第 {rows} 行、第 {columns} 列，太大了。请删去表格外面的内容和格式再上传。",
            code="file.too_large",
        )


def _last_row(xml: bytes, columns: int) -> int:
    """The row of the last cell that holds anything. Programs write cells in order; a hostile hand need not, so every
    cell is looked at where its number of digits alone would leave room for too many.
    """
    end = max(xml.rfind(b"<v"), xml.rfind(b":v>"), xml.rfind(b"<is"), xml.rfind(b":is>"), 0)
    cells = _ANY_CELL.findall(xml, max(0, end - 5_000), end)
    last = int(cells[-1][1]) if cells else 0
    digits = len(str(last))
    if 10**digits * columns <= MAX_CELLS and not re.search(_FULL_CELL % (digits + 1), xml):
        return last
    return max((last, *(int(hit[1]) for hit in re.finditer(_FULL_CELL % 1, xml))))


def _sheet_paths(package: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> path inside the package, through the workbook's relations."""
    names = set(package.namelist())
    if "xl/workbook.xml" not in names:
        return {}  # the binary format (xlsb): its parser bounds rows and columns by itself
    relations = {
        node.get("Id"): node.get("Target", "")
        for node in _root(package, "xl/_rels/workbook.xml.rels").iter()
        if node.get("Id")
    }
    paths = {}
    for node in _root(package, "xl/workbook.xml").iter():
        if not node.tag.endswith("}sheet"):
            continue
        target = relations.get(node.get(_RELATION) or node.get(_STRICT_RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path in names:
            paths[node.get("name", "")] = path
    return paths


def _root(package: zipfile.ZipFile, path: str) -> ElementTree.Element:
    return ElementTree.fromstring(package.read(path))  # noqa: S314 (expat refuses entity bombs; sizes are bounded above)


def _refuse_oversized_ods(xml: bytes) -> None:
    """An ODS row or cell may say "repeat me a million times"; count what that would really lay out."""
    repeated_cells = 0
    for _, node in ElementTree.iterparse(io.BytesIO(xml), events=("end",)):  # noqa: S314 (as in `_root`)
        kind = node.tag.rpartition("}")[2]
        if kind == "table-cell" and len(node):
            repeated_cells = max(repeated_cells, _repeats(node, "number-columns-repeated"))
        elif kind == "table-row":
            if repeated_cells * _repeats(node, "number-rows-repeated") > MAX_CELLS // 100:
                raise DomainError(
                    "这个 ods 文件里有重复几十万次的内容，没有读入。请另存为 xlsx 再上传。", code="file.too_large"
                )
            repeated_cells = 0
            node.clear()


def _repeats(node: ElementTree.Element, attribute: str) -> int:
    return next((int(value) for key, value in node.attrib.items() if key.endswith(attribute)), 1)
