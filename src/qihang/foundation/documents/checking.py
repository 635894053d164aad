"""From what somebody sends to what may be stored: name, size, kind, pictures drawn anew, viruses."""

import io
import logging
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents.enums import IMAGES, FileKind, ScanStatus
from qihang.foundation.documents.images import redraw
from qihang.foundation.documents.kinds import kind_of
from qihang.foundation.documents.ports import FilePurpose, virus_scan

logger = logging.getLogger(__name__)

_NAME_LENGTH = 120
_MEGABYTE = 1024 * 1024
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_EXTENSIONS = {
    "pdf": FileKind.PDF,
    "jpg": FileKind.JPEG,
    "jpeg": FileKind.JPEG,
    "png": FileKind.PNG,
    "webp": FileKind.WEBP,
    "xlsx": FileKind.XLSX,
    "xls": FileKind.XLS,
    "et": FileKind.XLS,
    "ods": FileKind.ODS,
    "csv": FileKind.CSV,
    "txt": FileKind.CSV,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be stored: its name as kept, what it is, and its content, seekable."""

    name: str
    kind: FileKind
    stream: BinaryIO


def check(rule: FilePurpose, name: str, stream: BinaryIO) -> Checked:
    """Hold a file against the rules of its purpose. DomainError on field "file"."""
    try:
        return _check(rule, name, stream)
    except DomainError as refusal:
        raise DomainError(refusal.message, code=refusal.code or "file", field="file") from refusal


def _check(rule: FilePurpose, name: str, stream: BinaryIO) -> Checked:
    size = stream.seek(0, io.SEEK_END)
    if not size:
        raise DomainError("这个文件是空的，请再选一次", code="file.empty")
    if size > rule.max_bytes:
        raise DomainError(
            f"文件有 {size / _MEGABYTE:.1f} MB，{rule.label}最多收 {rule.max_bytes / _MEGABYTE:g} MB，请分开传",
            code="file.too_large",
        )
    claimed = _EXTENSIONS.get(PurePosixPath(name).suffix.lower().lstrip("."))
    kind = kind_of(stream)
    if kind is None or kind not in rule.kinds:
        raise DomainError(f"{rule.label}只收：{_names(rule.kinds)}。请换一种格式再传", code="file.kind")
    if claimed is None or claimed not in kind.family:
        raise DomainError(
            f"文件名的后缀和内容对不上：内容是 {kind.label}。请看一眼是不是选错了文件", code="file.extension"
        )
    if kind in IMAGES:
        stream = redraw(stream, kind, rule.max_side)
    return Checked(_clean_name(name, kind), kind, stream)


def scan(stream: BinaryIO) -> tuple[ScanStatus, str]:
    """Ask the scanner, if the deployment has one; returns what to record. DomainError for an infected file."""
    if "scanner" not in virus_scan:
        return ScanStatus.NOT_SCANNED, ""
    stream.seek(0)
    try:
        verdict = virus_scan.get("scanner")(stream)
    except Exception:
        logger.exception("the virus scanner failed")
        return ScanStatus.FAILED, ""
    if not verdict.clean:
        logger.warning("a file was refused by %s: %s", verdict.engine, verdict.found)
        raise DomainError("这个文件里查出了病毒，不收。请先在自己的电脑上杀毒", code="file.infected", field="file")
    return ScanStatus.CLEAN, verdict.engine


def _names(kinds: frozenset[FileKind]) -> str:
    return "、".join(kind.label for kind in FileKind if kind in kinds)


def _clean_name(name: str, kind: FileKind) -> str:
    """The last part of a path, without what could mislead a reader or a shell, under the extension of its kind."""
    last = PurePosixPath(name.replace("\\", "/")).name
    stem = _UNSAFE.sub("", last.rpartition(".")[0]).strip(" .") or "未命名"
    return f"{stem[:_NAME_LENGTH]}.{kind.value}"
