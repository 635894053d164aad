"""The page of an invitation, and the page of a counter code."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import SYSTEM, make_organization
from tests.foundation.accounts.doors import CLIENT, PASSWORD, make_account
from tests.foundation.accounts.test_entry_codes import OFFICER, PERSON, Desk
from tests.web.account.pages import is_in, sign_in

from qihang.foundation.accounts import ports
from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.services.entry_codes import issue_entry_code
from qihang.foundation.accounts.services.sign_in import check_password
from qihang.foundation.core.ports import Port
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.invitations import invite, revoke_invitation
from qihang.registry.organizations.models import Membership

pytestmark = pytest.mark.django_db

NUMBER = "46010819820314242X"
NEW = {"name": "王秀兰", "login": "wangxl", "password": PASSWORD, "identity_no": NUMBER}


@pytest.fixture
def link() -> str:
    school = make_organization(name="启明职业培训学校")
    return invite(actor=SYSTEM, organization=school, role=Role.PROVIDER_CLERK, name="王秀兰").path


class TestInvitation:
    def test_says_who_asks_for_what(self, client: Client, link: str) -> None:
        page = client.get(link).content.decode()
        assert "启明职业培训学校请您担任培训机构教务" in page
        assert 'value="王秀兰"' in page

    def test_a_newcomer_is_in_and_at_work_at_once(self, client: Client, link: str) -> None:
        response = client.post(link, NEW)
        assert response.status_code == 302
        assert is_in(client)
        actor = client.get(reverse("account")).wsgi_request.actor  # type: ignore[attr-defined]
        assert (actor.role, actor.user_label) == (Role.PROVIDER_CLERK, "王秀兰")

    def test_what_is_wrong_stands_at_its_field_and_the_rest_stays(self, client: Client, link: str) -> None:
        page = client.post(link, {**NEW, "login": "1"}).content.decode()
        assert "登录名用小写字母开头" in page
        assert f'value="{NUMBER}"' in page
        assert not is_in(client)

    def test_somebody_signed_in_accepts_with_one_press(self, client: Client, link: str) -> None:
        user = make_account(identity_no=NUMBER)
        sign_in(client, user)
        assert "您现在登录的是" in client.get(link).content.decode()
        client.post(link)
        assert Membership.objects.get().user == user

    def test_somebody_with_an_account_can_sign_in_first_and_comes_back(self, client: Client, link: str) -> None:
        user = make_account(identity_no=NUMBER)
        assert f"/sign-in/?next={link}" in client.get(link).content.decode()
        response = client.post(reverse("sign_in"), {"identifier": user.login, "password": PASSWORD, "next": link})
        assert response["Location"] == link

    def test_a_used_or_withdrawn_link_says_so(self, client: Client, link: str) -> None:
        client.post(link, NEW)
        response = Client().get(link)
        assert (response.status_code, "再发一个" in response.content.decode()) == (410, True)
        issued = invite(actor=SYSTEM, organization=make_organization(), role=Role.TRAINER)
        revoke_invitation(actor=SYSTEM, invitation=issued.invitation)
        assert Client().get(issued.path).status_code == 410

    def test_looking_uses_nothing_up(self, client: Client, link: str) -> None:
        for _ in range(3):
            assert client.get(link).status_code == 200

    def test_a_role_without_number_asks_for_none(self, client: Client) -> None:
        employer = make_organization(OrganizationKind.EMPLOYER)
        path = invite(actor=SYSTEM, organization=employer, role=Role.EMPLOYER_USER).path
        assert "identity_no" not in client.get(path).content.decode()
        client.post(path, {key: value for key, value in NEW.items() if key != "identity_no"})
        assert is_in(client)


class TestCounter:
    @pytest.fixture(autouse=True)
    def desk(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
        port: Port[ports.PersonDesk] = Port("person_desks")
        stand_in = Desk()
        port.register(ports.PARTICIPANTS, stand_in)
        monkeypatch.setattr(ports, "person_desks", port)
        yield stand_in

    def slip(self) -> str:
        return issue_entry_code(actor=OFFICER, subject_id=PERSON).text

    def test_a_newcomer_comes_in_and_is_asked_for_a_phone(self, client: Client, desk: Desk) -> None:
        response = client.post(reverse("sign_in_counter"), {"code": self.slip()})
        assert "王秀兰，您好" in client.get(response["Location"]).content.decode()
        response = client.post(response["Location"], {"login": "wangxl", "password": PASSWORD})
        assert (response["Location"], is_in(client)) == (reverse("account_phone"), True)
        actor = client.get(reverse("account")).wsgi_request.actor  # type: ignore[attr-defined]
        assert (actor.role, actor.person_id) == (Role.PARTICIPANT, PERSON)

    def test_somebody_known_chooses_a_password_only(self, client: Client, desk: Desk) -> None:
        known = make_account()
        desk.accounts[PERSON] = known.pk
        response = client.post(reverse("sign_in_counter"), {"code": self.slip()})
        page = client.get(response["Location"]).content.decode()
        assert known.login in page and 'name="login"' not in page
        client.post(response["Location"], {"password": "sanya-chaoxi-77"})
        assert is_in(client)
        assert check_password(identifier=known.login, password="sanya-chaoxi-77", client=CLIENT) == known

    def test_a_wrong_code_is_said_to_be_so(self, client: Client) -> None:
        page = client.post(reverse("sign_in_counter"), {"code": "0000000000"}).content.decode()
        assert "代办码没对上" in page

    def test_without_a_code_there_is_no_account_page(self, client: Client) -> None:
        assert client.get(reverse("sign_in_counter_account"))["Location"] == reverse("sign_in_counter")

    def test_a_taken_login_is_said_at_its_field(self, client: Client) -> None:
        make_account()
        taken = User.objects.get().login
        response = client.post(reverse("sign_in_counter"), {"code": self.slip()})
        page = client.post(response["Location"], {"login": taken, "password": PASSWORD}).content.decode()
        assert "已经有人用" in page
        assert not is_in(client)

    def test_a_second_factor_is_still_asked_for(self, client: Client, desk: Desk) -> None:
        from tests.web.account.pages import code_of

        from qihang.foundation.accounts.actors import owner_of
        from qihang.foundation.accounts.services import factors

        known = make_account()
        desk.accounts[PERSON] = known.pk
        factors.start_totp(actor=owner_of(known), user=known)
        factors.confirm_totp(actor=owner_of(known), user=known, code=code_of(known, -1))
        response = client.post(reverse("sign_in_counter"), {"code": self.slip()})
        response = client.post(response["Location"], {"password": "sanya-chaoxi-77"})
        assert response["Location"] == reverse("sign_in_second")
        assert not is_in(client)
        response = client.post(response["Location"], {"code": code_of(known)})
        assert response["Location"] == reverse("account_phone")
