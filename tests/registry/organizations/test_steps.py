"""Suspending, resuming and closing an organisation; and by hand who belongs where, who brings in and lets go whom."""

import datetime as dt

import pytest
from tests.factories import MEILAN, SYSTEM, make_actor, make_organization, make_user
from tests.steps import Step, allowed, conditions, expected, expected_conditions

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.organizations.enums import OrganizationKind, OrganizationState
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.perms import IDENTITY_ROLES, invitable_roles, may_end, may_grant
from qihang.registry.organizations.services import (
    actor_in_role,
    actor_of_login,
    add_membership,
    current_memberships,
    end_membership,
    set_identity,
)
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

STEPS = {
    "suspend": Step("active", "suspended", "system_admin system", reason=True),
    "resume": Step("suspended", "active", "system_admin system", reason=True),
    "close": Step("active suspended", "closed", "system_admin system", reason=True),
}
# Which roles an organisation of a kind has, as the house's table of roles says.
ROLES = {
    "training_institution": "provider_clerk provider_manager trainer",
    "appraisal_station": "station_clerk appraiser",
    "employer": "employer_user",
    "agency": "intake_officer second_reviewer approver finance_officer inspector policy_officer policy_checker"
    " leader expert",
    "finance_authority": "finance_officer",
    "bank": "lender_clerk",
    "guarantee_agency": "guarantor_clerk",
    "community": "community_clerk",
    "incubator": "base_manager",
    "public_base": "base_manager",
    "partner": "partner_clerk",
    "operator": "system_admin security_admin audit_admin",
}
# Whom these bring in themselves, and let go, in an organisation of their own kind. Everybody else: nobody.
OWN_PEOPLE = {
    "provider_manager": ("training_institution", "provider_clerk trainer"),
    "station_clerk": ("appraisal_station", "appraiser"),
    "employer_user": ("employer", "employer_user"),
}
ADMINISTRATORS = {"system_admin", "security_admin", "audit_admin"}


def test_every_state_step_and_role() -> None:
    assert allowed(ORGANIZATION_WORKFLOW) == expected(STEPS)
    assert conditions(ORGANIZATION_WORKFLOW) == expected_conditions(STEPS)
    assert set(ORGANIZATION_WORKFLOW.enter_roles) == {"system_admin", "system"}


def test_every_kind_is_in_the_table() -> None:
    assert set(ROLES) == set(OrganizationKind.values)


@pytest.mark.parametrize("role", Role.values)
def test_whom_each_role_may_bring_into_each_kind(role: str) -> None:
    actor = Actor(user_id=1, role=role, organization_id=1, region=MEILAN)
    for kind, roles in ROLES.items():
        of_kind = set(roles.split())
        if role == "system_admin":
            wanted = of_kind - ADMINISTRATORS
        elif role == "security_admin":
            wanted = of_kind & ADMINISTRATORS
        else:
            at, people = OWN_PEOPLE.get(role, ("", ""))
            wanted = set(people.split()) if kind == at else set()
        assert set(invitable_roles(actor, kind)) == wanted, kind


@pytest.mark.parametrize("role", Role.values)
def test_whom_each_role_may_let_go(role: str) -> None:
    actor = Actor(user_id=1, role=role, organization_id=1, region=MEILAN)
    free = {one for one in Role.values if may_end(actor, one)}
    wanted = set(Role.values) if role == "security_admin" else set(OWN_PEOPLE.get(role, ("", ""))[1].split())
    assert free == wanted
    assert may_grant(actor) is (role == "security_admin")


def test_whose_identity_is_asked_for() -> None:
    """Whoever could be trainer, appraiser, reviewer and trainee in one: so that it shows."""
    assert set(IDENTITY_ROLES) == {
        "provider_clerk",
        "provider_manager",
        "trainer",
        "station_clerk",
        "appraiser",
        "expert",
        "intake_officer",
        "second_reviewer",
        "approver",
        "finance_officer",
        "inspector",
        "policy_officer",
        "policy_checker",
    }


@pytest.mark.django_db
class TestStopping:
    @pytest.fixture
    def school(self) -> Organization:
        return make_organization()

    def test_from_every_state(self, school: Organization) -> None:
        routes = {"active": [], "suspended": ["suspend"], "closed": ["close"]}
        assert set(routes) == set(OrganizationState.values)
        for state, route in routes.items():
            for step, row in STEPS.items():
                one = make_organization()
                for before in route:
                    ORGANIZATION_WORKFLOW.apply(one, before, actor=SYSTEM, comment="试")
                if state in row.sources.split():
                    assert ORGANIZATION_WORKFLOW.apply(one, step, actor=SYSTEM, comment="试").state == row.target
                else:
                    with pytest.raises(Refused, match="现在是“"):
                        ORGANIZATION_WORKFLOW.apply(one, step, actor=SYSTEM, comment="试")

    def test_nobody_joins_and_nobody_acts_until_it_is_resumed(self, school: Organization) -> None:
        clerk = make_user()
        add_membership(actor=SYSTEM, user=clerk, organization=school, role=Role.PROVIDER_CLERK)
        ORGANIZATION_WORKFLOW.apply(school, "suspend", actor=SYSTEM, comment="整改")
        assert current_memberships(clerk) == []
        with pytest.raises(DomainError, match="现在是暂停，不能加人"):
            add_membership(actor=SYSTEM, user=make_user(), organization=school, role=Role.TRAINER)
        ORGANIZATION_WORKFLOW.apply(school, "resume", actor=SYSTEM, comment="整改好了")
        assert [one.role for one in current_memberships(clerk)] == ["provider_clerk"]
        assert actor_of_login(clerk.login).organization_id == school.pk

    def test_of_two_places_only_the_stopped_one_falls_away(self, school: Organization) -> None:
        other, user = make_organization(), make_user()
        for one in (school, other):
            add_membership(actor=SYSTEM, user=user, organization=one, role=Role.TRAINER)
        ORGANIZATION_WORKFLOW.apply(school, "close", actor=SYSTEM, comment="注销")
        assert [one.organization_id for one in current_memberships(user)] == [other.pk]

    def test_a_closed_one_does_not_come_back(self, school: Organization) -> None:
        ORGANIZATION_WORKFLOW.apply(school, "close", actor=SYSTEM, comment="注销")
        with pytest.raises(Refused, match="现在是“注销”"):
            ORGANIZATION_WORKFLOW.apply(school, "resume", actor=SYSTEM, comment="后悔了")


@pytest.mark.django_db
class TestRoles:
    def test_a_role_counts_from_its_first_day_to_the_day_before_its_last(self) -> None:
        day = dt.date(2026, 11, 24)
        actor = make_actor(Role.TRAINER)
        one = Membership.objects.get(pk=actor.membership_id)
        with unit_of_work(SYSTEM):
            Membership.objects.filter(pk=one.pk).update(valid_from=day, ended_on=day + dt.timedelta(days=2))
        held = []
        for after in (-1, 0, 1, 2, 3):
            with clock.travel_to(day + dt.timedelta(days=after)):
                held.append(bool(current_memberships(one.user)))
        assert held == [False, True, True, False, False]

    def test_who_came_and_went_on_one_day_was_never_current_after_it(self) -> None:
        actor = make_actor(Role.TRAINER)
        one = Membership.objects.get(pk=actor.membership_id)
        end_membership(actor=SYSTEM, membership=one)
        one.refresh_from_db()
        assert one.ended_on == one.valid_from
        assert current_memberships(one.user) == []

    def test_ending_twice_keeps_the_first_day(self) -> None:
        actor = make_actor(Role.TRAINER)
        one = Membership.objects.get(pk=actor.membership_id)
        end_membership(actor=SYSTEM, membership=one)
        first = Membership.objects.get(pk=one.pk).ended_on
        with clock.travel_to(clock.today() + dt.timedelta(days=30)):
            end_membership(actor=SYSTEM, membership=one)
        assert Membership.objects.get(pk=one.pk).ended_on == first

    def test_the_manager_lets_the_schools_own_people_go_and_nobody_elses(self) -> None:
        school = make_organization()
        manager, clerk, trainer = (
            make_actor(role, organization=school)
            for role in (Role.PROVIDER_MANAGER, Role.PROVIDER_CLERK, Role.TRAINER)
        )
        foreign = make_actor(Role.TRAINER)
        for gone in (clerk, trainer):
            end_membership(actor=manager, membership=Membership.objects.get(pk=gone.membership_id))
        with pytest.raises(NotFound):
            end_membership(actor=manager, membership=Membership.objects.get(pk=foreign.membership_id))
        colleague = make_actor(Role.PROVIDER_MANAGER, organization=school)
        with pytest.raises(NotAllowed, match="安全管理员"):
            end_membership(actor=manager, membership=Membership.objects.get(pk=colleague.membership_id))
        with pytest.raises(NotAllowed):
            end_membership(actor=clerk, membership=Membership.objects.get(pk=manager.membership_id))

    def test_nobody_takes_the_role_away_that_they_act_in(self) -> None:
        admin = make_actor(Role.SECURITY_ADMIN)
        with pytest.raises(NotAllowed, match="正在用的岗位"):
            end_membership(actor=admin, membership=Membership.objects.get(pk=admin.membership_id))

    def test_nobody_gives_themselves_a_role_and_only_the_security_administrator_gives_any(self) -> None:
        school, admin = make_organization(), make_actor(Role.SECURITY_ADMIN)
        own = Membership.objects.get(pk=admin.membership_id).user
        with pytest.raises(NotAllowed, match="不能给自己加岗位"):
            add_membership(actor=admin, user=own, organization=school, role=Role.TRAINER)
        for role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.PROVIDER_MANAGER, Role.LEADER):
            with pytest.raises(NotAllowed, match="安全管理员"):
                add_membership(actor=make_actor(role), user=make_user(), organization=school, role=Role.TRAINER)

    def test_a_role_that_needs_an_identity_is_not_given_without_one(self) -> None:
        school, bank, admin = make_organization(), make_organization("bank"), make_actor(Role.SECURITY_ADMIN)
        user = make_user()
        with pytest.raises(DomainError, match="先登记身份证号"):
            add_membership(actor=admin, user=user, organization=school, role=Role.TRAINER)
        add_membership(actor=admin, user=user, organization=bank, role=Role.LENDER_CLERK)
        set_identity(actor=_self(user.pk), user=user, identity_no="46010819820314242x")
        assert add_membership(actor=admin, user=user, organization=school, role=Role.TRAINER).role == "trainer"

    def test_an_identity_is_written_once_and_then_only_by_the_security_administrator(self) -> None:
        user, admin = make_user(), make_actor(Role.SECURITY_ADMIN)
        with pytest.raises(NotAllowed, match="由本人登记"):
            set_identity(actor=_self(user.pk + 1), user=user, identity_no="46010819820314242X")
        with pytest.raises(DomainError) as refused:
            set_identity(actor=_self(user.pk), user=user, identity_no="460108198203142421")
        assert refused.value.field == "identity_no"
        set_identity(actor=_self(user.pk), user=user, identity_no="46010819820314242X")
        with pytest.raises(NotAllowed, match="已经登记"):
            set_identity(actor=_self(user.pk), user=user, identity_no="460108197810120420")
        set_identity(actor=admin, user=user, identity_no="460108197810120420")
        assert user.identity_no.plain() == "460108197810120420"

    @pytest.mark.parametrize(
        ("own", "region", "fits"),
        [
            ("460100", "460108", True),
            ("460100", "460100", True),
            ("460108", "460108", True),
            ("460108", "460100", False),
            ("460108", "460106", False),
            ("460100", "460200", False),
            ("460000", "460200", True),
        ],
    )
    def test_an_officers_place_lies_within_the_offices(self, own: str, region: str, fits: bool) -> None:
        office = make_organization("agency", own)
        make_organization("employer", region)
        if fits:
            one = add_membership(
                actor=SYSTEM, user=make_user(), organization=office, role=Role.APPROVER, region=region
            )
            assert one.region_id == region
        else:
            with pytest.raises(DomainError, match="要在单位自己的辖区之内"):
                add_membership(actor=SYSTEM, user=make_user(), organization=office, role=Role.APPROVER, region=region)

    def test_a_login_acts_in_the_first_of_the_roles_asked_for(self) -> None:
        user = make_user()
        office = make_organization("agency")
        for role in (Role.APPROVER, Role.INTAKE_OFFICER):
            add_membership(actor=SYSTEM, user=user, organization=office, role=role)
        asked = [Role.INTAKE_OFFICER, Role.APPROVER]
        assert actor_in_role(user.login, asked).role == "intake_officer"
        assert actor_in_role(user.login.upper(), asked[::-1]).role == "approver"
        with pytest.raises(NotAllowed, match="要有：财务"):
            actor_in_role(user.login, [Role.FINANCE_OFFICER])


def _self(user: int) -> Actor:
    return Actor(user_id=user, user_label="本人", role=Role.VISITOR)
