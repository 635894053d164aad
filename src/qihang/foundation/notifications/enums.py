"""Choices of the notifications app."""

from django.db.models import TextChoices


class Channel(TextChoices):
    """Ways to reach a person. The message within the product is always there beside the others."""

    IN_APP = "in_app", "站内消息"
    SMS = "sms", "短信"
    EMAIL = "email", "电子邮件"


class Kind(TextChoices):
    """What a message is about; people choose by kind what else than the page they want."""

    SECURITY = "security", "账号安全"
    CASE = "case", "办理结果"
    REMINDER = "reminder", "到期提醒"


class Status(TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", "待发"
    SENT = "sent", "已发出"
    FAILED = "failed", "没发出，会再试"
    GIVEN_UP = "given_up", "没发出"


# Kinds whose extra channels a person may turn off.
CHOOSABLE = (Kind.CASE, Kind.REMINDER)
EXTRA_CHANNELS = (Channel.SMS, Channel.EMAIL)
