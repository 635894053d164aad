"""People of an organisation through their pages: asked in, renewed, withdrawn, ended, changed; and who may not."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import HAIKOU, LONGHUA, MEILAN, SANYA, SYSTEM, make_organization, make_region, make_user
from tests.web.manage.doors import actor_in, new_key, owner_of, signed_in, text

from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.invitations import invite
from qihang.registry.organizations.models import Invitation, Membership, Organization
from qihang.registry.organizations.services import add_membership

pytestmark = pytest.mark.django_db

NUMBER = "46010819820314242X"


@pytest.fixture
def school() -> Organization:
    return make_organization(name="启明职业培训学校")


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.SYSTEM_ADMIN)


@pytest.fixture
def security() -> Client:
    return signed_in(Role.SECURITY_ADMIN)


def manager_of(school: Organization) -> Client:
    return signed_in(Role.PROVIDER_MANAGER, organization=school)


def at(name: str, row: Organization | Membership | Invitation) -> str:
    return reverse(name, args=[row.public_id])


def ask(client: Client, school: Organization, role: str = Role.PROVIDER_MANAGER, **changes: str) -> object:
    data = {"key": new_key(), "role": role, "name": "王秀兰", **changes}
    return client.post(at("manage_invite", school), data)


def link_in(page: str) -> str:
    found = re.search(r"http://testserver(/invitations/[\w-]+/)", page)
    assert found
    return found[1]


def member(school: Organization, role: str = Role.TRAINER, **fields: str) -> Membership:
    return add_membership(actor=SYSTEM, user=make_user(**fields), organization=school, role=role)


class TestInviting:
    def test_gives_a_link_that_works_once_and_is_shown_once(self, admin: Client, school: Organization) -> None:
        response = ask(admin, school)
        page = text(response)
        assert "只显示这一次" in page
        assert "no-store" in response.headers["Cache-Control"]  # type: ignore[attr-defined]
        assert "王秀兰：启明职业培训学校请您担任培训机构负责人" in page
        link = link_in(page)
        later = text(admin.get(at("manage_organization", school)))
        assert "王秀兰" in later
        assert link not in later
        newcomer = {"name": "王秀兰", "login": "wangxl", "password": "haikou-wan-2026", "identity_no": NUMBER}
        Client().post(link, newcomer)
        assert Membership.objects.get(organization=school).role == Role.PROVIDER_MANAGER

    def test_sent_twice_it_is_one_and_says_how_to_get_a_link(self, admin: Client, school: Organization) -> None:
        key = new_key()
        ask(admin, school, key=key)
        response = ask(admin, school, key=key)
        assert response.status_code == 302  # type: ignore[attr-defined]
        assert "换一个新链接" in text(admin.get(response["Location"]))  # type: ignore[index]
        assert Invitation.objects.filter(organization=school).count() == 1

    def test_offers_only_roles_of_the_kind_that_are_ones_own_to_give(
        self, admin: Client, security: Client, school: Organization
    ) -> None:
        page = text(admin.get(at("manage_invite", school)))
        assert all(role.label in page for role in (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.TRAINER))
        assert Role.INTAKE_OFFICER.label not in page
        page = text(manager_of(school).get(at("manage_invite", school)))
        assert f'value="{Role.PROVIDER_MANAGER}"' not in page
        assert f'value="{Role.TRAINER}"' in page
        assert security.get(at("manage_invite", school)).status_code == 403

    def test_administrators_are_the_security_administrators_to_bring_in(self, security: Client, admin: Client) -> None:
        operator = Organization.objects.get(pk=actor_in(security).organization_id)
        assert "邀请链接" in text(ask(security, operator, Role.AUDIT_ADMIN))
        assert admin.get(at("manage_invite", operator)).status_code == 403

    @pytest.mark.parametrize(
        ("changes", "says"),
        [({"name": ""}, "请填“请谁”"), ({"role": Role.APPROVER}, "里没有这一项"), ({"role": ""}, "请选“岗位”")],
    )
    def test_what_is_wrong_stands_at_its_field(
        self, admin: Client, school: Organization, changes: dict[str, str], says: str
    ) -> None:
        assert says in text(ask(admin, school, **changes))
        assert not Invitation.objects.exists()

    def test_an_office_says_for_which_part(self, admin: Client) -> None:
        for code in (MEILAN, LONGHUA, SANYA):
            make_region(code)
        bureau = make_organization(OrganizationKind.AGENCY, HAIKOU)
        page = text(admin.get(at("manage_invite", bureau)))
        assert f'value="{LONGHUA}"' in page
        assert f'value="{SANYA}"' not in page
        ask(admin, bureau, Role.INTAKE_OFFICER, region=LONGHUA)
        assert Invitation.objects.get().region_id == LONGHUA
        assert "里没有这一项" in text(ask(admin, bureau, Role.INTAKE_OFFICER, region=SANYA))

    def test_a_suspended_organisation_takes_nobody_in(self, admin: Client, school: Organization) -> None:
        admin.post(reverse("manage_organization_step", args=[school.public_id, "suspend"]), {"comment": "年检"})
        assert "现在是暂停，不能加人" in text(ask(admin, school))

    def test_another_school_is_not_there(self, school: Organization) -> None:
        assert ask(manager_of(make_organization()), school, Role.TRAINER).status_code == 404  # type: ignore[attr-defined]

    def test_a_proof_is_asked_for_first(self, school: Organization) -> None:
        client = signed_in(Role.SYSTEM_ADMIN, proved=False)
        assert "先核对一下是您本人" in text(ask(client, school))
        assert not Invitation.objects.exists()


class TestOpenInvitations:
    def test_a_new_link_takes_the_place_of_the_old_one(self, admin: Client, school: Organization) -> None:
        old = link_in(text(ask(admin, school)))
        row = Invitation.objects.get()
        new = link_in(text(admin.post(at("manage_invitation_renew", row))))
        assert (Client().get(old).status_code, Client().get(new).status_code) == (410, 200)
        assert "换了邀请链接" in text(admin.get(at("manage_organization", school)))

    def test_one_that_ran_out_is_marked_and_can_be_renewed(self, admin: Client, school: Organization) -> None:
        ask(admin, school)
        with clock.travel_to(clock.now() + dt.timedelta(days=8)):
            assert "过期了" in text(signed_in(Role.SYSTEM_ADMIN).get(at("manage_organization", school)))

    def test_withdrawn_it_opens_nothing_and_cannot_be_withdrawn_again(
        self, admin: Client, school: Organization
    ) -> None:
        link = link_in(text(ask(admin, school)))
        row = Invitation.objects.get()
        assert admin.post(at("manage_invitation_revoke", row)).status_code == 302
        assert Client().get(link).status_code == 410
        assert admin.post(at("manage_invitation_revoke", row)).status_code == 409
        assert admin.post(at("manage_invitation_renew", row)).status_code == 409
        assert "撤回邀请：王秀兰担任" in text(admin.get(at("manage_organization", school)))

    def test_looking_does_nothing(self, admin: Client, school: Organization) -> None:
        ask(admin, school)
        for name in ("manage_invitation_renew", "manage_invitation_revoke"):
            assert admin.get(at(name, Invitation.objects.get())).status_code == 405

    def test_those_of_others_are_not_there(self, school: Organization) -> None:
        row = invite(actor=SYSTEM, organization=school, role=Role.TRAINER).invitation
        assert manager_of(make_organization()).post(at("manage_invitation_revoke", row)).status_code == 404

    def test_a_manager_cannot_touch_what_they_could_not_send(self, school: Organization) -> None:
        row = invite(actor=SYSTEM, organization=school, role=Role.PROVIDER_MANAGER).invitation
        client = manager_of(school)
        assert client.post(at("manage_invitation_revoke", row)).status_code == 403
        assert at("manage_invitation_renew", row) not in text(client.get(reverse("own_people")))


class TestEnding:
    def test_asks_first_and_then_lets_go(self, security: Client, school: Organization) -> None:
        row = member(school, name="王秀兰")
        assert "要收回王秀兰的“教师”吗" in text(security.get(at("manage_membership_end", row)))
        for _ in range(2):
            assert security.post(at("manage_membership_end", row)).status_code == 302
        row.refresh_from_db()
        assert row.ended_on == clock.today()
        assert "王秀兰离岗：教师" in text(security.get(at("manage_organization", school)))
        assert "王秀兰" in text(security.get(at("manage_organization", school) + "?ended=1"))

    def test_managers_let_their_own_people_go_but_not_each_other(self, school: Organization) -> None:
        client = manager_of(school)
        trainer, other = member(school), member(school, Role.PROVIDER_MANAGER)
        assert client.post(at("manage_membership_end", trainer)).status_code == 302
        assert client.post(at("manage_membership_end", other)).status_code == 403
        assert client.post(at("manage_membership_end", member(make_organization()))).status_code == 404

    def test_the_system_administrator_may_not(self, admin: Client, school: Organization) -> None:
        assert admin.post(at("manage_membership_end", member(school))).status_code == 403

    def test_nobody_ends_the_role_they_act_in(self, security: Client) -> None:
        own = Membership.objects.get(pk=actor_in(security).membership_id)
        assert security.post(at("manage_membership_end", own)).status_code == 403
        assert at("manage_membership_end", own) not in text(security.get(at("manage_organization", own.organization)))
        employer = make_organization(OrganizationKind.EMPLOYER)
        client = signed_in(Role.EMPLOYER_USER, organization=employer)
        own = Membership.objects.get(pk=actor_in(client).membership_id)
        assert client.post(at("manage_membership_end", own)).status_code == 403


class TestChanging:
    def test_ends_the_old_role_and_asks_for_the_new_one(self, school: Organization) -> None:
        client = manager_of(school)
        row = member(school, name="王秀兰", identity_no=NUMBER)
        assert "现在是教师" in text(client.get(at("manage_membership_change", row)))
        key = new_key()
        page = text(client.post(at("manage_membership_change", row), {"role": Role.PROVIDER_CLERK, "key": key}))
        row.refresh_from_db()
        assert row.ended_on == clock.today()
        again = client.post(at("manage_membership_change", row), {"role": Role.PROVIDER_CLERK, "key": key})
        assert again["Location"].startswith(reverse("own_people"))
        assert Invitation.objects.count() == 1
        person = Client()
        person.force_login(row.user)
        person.post(link_in(page))
        assert Membership.objects.current().get(user=row.user).role == Role.PROVIDER_CLERK

    def test_one_administrator_becomes_another(self, security: Client) -> None:
        operator = Organization.objects.get(pk=actor_in(security).organization_id)
        row = member(operator, Role.SYSTEM_ADMIN)
        page = text(security.post(at("manage_membership_change", row), {"role": Role.AUDIT_ADMIN, "key": new_key()}))
        person = Client()
        person.force_login(row.user)
        person.post(link_in(page))
        assert Membership.objects.current().get(user=row.user).role == Role.AUDIT_ADMIN

    def test_a_wrong_choice_changes_nothing(self, school: Organization) -> None:
        client, row = manager_of(school), member(school)
        for role in (Role.TRAINER, Role.PROVIDER_MANAGER, ""):
            answer = client.post(at("manage_membership_change", row), {"role": role, "key": new_key()})
            assert "form" in text(answer)
        row.refresh_from_db()
        assert row.ended_on is None

    def test_where_it_takes_two_hands_it_says_whose(self, security: Client, school: Organization) -> None:
        response = security.get(at("manage_membership_change", member(school)))
        assert response.status_code == 403
        assert "系统管理员再发一份邀请" in text(response)


class TestGranting:
    def grant(self, client: Client, school: Organization, login: str, role: str = Role.TRAINER) -> str:
        return text(client.post(at("manage_grant", school), {"login": login, "role": role}, follow=True))

    def test_takes_effect_at_once(self, security: Client, school: Organization) -> None:
        user = make_user(name="王秀兰", identity_no=NUMBER)
        assert "王秀兰从今天起是教师" in self.grant(security, school, user.login)
        assert "已经是这个岗位" in self.grant(security, school, user.login)
        assert Membership.objects.filter(user=user).count() == 1

    @pytest.mark.parametrize(("login", "says"), [("nobody", "没有这个登录名"), ("", "请填“登录名”")])
    def test_needs_an_account(self, security: Client, school: Organization, login: str, says: str) -> None:
        assert says in self.grant(security, school, login)

    def test_the_three_administrators_are_three_people(self, security: Client, admin: Client) -> None:
        operator = Organization.objects.get(pk=actor_in(security).organization_id)
        page = self.grant(security, operator, owner_of(admin).login, Role.AUDIT_ADMIN)
        assert "要换一个人" in page
        assert "不能给自己加岗位" in self.grant(security, operator, owner_of(security).login, Role.AUDIT_ADMIN)

    def test_an_identity_number_comes_first(self, security: Client, school: Organization) -> None:
        assert "先登记身份证号" in self.grant(security, school, make_user().login)

    def test_is_refused_to_others(self, admin: Client, school: Organization) -> None:
        for client in (admin, manager_of(school)):
            assert client.get(at("manage_grant", school)).status_code == 403
