from django.db import models

from qihang.foundation.core.models.base import AuditedModel


class CalendarYear(AuditedModel):
    """A year whose holidays have been published and filled in. Working days are counted only within such years."""

    year = models.PositiveSmallIntegerField("年份", unique=True)
    source = models.CharField("依据", max_length=120)

    class Meta(AuditedModel.Meta):
        verbose_name = "工作日历年"
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year} 年"


class CalendarDay(AuditedModel):
    """A day that differs from the week's rule: a weekday off, or a weekend day worked."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", "放假"
        WORKDAY = "workday", "上班（调休）"

    year = models.ForeignKey(CalendarYear, models.CASCADE, related_name="days", verbose_name="年份")
    day = models.DateField("日期", unique=True)
    kind = models.CharField("安排", max_length=8, choices=Kind)
    name = models.CharField("名称", max_length=30, blank=True)

    class Meta(AuditedModel.Meta):
        verbose_name = "节假日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_kind_display()}"
