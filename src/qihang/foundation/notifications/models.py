"""Messages to people, and what became of each try to reach them outside the product."""

from django.db import models
from django.db.models import Q

from qihang.foundation.accounts.models import User
from qihang.foundation.core.fields import EncryptedField
from qihang.foundation.core.models import BaseModel
from qihang.foundation.notifications.enums import CHOOSABLE, EXTRA_CHANNELS, Channel, Kind, Status
from qihang.foundation.notifications.querysets import DeliveryQuerySet, MessageQuerySet


class Message(BaseModel):
    """What a person finds in the product. `url` is a path of ours where they can act on it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="messages", verbose_name="收件人")
    kind = models.CharField("类别", max_length=20, choices=Kind)
    title = models.CharField("标题", max_length=80)
    body = models.TextField("内容", blank=True)
    url = models.CharField("去办", max_length=300, blank=True)
    sender = models.CharField("谁发的", max_length=120, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="messages_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="unread_messages_of_user"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(url="") | Q(url__startswith="/"),
                name="message_url_is_ours",
                violation_error_message="消息只能链到本站的页面",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Delivery(BaseModel):
    """One text to one phone or mailbox. Address and text are encrypted: a code or a link may stand in it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="deliveries", verbose_name="收件人")
    message = models.ForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="deliveries", verbose_name="消息"
    )
    channel = models.CharField("方式", max_length=10, choices=Channel)
    target = EncryptedField("号码或邮箱", mask="account")
    subject = models.CharField("标题", max_length=80)
    text = EncryptedField("内容", mask="text")
    status = models.CharField("结果", max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField("试过几次", default=0)
    error = models.CharField("没发出的原因", max_length=200, blank=True)
    reference = models.CharField("网关回执", max_length=120, blank=True)
    next_try_at = models.DateTimeField("下次再试", null=True, blank=True)
    sent_at = models.DateTimeField("发出时间", null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "外发"
        ordering = ["-id"]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(next_try_at__isnull=False), name="deliveries_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=EXTRA_CHANNELS),
                name="delivery_leaves_the_house",
                violation_error_message="只有短信和邮件外发",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.SENT, sent_at__isnull=False)
                | (~Q(status=Status.SENT) & Q(sent_at__isnull=True)),
                name="sent_delivery_has_its_time",
                violation_error_message="发出的要有发出时间",
            ),
        ]


class Preference(models.Model):
    """A channel that a person does not want for a kind of message. No row means yes."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="declined", verbose_name="用户")
    kind = models.CharField("类别", max_length=20, choices=Kind)
    channel = models.CharField("方式", max_length=10, choices=Channel)

    class Meta:
        verbose_name = "不接收"
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "channel"], name="one_preference_each"),
            models.CheckConstraint(
                condition=Q(kind__in=CHOOSABLE, channel__in=EXTRA_CHANNELS),
                name="preference_can_be_chosen",
                violation_error_message="账号安全的通知不能关",
            ),
        ]
