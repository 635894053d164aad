"""What an installation lacks in organisations and people, and that each gap closes by what fills it."""

import datetime as dt

import pytest
from tests.factories import HAIKOU, HAINAN, LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_organization, make_region

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.organizations import staffing
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Membership
from qihang.registry.organizations.services import end_membership
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

pytestmark = pytest.mark.django_db


def bare(role: Role, region: str = HAINAN) -> tuple[str, ...]:
    found = (vacancy.places for vacancy in staffing.case_vacancies(region=region) if vacancy.role == role)
    return next(found, ())


def test_an_empty_installation_lacks_everything() -> None:
    assert staffing.missing_kinds() == list(staffing.NEEDED_KINDS)
    assert staffing.vacant_admin_roles() == [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN]
    assert staffing.vacant_policy_roles() == [Role.POLICY_OFFICER, Role.POLICY_CHECKER]


def test_a_kind_counts_while_one_of_it_may_act() -> None:
    station = make_organization(OrganizationKind.APPRAISAL_STATION)
    assert OrganizationKind.APPRAISAL_STATION not in staffing.missing_kinds()
    ORGANIZATION_WORKFLOW.apply(station, "suspend", actor=SYSTEM, comment="整改")
    assert OrganizationKind.APPRAISAL_STATION in staffing.missing_kinds()


def test_policy_hands_count_for_the_province_alone() -> None:
    make_actor(Role.POLICY_OFFICER, region=HAIKOU)
    assert Role.POLICY_OFFICER in staffing.vacant_policy_roles()
    make_actor(Role.POLICY_OFFICER, region=HAINAN)
    assert staffing.vacant_policy_roles() == [Role.POLICY_CHECKER]


def test_somebody_who_left_holds_nothing() -> None:
    actor = make_actor(Role.SYSTEM_ADMIN)
    assert Role.SYSTEM_ADMIN not in staffing.vacant_admin_roles()
    end_membership(actor=SYSTEM, membership=Membership.objects.get(pk=actor.membership_id))
    with clock.travel_to(clock.today() + dt.timedelta(days=1)):
        assert Role.SYSTEM_ADMIN in staffing.vacant_admin_roles()


def test_a_county_is_served_by_whoever_has_it_in_scope() -> None:
    make_region(MEILAN)
    make_region(LONGHUA)
    make_region(SANYA)  # a city without districts here counts as a county does
    assert bare(Role.INTAKE_OFFICER) == ("龙华区", "美兰区", "三亚市")
    make_actor(Role.INTAKE_OFFICER, region=MEILAN)
    assert bare(Role.INTAKE_OFFICER) == ("龙华区", "三亚市")
    make_actor(Role.INTAKE_OFFICER, region=HAIKOU)
    assert bare(Role.INTAKE_OFFICER) == ("三亚市",)
    assert bare(Role.INTAKE_OFFICER, HAIKOU) == ()
    assert bare(Role.APPROVER, HAIKOU) == ("龙华区", "美兰区")


def test_an_institution_needs_somebody_to_act_for_it() -> None:
    school = make_organization(OrganizationKind.TRAINING_INSTITUTION, name="启明职业培训学校")
    make_organization(OrganizationKind.APPRAISAL_STATION, region=SANYA, name="三亚第一鉴定站")
    found = staffing.leaderless_organizations(region=HAINAN)
    assert found == [
        staffing.Vacancy(Role.PROVIDER_MANAGER, ("启明职业培训学校",)),
        staffing.Vacancy(Role.STATION_CLERK, ("三亚第一鉴定站",)),
    ]
    make_actor(Role.PROVIDER_MANAGER, organization=school)
    assert staffing.leaderless_organizations(region=HAIKOU) == []
