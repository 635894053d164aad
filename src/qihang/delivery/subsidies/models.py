"""What training has earned by its results, place by place. Paying it is another matter."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from qihang.delivery.subsidies.enums import EarnedState, Tranche
from qihang.delivery.subsidies.querysets import EarnedTrancheQuerySet
from qihang.foundation.core.fields import StateField
from qihang.foundation.core.models import AuditedModel


class EarnedTranche(AuditedModel):
    """A part of a training subsidy that a place in a class has earned, in yuan, and what it rests on.

    `decision` is the rule's answer on this tranche, `granted_by` the one that put the person on the class with the
    subsidy. `earned_on` is the day of the proof: the certificate's, or that of the list or acceptance that proves the
    work. Never changed: where the ground falls away the row is reversed, and a new one may follow.
    """

    enrolment = models.ForeignKey(
        "training.Enrolment", models.RESTRICT, related_name="earned_tranches", verbose_name="学员"
    )
    tranche = models.CharField("哪一笔", max_length=10, choices=Tranche)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    earned_on = models.DateField("应得日")
    decision = models.ForeignKey("policy.Decision", models.RESTRICT, related_name="+", verbose_name="判定")
    granted_by = models.ForeignKey("policy.Decision", models.RESTRICT, related_name="+", verbose_name="入班时的判定")
    certificate_no = models.CharField("证书编号", max_length=22)
    spell = models.ForeignKey(
        "employment.WorkSpell", models.RESTRICT, null=True, related_name="earned_tranches", verbose_name="就业记录"
    )
    reversed_on = models.DateField("冲回日", null=True)
    state = StateField("状态", choices=EarnedState)

    objects: ClassVar = EarnedTrancheQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "应得补贴"
        ordering: ClassVar = ["enrolment", "tranche", "id"]
        indexes: ClassVar = [models.Index(fields=["tranche", "earned_on"], name="earned_by_day")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "tranche"],
                condition=Q(state=EarnedState.EARNED),
                name="tranche_earned_once",
                violation_error_message="这一笔已经记过了",
            ),
            models.CheckConstraint(
                name="earned_amount_is_something",
                condition=Q(amount__gt=0),
                violation_error_message="金额要大于 0",
            ),
            models.CheckConstraint(
                name="second_tranche_rests_on_work",
                condition=Q(tranche=Tranche.EMPLOYED) ^ Q(spell__isnull=True),
                violation_error_message="第二笔要有就业记录，第一笔不用",
            ),
            models.CheckConstraint(
                name="earned_is_reversed_on_a_day",
                condition=Q(reversed_on__isnull=True) ^ Q(state=EarnedState.REVERSED),
                violation_error_message="冲回要有冲回日，没冲回的不能有",
            ),
        ]
        triggers = [
            *AuditedModel.Meta.triggers,
            pgtrigger.ReadOnly(
                name="earned_stays",
                fields=[
                    "enrolment",
                    "tranche",
                    "amount",
                    "earned_on",
                    "decision",
                    "granted_by",
                    "certificate_no",
                    "spell",
                ],
            ),
            pgtrigger.Protect(name="earned_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_tranche_display()} {self.amount}"
