from django.db import models
from django.db.models import F, Q

from qihang.foundation.core import clock
from qihang.foundation.core.fields import EncryptedField, StateField
from qihang.foundation.core.models import AuditedModel
from qihang.foundation.core.models.audit import append_only
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.notices.enums import NoticeState, ObjectionState, Outcome
from qihang.foundation.notices.querysets import NoticeQuerySet, ObjectionQuerySet


class Notice(AuditedModel):
    """Something put before the public for some working days, so that whoever knows better can object.

    What it is about is kept as a label and an id: the thing lies on a higher floor.
    """

    kind = models.CharField("种类", max_length=60)
    subject = models.CharField("对象", max_length=80)
    subject_id = models.BigIntegerField("对象编号")
    region = models.CharField("辖区", max_length=9, db_index=True)
    issuer = models.CharField("发布机关", max_length=120)
    number = models.CharField("文号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=120)
    body = models.TextField("正文")
    contact = models.CharField("监督电话", max_length=60, blank=True)
    opens_on = models.DateField("开始", null=True)
    closes_on = models.DateField("最后一天", null=True)
    columns = models.JSONField("栏目", default=list)
    summary = models.JSONField("汇总", null=True)
    state = StateField("状态", choices=NoticeState)

    objects = NoticeQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "公示"
        ordering = ["-id"]
        indexes = [models.Index(fields=["subject", "subject_id"], name="notice_of_subject")]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__isnull=True, closes_on__isnull=True)
                | Q(opens_on__isnull=False, closes_on__isnull=False, closes_on__gt=F("opens_on")),
                name="notice_window_is_forward",
                violation_error_message="公示的最后一天要在开始之后",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(NoticeState.OPEN, NoticeState.CLOSED)) | Q(opens_on__isnull=False),
                name="open_notice_has_its_window",
                violation_error_message="公示了就要有起止日期",
            ),
            models.UniqueConstraint(
                fields=["number"],
                condition=~Q(number=""),
                name="one_notice_a_number",
                violation_error_message="这个文号已经用过了",
            ),
            models.UniqueConstraint(
                fields=["kind", "subject", "subject_id"],
                condition=Q(state__in=(NoticeState.DRAFT, NoticeState.OPEN)),
                name="one_running_notice_a_subject",
                violation_error_message="这件事已经有一份公示在走，不用再起草",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def takes_objections(self) -> bool:
        """Whether today lies in its window."""
        return bool(self.state == NoticeState.OPEN and self.closes_on is not None and clock.today() <= self.closes_on)

    @property
    def published_rows(self) -> "models.QuerySet[NoticeRow]":
        """The list as the public may see it: names come down when the window ends."""
        return self.rows.all() if self.takes_objections else self.rows.none()


class NoticeRow(AuditedModel):
    """A line of a notice's list, frozen and masked as it was when the notice opened. Encrypted: names are in it."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="rows", verbose_name="公示")
    position = models.PositiveIntegerField("序号")
    subject = models.CharField("对象", max_length=80)
    subject_id = models.BigIntegerField("对象编号")
    name = EncryptedField("姓名")
    identity = EncryptedField("证件号")
    cells = models.JSONField("各栏", default=list)

    class Meta(AuditedModel.Meta):
        verbose_name = "公示名单"
        ordering = ["notice_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "position"], name="one_row_a_position"),
        ]
        triggers = [*AuditedModel.Meta.triggers, *append_only()]

    @property
    def shown(self) -> list[str]:
        """The line as it is printed: number, name, identity number, and the notice's own columns."""
        return [str(self.position), self.name.plain(), self.identity.plain(), *self.cells]


class Objection(AuditedModel):
    """What somebody holds against a notice, or one line of it. Contact is optional; everything said is encrypted."""

    number = models.CharField("编号", max_length=12, unique=True)
    notice = models.ForeignKey(Notice, models.RESTRICT, related_name="objections", verbose_name="公示")
    row = models.ForeignKey(NoticeRow, models.RESTRICT, null=True, related_name="+", verbose_name="名单中的一行")
    about = EncryptedField("说的是谁、哪一项")
    grounds = models.JSONField("哪里不对", default=list)
    text = EncryptedField("情况")
    name = EncryptedField("姓名", null=True, mask="name")
    phone = EncryptedField("手机号", null=True, mask="phone")
    identity_no = EncryptedField("身份证号", null=True, mask="identity")
    user_id = models.BigIntegerField("用户", null=True)
    file = models.ForeignKey(StoredFile, models.RESTRICT, null=True, related_name="+", verbose_name="凭据")
    received_on = models.DateField("收到")
    due_on = models.DateField("答复期限", null=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    answer = models.TextField("答复", blank=True)
    state = StateField("状态", choices=ObjectionState)

    objects = ObjectionQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "异议"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ObjectionState.RECEIVED, outcome="", answer="")
                | (Q(state=ObjectionState.ANSWERED) & ~Q(outcome="") & ~Q(answer="")),
                name="answered_objection_has_its_answer",
                violation_error_message="答复了就要有结果和答复的话，没答复的不能有",
            ),
        ]

    def __str__(self) -> str:
        return self.number
