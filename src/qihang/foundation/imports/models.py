"""A file on its way in: what was sent, what was found, what people decided, what became of it."""

import base64
import json
import zlib
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from qihang.foundation.core.fields import EncryptedField, StateField
from qihang.foundation.core.models import AuditedModel, BaseModel
from qihang.foundation.imports.engine.rules import Severity, Words
from qihang.foundation.imports.enums import Answer, BatchState
from qihang.foundation.imports.querysets import ImportBatchQuerySet


class ImportBatch(AuditedModel):
    """One file of one kind for one target. Ids of user, organisation and target are kept without foreign keys: their
    tables are on higher floors."""

    kind = models.CharField("种类", max_length=40)
    target_id = models.CharField("归入", max_length=40, blank=True)
    file = models.ForeignKey("documents.StoredFile", models.RESTRICT, related_name="+", verbose_name="文件")
    file_sha256 = models.CharField("文件指纹", max_length=64)
    sheet = models.CharField("工作表", max_length=100, blank=True)
    given_day = models.DateField("指定的业务日期", null=True)
    business_day = models.DateField("业务日期", null=True)
    organization_id = models.BigIntegerField("单位", null=True)
    user_id = models.BigIntegerField("用户", null=True)
    user_label = models.CharField("谁上传的", max_length=80, blank=True)
    region = models.CharField("辖区", max_length=6, blank=True)
    state = StateField("状态", choices=BatchState)
    rows = models.PositiveIntegerField("行数", default=0)
    accepted = models.PositiveIntegerField("可以导入", default=0)
    errors = models.PositiveIntegerField("要改", default=0)
    confirms = models.PositiveIntegerField("要确认", default=0)
    cleaned = models.PositiveIntegerField("已自动整理", default=0)
    every_yes = models.BooleanField("全部确认", default=False)
    result = models.JSONField("结果", null=True)
    job_id = models.BigIntegerField("后台任务", null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "导入"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["kind", "target_id", "file_sha256"], name="imports_same_file"),
            models.Index(fields=["organization_id", "-id"], name="imports_of_organization"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=BatchState.COMMITTED) | Q(result__isnull=False),
                name="import_committed_has_result",
                violation_error_message="已导入的要有结果",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class ImportReport(BaseModel):
    """What the last check said, values masked. Encrypted all the same: it names people.

    `body` is its head (see `preview.head_of`); rows and findings lie in parts, so that a page reads only its own.
    """

    batch = models.OneToOneField(ImportBatch, models.CASCADE, related_name="report", verbose_name="导入")
    body = EncryptedField("内容", mask="text")

    class Meta:
        verbose_name = "导入报告"

    @cached_property
    def head(self) -> dict[str, Any]:
        return unpacked(self.body.plain())

    @property
    def document(self) -> dict[str, Any]:
        """The whole report, as the command prints it."""
        head = {name: value for name, value in self.head.items() if name != "preview"}
        found = [*self.head["preview"]["above"], *(one for part in self._all_parts() for one in part["findings"])]
        return {**head, **{own.value: [_said(one) for one in found if one["severity"] == own] for own in Severity}}

    def parts_numbered(self, numbers: Collection[int]) -> dict[int, Any]:
        """Some of the parts, by number."""
        return {part.number: unpacked(part.body.plain()) for part in self.parts.filter(number__in=numbers)}

    def _all_parts(self) -> Iterator[dict[str, Any]]:
        return (unpacked(part.body.plain()) for part in self.parts.order_by("number").iterator())


class ImportReportPart(BaseModel):
    """Some rows of a report in the sheet's order, with their findings (see `preview.parts_of`)."""

    report = models.ForeignKey(ImportReport, models.CASCADE, related_name="parts", verbose_name="导入报告")
    number = models.PositiveIntegerField("第几份")
    body = EncryptedField("内容", mask="text")

    class Meta:
        verbose_name = "导入报告的一份"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "number"],
                name="one_report_part_a_number",
                violation_error_message="这一份已经有了",
            ),
        ]


def packed(document: dict[str, Any]) -> str:
    """A document as an encrypted column takes it."""
    return base64.b64encode(zlib.compress(json.dumps(document, ensure_ascii=False).encode(), 1)).decode()


def unpacked(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(text)))
    return found


def _said(finding: dict[str, Any]) -> dict[str, str | int]:
    """A kept finding in the form of a report."""
    words = Words(finding.get("what", ""), finding.get("mend", ""), finding.get("if_right", ""))
    return {
        "row": finding["row"],
        "cell": finding["cell"],
        "column": finding["column"],
        "value": finding.get("value", ""),
        "rule": finding["rule"],
        "message": words.sentence(row=finding["row"], who=finding.get("who", "")),
    }


class ImportDecision(AuditedModel):
    """A person's answer to a finding, or about a row. The latest for a place holds."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="decisions", verbose_name="导入")
    row = models.PositiveIntegerField("行")
    cell = models.CharField("格", max_length=12, blank=True)
    rule = models.CharField("规则", max_length=20, blank=True)
    answer = models.CharField("决定", max_length=12, choices=Answer)
    user_id = models.BigIntegerField("用户", null=True)
    user_label = models.CharField("谁", max_length=80, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "导入时的决定"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["batch", "id"], name="decisions_of_import")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(answer__in=[Answer.YES, Answer.TAKEN_BACK]) & ~Q(cell=""))
                | (Q(answer__in=[Answer.LEAVE_OUT, Answer.TAKE_IN]) & Q(cell="")),
                name="import_decision_has_place",
                violation_error_message="确认要写明哪一格，先不导入要写明哪一行",
            ),
        ]


class CellCorrection(AuditedModel):
    """The text that a clerk put in place of a cell's; the audit keeps what it was before."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="corrections", verbose_name="导入")
    row = models.PositiveIntegerField("行")
    column = models.PositiveIntegerField("列")
    text = EncryptedField("改成", mask="text")
    user_id = models.BigIntegerField("用户", null=True)
    user_label = models.CharField("谁改的", max_length=80, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "改过的格"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "row", "column"],
                name="one_correction_a_cell",
                violation_error_message="这一格已经改过，请在原来的上面改",
            ),
        ]
