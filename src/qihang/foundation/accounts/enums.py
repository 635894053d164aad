"""Choices of the accounts app."""

from django.db.models import TextChoices


class Method(TextChoices):
    """By what a person proved who they are."""

    PASSWORD = "password", "密码"
    SMS_CODE = "sms_code", "短信验证码"
    PASSKEY = "passkey", "通行密钥"
    TOTP = "totp", "动态码"
    RECOVERY_CODE = "recovery_code", "备用码"
    ENTRY_CODE = "entry_code", "窗口代办码"
    LINK = "link", "一次性链接"


class Outcome(TextChoices):
    """How one try to get in ended."""

    SUCCESS = "success", "成功"
    FIRST_STEP = "first_step", "第一步通过"
    WRONG = "wrong", "没对上"
    LOCKED = "locked", "锁定中"
    INACTIVE = "inactive", "账号停用"


class CodePurpose(TextChoices):
    """What a code sent by SMS is good for."""

    SIGN_IN = "sign_in", "登录"
    RESET = "reset", "找回密码"
    PROVE_PHONE = "prove_phone", "核对手机号"
