"""Registering organisations, giving people roles in them, and acting through a role."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.ports import person_of
from qihang.foundation.accounts.services.accounts import save_checked
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import EXCLUSIVE_ROLES, ROLES_OF_KIND, OrganizationKind, OrganizationState
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.perms import IDENTITY_ROLES, may_end, may_grant
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW
from qihang.registry.reference.identity import explain, parse_resident, parse_uscc
from qihang.registry.reference.scope import region_within

# -- organisations ---------------------------------------------------------------------------------------------------


def register_organization(*, actor: Actor, fields: Mapping[str, Any]) -> Organization:
    """Write a new organisation down. DomainError for a credit code that does not hold or a name already there."""
    organization = Organization(**fields)
    _check(organization)
    try:
        with transaction.atomic():
            return ORGANIZATION_WORKFLOW.enter(organization, actor=actor)
    except IntegrityError as fault:
        raise DomainError(_JUST_TAKEN) from fault


def edit_organization(*, actor: Actor, organization: Organization, fields: Mapping[str, Any]) -> Organization:
    """Correct what is written of an organisation; its kind and region stay."""
    if actor.role != Role.SYSTEM_ADMIN and not actor.is_system:
        raise NotAllowed("单位由系统管理员管")
    with unit_of_work(actor):
        row: Organization = Organization.objects.select_for_update(of=("self",)).get(pk=organization.pk)
        for name, value in fields.items():
            setattr(row, name, value)
        _check(row)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as fault:
            raise DomainError(_JUST_TAKEN) from fault
    return row


_JUST_TAKEN = "刚有人登记了同名或同代码的单位，回列表查一下再办"


def _check(organization: Organization) -> None:
    if organization.uscc and organization.uscc.strip():
        read = parse_uscc(organization.uscc)
        if not read.valid:
            raise DomainError("统一社会信用代码对不上校验，请照执照再看一遍", field="uscc")
        organization.uscc = read.normalised
    else:
        organization.uscc = None
    if organization.station_code and organization.kind != OrganizationKind.APPRAISAL_STATION:
        raise DomainError("站点编号只有鉴定站用，别的单位留空", field="station_code")
    try:
        organization.full_clean(exclude=["state", "contact_phone"])
    except ValidationError as fault:
        name, messages = next(iter(fault.message_dict.items()))
        raise DomainError(messages[0], field=None if name == "__all__" else name) from fault


# -- roles -----------------------------------------------------------------------------------------------------------


def add_membership(
    *, actor: Actor, user: User, organization: Organization, role: str, region: str | None = None
) -> Membership:
    """Give a user a role from today. DomainError for one that the kind does not have, or that excludes another.

    Security administrators, and never for themselves.
    """
    if not may_grant(actor):
        raise NotAllowed("给岗位由安全管理员办")
    if user.pk == actor.user_id:
        raise NotAllowed("不能给自己加岗位，请另一位管理员办")
    if role in IDENTITY_ROLES and not user.identity_no and not actor.is_system:
        raise DomainError("这个岗位要先登记身份证号，请本人在“我的账号”里补上", field="user")
    return take_role(actor=actor, user=user, organization=organization, role=role, region=region)


def take_role(
    *, actor: Actor, user: User, organization: Organization, role: str, region: str | None = None
) -> Membership:
    """What giving a role and accepting an invitation have in common: every rule but who may."""
    check_place(organization, role, region)
    membership = Membership(
        user=user,
        organization=organization,
        role=role,
        region_id=region or organization.region_id,
        valid_from=clock.today(),
    )
    with unit_of_work(actor):
        User.objects.select_for_update().get(pk=user.pk)
        _refuse_exclusive(user, Role(role))
        try:
            membership.validate_constraints()
            with transaction.atomic():
                membership.save()
        except ValidationError as fault:
            raise DomainError(fault.messages[0], field="role") from fault
        except IntegrityError as fault:
            raise DomainError("这个岗位刚被加上，或者和别的岗位冲突。请刷新看看", field="role") from fault
    return membership


def check_place(organization: Organization, role: str, region: str | None = None) -> None:
    """The organisation is active, its kind has the role, and the region lies within its own. DomainError otherwise."""
    kind = OrganizationKind(organization.kind)
    if organization.state != OrganizationState.ACTIVE:
        raise DomainError(f"“{organization.label}”现在是{organization.get_state_display()}，不能加人")
    if role not in ROLES_OF_KIND[kind]:
        raise DomainError(f"{kind.label}没有“{Role(role).label}”这个岗位", field="role")
    if region and not region_within(region, organization.region_id):
        raise DomainError("辖区要在单位自己的辖区之内", field="region")


def _refuse_exclusive(user: User, role: Role) -> None:
    held = set(Membership.objects.current().filter(user=user).values_list("role", flat=True))
    for group in EXCLUSIVE_ROLES:
        clash = (held & group) - {role}
        if role in group and clash:
            raise DomainError(f"已经是{Role(min(clash)).label}，不能再当{role.label}，要换一个人", field="role")


def end_membership(*, actor: Actor, membership: Membership) -> Membership:
    """The person leaves the role today; what they did stays in their name. Security administrators, and people in
    charge of an organisation for their own people; never the role one acts in, so that somebody is always left.
    """
    with unit_of_work(actor):
        rows = Membership.objects.visible_to(actor).select_for_update(of=("self",))
        row: Membership | None = rows.filter(pk=membership.pk).first()
        if row is None:
            raise NotFound("没有这个岗位，或者不归您的单位")
        if not may_end(actor, row.role):
            raise NotAllowed("收回岗位由安全管理员办")
        if row.pk == actor.membership_id:
            raise NotAllowed("这是您自己正在用的岗位，要收回请别人来办")
        row.ended_on = row.ended_on or max(clock.today(), row.valid_from)
        row.save(update_fields=["ended_on"])
    return row


def identity_number(text: str) -> str:
    """An identity number as it is stored. DomainError says what is wrong with it."""
    resident = parse_resident(text, on=clock.today())
    if resident.normalised is None:
        raise DomainError(str(explain(resident.verdict)), code=str(resident.verdict), field="identity_no")
    return resident.normalised


def set_identity(*, actor: Actor, user: User, identity_no: str) -> None:
    """Write down the account owner's identity number, once; a wrong one is mended by the security administrator."""
    if user.identity_no and actor.role != Role.SECURITY_ADMIN:
        raise NotAllowed("身份证号已经登记。要改，请带身份证找安全管理员")
    if actor.user_id != user.pk and actor.role != Role.SECURITY_ADMIN:
        raise NotAllowed("身份证号由本人登记")
    user.identity_no = identity_number(identity_no)
    with unit_of_work(actor):
        save_checked(user)


# -- acting ----------------------------------------------------------------------------------------------------------


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


def actor_for_self(user: User) -> Actor:
    """The actor that a user is without any membership: a participant where the register knows them."""
    person = person_of(user.pk)
    role = Role.PARTICIPANT if person else Role.VISITOR
    return Actor(user_id=user.pk, user_label=user.name, role=role, person_id=person)


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
