"""Who may give which role, and which roles ask for an identity number (roles.md)."""

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import OFFICERS, SEPARATED_ADMINS, Role
from qihang.registry.organizations.enums import ROLES_OF_KIND, OrganizationKind

# Their identity number is asked for, so that one person as trainer, appraiser, reviewer and trainee shows.
IDENTITY_ROLES = (OFFICERS - {Role.LEADER}) | {
    Role.PROVIDER_CLERK,
    Role.PROVIDER_MANAGER,
    Role.TRAINER,
    Role.STATION_CLERK,
    Role.APPRAISER,
    Role.EXPERT,
}

# Whom the people in charge of an organisation bring in, and let go, themselves.
_OWN_PEOPLE: dict[str, frozenset[Role]] = {
    Role.PROVIDER_MANAGER: frozenset({Role.PROVIDER_CLERK, Role.TRAINER}),
    Role.STATION_CLERK: frozenset({Role.APPRAISER}),
    Role.EMPLOYER_USER: frozenset({Role.EMPLOYER_USER}),
}


def invitable_roles(actor: Actor, kind: str) -> list[Role]:
    """The roles for which `actor` may invite somebody into an organisation of `kind`, in the order of the roles.

    System administrators bring in everyone but the three administrators, whom only the security administrator adds.
    """
    mine = {role for role in ROLES_OF_KIND[OrganizationKind(kind)] if _may_invite(actor, role)}
    return [role for role in Role if role in mine]


def _may_invite(actor: Actor, role: Role) -> bool:
    if actor.is_system:
        return True
    if actor.role == Role.SYSTEM_ADMIN:
        return role not in SEPARATED_ADMINS
    if actor.role == Role.SECURITY_ADMIN:
        return role in SEPARATED_ADMINS
    return role in _OWN_PEOPLE.get(actor.role, frozenset())


def may_grant(actor: Actor) -> bool:
    """Whether `actor` may give a role to an account that exists."""
    return actor.is_system or actor.role == Role.SECURITY_ADMIN


def may_end(actor: Actor, role: str) -> bool:
    """Whether `actor` may take this role from somebody within their sight."""
    return may_grant(actor) or role in _OWN_PEOPLE.get(actor.role, frozenset())


# Who can do something in the list of an organisation's people.
PEOPLE_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, *(Role(role) for role in _OWN_PEOPLE)})
