"""Registering organisations and giving people roles in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import EXCLUSIVE_ROLES, ROLES_OF_KIND, OrganizationKind
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW
from qihang.registry.reference.identity import parse_uscc


def register_organization(*, actor: Actor, fields: Mapping[str, Any]) -> Organization:
    """Write a new organisation down. DomainError for a credit code that does not hold or a name already there."""
    organization = Organization(**fields)
    _check(organization)
    return ORGANIZATION_WORKFLOW.enter(organization, actor=actor)


def edit_organization(*, actor: Actor, organization: Organization, fields: Mapping[str, Any]) -> Organization:
    """Correct what is written of an organisation; its kind and region stay."""
    _administrators_only(actor)
    with unit_of_work(actor):
        row: Organization = Organization.objects.select_for_update().get(pk=organization.pk)
        for name, value in fields.items():
            setattr(row, name, value)
        _check(row)
        row.save()
    return row


def _check(organization: Organization) -> None:
    if organization.uscc:
        read = parse_uscc(organization.uscc)
        if not read.valid:
            raise DomainError("统一社会信用代码对不上校验，请照执照再看一遍", field="uscc")
        organization.uscc = read.normalised
    else:
        organization.uscc = None
    try:
        organization.full_clean(exclude=["state", "contact_phone"])
    except ValidationError as fault:
        name, messages = next(iter(fault.message_dict.items()))
        raise DomainError(messages[0], field=None if name == "__all__" else name) from fault


def add_membership(
    *, actor: Actor, user: User, organization: Organization, role: str, region: str | None = None
) -> Membership:
    """Give a user a role. DomainError for one that the kind does not have, or that excludes another they hold."""
    _administrators_only(actor)
    return _add(actor, user, organization, Role(role), region)


def _add(actor: Actor, user: User, organization: Organization, role: Role, region: str | None) -> Membership:
    kind = OrganizationKind(organization.kind)
    if role not in ROLES_OF_KIND[kind]:
        raise DomainError(f"{kind.label}没有“{role.label}”这个岗位", field="role")
    membership = Membership(
        user=user,
        organization=organization,
        role=role,
        region_id=region or organization.region_id,
        valid_from=clock.today(),
    )
    with unit_of_work(actor):
        User.objects.select_for_update().get(pk=user.pk)
        _refuse_exclusive(user, role)
        try:
            membership.validate_constraints()
        except ValidationError as fault:
            raise DomainError(fault.messages[0], field="role") from fault
        membership.save()
    return membership


def _refuse_exclusive(user: User, role: Role) -> None:
    held = set(Membership.objects.filter(user=user, ended_on__isnull=True).values_list("role", flat=True))
    for group in EXCLUSIVE_ROLES:
        clash = (held & group) - {role}
        if role in group and clash:
            raise DomainError(f"已经是{Role(min(clash)).label}，不能再当{role.label}，要换一个人", field="role")


def end_membership(*, actor: Actor, membership: Membership) -> Membership:
    """The person leaves the role today; what they did stays in their name."""
    _administrators_only(actor)
    with unit_of_work(actor):
        row: Membership = Membership.objects.select_for_update().get(pk=membership.pk)
        row.ended_on = row.ended_on or clock.today()
        row.save(update_fields=["ended_on"])
    return row


def actor_for(membership: Membership) -> Actor:
    """The actor that a user is through one membership."""
    return Actor(
        user_id=membership.user_id,
        user_label=membership.user.name,
        membership_id=membership.pk,
        organization_id=membership.organization_id,
        organization_label=membership.organization.label,
        role=membership.role,
        region=membership.region_id,
        region_label=membership.region.name,
    )


def current_memberships(user: User) -> list[Membership]:
    """The roles a user may act in today, with what an actor needs."""
    rows = Membership.objects.current().filter(user=user).select_related("user", "organization", "region")
    return list(rows.order_by("organization__name", "role"))


def actor_of_login(login: str, role: str | None = None) -> Actor:
    """The actor of a login for the command line; `role` chooses among several. DomainError says what is missing."""
    memberships = [row for row in current_memberships(_user_of(login)) if role in (None, row.role)]
    if not memberships:
        raise DomainError(f"“{login}”现在没有岗位，请管理员先给岗位")
    return actor_for(memberships[0])


def actor_in_role(login: str, roles: Sequence[str]) -> Actor:
    """The actor of a login in the first of the roles that it holds. NotAllowed where it holds none of them."""
    actors = [actor_for(row) for row in current_memberships(_user_of(login)) if row.role in roles]
    if not actors:
        able = "、".join(Role(role).label for role in roles)
        raise NotAllowed(f"“{login}”现在没有能办这件事的岗位，要有：{able}")
    return min(actors, key=lambda actor: list(roles).index(actor.role))


def _user_of(login: str) -> User:
    user: User | None = User.objects.filter(login=login.strip().lower(), is_active=True).first()
    if user is None:
        raise DomainError(f"没有“{login}”这个登录名，或者已经停用")
    return user


def _administrators_only(actor: Actor) -> None:
    if actor.role != Role.SYSTEM_ADMIN and not actor.is_system:
        raise NotAllowed("单位和岗位由系统管理员管")
