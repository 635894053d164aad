"""What an installation still lacks in organisations and people before its work can go on. Pure reading."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.reference.models import Region
from qihang.registry.reference.scope import region_code_q, region_q, region_within

# Without one of each no class can be trained, appraised and paid for.
NEEDED_KINDS = (OrganizationKind.AGENCY, OrganizationKind.TRAINING_INSTITUTION, OrganizationKind.APPRAISAL_STATION)
POLICY_HANDS = (Role.POLICY_OFFICER, Role.POLICY_CHECKER)
# The hands that a case goes through in a county, each another person's.
CASE_HANDS = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER, Role.FINANCE_OFFICER, Role.INSPECTOR)
# Who acts for an organisation of a kind: without them it can do nothing by itself.
HEADS = {
    OrganizationKind.TRAINING_INSTITUTION: Role.PROVIDER_MANAGER,
    OrganizationKind.APPRAISAL_STATION: Role.STATION_CLERK,
}


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A role with nobody in it, and the names of the places where that is so."""

    role: Role
    places: tuple[str, ...] = ()


def missing_kinds() -> list[OrganizationKind]:
    """The kinds of organisation that the work needs and of which none is registered and active."""
    present = set(Organization.objects.active().filter(kind__in=NEEDED_KINDS).values_list("kind", flat=True))
    return [kind for kind in NEEDED_KINDS if kind not in present]


def vacant_admin_roles() -> list[Role]:
    """Those of the three administrators whom nobody is."""
    return _unheld(sorted(SEPARATED_ADMINS))


def vacant_policy_roles() -> list[Role]:
    """The two hands of the province's parameters that nobody is."""
    return _unheld(POLICY_HANDS, region=settings.PROVINCE_CODE)


def case_vacancies(*, region: str) -> list[Vacancy]:
    """For each hand of a case, the counties below a region that no officer's scope reaches."""
    counties = list(_counties(region).values_list("code", "full_name"))
    vacancies = []
    for role in CASE_HANDS:
        scopes = set(_holders([role]).values_list("region__code", flat=True))
        bare = tuple(name for code, name in counties if not any(region_within(code, scope) for scope in scopes))
        if bare:
            vacancies.append(Vacancy(role, bare))
    return vacancies


def leaderless_organizations(*, region: str) -> list[Vacancy]:
    """The institutions and stations of a region that have nobody to act for them, by the role they lack."""
    vacancies = []
    for kind, role in HEADS.items():
        held = _holders([role]).filter(organization=OuterRef("pk"))
        names = Organization.objects.active().filter(region_q("region", region), ~Exists(held), kind=kind)
        if found := tuple(names.values_list("name", flat=True)):
            vacancies.append(Vacancy(role, found))
    return vacancies


def _holders(roles: Sequence[str]) -> QuerySet[Membership]:
    found: QuerySet[Membership] = Membership.objects.current().filter(role__in=roles)
    return found


def _unheld(roles: Sequence[Role], region: str = "") -> list[Role]:
    holders = _holders(roles).filter(region__code=region) if region else _holders(roles)
    held = set(holders.values_list("role", flat=True))
    return [role for role in Role if role in roles and role not in held]


def _counties(region: str) -> QuerySet[Region]:
    """The divisions of a region with none below them: counties, and cities without districts."""
    below = Region.objects.in_force().filter(parent_code=OuterRef("code"))
    return Region.objects.in_force().filter(region_code_q("code", region), ~Exists(below)).order_by("code")
