"""What spreadsheets must not be: bombs, macros, locked, or something else under their name."""

import lzma
import struct
import zipfile
import zlib
from typing import BinaryIO

from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents.enums import FileKind

MAX_ENTRIES = 5_000
MAX_UNPACKED_BYTES = 1_000_000_000
# The names of an OLE file's streams stand in entries of this many bytes, as UTF-16, their length at a fixed place.
_ENTRY = 128
_LENGTH_AT = 64

# All that the unpacking of damaged bytes raises.
_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,  # places before the file's start, names in no encoding
    KeyError,
    struct.error,
)
_LOCKED = "这个文件加了密码，系统读不了。请去掉密码再传"
_MACROS = "这个文件带着宏（小程序），为了安全不收。请另存为不带宏的 xlsx 再传"
_BROKEN = "这个文件打不开，内容已经损坏。请用 Excel 或 WPS 打开，另存为 xlsx 再传"
_BOMB = "这个文件展开以后大得不正常，不收。请另存为 xlsx 再传"


def kind_of_package(stream: BinaryIO) -> FileKind | None:
    """The kind of a zipped document, None for one that is no spreadsheet. DomainError for what must not come in."""
    try:
        with zipfile.ZipFile(stream) as package:
            entries = package.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
                raise DomainError(_BOMB, code="file.bomb")
            if any(entry.flag_bits & 1 for entry in entries):
                raise DomainError(_LOCKED, code="file.locked")
            # Unpacks everything once: a size that lies in the list of entries shows here, not in a parser.
            if package.testzip() is not None:
                raise zipfile.BadZipFile
            return _spreadsheet(package, {entry.filename.lower() for entry in entries})
    except _UNREADABLE as fault:
        raise DomainError(_BROKEN, code="file.damaged") from fault


def _spreadsheet(package: zipfile.ZipFile, names: set[str]) -> FileKind | None:
    if any(name.endswith("vbaproject.bin") or name.startswith(("xl/macrosheets/", "basic/")) for name in names):
        raise DomainError(_MACROS, code="file.macros")
    if "xl/workbook.xml" in names:
        return FileKind.XLSX
    if "mimetype" in names and package.read("mimetype").strip() == FileKind.ODS.content_type.encode():
        return FileKind.ODS
    return None


def kind_of_compound(content: bytes) -> FileKind | None:
    """The kind of an OLE file (Office before 2007), None for one that is no spreadsheet."""
    if _has_stream(content, "EncryptedPackage"):
        raise DomainError(_LOCKED, code="file.locked")
    if not (_has_stream(content, "Workbook") or _has_stream(content, "Book")):
        return None
    if _has_stream(content, "_VBA_PROJECT_CUR") or _has_stream(content, "_VBA_PROJECT"):
        raise DomainError(_MACROS, code="file.macros")
    return FileKind.XLS


def _has_stream(content: bytes, name: str) -> bool:
    wanted = name.encode("utf-16-le")
    at = content.find(wanted)
    while at >= 0:
        length = content[at + _LENGTH_AT : at + _LENGTH_AT + 2]
        if at % _ENTRY == 0 and length == struct.pack("<H", len(wanted) + 2):
            return True
        at = content.find(wanted, at + 2)
    return False
