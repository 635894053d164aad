"""What happens at the door: tries, locks, and the devices that are in. None of these tables is audited."""

from django.db import models

from qihang.foundation.accounts.enums import Method, Outcome
from qihang.foundation.accounts.models.user import User
from qihang.foundation.core import clock
from qihang.foundation.core.models.audit import append_only


class SignInLog(models.Model):
    """One try to get in. A login that nobody has is not kept: people type their passwords into that box."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间", default=clock.now)
    user_id = models.BigIntegerField("用户", null=True)
    user_label = models.CharField("姓名", max_length=60, blank=True)
    address = models.GenericIPAddressField("网络地址", null=True)
    agent = models.CharField("设备", max_length=200, blank=True)
    method = models.CharField("方式", max_length=20, choices=Method)
    outcome = models.CharField("结果", max_length=20, choices=Outcome)

    class Meta:
        verbose_name = "登录记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user_id", "-id"], name="sign_ins_of_user"),
            models.Index(fields=["at"], name="sign_ins_by_time"),
        ]
        triggers = append_only()


class Throttle(models.Model):
    """How often something was tried lately. `key` is a digest, so that the table names nobody."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField("范围", max_length=20)
    key = models.BinaryField("对象", max_length=32)
    tries = models.PositiveIntegerField("次数", default=0)
    window_ends_at = models.DateTimeField("计数到")
    locked_until = models.DateTimeField("锁到", null=True)

    class Meta:
        verbose_name = "限次"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_throttle_a_key")]


class Device(models.Model):
    """A browser that is signed in, one row for each session."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices", verbose_name="用户")
    session_key = models.CharField("会话", max_length=40, unique=True)
    method = models.CharField("方式", max_length=20, choices=Method)
    address = models.GenericIPAddressField("网络地址", null=True)
    agent = models.CharField("设备", max_length=200, blank=True)
    signed_in_at = models.DateTimeField("登录时间", default=clock.now)
    seen_at = models.DateTimeField("最近使用", default=clock.now)

    class Meta:
        verbose_name = "登录设备"
        ordering = ["-seen_at"]
