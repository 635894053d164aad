import pgtrigger
from django.db import models

from qihang.foundation.core import clock
from qihang.foundation.core.models.audit import append_only


class DataKey(models.Model):
    """A key that encrypts values, itself wrapped by a master key outside the database.

    Rotation adds a new active key and may re-wrap the old ones; what they encrypted stays readable. Destroying a key
    (its wrapped bytes are erased, for ever) makes all it encrypted unreadable.
    """

    class Purpose(models.TextChoices):
        VALUE = "value", "字段"
        INDEX = "index", "盲索引"
        FILE = "file", "文件"

    id = models.AutoField(primary_key=True)
    purpose = models.CharField("用途", max_length=8, choices=Purpose)
    master = models.CharField("主密钥", max_length=32)
    wrapped = models.BinaryField("密文密钥", null=True)
    active = models.BooleanField("在用", default=True)
    created_at = models.DateTimeField("生成时间", default=clock.now)
    destroyed_at = models.DateTimeField("销毁时间", null=True)

    class Meta:
        verbose_name = "数据密钥"
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=models.Q(active=True),
                name="one_active_key",
                violation_error_message="每种用途只能有一把在用的密钥",
            ),
            models.CheckConstraint(
                condition=models.Q(destroyed_at__isnull=True, wrapped__isnull=False)
                | models.Q(destroyed_at__isnull=False, wrapped__isnull=True, active=False),
                name="destroyed_key_is_erased",
                violation_error_message="销毁的密钥不能留下密文",
            ),
        ]
        triggers = [pgtrigger.Protect(name="keys_stay", operation=pgtrigger.Delete)]


class RevealLog(models.Model):
    """Somebody looked behind a mask: who, at whose what, and why."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间", default=clock.now)
    actor = models.JSONField("查看人")
    subject = models.CharField("对象", max_length=80)
    subject_id = models.BigIntegerField("对象编号")
    field = models.CharField("项目", max_length=40)
    reason = models.CharField("事由", max_length=200)

    class Meta:
        verbose_name = "明文查看记录"
        indexes = [models.Index(fields=["subject", "subject_id"], name="reveal_by_subject")]
        triggers = append_only()
