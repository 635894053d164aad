"""The administrators' pages, and the people of an organisation for whoever is in charge of it."""

from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.registry.organizations.enums import ROLES_OF_KIND, OrganizationKind
from qihang.registry.organizations.invitations import invite
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.perms import invitable_roles
from qihang.registry.organizations.services import add_membership
from tests.factories import SYSTEM, make_user
from tests.web.matrix.rows import Reach, Row, Values, anywhere, own, per_person, per_place
from tests.web.matrix.world import Hand, Place

_OFFICES = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
# In charge of an organisation, and the role of somebody they bring in and let go themselves.
_CHARGES = {
    Role.PROVIDER_MANAGER: Role.TRAINER,
    Role.STATION_CLERK: Role.APPRAISER,
    Role.EMPLOYER_USER: Role.EMPLOYER_USER,
}
_PEOPLE: Reach = anywhere(*_OFFICES) | own(*_CHARGES)


def _organization(hand: Hand) -> Organization:
    """One whose people are theirs to bring in: their own, for security administrators the operator, else a school."""
    if hand.who in _CHARGES or hand.who == Role.SECURITY_ADMIN:
        return hand.organization
    return hand.place.organization(OrganizationKind.TRAINING_INSTITUTION)


def _an_organization(hand: Hand) -> Values:
    return {"public_id": _organization(hand).public_id}


def _a_school(place: Place) -> Values:
    return {"public_id": place.organization(OrganizationKind.TRAINING_INSTITUTION).public_id}


def _an_invitation(hand: Hand) -> Values:
    organization = _organization(hand)
    kind = OrganizationKind(organization.kind)
    role = next(iter(invitable_roles(hand.actor, kind)), min(ROLES_OF_KIND[kind]))
    return {"public_id": invite(actor=SYSTEM, organization=organization, role=role).invitation.public_id}


def _a_colleague(hand: Hand) -> Values:
    """Somebody whom they may let go, and who could take another role there where there is one."""
    organization = _organization(hand)
    role = _CHARGES.get(Role(hand.who)) if hand.who in Role else None
    if role is None:
        role = Role.AUDIT_ADMIN if organization.kind == OrganizationKind.OPERATOR else Role.TRAINER
    made = add_membership(actor=SYSTEM, user=make_user(), organization=organization, role=role)
    return {"public_id": made.public_id}


def _an_account(place: Place) -> Values:
    return {"public_id": make_user().public_id}


ROWS = [
    Row(url="manage_home", who=anywhere(*SEPARATED_ADMINS)),
    Row(url="own_people", who=anywhere(*_CHARGES)),
    Row(url="manage_organizations", who=anywhere(*_OFFICES)),
    Row(url="manage_organization_new", who=anywhere(Role.SYSTEM_ADMIN)),
    Row(url="manage_credit_code", who=anywhere(Role.SYSTEM_ADMIN)),
    Row(url="manage_organization", who=_PEOPLE, args=per_person(_an_organization)),
    Row(url="manage_organization_edit", who=anywhere(Role.SYSTEM_ADMIN), args=per_place(_a_school)),
    Row(
        url="manage_organization_step",
        who=anywhere(Role.SYSTEM_ADMIN),
        args=per_place(lambda place: {**_a_school(place), "step": "suspend"}),
    ),
    Row(url="manage_invite", who=_PEOPLE, args=per_person(_an_organization)),
    Row(url="manage_grant", who=anywhere(Role.SECURITY_ADMIN), args=per_place(_a_school)),
    Row(url="manage_invitation_renew", who=_PEOPLE, args=per_person(_an_invitation), post={}),
    Row(url="manage_invitation_revoke", who=_PEOPLE, args=per_person(_an_invitation), post={}),
    Row(
        url="manage_membership_end",
        who=anywhere(Role.SECURITY_ADMIN) | own(*_CHARGES),
        args=per_person(_a_colleague),
    ),
    Row(
        url="manage_membership_change",
        who=anywhere(Role.SECURITY_ADMIN) | own(Role.PROVIDER_MANAGER),
        args=per_person(_a_colleague),
    ),
    Row(url="manage_users", who=anywhere(*_OFFICES)),
    Row(url="manage_user", who=anywhere(*_OFFICES), args=per_place(_an_account)),
    Row(
        url="manage_user_act",
        who=anywhere(Role.SECURITY_ADMIN),
        args=per_place(lambda place: {**_an_account(place), "act": "reset"}),
    ),
    Row(url="manage_audit", who=anywhere(Role.AUDIT_ADMIN)),
    Row(url="manage_looks", who=anywhere(Role.AUDIT_ADMIN)),
]
