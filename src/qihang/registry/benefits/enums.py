"""Closed lists of the benefits app."""

from django.db.models import TextChoices


class UseState(TextChoices):
    RESERVED = "reserved", "已占用"
    ENJOYED = "enjoyed", "已享受"
    RELEASED = "released", "已释放"


# What a cap counts: a benefit spoken for is as gone as one enjoyed.
COUNTED = (UseState.RESERVED, UseState.ENJOYED)


class Fund(TextChoices):
    EMPLOYMENT = "employment", "就业补助资金"
    REEMPLOYMENT = "reemployment", "再就业资金"
    UNEMPLOYMENT_INSURANCE = "unemployment_insurance", "失业保险基金"
