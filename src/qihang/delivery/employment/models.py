"""Work after training: spells of it, and the contribution lists and documents that prove them."""

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from qihang.delivery.employment.enums import STANDING, SpellState
from qihang.delivery.employment.querysets import ContributionListQuerySet, WorkSpellQuerySet
from qihang.foundation.core.evidence import EvidenceRank, EvidenceType
from qihang.foundation.core.fields import StateField
from qihang.foundation.core.models import AuditedModel

LONGEST_NAME = 120


class ContributionList(AuditedModel):
    """A contribution list (社保缴费比对名单) of an office, as of a day. Several files of one day are one list.

    `source_id` is the public id of the import that brought it first.
    """

    office = models.ForeignKey(
        "organizations.Organization", models.RESTRICT, related_name="+", verbose_name="经办机构"
    )
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="市县"
    )
    listed_on = models.DateField("名单日期")
    source_id = models.UUIDField("来自哪次导入", null=True)

    objects: ClassVar = ContributionListQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "社保缴费名单"
        ordering: ClassVar = ["-listed_on", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["office", "listed_on"],
                name="one_list_an_office_and_day",
                violation_error_message="这一天的名单已经有了",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["region", "-listed_on"], name="lists_by_region")]

    def __str__(self) -> str:
        return f"社保缴费名单 {self.listed_on:%Y-%m-%d}"


class WorkSpell(AuditedModel):
    """A person's work at an employer from `start` to `end` (both included; open where `end` is empty), and its proof.

    Proved by contribution lists (`first_list` brought it, `last_list` is the latest that showed it) or by a document
    (`evidence`). `recorded_on` is the day from which it is known: the list's, or that of the document's acceptance;
    `end_recorded_on` the same for its end.
    """

    person = models.ForeignKey("participants.Person", models.RESTRICT, related_name="work", verbose_name="人员")
    employer_name = models.CharField("单位", max_length=LONGEST_NAME, blank=True)
    employer_uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    start = models.DateField("开始日")
    end = models.DateField("结束日", null=True, blank=True)
    recorded_on = models.DateField("记录日", null=True)
    end_recorded_on = models.DateField("结束的记录日", null=True)
    evidence_kind = models.CharField("凭据类型", max_length=30, choices=EvidenceType)
    first_list = models.ForeignKey(
        ContributionList, models.RESTRICT, null=True, related_name="spells", verbose_name="来自名单"
    )
    last_list = models.ForeignKey(
        ContributionList, models.RESTRICT, null=True, related_name="latest_spells", verbose_name="最近一次名单"
    )
    evidence = models.OneToOneField(
        "documents.Evidence", models.RESTRICT, null=True, related_name="work_spell", verbose_name="凭据"
    )
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="市县"
    )
    state = StateField("状态", choices=SpellState)

    objects: ClassVar = WorkSpellQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "就业记录"
        ordering: ClassVar = ["person", "start", "id"]
        indexes: ClassVar = [
            models.Index(fields=["region", "state"], name="spells_by_region"),
            models.Index(
                fields=["last_list"],
                condition=Q(end__isnull=True, state=SpellState.ACCEPTED),
                name="open_spells_of_list",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="spell_dates_in_order",
                condition=Q(end__isnull=True) | Q(end__gte=F("start")),
                violation_error_message="结束日不能早于开始日",
            ),
            models.CheckConstraint(
                name="spell_end_recorded_has_an_end",
                condition=Q(end_recorded_on__isnull=True) | Q(end__isnull=False),
                violation_error_message="没有结束日，就没有结束的记录日",
            ),
            models.CheckConstraint(
                name="spell_has_its_proof",
                condition=Q(
                    evidence_kind=EvidenceType.INSURANCE,
                    evidence__isnull=True,
                    first_list__isnull=False,
                    last_list__isnull=False,
                )
                | (Q(evidence__isnull=False, first_list__isnull=True, last_list__isnull=True)),
                violation_error_message="就业记录要有名单或凭据，只能有一样",
            ),
            models.CheckConstraint(
                name="accepted_spell_is_recorded",
                condition=~Q(state=SpellState.ACCEPTED)
                | (Q(recorded_on__isnull=False) & (Q(end__isnull=True) | Q(end_recorded_on__isnull=False))),
                violation_error_message="核实的就业记录要有记录日",
            ),
            ExclusionConstraint(
                name="one_spell_an_employer_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("employer_name", RangeOperators.EQUAL),
                    ("evidence_kind", RangeOperators.EQUAL),
                    (
                        Func(F("start"), F("end"), Value("[]"), function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(state__in=STANDING),
                violation_error_message="这段时间在这家单位的工作已经报过了",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def kind(self) -> EvidenceType:
        return EvidenceType(self.evidence_kind)

    @property
    def rank(self) -> EvidenceRank:
        return self.kind.rank
