from django.db import models


class NoticeState(models.TextChoices):
    DRAFT = "draft", "起草"
    OPEN = "open", "公示中"
    CLOSED = "closed", "公示结束"
    WITHDRAWN = "withdrawn", "已撤回"


class ObjectionState(models.TextChoices):
    RECEIVED = "received", "收到，在查"
    ANSWERED = "answered", "已答复"


class Outcome(models.TextChoices):
    """What looking into an objection came to."""

    UPHELD = "upheld", "情况属实"
    PARTLY = "partly", "部分属实"
    DISMISSED = "dismissed", "不属实"
