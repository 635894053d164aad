"""Kinds of files, how long they are kept, whether they were scanned, and the states of evidence."""

from django.db import models


class FileKind(models.TextChoices):
    """What a file is, by its content. The value is its usual extension."""

    PDF = "pdf", "PDF"
    JPEG = "jpg", "JPG 照片"
    PNG = "png", "PNG 图片"
    WEBP = "webp", "WebP 图片"
    XLSX = "xlsx", "Excel 表格（xlsx）"
    XLS = "xls", "旧版 Excel 表格（xls）"
    ODS = "ods", "ODS 表格"
    CSV = "csv", "CSV 表格"

    @property
    def content_type(self) -> str:
        return _CONTENT_TYPES[self]

    @property
    def family(self) -> frozenset["FileKind"]:
        """The kinds that people take for one another: a wrong extension among them is put right, not refused."""
        return next(group for group in (IMAGES, SPREADSHEETS, DOCUMENTS) if self in group)


IMAGES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.WEBP})
SPREADSHEETS = frozenset({FileKind.XLSX, FileKind.XLS, FileKind.ODS, FileKind.CSV})
DOCUMENTS = frozenset({FileKind.PDF})

_CONTENT_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.JPEG: "image/jpeg",
    FileKind.PNG: "image/png",
    FileKind.WEBP: "image/webp",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.XLS: "application/vnd.ms-excel",
    FileKind.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    FileKind.CSV: "text/csv",
}


class Retention(models.TextChoices):
    """Which rule of keeping a file falls under; how long each is, is a parameter."""

    CASE = "case", "办件材料"
    SOURCE = "source", "导入原件"
    ISSUED = "issued", "发出的文书"
    SHORT = "short", "临时文件"


class ScanStatus(models.TextChoices):
    """What is known of viruses in a file. An infected one is never stored."""

    NOT_SCANNED = "not_scanned", "没有查毒"
    CLEAN = "clean", "查过，没有发现"
    FAILED = "failed", "查毒没有成功"


class EvidenceState(models.TextChoices):
    SUBMITTED = "submitted", "待核"
    ACCEPTED = "accepted", "认可"
    REJECTED = "rejected", "不认可"
    WITHDRAWN = "withdrawn", "撤回了"
