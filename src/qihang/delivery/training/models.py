"""Classes, who is in them, and on which days they were there."""

import datetime as dt
from typing import ClassVar

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value

from qihang.delivery.training.enums import (
    AttendanceMark,
    ClassFormat,
    ClassKind,
    ClassLevel,
    ClassState,
    EnrolmentState,
    Half,
    Module,
    Programme,
)
from qihang.delivery.training.querysets import (
    AttendanceQuerySet,
    EnrolmentQuerySet,
    TeachingQuerySet,
    TrainingClassQuerySet,
)
from qihang.foundation.core.fields import EncryptedField, StateField
from qihang.foundation.core.models import AuditedModel
from qihang.foundation.core.roles import Role

_FILED = (ClassState.APPROVED, ClassState.COMPLETED)
_ENDED = (EnrolmentState.COMPLETED, EnrolmentState.NOT_COMPLETED)


class TrainingClass(AuditedModel):
    """A class (班期): one occupation and level, taught by one institution at one place from `start` to `end`.

    The approver's day is its filing day (`filed_on`), whose rules every subsidy decision of the class goes by. Its
    roster is open from then until the start, or until `roster_until` where an officer has given more time.
    """

    name = models.CharField("班名", max_length=80)
    programme = models.CharField("计划", max_length=8, choices=Programme, default=Programme.SKILLS)
    module = models.CharField("创业模块", max_length=3, choices=Module, blank=True)
    organization = models.ForeignKey(
        "organizations.Organization", models.RESTRICT, related_name="training_classes", verbose_name="培训机构"
    )
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="市县"
    )
    occupation = models.ForeignKey(
        "reference.Occupation", models.RESTRICT, null=True, blank=True, related_name="+", verbose_name="职业"
    )
    level = models.CharField("等级", max_length=8, choices=ClassLevel)
    format = models.CharField("班型", max_length=8, choices=ClassFormat)
    kind = models.CharField("性质", max_length=10, choices=ClassKind, default=ClassKind.GENERAL)
    order_employer = models.CharField("订单单位", max_length=120, blank=True)
    hours = models.PositiveSmallIntegerField("总课时")
    start = models.DateField("开班日")
    end = models.DateField("结班日")
    appraisal_on = models.DateField("计划鉴定日", null=True, blank=True)
    place = models.CharField("上课地点", max_length=160)
    contact_name = models.CharField("联系人", max_length=40)
    contact_phone = EncryptedField("联系电话", mask="phone")
    planned_heads = models.PositiveIntegerField("计划人数")
    state = StateField("状态", choices=ClassState)
    filing_no = models.CharField("备案号", max_length=30, null=True, blank=True, unique=True)
    filed_on = models.DateField("备案日", null=True, blank=True)
    roster_until = models.DateField("名单放宽到", null=True, blank=True)
    completed_on = models.DateField("结业办理日", null=True, blank=True)

    objects: ClassVar = TrainingClassQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "班期"
        ordering: ClassVar = ["-start", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["organization", "-start"], name="classes_of_institution"),
            models.Index(fields=["region", "state"], name="classes_by_region"),
            models.Index(fields=["state", "end"], name="classes_by_end"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="class_dates_in_order",
                condition=Q(start__lte=F("end")),
                violation_error_message="结班日不能早于开班日",
            ),
            models.CheckConstraint(
                name="class_has_hours_and_heads",
                condition=Q(hours__gt=0) & Q(planned_heads__gt=0),
                violation_error_message="课时和计划人数都要大于 0",
            ),
            models.CheckConstraint(
                name="class_appraised_after_its_start",
                condition=Q(appraisal_on__isnull=True) | Q(appraisal_on__gte=F("start")),
                violation_error_message="鉴定日不能早于开班日",
            ),
            models.CheckConstraint(
                name="filed_class_has_its_number",
                condition=~Q(state__in=_FILED) | Q(filed_on__isnull=False, filing_no__isnull=False),
                violation_error_message="批准的班要有备案号和备案日",
            ),
            models.CheckConstraint(
                name="order_class_names_its_employer",
                condition=~Q(kind=ClassKind.ORDER) | ~Q(order_employer=""),
                violation_error_message="订单班要写明订单单位",
            ),
            models.CheckConstraint(
                name="class_is_of_an_occupation_or_a_module",
                condition=Q(programme=Programme.SKILLS, occupation__isnull=False, module="")
                | (Q(programme=Programme.STARTUP) & ~Q(module="")),
                violation_error_message="技能班要选职业和等级，创业班要选模块",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def roster_last_day(self) -> dt.date:
        """The last day on which the roster may be brought in."""
        return max(self.start, self.roster_until) if self.roster_until else self.start


_TRAINER_OF_THE_SCHOOL = f"""
    IF NOT EXISTS (
        SELECT FROM organizations_membership m JOIN training_trainingclass c ON c.organization_id = m.organization_id
        WHERE m.id = NEW.membership_id AND c.id = NEW.training_class_id AND m.role = '{Role.TRAINER}'
    ) THEN
        RAISE EXCEPTION 'qihang: teaching_by_own_trainer: %', NEW.membership_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""


class Teaching(AuditedModel):
    """A trainer of the institution teaches a class, from a day up to the day before `removed_on`. Never deleted.

    Who once taught a class stays its trainer for the question whose scores they may not write.
    """

    training_class = models.ForeignKey(TrainingClass, models.RESTRICT, related_name="teachings", verbose_name="班期")
    membership = models.ForeignKey(
        "organizations.Membership", models.RESTRICT, related_name="teachings", verbose_name="任课教师"
    )
    valid_from = models.DateField("起")
    removed_on = models.DateField("止", null=True, blank=True)

    audit_readable: ClassVar = ("training_class", "membership", "valid_from", "removed_on")
    objects: ClassVar = TeachingQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "任课"
        ordering: ClassVar = ["training_class", "valid_from", "id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_teaching_a_trainer",
                expressions=[
                    ("training_class", "="),
                    ("membership", "="),
                    (Func(F("valid_from"), F("removed_on"), Value("[)"), function="daterange"), "&&"),
                ],
                violation_error_message="这位教师已经教这个班",
            ),
            models.CheckConstraint(
                name="teaching_dates_in_order",
                condition=Q(removed_on__isnull=True) | Q(removed_on__gte=F("valid_from")),
                violation_error_message="不再任课的日期不能早于任课的日期",
            ),
        ]
        triggers = [
            *AuditedModel.Meta.triggers,
            pgtrigger.Trigger(
                name="teaching_by_own_trainer",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_TRAINER_OF_THE_SCHOOL,
            ),
            pgtrigger.ReadOnly(name="teaching_stays", fields=["training_class", "membership", "valid_from"]),
            pgtrigger.Protect(name="teaching_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.training_class_id} {self.membership_id}"

    @property
    def ended_on(self) -> dt.date | None:
        """The first day on which they no longer taught the class: taken back, or no trainer any more."""
        ends = [day for day in (self.removed_on, self.membership.ended_on) if day]
        return min(ends, default=None)


class FilingCounter(models.Model):
    """The last running number of a region's filings in a year; its row is locked while one is given."""

    region = models.CharField("地区", max_length=6)
    year = models.PositiveSmallIntegerField("年份")
    last = models.PositiveIntegerField("最后序号", default=0)

    class Meta:
        verbose_name = "备案序号"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["region", "year"],
                name="one_filing_counter",
                violation_error_message="这个地区这一年的序号已经有了",
            )
        ]


class Enrolment(AuditedModel):
    """A person's place in a class: applied until the decision stands, refused by it, or enrolled.

    `subsidised` is false for those who pay for themselves or gave the subsidy up. `decision` is the latest one.
    `enrolled_on` is the day from which the place counts: the roster's day, at the latest the class's start.
    `refusals` are ids of the roster's rules that the row failed; `source_id` is the public id of the roster's import.
    """

    training_class = models.ForeignKey(TrainingClass, models.RESTRICT, related_name="enrolments", verbose_name="班期")
    person = models.ForeignKey("participants.Person", models.RESTRICT, related_name="enrolments", verbose_name="人员")
    roster_no = models.PositiveIntegerField("名册行号", null=True)
    source_id = models.UUIDField("来自哪次导入", null=True)
    category = models.CharField("人员类别", max_length=2, blank=True)
    subsidised = models.BooleanField("申领补贴", default=True)
    refusals = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name="没通过的规则")
    decision = models.ForeignKey(
        "policy.Decision", models.RESTRICT, null=True, related_name="enrolments", verbose_name="资格判定"
    )
    enrolled_on = models.DateField("入班日", null=True)
    withdrawn_on = models.DateField("退班日", null=True)
    completed_on = models.DateField("学完日", null=True)
    state = StateField("状态", choices=EnrolmentState)

    objects: ClassVar = EnrolmentQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "报名"
        ordering: ClassVar = ["training_class", "roster_no", "id"]
        indexes: ClassVar = [models.Index(fields=["person", "state"], name="enrolments_of_person")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["training_class", "person"],
                name="person_once_a_class",
                violation_error_message="这个人已经在这个班里",
            ),
            models.CheckConstraint(
                name="enrolled_from_a_day",
                condition=Q(state__in=[EnrolmentState.APPLIED, EnrolmentState.REFUSED]) | Q(enrolled_on__isnull=False),
                violation_error_message="在读要有入班日",
            ),
            models.CheckConstraint(
                name="withdrawn_on_a_day",
                condition=Q(withdrawn_on__isnull=True) ^ Q(state=EnrolmentState.WITHDRAWN),
                violation_error_message="退班要有退班日，没退班的不能有",
            ),
            models.CheckConstraint(
                name="completed_on_a_day",
                condition=Q(completed_on__isnull=True) ^ Q(state=EnrolmentState.COMPLETED),
                violation_error_message="学完要有学完日，没学完的不能有",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Attendance(AuditedModel):
    """One mark of one trainee on one day, or part of a day. A wrong one is voided and stays; a right one is added.

    `source_id` is the public id of the import that brought it.
    """

    enrolment = models.ForeignKey(Enrolment, models.RESTRICT, related_name="attendance", verbose_name="学员")
    day = models.DateField("日期")
    half = models.CharField("时段", max_length=3, choices=Half, blank=True, default=Half.WHOLE)
    mark = models.CharField("记号", max_length=10, choices=AttendanceMark)
    source_id = models.UUIDField("来自哪次导入", null=True)
    voided_on = models.DateField("作废日", null=True)
    void_reason = models.CharField("作废原因", max_length=100, blank=True)

    objects: ClassVar = AttendanceQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "考勤"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["enrolment", "day", "half"],
                condition=Q(voided_on__isnull=True),
                name="one_mark_a_session",
                violation_error_message="这个人这一天已经有记号",
            ),
            models.CheckConstraint(
                name="voided_mark_says_why",
                condition=Q(voided_on__isnull=True, void_reason="")
                | (Q(voided_on__isnull=False) & ~Q(void_reason="")),
                violation_error_message="作废要写原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {self.get_mark_display()}"
