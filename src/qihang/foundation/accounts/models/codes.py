"""Links and codes that work once. Only keyed digests are stored, so that the database alone opens no door."""

from django.db import models
from django.db.models import F, Q

from qihang.foundation.accounts.enums import CodePurpose
from qihang.foundation.accounts.models.user import User
from qihang.foundation.core import clock
from qihang.foundation.core.models import AuditedModel


class ResetLink(AuditedModel):
    """Lets its holder choose a new password for one account."""

    user = models.ForeignKey(User, models.CASCADE, related_name="reset_links", verbose_name="用户")
    digest = models.BinaryField("摘要", max_length=16, unique=True)
    expires_at = models.DateTimeField("有效到")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "改密链接"


class OneTimeCode(models.Model):
    """A short code sent by SMS. The digest covers user, purpose and phone: it is good for nothing else."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="one_time_codes", verbose_name="用户")
    purpose = models.CharField("用途", max_length=20, choices=CodePurpose)
    digest = models.BinaryField("摘要", max_length=16)
    created_at = models.DateTimeField("发出时间", default=clock.now)
    expires_at = models.DateTimeField("有效到")
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "短信验证码"
        indexes = [models.Index(fields=["user", "purpose", "digest"], name="one_time_code_lookup")]


class EntryCode(AuditedModel):
    """A code printed at the counter for a person whose papers were seen there: with it they get their account.

    `subject_id` is the person's number in the register of participants, which this floor does not know.
    """

    subject_id = models.BigIntegerField("人员")
    digest = models.BinaryField("摘要", max_length=16, unique=True)
    issued_by_label = models.CharField("发出人", max_length=80)
    expires_at = models.DateTimeField("有效到")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    used_by = models.ForeignKey(
        User, models.RESTRICT, null=True, blank=True, related_name="entry_codes", verbose_name="使用人"
    )
    revoked_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "窗口代办码"
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id"],
                condition=Q(used_at__isnull=True, revoked_at__isnull=True),
                name="one_open_code_a_person",
                violation_error_message="这个人已经有一张没用过的代办码",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False, revoked_at__isnull=True),
                name="used_code_names_its_user",
                violation_error_message="用过的代办码要写明是谁用的，也不能再作废",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")),
                name="entry_code_expires_later",
                violation_error_message="有效期要晚于发出的时间",
            ),
        ]
