"""The register of persons: one person once in the province, and what kind of beneficiary each is from when to when."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from qihang.foundation.core.fields import BlindIndexField, EncryptedField, StateField
from qihang.foundation.core.models import AuditedModel
from qihang.registry.participants.enums import CategorySource, CategoryState, MergeState, PersonState, Sex
from qihang.registry.participants.querysets import MergeProposalQuerySet, PersonCategoryQuerySet, PersonQuerySet


class Person(AuditedModel):
    """Somebody the programmes serve, known by the identity number. Sex and birth date come from the number."""

    name = EncryptedField("姓名", mask="name")
    name_index = BlindIndexField(source="name", editable=False)
    identity_no = EncryptedField("身份证号", mask="identity")
    identity_index = BlindIndexField(source="identity_no", editable=False, null=False)
    sex = models.CharField("性别", max_length=6, choices=Sex)
    birth_date = models.DateField("出生日期")
    phone = EncryptedField("联系电话", mask="phone", null=True)
    phone_index = BlindIndexField(source="phone", editable=False)
    education = models.CharField("文化程度", max_length=40, blank=True)
    hukou_region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", null=True, related_name="+", verbose_name="户籍所在地"
    )
    residence_region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", null=True, related_name="+", verbose_name="常住地"
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, related_name="person", verbose_name="登录账号"
    )
    state = StateField("状态", choices=PersonState, default=PersonState.ACTIVE)
    merged_into = models.ForeignKey("self", models.RESTRICT, null=True, related_name="aliases", verbose_name="并入")

    objects: ClassVar = PersonQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "人员"
        indexes: ClassVar = [models.Index(fields=["phone_index"], name="person_by_phone")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["identity_index"],
                condition=Q(merged_into__isnull=True),
                name="one_person_once",
                violation_error_message="这个身份证号已经登记过了",
            ),
            models.CheckConstraint(
                condition=Q(state=PersonState.MERGED, merged_into__isnull=False)
                | Q(state=PersonState.ACTIVE, merged_into__isnull=True),
                name="merged_person_points_on",
                violation_error_message="并入的记录要写明并到哪一条",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)


class PersonCategory(AuditedModel):
    """A person belongs to a category (code table person_category) within dates, on a word that an officer confirms.

    `public_post`: whether the officer found the person on the staff of an authority or public institution (在编); null
    as long as nobody has looked.
    """

    person = models.ForeignKey(Person, models.RESTRICT, related_name="categories", verbose_name="人员")
    category = models.CharField("人员类别", max_length=2)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True)
    source = models.CharField("谁说的", max_length=10, choices=CategorySource)
    certificate_no = EncryptedField("证件号", mask="account", null=True)
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="认定地"
    )
    public_post = models.BooleanField("机关事业单位在编", null=True)
    state = StateField("状态", choices=CategoryState)

    objects: ClassVar = PersonCategoryQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "人员类别"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="category_dates_in_order",
                violation_error_message="止日不能早于起日",
            ),
            models.CheckConstraint(
                condition=Q(public_post__isnull=True) | ~Q(state=CategoryState.CLAIMED),
                name="post_found_with_the_category",
                violation_error_message="在编情况和类别一起核实",
            ),
            ExclusionConstraint(
                name="category_once_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    (
                        Func(
                            F("valid_from"),
                            F("valid_to"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(state=CategoryState.REJECTED),
                violation_error_message="这段时间里已经登记过同一类别",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.valid_from}"


class MergeProposal(AuditedModel):
    """One officer finds that two records are one person; another confirms it or does not. Why is in the history.

    `both_stand`: what was had under both records was rightly had twice (see `merging.Collision`).
    """

    keep = models.ForeignKey(Person, models.RESTRICT, related_name="+", verbose_name="留下的记录")
    drop = models.ForeignKey(Person, models.RESTRICT, related_name="+", verbose_name="并掉的记录")
    both_stand = models.BooleanField("用过两次的照实算", default=False)
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="提出地"
    )
    state = StateField("状态", choices=MergeState)

    objects: ClassVar = MergeProposalQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "人员合并"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["drop"],
                condition=Q(state=MergeState.PROPOSED),
                name="one_proposal_a_dropped_record",
                violation_error_message="这条记录已有一件合并在等确认",
            ),
            models.CheckConstraint(
                condition=~Q(keep=F("drop")),
                name="merge_takes_two_records",
                violation_error_message="这是同一条记录，不用合并",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.drop_id} → {self.keep_id}"
