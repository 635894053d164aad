"""What each person has reserved or enjoyed of the state's benefits: where, when, for what and from which fund."""

from django.db import models
from django.db.models import Q

from qihang.foundation.core.fields import StateField
from qihang.foundation.core.models import AuditedModel
from qihang.registry.benefits.enums import COUNTED, Fund, UseState
from qihang.registry.benefits.querysets import BenefitUseQuerySet
from qihang.registry.policy.rules import BENEFITS


class BenefitUse(AuditedModel):
    """One use of one benefit by one person. Caps count it from the moment it is reserved until it is released.

    `on` is the day whose rules and whose calendar year it belongs to (for training the class's filing day).
    `source_kind` and `source_ref` name the owner's case, such as an enrolment's public id.
    """

    person = models.ForeignKey(
        "participants.Person", models.RESTRICT, related_name="benefit_uses", verbose_name="人员"
    )
    benefit = models.CharField("待遇", max_length=40)
    on = models.DateField("适用日")
    region = models.CharField("地区", max_length=9)
    organization = models.ForeignKey(
        "organizations.Organization", models.RESTRICT, null=True, related_name="+", verbose_name="经办单位"
    )
    occupation = models.CharField("职业代码", max_length=20, blank=True)
    level = models.CharField("等级", max_length=10, blank=True)
    fund = models.CharField("资金", max_length=30, choices=Fund, default=Fund.EMPLOYMENT)
    source_kind = models.CharField("事项种类", max_length=60)
    source_ref = models.CharField("事项编号", max_length=80)
    decision = models.ForeignKey(
        "policy.Decision", models.RESTRICT, null=True, related_name="uses", verbose_name="资格判定"
    )
    state = StateField("状态", choices=UseState)

    objects = BenefitUseQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "待遇享受记录"
        ordering = ["person", "on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["benefit", "source_kind", "source_ref"],
                condition=Q(state__in=COUNTED),
                name="benefit_used_once_a_case",
                violation_error_message="这件事已经占用过这项待遇了",
            ),
            models.CheckConstraint(
                name="benefit_use_has_a_source",
                condition=~Q(source_kind="") & ~Q(source_ref=""),
                violation_error_message="要写明是哪一件事占用的",
            ),
        ]
        indexes = [models.Index(fields=["person", "benefit"], name="uses_of_a_person")]

    def __str__(self) -> str:
        return f"{self.benefit_label} {self.on}"

    @property
    def benefit_label(self) -> str:
        """The benefit's Chinese name."""
        return BENEFITS.get(self.benefit, self.benefit)
