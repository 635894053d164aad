from django.db.models import TextChoices

from qihang.foundation.core.roles import Role


class OrganizationKind(TextChoices):
    TRAINING_INSTITUTION = "training_institution", "培训机构"
    APPRAISAL_STATION = "appraisal_station", "鉴定站"
    EMPLOYER = "employer", "用人单位"
    AGENCY = "agency", "人社部门"
    FINANCE_AUTHORITY = "finance_authority", "财政部门"
    BANK = "bank", "经办银行"
    GUARANTEE_AGENCY = "guarantee_agency", "担保机构"
    COMMUNITY = "community", "社区"
    INCUBATOR = "incubator", "孵化基地"
    PUBLIC_BASE = "public_base", "公共实训基地"
    PARTNER = "partner", "协作部门"
    OPERATOR = "operator", "运维单位"


class OrganizationState(TextChoices):
    ACTIVE = "active", "正常"
    SUSPENDED = "suspended", "暂停"
    CLOSED = "closed", "注销"


_AGENCY_ROLES = frozenset(
    {
        Role.INTAKE_OFFICER,
        Role.SECOND_REVIEWER,
        Role.APPROVER,
        Role.FINANCE_OFFICER,
        Role.INSPECTOR,
        Role.POLICY_OFFICER,
        Role.POLICY_CHECKER,
        Role.LEADER,
        Role.EXPERT,
    }
)

# Which roles a kind of organisation gives (the roles table of the design).
ROLES_OF_KIND: dict[OrganizationKind, frozenset[Role]] = {
    OrganizationKind.TRAINING_INSTITUTION: frozenset({Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.TRAINER}),
    OrganizationKind.APPRAISAL_STATION: frozenset({Role.STATION_CLERK, Role.APPRAISER}),
    OrganizationKind.EMPLOYER: frozenset({Role.EMPLOYER_USER}),
    OrganizationKind.AGENCY: _AGENCY_ROLES,
    OrganizationKind.FINANCE_AUTHORITY: frozenset({Role.FINANCE_OFFICER}),
    OrganizationKind.BANK: frozenset({Role.LENDER_CLERK}),
    OrganizationKind.GUARANTEE_AGENCY: frozenset({Role.GUARANTOR_CLERK}),
    OrganizationKind.COMMUNITY: frozenset({Role.COMMUNITY_CLERK}),
    OrganizationKind.INCUBATOR: frozenset({Role.BASE_MANAGER}),
    OrganizationKind.PUBLIC_BASE: frozenset({Role.BASE_MANAGER}),
    OrganizationKind.PARTNER: frozenset({Role.PARTNER_CLERK}),
    OrganizationKind.OPERATOR: frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}),
}

# One user never holds two of one set (三员分离; who drafts a parameter does not confirm it).
EXCLUSIVE_ROLES: tuple[frozenset[Role], ...] = (
    frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}),
    frozenset({Role.POLICY_OFFICER, Role.POLICY_CHECKER}),
)
