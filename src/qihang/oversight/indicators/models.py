"""Figures as they were computed, so that a page shows them at once and can say as of when."""

from typing import ClassVar

from django.db import models

from qihang.foundation.core.models import BaseModel
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.querysets import FigureRunQuerySet


class FigureRun(BaseModel):
    """One computation of all figures: the events of that moment (Arrow, no names) and how far the trail had come.

    Derived from audited tables and therefore not audited itself; it can be made anew at any time.
    """

    as_of = models.DateField("截至日")
    events = models.BinaryField("事件")
    counts = models.JSONField("事件数")
    trail = models.BigIntegerField("算到哪条审计记录")

    objects: ClassVar = FigureRunQuerySet.as_manager()

    class Meta:
        verbose_name = "指标计算"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d}"


class FigureSet(models.Model):
    """A programme's figures in a region and below, split by one thing or not, as `Figure.as_json` gives them."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(FigureRun, models.CASCADE, related_name="sets", verbose_name="哪次计算")
    programme = models.CharField("计划", max_length=8, choices=Programme)
    region = models.CharField("地区", max_length=6)
    by = models.CharField("分组", max_length=12, choices=Grouping, blank=True)
    figures = models.JSONField("指标")

    class Meta:
        verbose_name = "指标数"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["run", "programme", "region", "by"],
                name="figures_once_a_run",
                violation_error_message="这次计算里已经有这一组",
            )
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.by}"
