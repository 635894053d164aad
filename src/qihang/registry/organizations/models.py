"""One table for every organisation that takes part, and who belongs to which in what role."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from qihang.foundation.core.fields import EncryptedField, StateField
from qihang.foundation.core.models import AuditedModel
from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.registry.organizations.enums import OrganizationKind, OrganizationState
from qihang.registry.organizations.querysets import MembershipQuerySet, OrganizationQuerySet


class Organization(AuditedModel):
    """An institution, station, employer, agency, bank or other body, in the region it answers for."""

    kind = models.CharField("类型", max_length=24, choices=OrganizationKind)
    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=40, blank=True)
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="辖区"
    )
    uscc = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    station_code = models.CharField(
        "站点编号", max_length=6, blank=True, help_text="鉴定站用，证书编号里的 6 位站点号"
    )
    address = models.CharField("地址", max_length=160, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = EncryptedField("联系电话", mask="phone", null=True, blank=True)
    state = StateField("状态", choices=OrganizationState)

    objects: ClassVar = OrganizationQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "单位"
        ordering: ClassVar = ["name"]
        indexes: ClassVar = [models.Index(fields=["kind", "region"], name="organization_by_kind")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "region", "name"],
                name="organization_once_a_region",
                violation_error_message="这个辖区里已经有同名的单位",
            ),
            models.CheckConstraint(
                condition=Q(station_code="") | Q(station_code__regex=r"^[0-9]{6}$"),
                name="station_code_six_digits",
                violation_error_message="站点编号是 6 位数字",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


class Membership(AuditedModel):
    """A user belongs to an organisation in one role, for the organisation's region, from a day on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, related_name="memberships", verbose_name="用户"
    )
    organization = models.ForeignKey(Organization, models.RESTRICT, related_name="memberships", verbose_name="单位")
    role = models.CharField("岗位", max_length=20, choices=Role)
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="辖区"
    )
    valid_from = models.DateField("起")
    ended_on = models.DateField("止", null=True, blank=True)

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "岗位"
        ordering: ClassVar = ["organization", "role", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(ended_on__isnull=True),
                name="one_membership_a_role",
                violation_error_message="这个人在这个单位已经是这个岗位",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(ended_on__isnull=True, role__in=sorted(SEPARATED_ADMINS)),
                name="administrators_are_separate",
                violation_error_message="系统、安全、审计三个管理员要由三个人担任",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("valid_from")),
                name="membership_dates_in_order",
                violation_error_message="离岗日期不能早于到岗日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"
