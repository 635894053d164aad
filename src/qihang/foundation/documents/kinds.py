"""What a file is, told by its content; its name is only a claim."""

import codecs
import io
import re
from typing import BinaryIO

from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents.enums import FileKind
from qihang.foundation.documents.office import kind_of_compound, kind_of_package

_HEAD = 64 * 1024
_TAIL = 2048
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|table|script|style|\?xml|svg)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")
_ENCODINGS = ("utf-8-sig", "gb18030")


def kind_of(stream: BinaryIO) -> FileKind | None:
    """The kind of the content, read from its start; None for one that is not on the list.

    DomainError for what is recognised and refused: damaged, locked, with macros, a web page posing as a table.
    """
    stream.seek(0)
    head = stream.read(_HEAD)
    if head.startswith(_ZIP):
        return kind_of_package(stream)
    if head.startswith(_COMPOUND):
        return kind_of_compound(head + stream.read())
    if b"%PDF-" in head[:1024]:
        return _pdf(stream)
    return _image(head) or _text(head)


def _pdf(stream: BinaryIO) -> FileKind:
    stream.seek(max(0, stream.seek(0, io.SEEK_END) - _TAIL))
    if b"%%EOF" not in stream.read():
        raise DomainError("这个 PDF 不完整，可能没传完。请再导出一次或重新扫描", code="file.damaged")
    return FileKind.PDF


def _image(head: bytes) -> FileKind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileKind.WEBP
    return None


def _text(head: bytes) -> FileKind | None:
    text = _decode(head)
    if text is None or _CONTROL.search(text):
        return None
    if _MARKUP.search(text[:2048]):
        raise DomainError(
            "这其实是一个网页（有的系统导出的表格是这样），不收。请用 Excel 或 WPS 打开，另存为 xlsx 再传",
            code="file.markup",
        )
    return FileKind.CSV


def _decode(head: bytes) -> str | None:
    encodings = ("utf-16",) if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _ENCODINGS
    for encoding in encodings:
        try:
            # A character cut in two by the end of the sample is no fault.
            return codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < _HEAD)
        except UnicodeDecodeError:
            continue
    return None
