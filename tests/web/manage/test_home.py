"""Where each of the three administrators begins, and what it says to do next."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import HAIKOU, HAINAN, SYSTEM, make_actor, make_organization, make_user
from tests.foundation.accounts.doors import PASSWORD
from tests.web.account.pages import sign_in
from tests.web.manage.doors import actor_in, owner_of, signed_in, text
from tests.web.manage.test_users import with_totp

from qihang.foundation.core import clock
from qihang.foundation.core.models import CalendarYear
from qihang.foundation.core.roles import SEPARATED_ADMINS, Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.models import Organization
from qihang.registry.policy.services import load_demo_parameters
from qihang.registry.reference.models import Region

pytestmark = pytest.mark.django_db


def operator_of(client: Client) -> Organization:
    return Organization.objects.get(pk=actor_in(client).organization_id)


def next_step(client: Client) -> str:
    step = client.get(reverse("manage_home")).context["next"]
    return step.title if step else ""


@pytest.mark.parametrize("role", sorted(SEPARATED_ADMINS))
def test_each_administrator_lands_there_after_signing_in(role: str) -> None:
    user = make_user(password=PASSWORD)
    make_actor(role, user=user)
    client = Client()
    assert sign_in(client, user)["Location"] == reverse("manage_home")
    assert "给自己的登录加上第二步" in text(client.get(reverse("manage_home")))


def test_people_in_charge_of_others_do_not() -> None:
    for role in (Role.PROVIDER_MANAGER, Role.APPROVER):
        client = signed_in(role)
        assert client.get(reverse("manage_home")).status_code == 403


def test_the_system_administrator_is_led_until_the_first_case_can_come(settings: Any) -> None:
    client = signed_in(Role.SYSTEM_ADMIN)
    with_totp(owner_of(client))
    assert next_step(client) == "三个管理员都到位"
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        make_actor(role, organization=operator_of(client))
    assert next_step(client) == "登记人社部门"
    province = make_organization(OrganizationKind.AGENCY, HAINAN)
    city = make_organization(OrganizationKind.AGENCY, HAIKOU)
    page = client.get(reverse("manage_home"))
    assert page.context["next"].title == "给每个人社部门请人"
    assert page.context["next"].url == reverse("manage_invite", args=[city.public_id])
    make_actor(Role.INTAKE_OFFICER, organization=province)
    assert next_step(client) == "给每个人社部门请人"
    make_actor(Role.APPROVER, organization=city)
    assert next_step(client) == "请人管政策参数"
    make_actor(Role.POLICY_OFFICER, organization=province)
    assert "还缺政策复核" in text(client.get(reverse("manage_home")))
    make_actor(Role.POLICY_CHECKER, organization=province)
    assert "放假安排" in next_step(client)
    with unit_of_work(SYSTEM):
        CalendarYear.objects.create(year=clock.today().year, source="国办发明电")
    assert next_step(client) == "登记培训机构"
    school = make_organization(OrganizationKind.TRAINING_INSTITUTION)
    station = make_organization(OrganizationKind.APPRAISAL_STATION)
    assert client.get(reverse("manage_home")).context["next"].url == reverse("manage_invite", args=[school.public_id])
    make_actor(Role.PROVIDER_MANAGER, organization=school)
    assert client.get(reverse("manage_home")).context["next"].url == reverse("manage_invite", args=[station.public_id])
    make_actor(Role.STATION_CLERK, organization=station)
    assert next_step(client) == "政策参数录齐"
    load_demo_parameters()
    assert next_step(client) == "写上主办单位"
    settings.SITE = {"owner": "某省人社厅"}
    assert "现在没有要您办的事" in text(client.get(reverse("manage_home")))


def test_an_empty_installation_offers_the_first_office() -> None:
    client = signed_in(Role.SYSTEM_ADMIN)
    page = text(client.get(reverse("manage_home")))
    assert f"{reverse('manage_organization_new')}?kind=agency" in page
    form = text(client.get(reverse("manage_organization_new"), {"kind": "agency"}))
    assert '<option value="agency" selected>' in form
    assert Region.objects.exists()


def test_the_security_administrator_brings_in_the_other_two() -> None:
    client = signed_in(Role.SECURITY_ADMIN)
    with_totp(owner_of(client))
    context = client.get(reverse("manage_home")).context
    assert "还缺系统管理员、审计管理员" in context["next"].why
    assert context["next"].url == reverse("manage_invite", args=[operator_of(client).public_id])
    for role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN):
        make_actor(role, organization=operator_of(client))
    assert "还有 2 个人没设" in text(client.get(reverse("manage_home")))


def test_the_audit_administrator_sees_the_seal() -> None:
    page = text(signed_in(Role.AUDIT_ADMIN).get(reverse("manage_home")))
    assert "还没有封过" in page
    assert reverse("manage_audit") in page
