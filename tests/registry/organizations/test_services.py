"""Organisations, who belongs to them, and which roles exclude each other."""

import pytest
from django.db import IntegrityError
from tests.factories import HAIKOU, LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_organization, make_user

from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.services import (
    actor_of_login,
    add_membership,
    current_memberships,
    edit_organization,
    end_membership,
    register_organization,
)
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

pytestmark = pytest.mark.django_db

GOOD_CODE = "91350100M000100Y43"


def test_a_credit_code_is_cleaned_and_checked() -> None:
    organization = make_organization(uscc=" 9135 0100m000100y43 ")
    assert organization.uscc == GOOD_CODE
    with pytest.raises(DomainError, match="照执照") as refusal:
        make_organization(uscc="91350100M000100Y44")
    assert refusal.value.field == "uscc"


def test_the_same_credit_code_or_name_is_taken_once() -> None:
    make_organization(uscc=GOOD_CODE, name="启明学校")
    with pytest.raises(DomainError):
        make_organization(uscc=GOOD_CODE)
    with pytest.raises(DomainError, match="同名"):
        make_organization(name="启明学校")
    make_organization(name="启明学校", region=LONGHUA)


def test_only_the_system_administrator_registers() -> None:
    clerk = make_actor(Role.PROVIDER_CLERK)
    with pytest.raises(NotAllowed):
        register_organization(actor=clerk, fields={"kind": "employer", "region_id": MEILAN, "name": "椰家"})
    with pytest.raises(NotAllowed):
        edit_organization(actor=clerk, organization=Organization.objects.get(pk=clerk.organization_id), fields={})


def test_a_kind_gives_only_its_own_roles() -> None:
    with pytest.raises(DomainError, match="没有“审批”"):
        add_membership(actor=SYSTEM, user=make_user(), organization=make_organization(), role=Role.APPROVER)


def test_the_three_administrators_are_three_people() -> None:
    operator = make_organization(OrganizationKind.OPERATOR)
    admin = make_actor(Role.SYSTEM_ADMIN, organization=operator)
    user = Membership.objects.get(pk=admin.membership_id).user
    with pytest.raises(DomainError, match="换一个人"):
        add_membership(actor=SYSTEM, user=user, organization=operator, role=Role.AUDIT_ADMIN)
    with pytest.raises(IntegrityError, match="administrators_are_separate"), unit_of_work(SYSTEM):
        Membership.objects.create(
            user=user, organization=operator, role=Role.AUDIT_ADMIN, region_id=MEILAN, valid_from="2026-01-01"
        )


def test_who_drafts_parameters_does_not_confirm_them() -> None:
    agency = make_organization(OrganizationKind.AGENCY)
    drafter = make_actor(Role.POLICY_OFFICER, organization=agency)
    user = Membership.objects.get(pk=drafter.membership_id).user
    with pytest.raises(DomainError, match="换一个人"):
        add_membership(actor=SYSTEM, user=user, organization=agency, role=Role.POLICY_CHECKER)


def test_a_role_ended_today_is_no_longer_current_and_may_be_given_again() -> None:
    actor = make_actor(Role.PROVIDER_CLERK)
    membership = Membership.objects.get(pk=actor.membership_id)
    end_membership(actor=SYSTEM, membership=membership)
    assert current_memberships(membership.user) == []
    add_membership(actor=SYSTEM, user=membership.user, organization=membership.organization, role=Role.PROVIDER_CLERK)
    assert len(current_memberships(membership.user)) == 1


def test_nobody_acts_for_a_suspended_organisation() -> None:
    actor = make_actor(Role.PROVIDER_CLERK)
    membership = Membership.objects.get(pk=actor.membership_id)
    assert actor_of_login(membership.user.login) == actor
    ORGANIZATION_WORKFLOW.apply(membership.organization, "suspend", actor=SYSTEM, comment="整改")
    with pytest.raises(DomainError, match="没有岗位"):
        actor_of_login(membership.user.login)


@pytest.mark.parametrize("step", ["suspend", "close"])
def test_the_last_operator_is_not_stopped(step: str) -> None:
    first = make_organization("operator")
    with pytest.raises(Refused, match="没有人能再恢复它"):
        ORGANIZATION_WORKFLOW.apply(first, step, actor=SYSTEM, comment="误点")
    second = make_organization("operator")
    ORGANIZATION_WORKFLOW.apply(first, step, actor=SYSTEM, comment="换单位")
    with pytest.raises(Refused):
        ORGANIZATION_WORKFLOW.apply(second, step, actor=SYSTEM, comment="也停掉")


def test_an_unknown_login_is_said_to_be_so() -> None:
    with pytest.raises(DomainError, match="没有“nobody”"):
        actor_of_login("nobody")


@pytest.mark.parametrize(
    ("region", "seen"), [(MEILAN, {"美兰校"}), (HAIKOU, {"美兰校", "龙华校"}), (SANYA, set()), (LONGHUA, {"龙华校"})]
)
def test_officers_see_their_region_and_below(region: str, seen: set[str]) -> None:
    make_organization(name="美兰校")
    make_organization(name="龙华校", region=LONGHUA)
    officer = make_actor(Role.INTAKE_OFFICER, region=region)
    rows = Organization.objects.visible_to(officer).filter(kind="training_institution")
    assert {row.name for row in rows} == seen


def test_institutions_see_only_themselves_and_administrators_all() -> None:
    other = make_organization(name="别家")
    clerk = make_actor(Role.PROVIDER_CLERK)
    admin = make_actor(Role.SYSTEM_ADMIN)
    assert [row.pk for row in Organization.objects.visible_to(clerk)] == [clerk.organization_id]
    assert other in Organization.objects.visible_to(admin)
    assert {row.organization_id for row in Membership.objects.visible_to(clerk)} == {clerk.organization_id}
