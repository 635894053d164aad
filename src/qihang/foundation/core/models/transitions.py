from django.db import models

from qihang.foundation.core.models.audit import append_only


class TransitionLog(models.Model):
    """What was done to a thing with states: by whom, when, from where to where, in whose words. Never edited."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField("对象", max_length=80)
    subject_id = models.BigIntegerField("对象编号")
    transition = models.CharField("动作", max_length=40)
    label = models.CharField("做了什么", max_length=60)
    source = models.CharField("原状态", max_length=30, blank=True)
    target = models.CharField("新状态", max_length=30)
    user_id = models.BigIntegerField("用户", null=True)
    user_label = models.CharField("姓名", max_length=80)
    organization_id = models.BigIntegerField("单位编号", null=True)
    organization_label = models.CharField("单位", max_length=120, blank=True)
    role = models.CharField("岗位", max_length=30)
    region = models.CharField("辖区", max_length=9, blank=True)
    comment = models.TextField("说明", blank=True)
    at = models.DateTimeField("时间")
    due_on = models.DateField("下一步期限", null=True)

    class Meta:
        verbose_name = "办理经过"
        ordering = ["id"]
        indexes = [models.Index(fields=["subject", "subject_id", "id"], name="transitions_of_subject")]
        triggers = append_only()
