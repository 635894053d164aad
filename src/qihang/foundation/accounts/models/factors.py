"""Second factors. Having one, adding and removing one is audited; using one is not, but is in the sign-in log."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from qihang.foundation.accounts.models.user import User
from qihang.foundation.core.fields import EncryptedField
from qihang.foundation.core.models import AuditedModel


class Totp(AuditedModel):
    """A code generator on a phone (RFC 6238). It counts once its first code was typed in (`confirmed_at`)."""

    user = models.OneToOneField(User, models.CASCADE, related_name="totp", verbose_name="用户")
    secret = EncryptedField("密钥", mask="text")
    confirmed_at = models.DateTimeField("启用时间", null=True, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "动态码"


class SpentStep(models.Model):
    """A time step whose code was used: no code works twice, in whichever process it arrives."""

    id = models.BigAutoField(primary_key=True)
    totp = models.ForeignKey(Totp, models.CASCADE, related_name="spent", verbose_name="动态码")
    step = models.BigIntegerField("时间步")

    class Meta:
        verbose_name = "用过的动态码"
        constraints = [models.UniqueConstraint(fields=["totp", "step"], name="a_code_works_once")]


class RecoveryCode(AuditedModel):
    """One of the codes a person keeps on paper for the day the phone is lost. Only its keyed digest is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes", verbose_name="用户")
    digest = models.BinaryField("摘要", max_length=16, unique=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "备用码"


class Passkey(AuditedModel):
    """A WebAuthn credential: its private half never leaves the person's device."""

    user = models.ForeignKey(User, models.CASCADE, related_name="passkeys", verbose_name="用户")
    name = models.CharField("名称", max_length=40)
    credential_id = models.BinaryField("凭据编号", max_length=1023, unique=True)
    credential = models.BinaryField("公钥凭据")
    transports = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name="连接方式")

    class Meta(AuditedModel.Meta):
        verbose_name = "通行密钥"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class PasskeyUse(models.Model):
    """When a passkey was last used, and its signature counter, which a copy of it would betray."""

    passkey = models.OneToOneField(Passkey, models.CASCADE, primary_key=True, related_name="use")
    sign_count = models.PositiveBigIntegerField("计数", default=0)
    used_at = models.DateTimeField("最近使用", null=True)

    class Meta:
        verbose_name = "通行密钥使用"
