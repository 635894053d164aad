"""The first three administrators of an empty installation get in by links that `./qihang up --demo none` prints."""

from typing import NamedTuple

from django.conf import settings
from django.db import connection

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.invitations import IssuedInvitation, invite, renew_invitation
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.services import register_organization
from qihang.registry.reference.models import Region

_ROLES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
_SETUP = Actor(system="setup", role="system", user_label="首次安装")
_NAME = "平台运维单位"


class FirstAdminLink(NamedTuple):
    """What the link makes its holder, and its path on this site."""

    role: str
    path: str


def first_admin_links() -> list[FirstAdminLink]:
    """A fresh one-time link for each of the three administrators that there has never been; [] once all are in.

    Links of an earlier call stop working: only digests are stored, so that they cannot be printed again.
    """
    with unit_of_work(_SETUP):
        _one_at_a_time()
        known = set(Membership.objects.filter(role__in=SEPARATED_ADMINS).values_list("role", flat=True))
        missing = [role for role in _ROLES if role not in known]
        return [FirstAdminLink(role.label, _invitation(role).path) for role in missing]


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.setup'))")


def _invitation(role: Role) -> IssuedInvitation:
    operator = _operator()
    waiting = Invitation.objects.waiting().filter(organization=operator, role=role).first()
    lasting = settings.FIRST_ADMIN_SECONDS
    if waiting:
        return renew_invitation(actor=_SETUP, invitation=waiting, seconds=lasting)
    return invite(actor=_SETUP, organization=operator, role=role, seconds=lasting)


def _operator() -> Organization:
    found: Organization | None = Organization.objects.filter(kind=OrganizationKind.OPERATOR).order_by("id").first()
    if found:
        return found
    if not Region.objects.filter(code=settings.PROVINCE_CODE).exists():
        raise DomainError("基础数据还没有装入，先有行政区划才能登记运维单位")
    fields = {"kind": OrganizationKind.OPERATOR, "name": _NAME, "region_id": settings.PROVINCE_CODE}
    return register_organization(actor=_SETUP, fields=fields)
