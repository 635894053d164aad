"""People who sign in. What they may do comes from their memberships (registry.organizations)."""

import re
import unicodedata
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from qihang.foundation.core import clock
from qihang.foundation.core.audit import audit_triggers
from qihang.foundation.core.fields import BlindIndexField, EncryptedField

LOGIN_PATTERN = r"^[a-z][a-z0-9._-]{2,59}$"
LOGIN_RULE = "登录名用小写字母开头，可以有数字、点和横线，至少 3 位"


def phone_key(text: str) -> str:
    """A phone number as it is looked up: half-width digits, without the country code."""
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", text))
    return digits[2:] if len(digits) == 13 and digits.startswith("86") else digits


def identity_key(text: str) -> str:
    """An identity number as it is looked up."""
    return unicodedata.normalize("NFKC", text).strip().upper()


class UserManager(BaseUserManager["User"]):
    def create_user(self, login: str, password: str | None = None, **fields: object) -> "User":
        """Save a user under a lower-case login; without a password none works until one is set by a link."""
        user = self.model(login=login.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account. `name` is what colleagues and logs see; phone and identity number are encrypted.

    A phone counts as its owner's own only once `phone_proved_at` is set: a code sent to it was typed in.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.UUIDField("编号", default=uuid.uuid4, unique=True, editable=False)
    login = models.CharField("登录名", max_length=60, unique=True, error_messages={"unique": "这个登录名已经有人用了"})
    name = models.CharField("姓名", max_length=60)
    email = models.EmailField("电子邮箱", blank=True)
    phone = EncryptedField("手机号", mask="phone", null=True, blank=True)
    phone_index = BlindIndexField(source="phone", normalise=phone_key, editable=False)
    phone_proved_at = models.DateTimeField("手机号核对时间", null=True, blank=True)
    # Staff, trainers and appraisers carry it, so that one person in two roles shows.
    identity_no = EncryptedField("身份证号", mask="identity", null=True, blank=True)
    identity_index = BlindIndexField(source="identity_no", normalise=identity_key, editable=False)
    is_active = models.BooleanField("可以登录", default=True)
    # Locks are not audited; that somebody opened one is.
    unlocked_at = models.DateTimeField("解除锁定时间", null=True, blank=True, editable=False)
    large_text = models.BooleanField("大字版", default=False)
    created_at = models.DateTimeField("登记时间", default=clock.now, editable=False)

    audit_readable = ("login", "is_active", "phone_proved_at", "unlocked_at")

    # Sign-ins have a log of their own; an audited table is not written by looking around.
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "用户"
        # Names are looked for by their beginning among all accounts of the province.
        indexes = [models.Index(fields=["name"], name="user_by_name", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(login__regex=LOGIN_PATTERN),
                name="login_form",
                violation_error_message=LOGIN_RULE,
            ),
            models.CheckConstraint(
                condition=models.Q(phone_proved_at__isnull=True) | models.Q(phone__isnull=False),
                name="proved_phone_is_there",
                violation_error_message="没有手机号，就没有核对时间",
            ),
            models.UniqueConstraint(
                fields=["phone_index"],
                name="one_account_a_phone",
                violation_error_message="这个手机号已经用在别的账号上。请换一个号，或者只用登录名",
            ),
            models.UniqueConstraint(
                fields=["identity_index"],
                name="one_account_a_person",
                violation_error_message="这个身份证号已经有账号，请用原来的账号登录",
            ),
        ]
        triggers = audit_triggers()

    def __str__(self) -> str:
        return self.name

    def fill_indexes(self) -> None:
        """Make the blind indexes that saving would make, so that the constraints on them can be checked before."""
        for field in self._meta.concrete_fields:
            if isinstance(field, BlindIndexField):
                field.pre_save(self, add=self._state.adding)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
