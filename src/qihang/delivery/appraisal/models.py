"""A class's sitting at a station, what its trainees scored, and the certificates that come of it."""

import secrets
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from qihang.delivery.appraisal.enums import HIGHEST, LOWEST, STANDING_SITTINGS, CertificateState, SittingState
from qihang.delivery.appraisal.querysets import CertificateQuerySet, ScoreQuerySet, SittingQuerySet
from qihang.delivery.training.enums import ClassLevel
from qihang.foundation.core.fields import StateField
from qihang.foundation.core.models import AuditedModel

# Tells nothing and cannot be guessed (99 bits); no letters that a reader of the paper takes for others.
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_LETTER_COUNT = 20


class Sitting(AuditedModel):
    """The appraisal (鉴定) of a class: at one station, on one day. A class sits again on another day."""

    training_class = models.ForeignKey(
        "training.TrainingClass", models.RESTRICT, related_name="sittings", verbose_name="班期"
    )
    station = models.ForeignKey(
        "organizations.Organization", models.RESTRICT, related_name="sittings", verbose_name="鉴定站"
    )
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="市县"
    )
    on = models.DateField("鉴定日")
    place = models.CharField("考场", max_length=160)
    state = StateField("状态", choices=SittingState)

    objects: ClassVar = SittingQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "鉴定"
        ordering: ClassVar = ["-on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["station", "-on"], name="sittings_of_station"),
            models.Index(fields=["region", "state"], name="sittings_by_region"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training_class"],
                condition=Q(state=SittingState.PLANNED),
                name="one_open_sitting_a_class",
                violation_error_message="这个班已经安排了鉴定，考完才能再安排",
            ),
            models.UniqueConstraint(
                fields=["training_class", "on"],
                condition=Q(state__in=STANDING_SITTINGS),
                name="one_sitting_a_class_and_day",
                violation_error_message="这个班这一天已经有一场鉴定",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.on}"


class Score(AuditedModel):
    """What one trainee scored in one sitting. A wrong one is voided and stays; a right one is added.

    A part without points is 缺考. `passed` was computed when it was written, by the pass score of the sitting's day.
    `source_id` is the public id of the import that brought it.
    """

    sitting = models.ForeignKey(Sitting, models.RESTRICT, related_name="scores", verbose_name="鉴定")
    enrolment = models.ForeignKey("training.Enrolment", models.RESTRICT, related_name="scores", verbose_name="学员")
    ticket_no = models.CharField("准考证号", max_length=30, blank=True)
    theory = models.DecimalField("理论", max_digits=5, decimal_places=2, null=True)
    practice = models.DecimalField("实操", max_digits=5, decimal_places=2, null=True)
    passed = models.BooleanField("合格")
    source_id = models.UUIDField("来自哪次导入", null=True)
    voided_on = models.DateField("作废日", null=True)
    void_reason = models.CharField("作废原因", max_length=100, blank=True)

    objects: ClassVar = ScoreQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "成绩"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sitting", "enrolment"],
                condition=Q(voided_on__isnull=True),
                name="one_score_a_sitting",
                violation_error_message="这个人这一场已经有成绩",
            ),
            models.CheckConstraint(
                name="points_out_of_a_hundred",
                condition=(Q(theory__isnull=True) | Q(theory__range=(LOWEST, HIGHEST)))
                & (Q(practice__isnull=True) | Q(practice__range=(LOWEST, HIGHEST))),
                violation_error_message="分数在 0 到 100 之间",
            ),
            models.CheckConstraint(
                name="passed_both_parts",
                condition=Q(passed=False) | Q(theory__isnull=False, practice__isnull=False),
                violation_error_message="缺考的不能合格",
            ),
            models.CheckConstraint(
                name="voided_score_says_why",
                condition=Q(voided_on__isnull=True, void_reason="")
                | (Q(voided_on__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废要写原因",
            ),
        ]
        triggers = [
            *AuditedModel.Meta.triggers,
            pgtrigger.ReadOnly(
                name="score_stays", fields=["sitting", "enrolment", "theory", "practice", "passed", "ticket_no"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


def new_token() -> str:
    """An opaque token for the code on the paper."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LETTER_COUNT))


class Certificate(AuditedModel):
    """A certificate of a skill level. Never changed and never deleted; a wrong one is revoked.

    `token` is what the code on the paper leads to. `enrolment` and `sitting` are empty for one earned outside the
    programmes' classes.
    """

    person = models.ForeignKey(
        "participants.Person", models.RESTRICT, related_name="certificates", verbose_name="持证人"
    )
    enrolment = models.ForeignKey(
        "training.Enrolment", models.RESTRICT, null=True, related_name="certificates", verbose_name="学员"
    )
    sitting = models.ForeignKey(Sitting, models.RESTRICT, null=True, related_name="certificates", verbose_name="鉴定")
    station = models.ForeignKey(
        "organizations.Organization", models.RESTRICT, related_name="certificates", verbose_name="鉴定站"
    )
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="市县"
    )
    occupation = models.ForeignKey("reference.Occupation", models.RESTRICT, related_name="+", verbose_name="职业")
    level = models.CharField("等级", max_length=8, choices=ClassLevel)
    number = models.CharField("证书编号", max_length=22, unique=True)
    appraised_on = models.DateField("鉴定日")
    issued_on = models.DateField("发证日")
    revoked_on = models.DateField("撤销日", null=True)
    token = models.CharField("查验码", max_length=20, unique=True, default=new_token, editable=False)
    state = StateField("状态", choices=CertificateState)

    objects: ClassVar = CertificateQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "证书"
        ordering: ClassVar = ["-issued_on", "number"]
        indexes: ClassVar = [
            models.Index(fields=["person", "state"], name="certificates_of_person"),
            models.Index(fields=["station", "-issued_on"], name="certificates_of_station"),
            models.Index(fields=["region", "-issued_on"], name="certificates_by_region"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(state=CertificateState.ISSUED),
                name="one_certificate_an_enrolment",
                violation_error_message="这个学员已经有证书",
            ),
            models.CheckConstraint(
                name="certificate_after_its_sitting",
                condition=Q(issued_on__gte=F("appraised_on")),
                violation_error_message="发证日不能早于鉴定日",
            ),
            models.CheckConstraint(
                name="revoked_on_a_day",
                condition=Q(revoked_on__isnull=True) ^ Q(state=CertificateState.REVOKED),
                violation_error_message="撤销要有撤销日，没撤销的不能有",
            ),
        ]
        triggers = [
            *AuditedModel.Meta.triggers,
            pgtrigger.ReadOnly(
                name="certificate_stays",
                fields=[
                    "enrolment",
                    "sitting",
                    "station",
                    "occupation",
                    "level",
                    "number",
                    "appraised_on",
                    "issued_on",
                ],
            ),
            pgtrigger.Protect(name="certificate_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.number


class CertificateCounter(models.Model):
    """The last running number under a prefix (station, year, level); its row is locked while a block is taken."""

    prefix = models.CharField("编号前段", max_length=17, unique=True)
    last = models.PositiveIntegerField("最后序号", default=0)

    class Meta:
        verbose_name = "证书序号"

    def __str__(self) -> str:
        return f"{self.prefix} {self.last}"
