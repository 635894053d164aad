"""One table for every organisation that takes part, and who belongs to which in what role."""

from collections.abc import Iterable
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models
from django.db.models import F, Func, Q, Value

from qihang.foundation.core.fields import EncryptedField, StateField
from qihang.foundation.core.models import AuditedModel
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import EXCLUSIVE_ROLES, ROLES_OF_KIND, OrganizationKind, OrganizationState
from qihang.registry.organizations.querysets import InvitationQuerySet, MembershipQuerySet, OrganizationQuerySet

_ADMINS, _POLICY_HANDS = EXCLUSIVE_ROLES


class Organization(AuditedModel):
    """An institution, station, employer, agency, bank or other body, in the region it answers for.

    Its kind never changes: the roles of its people hang on it.
    """

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

    audit_readable: ClassVar = ("kind", "name", "short_name", "region", "uscc", "station_code")
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
            models.CheckConstraint(
                condition=Q(uscc__isnull=True) | Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
                name="uscc_form",
                violation_error_message="统一社会信用代码是 18 位数字和大写字母",
            ),
        ]
        triggers = [
            *AuditedModel.Meta.triggers,
            pgtrigger.ReadOnly(name="kind_stays", fields=["kind"]),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The short name where there is one."""
        return self.short_name or self.name


def _period() -> Func:
    """The days a membership holds: from `valid_from` up to the day before `ended_on`."""
    return Func(F("valid_from"), F("ended_on"), Value("[)"), function="daterange")


def _never_both(name: str, roles: Iterable[Role], message: str) -> ExclusionConstraint:
    """One user never holds two of these roles on one day."""
    return ExclusionConstraint(
        name=name,
        expressions=[("user", "="), ("role", "<>"), (_period(), "&&")],
        condition=Q(role__in=sorted(roles)),
        violation_error_message=message,
    )


def _role_fits() -> str:
    """PL/pgSQL that refuses a role which the organisation's kind does not have."""
    pairs = ", ".join(f"('{kind}', '{role}')" for kind in ROLES_OF_KIND for role in sorted(ROLES_OF_KIND[kind]))
    return f"""
        IF NOT EXISTS (
            SELECT FROM organizations_organization o
            WHERE o.id = NEW.organization_id AND (o.kind, NEW.role) IN ({pairs})
        ) THEN
            RAISE EXCEPTION 'qihang: role_fits_kind: %', NEW.role USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """


class Membership(AuditedModel):
    """A user belongs to an organisation in one role, for a region, from a day until the day it ended."""

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

    audit_readable: ClassVar = ("user", "organization", "role", "region", "valid_from", "ended_on")
    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "岗位"
        ordering: ClassVar = ["organization", "role", "id"]
        constraints: ClassVar = [
            ExclusionConstraint(
                name="one_membership_a_role",
                expressions=[("user", "="), ("organization", "="), ("role", "="), (_period(), "&&")],
                violation_error_message="这个人在这个单位已经是这个岗位",
            ),
            _never_both("administrators_are_separate", _ADMINS, "系统、安全、审计三个管理员要由三个人担任"),
            _never_both("policy_hands_are_separate", _POLICY_HANDS, "录入和复核政策参数要由两个人担任"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("valid_from")),
                name="membership_dates_in_order",
                violation_error_message="离岗日期不能早于到岗日期",
            ),
        ]

        triggers = [
            *AuditedModel.Meta.triggers,
            pgtrigger.Trigger(
                name="role_fits",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_role_fits(),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class Invitation(AuditedModel):
    """Somebody is asked to take a role. Whoever holds the link accepts it, once; only a digest of it is stored."""

    organization = models.ForeignKey(Organization, models.RESTRICT, related_name="invitations", verbose_name="单位")
    role = models.CharField("岗位", max_length=20, choices=Role)
    region = models.ForeignKey(
        "reference.Region", models.RESTRICT, to_field="code", related_name="+", verbose_name="辖区"
    )
    name = models.CharField("姓名", max_length=60, blank=True)
    digest = models.BinaryField("摘要", max_length=16, unique=True)
    invited_by = models.CharField("邀请人", max_length=80)
    expires_at = models.DateTimeField("有效到")
    accepted_at = models.DateTimeField("接受时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.RESTRICT, null=True, blank=True, related_name="+", verbose_name="接受人"
    )
    revoked_at = models.DateTimeField("撤回时间", null=True, blank=True)

    audit_readable: ClassVar = ("organization", "role", "region", "expires_at", "accepted_at", "revoked_at")
    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta(AuditedModel.Meta):
        verbose_name = "邀请"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at__isnull=True),
                name="accepted_invitation_names_its_user",
                violation_error_message="接受了的邀请要写明是谁接受的，也不能再撤回",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.role}"
