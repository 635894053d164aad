"""Inviting people, and accepting: who may, once, with a new account or one's own."""

import datetime as dt

import pytest
from tests.factories import LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_organization, make_user

from qihang.foundation.accounts.errors import Expired
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.invitations import (
    IssuedInvitation,
    NewAccount,
    accept_with_account,
    accept_with_new_account,
    find_invitation,
    invite,
    renew_invitation,
    revoke_invitation,
)
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.perms import invitable_roles
from qihang.registry.organizations.services import end_membership
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

pytestmark = pytest.mark.django_db

NUMBER = "46010819820314242X"
PASSWORD = "haikou-wan-2026"


def account(**fields: str) -> NewAccount:
    return NewAccount(**{"login": "wangxl", "name": "王秀兰", "password": PASSWORD, "identity_no": NUMBER, **fields})


def admin() -> Actor:
    return make_actor(Role.SYSTEM_ADMIN)


def invited(
    role: Role = Role.PROVIDER_CLERK, organization: Organization | None = None, **fields: str
) -> IssuedInvitation:
    return invite(actor=SYSTEM, organization=organization or make_organization(), role=role, **fields)


def test_a_newcomer_accepts_with_an_account_of_their_own() -> None:
    issued = invited()
    membership = accept_with_new_account(token=issued.token, account=account())
    assert (membership.user.login, membership.role, membership.region_id) == ("wangxl", Role.PROVIDER_CLERK, MEILAN)
    assert membership.user.identity_no == NUMBER
    invitation = Invitation.objects.get()
    assert (invitation.accepted_by, invitation.accepted_at is not None) == (membership.user, True)


def test_accepting_is_audited_in_the_newcomers_name() -> None:
    accept_with_new_account(token=invited().token, account=account())
    entry = AuditEntry.objects.filter(table_name="organizations_membership").select_related("context").latest("id")
    assert entry.context.actor["user_label"] == "王秀兰"


def test_somebody_signed_in_accepts_with_their_account() -> None:
    user = make_user(identity_no=NUMBER)
    membership = accept_with_account(token=invited().token, user=user)
    assert membership.user == user


def test_an_account_without_a_number_is_asked_for_it_where_the_role_needs_it() -> None:
    user = make_user()
    token = invited().token
    with pytest.raises(DomainError, match="没有填写") as refusal:
        accept_with_account(token=token, user=user)
    assert refusal.value.field == "identity_no"
    accept_with_account(token=token, user=user, identity_no=" 460108 19820314 242x ")
    assert User.objects.get(pk=user.pk).identity_no == NUMBER


def test_a_role_that_needs_no_number_asks_for_none() -> None:
    issued = invited(Role.EMPLOYER_USER, make_organization(OrganizationKind.EMPLOYER))
    membership = accept_with_new_account(token=issued.token, account=account(identity_no=""))
    assert membership.user.identity_no is None


def test_a_wrong_number_is_explained_and_leaves_the_link_usable() -> None:
    token = invited().token
    with pytest.raises(DomainError, match="逐位核对") as refusal:
        accept_with_new_account(token=token, account=account(identity_no="460108198203142421"))
    assert refusal.value.field == "identity_no"
    assert not User.objects.filter(login="wangxl").exists()
    assert find_invitation(token)


def test_one_person_does_not_get_a_second_account() -> None:
    make_user(identity_no=NUMBER)
    with pytest.raises(DomainError, match="原来的账号") as refusal:
        accept_with_new_account(token=invited().token, account=account())
    assert refusal.value.field == "identity_no"


def test_a_link_works_once() -> None:
    token = invited().token
    accept_with_new_account(token=token, account=account())
    with pytest.raises(Expired, match="用过"):
        accept_with_new_account(token=token, account=account(login="second"))


def test_a_link_runs_out() -> None:
    token = invited().token
    with clock.travel_to(clock.now() + dt.timedelta(days=7, seconds=1)), pytest.raises(Expired):
        find_invitation(token)


def test_a_withdrawn_link_is_void_and_an_accepted_one_is_not_withdrawn() -> None:
    issued = invited()
    revoke_invitation(actor=admin(), invitation=issued.invitation)
    with pytest.raises(Expired):
        find_invitation(issued.token)
    other = invited()
    accept_with_new_account(token=other.token, account=account())
    with pytest.raises(DomainError, match="已经接受"):
        revoke_invitation(actor=admin(), invitation=other.invitation)


def test_a_renewed_link_replaces_the_old_one() -> None:
    issued = invited()
    renewed = renew_invitation(actor=admin(), invitation=issued.invitation)
    with pytest.raises(Expired):
        find_invitation(issued.token)
    assert find_invitation(renewed.token) == issued.invitation


def test_only_a_digest_is_stored() -> None:
    token = invited().token
    written = " ".join(str(entry.after) for entry in AuditEntry.objects.all())
    assert token not in written


def test_nobody_joins_an_organisation_that_was_suspended_meanwhile() -> None:
    organization = make_organization()
    issued = invited(organization=organization)
    ORGANIZATION_WORKFLOW.apply(organization, "suspend", actor=SYSTEM, comment="整改")
    with pytest.raises(DomainError, match="不能加人"):
        accept_with_new_account(token=issued.token, account=account())
    assert not User.objects.filter(login="wangxl").exists()


class TestWhoMayInvite:
    def test_the_system_administrator_invites_into_every_kind_but_no_administrator(self) -> None:
        actor = admin()
        for kind in OrganizationKind:
            roles = invitable_roles(actor, kind)
            assert bool(roles) == (kind != OrganizationKind.OPERATOR)

    def test_the_security_administrator_brings_in_administrators_only(self) -> None:
        actor = make_actor(Role.SECURITY_ADMIN)
        assert invitable_roles(actor, OrganizationKind.OPERATOR) == [
            Role.SYSTEM_ADMIN,
            Role.SECURITY_ADMIN,
            Role.AUDIT_ADMIN,
        ]
        assert invitable_roles(actor, OrganizationKind.AGENCY) == []

    def test_a_manager_brings_in_clerks_and_trainers_of_the_own_institution(self) -> None:
        manager = make_actor(Role.PROVIDER_MANAGER)
        own = Organization.objects.get(pk=manager.organization_id)
        for role in (Role.PROVIDER_CLERK, Role.TRAINER):
            assert invite(actor=manager, organization=own, role=role).invitation.invited_by == manager.user_label
        with pytest.raises(NotAllowed, match="培训机构负责人"):
            invite(actor=manager, organization=own, role=Role.PROVIDER_MANAGER)
        with pytest.raises(NotFound):
            invite(actor=manager, organization=make_organization(), role=Role.PROVIDER_CLERK)

    @pytest.mark.parametrize("role", [Role.PROVIDER_CLERK, Role.TRAINER, Role.INTAKE_OFFICER, Role.AUDIT_ADMIN])
    def test_others_bring_in_nobody(self, role: Role) -> None:
        actor = make_actor(role)
        own = Organization.objects.get(pk=actor.organization_id)
        with pytest.raises(NotAllowed):
            invite(actor=actor, organization=own, role=role)

    def test_a_manager_withdraws_the_own_institutions_invitations_only(self) -> None:
        manager = make_actor(Role.PROVIDER_MANAGER)
        own = Organization.objects.get(pk=manager.organization_id)
        mine, other = invited(organization=own), invited()
        revoke_invitation(actor=manager, invitation=mine.invitation)
        with pytest.raises(NotFound):
            revoke_invitation(actor=manager, invitation=other.invitation)
        assert list(Invitation.objects.visible_to(manager)) == [mine.invitation]

    def test_a_kind_has_only_its_roles_and_a_region_only_what_is_in_it(self) -> None:
        agency = make_organization(OrganizationKind.AGENCY)
        with pytest.raises(DomainError, match="没有“教师”"):
            invited(Role.TRAINER, agency)
        for region in (SANYA, LONGHUA):
            with pytest.raises(DomainError, match="辖区"):
                invited(Role.APPROVER, agency, region=region)


class TestLettingGo:
    def test_a_manager_lets_own_clerks_go_and_no_other_manager(self) -> None:
        manager = make_actor(Role.PROVIDER_MANAGER)
        own = Organization.objects.get(pk=manager.organization_id)
        clerk = make_actor(Role.PROVIDER_CLERK, organization=own)
        second = make_actor(Role.PROVIDER_MANAGER, organization=own)
        stranger = make_actor(Role.PROVIDER_CLERK)
        end_membership(actor=manager, membership=Membership.objects.get(pk=clerk.membership_id))
        with pytest.raises(NotAllowed):
            end_membership(actor=manager, membership=Membership.objects.get(pk=second.membership_id))
        with pytest.raises(NotFound):
            end_membership(actor=manager, membership=Membership.objects.get(pk=stranger.membership_id))
        assert Membership.objects.current().filter(organization=own).count() == 2
