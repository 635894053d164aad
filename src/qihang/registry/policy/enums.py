"""Closed lists of the policy app."""

from django.db.models import TextChoices


class ParameterState(TextChoices):
    DRAFT = "draft", "待复核"
    CONFIRMED = "confirmed", "已生效"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class VerifiedMark(TextChoices):
    TRUE = "true", "已核原文"
    SECONDARY = "secondary", "二手来源"
    OTHER_REGION = "other-region", "外地规定"
    DEMO = "demo", "示范值"
    UNVERIFIED = "unverified", "未核"
