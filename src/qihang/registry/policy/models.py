"""Policy as data: legal instruments, parameters in force from day to day, and decisions with all they rested on."""

import datetime as dt
from typing import Any

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from qihang.foundation.core.fields import StateField
from qihang.foundation.core.models import AuditedModel
from qihang.foundation.core.models.audit import append_only
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.evaluation import Basis
from qihang.registry.policy.engine.parameters import KeySpec, by_from_text
from qihang.registry.policy.engine.rules import Rule
from qihang.registry.policy.engine.values import parse_value
from qihang.registry.policy.enums import ParameterState, VerifiedMark
from qihang.registry.policy.querysets import DecisionQuerySet, LegalInstrumentQuerySet, ParameterQuerySet
from qihang.registry.policy.rules import BENEFITS, rule_of_version
from qihang.registry.policy.stored import basis_from_json
from qihang.registry.policy.words import label_of, place_name, text_of


class LegalInstrument(AuditedModel):
    """A law, regulation or notice that rules and values come from. Days that no source gives are left out."""

    number = models.CharField("文号", max_length=60, unique=True)
    title = models.CharField("名称", max_length=200)
    issuer = models.CharField("发文机关", max_length=120)
    issued_on = models.DateField("印发日", null=True, blank=True)
    effective_from = models.DateField("施行日", null=True, blank=True)
    effective_to = models.DateField("失效前一日", null=True, blank=True)
    supersedes = models.ForeignKey(
        "self", models.RESTRICT, null=True, blank=True, related_name="superseded_by", verbose_name="取代"
    )
    verified = models.CharField("核验", max_length=20, choices=VerifiedMark)
    note = models.TextField("备注", blank=True)

    objects = LegalInstrumentQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "文件依据"
        ordering = ["-effective_from", "number"]
        constraints = [
            models.CheckConstraint(
                name="instrument_days_in_order",
                condition=Q(effective_to=None) | Q(effective_from=None) | Q(effective_to__gte=F("effective_from")),
                violation_error_message="失效日不能早于施行日",
            ),
            models.CheckConstraint(
                name="instrument_not_its_own_successor",
                condition=Q(supersedes=None) | ~Q(supersedes=F("id")),
                violation_error_message="文件不能取代它自己",
            ),
        ]

    def __str__(self) -> str:
        return self.number


_SPAN = Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange")


class Parameter(AuditedModel):
    """One value of one key, set by one place for a span of days. Never edited: a new value closes the old one."""

    key = models.CharField("参数", max_length=80)
    by = models.CharField("细分", max_length=80, blank=True, help_text="如 level=5；没有细分就空着")
    region = models.CharField("适用地区", max_length=9, help_text="区划代码；全国为 CN")
    valid_from = models.DateField("生效日")
    valid_to = models.DateField("截止日（含）", null=True, blank=True)
    value = models.JSONField("值")
    instrument = models.ForeignKey(
        LegalInstrument, models.RESTRICT, null=True, blank=True, related_name="parameters", verbose_name="文件依据"
    )
    source = models.CharField("其他来源", max_length=120, blank=True)
    article = models.CharField("条款", max_length=80, blank=True)
    verified = models.CharField("核验", max_length=20, choices=VerifiedMark)
    note = models.TextField("备注", blank=True)
    revoke_asked_on = models.DateField("提出撤回日", null=True, blank=True)
    seed = models.CharField("随附值", max_length=160, null=True, unique=True, editable=False)
    state = StateField("状态", choices=ParameterState)

    objects = ParameterQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "参数"
        ordering = ["key", "by", "region", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="parameter_days_in_order",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="截止日不能早于生效日",
            ),
            models.CheckConstraint(
                name="only_a_value_in_force_is_asked_back",
                condition=Q(revoke_asked_on=None) | Q(state__in=[ParameterState.CONFIRMED, ParameterState.WITHDRAWN]),
                violation_error_message="只有生效的值才提出撤回",
            ),
            ExclusionConstraint(
                name="parameter_one_value_a_day",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    ("by", RangeOperators.EQUAL),
                    ("region", RangeOperators.EQUAL),
                    (_SPAN, RangeOperators.OVERLAPS),
                ],
                condition=Q(state=ParameterState.CONFIRMED),
                violation_error_message="这几天里已经有一个生效的值，请先让它截止或撤回",
            ),
        ]
        triggers = [
            *AuditedModel.Meta.triggers,
            pgtrigger.ReadOnly(
                name="parameter_meaning_is_fixed",
                fields=["key", "by", "region", "valid_from", "value", "instrument", "source", "article", "verified"],
            ),
            pgtrigger.Protect(name="parameter_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.key}[{self.by}]" if self.by else self.key

    @property
    def spec(self) -> KeySpec:
        """What the key means. KeyError for a key this edition of the product no longer knows."""
        return CATALOGUE[self.key]

    @property
    def label(self) -> str:
        """The Chinese name, with the discriminator where there is one."""
        return label_of(self.spec, by_from_text(self.by))

    @property
    def value_text(self) -> str:
        """The value as a person reads it, with its unit."""
        return text_of(self.spec, parse_value(self.spec.kind, self.value))

    @property
    def place(self) -> str:
        """The name of the place that set it."""
        return place_name(self.region)

    @property
    def law(self) -> str:
        """The instrument (or other source) and the article."""
        return f"{self.instrument.number if self.instrument else self.source} {self.article}".strip()


class DecisionBasis(AuditedModel):
    """What bound a kind of case: the rule's version, its clauses, the values in force and the keys nobody had set.

    Stored once by its digest and shared: a hundred thousand decisions of one day rest on a handful of these. With it a
    decision can be read by someone who has only the tables.
    """

    digest = models.CharField("摘要", max_length=64, unique=True)
    benefit = models.CharField("待遇", max_length=40)
    rules_version = models.CharField("规则版本", max_length=80)
    fact_names = models.JSONField("事实", help_text="判定里事实的顺序")
    clauses = models.JSONField("条款", help_text="判定里结果的顺序：id、article、facts")
    parameters = models.JSONField("参数")
    missing = models.JSONField("缺的参数")

    class Meta(AuditedModel.Meta):
        verbose_name = "判定依据"
        triggers = [*AuditedModel.Meta.triggers, *append_only()]

    @property
    def rule(self) -> Rule:
        """The edition that made the decisions. NoRule if it is gone."""
        return rule_of_version(self.rules_version)

    @property
    def rows(self) -> Basis:
        """The basis as the engine knows it."""
        return basis_from_json(self.rule, self.parameters, self.missing)


class Decision(AuditedModel):
    """The answer to one case, with its facts and clause outcomes; recomputes to the same for ever. Never edited.

    Kept small, because a roster makes many at once: `fact_values` and `outcome_marks` follow the order that the basis
    names. Facts hold no name and no number of a person. `case_ref` is the owner's word for the case (a public id).
    """

    benefit = models.CharField("待遇", max_length=40)
    person = models.ForeignKey(
        "participants.Person", models.RESTRICT, null=True, related_name="decisions", verbose_name="人员"
    )
    on = models.DateField("适用日")
    region = models.CharField("地区", max_length=9)
    basis = models.ForeignKey(
        DecisionBasis, models.RESTRICT, related_name="decisions", db_index=False, verbose_name="依据"
    )
    fact_values = models.JSONField("事实的值")
    outcome_marks = models.CharField("逐条结果", max_length=40, help_text="1 符合，0 不符合，? 还不知道")
    eligible = models.BooleanField("结论", null=True)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2, null=True)
    case_ref = models.CharField("事项", max_length=80, blank=True)
    supersedes = models.ForeignKey(
        "self", models.RESTRICT, null=True, related_name="superseded_by", db_index=False, verbose_name="改判自"
    )
    decided_by_id = models.BigIntegerField("判定人编号", null=True)
    decided_by = models.CharField("判定人", max_length=80)
    decided_by_role = models.CharField("岗位", max_length=30)
    decided_by_organization = models.CharField("单位", max_length=120, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "资格判定"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=~Q(supersedes=None),  # most supersede nothing: they need no place in the index
                name="decision_superseded_once",
                violation_error_message="这个判定已经改判过了，请在最新的那一次上改",
            ),
            models.CheckConstraint(
                name="decision_amount_only_if_eligible",
                # Every part is a plain yes or no: a check that comes out unknown would let the row in.
                condition=Q(eligible__isnull=False, eligible=True, amount__isnull=False, amount__gte=0)
                | (Q(amount=None) & (Q(eligible=None) | Q(eligible=False))),
                violation_error_message="符合条件才有金额，符合条件就要有金额",
            ),
        ]
        indexes = [
            models.Index(fields=["benefit", "on"], name="decision_by_benefit_and_day"),
            models.Index(fields=["case_ref"], name="decision_by_case", condition=~Q(case_ref="")),
        ]
        triggers = [*AuditedModel.Meta.triggers, *append_only()]

    @property
    def decided_at(self) -> dt.datetime:
        """When it was made, which is when it was written down."""
        return self.created_at

    @property
    def rule(self) -> Rule:
        """The edition that decided."""
        return self.basis.rule

    @property
    def rules_version(self) -> str:
        """The version of the rule that decided, its digest included."""
        return self.basis.rules_version

    @property
    def facts(self) -> dict[str, Any]:
        """The facts by name, as JSON has them; unknown ones are None."""
        return dict(zip(self.basis.fact_names, self.fact_values, strict=True))

    @property
    def outcomes(self) -> dict[str, bool | None]:
        """The outcome of each clause by its id."""
        marks = {"1": True, "0": False, "?": None}
        pairs = zip(self.basis.clauses, self.outcome_marks, strict=True)
        return {clause["id"]: marks[mark] for clause, mark in pairs}

    @property
    def clauses(self) -> list[dict[str, Any]]:
        """The outcome of each clause: id, article, passed, facts."""
        facts, outcomes = self.facts, self.outcomes
        return [
            {
                "id": clause["id"],
                "article": clause["article"],
                "passed": outcomes[clause["id"]],
                "facts": {name: facts[name] for name in clause["facts"]},
            }
            for clause in self.basis.clauses
        ]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """The values that bound this case: key, value, region, valid_from, source, verified, by, id."""
        return list(self.basis.parameters)

    @property
    def missing(self) -> list[str]:
        """The parameter keys that nobody had set."""
        return list(self.basis.missing)

    @property
    def benefit_label(self) -> str:
        """The benefit's Chinese name."""
        return BENEFITS.get(self.benefit, self.benefit)
