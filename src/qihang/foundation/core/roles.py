"""The roles a membership can carry. Who may do what stands with each workflow; who excludes whom, here."""

from django.db.models import TextChoices


class Role(TextChoices):
    VISITOR = "visitor", "访客"
    PARTICIPANT = "participant", "学员"
    PROVIDER_CLERK = "provider_clerk", "培训机构教务"
    PROVIDER_MANAGER = "provider_manager", "培训机构负责人"
    TRAINER = "trainer", "教师"
    STATION_CLERK = "station_clerk", "鉴定站考务"
    APPRAISER = "appraiser", "考评员"
    EMPLOYER_USER = "employer_user", "用人单位"
    INTAKE_OFFICER = "intake_officer", "受理初审"
    SECOND_REVIEWER = "second_reviewer", "复核"
    APPROVER = "approver", "审批"
    FINANCE_OFFICER = "finance_officer", "财务"
    INSPECTOR = "inspector", "检查"
    POLICY_OFFICER = "policy_officer", "政策录入"
    POLICY_CHECKER = "policy_checker", "政策复核"
    LEADER = "leader", "领导"
    EXPERT = "expert", "专家"
    LENDER_CLERK = "lender_clerk", "银行经办"
    GUARANTOR_CLERK = "guarantor_clerk", "担保经办"
    COMMUNITY_CLERK = "community_clerk", "社区经办"
    BASE_MANAGER = "base_manager", "基地管理"
    PARTNER_CLERK = "partner_clerk", "协作部门"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


# 三员分离: one user holds at most one of these (GB/T 22239-2019, level three).
SEPARATED_ADMINS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# Of the files that their organisation handed in, these see only what they handed in themselves.
OWN_FILES_ONLY = frozenset({Role.TRAINER})
OFFICERS = frozenset(
    {
        Role.INTAKE_OFFICER,
        Role.SECOND_REVIEWER,
        Role.APPROVER,
        Role.FINANCE_OFFICER,
        Role.INSPECTOR,
        Role.LEADER,
        Role.POLICY_OFFICER,
        Role.POLICY_CHECKER,
    }
)
