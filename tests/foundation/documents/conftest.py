"""Files and keys in a folder of the test's own, a purpose that takes everything, and small real files of each kind."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from PIL import Image

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.keyring import keyring
from qihang.foundation.documents.enums import FileKind, Retention
from qihang.foundation.documents.ports import file_access, file_purposes, register_purpose

CLERK = Actor(user_id=7, user_label="符晓", role="provider_clerk", organization_id=3, region="460108")
TRAINEE = Actor(user_id=6, user_label="王秀兰", role="participant", region="460108")
OFFICER = Actor(user_id=8, user_label="林志远", role="intake_officer", organization_id=1, region="460108")
REVIEWER = Actor(user_id=9, user_label="陈明", role="second_reviewer", organization_id=1, region="460100")
ELSEWHERE = Actor(user_id=10, user_label="黎海", role="intake_officer", organization_id=2, region="460200")
SECURITY = Actor(user_id=11, user_label="安全员", role="security_admin")

ANYTHING = "tests.anything"
MAX_BYTES = 2 * 1024 * 1024


@pytest.fixture(autouse=True)
def _own_folders(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.FILES_ROOT = tmp_path / "files"
    settings.KEYS_ROOT = tmp_path / "keys"
    keyring.forget()
    yield
    keyring.forget()


@pytest.fixture(autouse=True)
def _anything() -> Iterator[None]:
    """A purpose that takes every kind; only those of organisation 3 may open its files."""
    register_purpose(
        ANYTHING,
        label="样子",
        kinds=FileKind,
        max_bytes=MAX_BYTES,
        retention=Retention.SHORT,
        access=lambda actor, file: actor.organization_id == 3,
    )
    yield
    file_purposes._handlers.pop(ANYTHING)
    file_access._handlers.pop(ANYTHING)


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def picture(kind: FileKind = FileKind.JPEG, size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    target = io.BytesIO()
    name = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP"}[kind]
    Image.new("RGB", size, (11, 78, 105)).save(target, format=name, **options)
    return target.getvalue()


def workbook(extra: dict[str, bytes] | None = None) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("花名册").write(0, 0, "姓名")
    book.close()
    with zipfile.ZipFile(target, "a") as package:
        for name, content in (extra or {}).items():
            package.writestr(name, content)
    return target.getvalue()


def open_document() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("mimetype", FileKind.ODS.content_type)
        package.writestr("content.xml", "<office/>")
    return target.getvalue()


def compound(*streams: str) -> bytes:
    """The skeleton of an OLE file with these streams in its directory."""
    entries = b""
    for name in streams:
        text = name.encode("utf-16-le")
        entries += text.ljust(64, b"\0") + (len(text) + 2).to_bytes(2, "little") + bytes(62)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0") + entries


SAMPLES = {
    FileKind.PDF: pdf,
    FileKind.JPEG: picture,
    FileKind.PNG: lambda: picture(FileKind.PNG),
    FileKind.WEBP: lambda: picture(FileKind.WEBP),
    FileKind.XLSX: workbook,
    FileKind.XLS: lambda: compound("Root Entry", "Workbook"),
    FileKind.ODS: open_document,
    FileKind.CSV: lambda: "姓名,身份证号\n".encode("gb18030"),
}
