import pgtrigger
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Cast


class Xid8Field(models.Field[int, int]):
    """A transaction id that never wraps; only SQL compares it."""

    def db_type(self, connection: object) -> str:
        return "xid8"


def append_only() -> list[pgtrigger.Trigger]:
    """Rows are added, never changed or taken away."""
    return [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


class AuditContext(models.Model):
    """Who opened a unit of work, and when. Entries point here: a hundred thousand rows name their actor once."""

    id = models.BigAutoField(primary_key=True)
    actor = models.JSONField("操作人")
    at = models.DateTimeField("时间", db_index=True)

    class Meta:
        verbose_name = "操作"
        indexes = [models.Index(Cast(KT("actor__user_id"), models.BigIntegerField()), "id", name="audit_by_person")]
        triggers = append_only()


class AuditEntry(models.Model):
    """One row of one audited table, changed once. Encrypted columns appear as their stored bytes."""

    class Operation(models.TextChoices):
        INSERT = "I", "新增"
        UPDATE = "U", "修改"
        DELETE = "D", "删除"

    id = models.BigAutoField(primary_key=True)
    context = models.ForeignKey(AuditContext, models.RESTRICT, related_name="entries", verbose_name="操作")
    table_name = models.CharField("表", max_length=63)
    operation = models.CharField("动作", max_length=1, choices=Operation)
    row_id = models.BigIntegerField("行")
    before = models.JSONField("改前", null=True)
    after = models.JSONField("改后", null=True)
    xact = Xid8Field("事务")

    class Meta:
        verbose_name = "审计记录"
        indexes = [
            models.Index(fields=["table_name", "row_id"], name="audit_by_row"),
            models.Index(fields=["xact"], name="audit_by_xact"),
            models.Index(fields=["table_name", "context"], name="audit_by_table"),
        ]
        triggers = append_only()


class AuditSeal(models.Model):
    """A link of the chain: the digest of all entries of a range of transactions, hashed onto the link before."""

    number = models.PositiveBigIntegerField("序号", primary_key=True)
    from_xact = Xid8Field("起")
    to_xact = Xid8Field("止")
    entries = models.PositiveBigIntegerField("记录数")
    last_entry = models.BigIntegerField("最后一条")
    digest = models.BinaryField("摘要", max_length=32)
    chain = models.BinaryField("链值", max_length=32)
    sealed_at = models.DateTimeField("封存时间")

    class Meta:
        verbose_name = "审计封条"
        triggers = append_only()
