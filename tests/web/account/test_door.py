"""The door: what it shows, where it leads, and what it keeps shut."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import make_actor, make_organization
from tests.foundation.accounts.doors import PASSWORD, PHONE, last_code, last_text, make_account, make_reachable
from tests.web.account.pages import code_of, is_in, sign_in

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.models import Device, SignInLog, User
from qihang.foundation.accounts.services import factors
from qihang.foundation.core import clock
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.models import Membership

pytestmark = pytest.mark.django_db

NEW = "qionghai-xiaozhen-88"


def with_totp() -> tuple[User, list[str]]:
    user = make_account()
    factors.start_totp(actor=owner_of(user), user=user)
    return user, factors.confirm_totp(actor=owner_of(user), user=user, code=code_of(user, -1))


class TestPassword:
    def test_the_right_one_leads_in_and_is_noted(self, client: Client) -> None:
        user = make_account()
        response = sign_in(client, user)
        assert (response.status_code, response["Location"], is_in(client)) == (302, "/", True)
        assert Device.objects.get(user=user).session_key == client.session.session_key
        assert SignInLog.objects.get(user_id=user.pk).outcome == "success"

    def test_the_wrong_one_stays_out_with_what_was_typed_and_a_reason(self, client: Client) -> None:
        user = make_account()
        response = sign_in(client, user, "不对")
        page = response.content.decode()
        assert not is_in(client)
        assert "<title>有错：登录" in page
        assert "还能试 4 次" in page
        assert f'value="{user.login}"' in page
        assert "不对" not in page

    def test_empty_fields_are_asked_for(self, client: Client) -> None:
        page = client.post(reverse("sign_in"), {"identifier": "", "password": ""}).content.decode()
        assert "请填“登录名或手机号”" in page
        assert "请填“密码”" in page

    def test_a_lock_says_until_when_and_what_to_do(self, client: Client) -> None:
        user = make_account()
        for _ in range(5):
            response = sign_in(client, user, "不对")
        assert "先锁到" in response.content.decode()
        assert "窗口" in response.content.decode()
        assert not is_in(client) and not is_in_after(client, user)

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [("/account/devices/", "/account/devices/"), ("https://evil.example/", "/"), ("//evil.example", "/")],
    )
    def test_it_leads_on_within_our_own_site_only(self, client: Client, wanted: str, expected: str) -> None:
        user = make_account()
        response = client.post(reverse("sign_in"), {"identifier": user.login, "password": PASSWORD, "next": wanted})
        assert response["Location"] == expected

    def test_a_page_that_needs_an_account_sends_to_the_door_and_back(self, client: Client) -> None:
        user = make_account()
        response = client.get("/account/devices/")
        assert response["Location"] == "/sign-in/?next=/account/devices/"
        page = client.get(response["Location"]).content.decode()
        assert 'name="next" value="/account/devices/"' in page
        assert sign_in(client, user)["Location"] == "/"

    def test_whoever_is_in_does_not_see_the_door(self, client: Client) -> None:
        sign_in(client, make_account())
        assert client.get(reverse("sign_in")).status_code == 302

    def test_signing_in_gives_a_fresh_session(self, client: Client) -> None:
        client.get(reverse("sign_in_sms"))
        client.post(reverse("sign_in_sms"), {"phone": PHONE})
        before = client.session.session_key
        sign_in(client, make_account())
        assert client.session.session_key != before

    def test_an_account_switched_off_is_out_at_its_next_request(self, client: Client) -> None:
        from tests.factories import SYSTEM

        from qihang.foundation.core.units import unit_of_work

        user = make_account()
        sign_in(client, user)
        with unit_of_work(SYSTEM):
            User.objects.filter(pk=user.pk).update(is_active=False)
        assert client.get(reverse("account")).status_code == 302

    def test_the_form_is_refused_without_its_token(self) -> None:
        client = Client(enforce_csrf_checks=True)
        assert sign_in(client, make_account()).status_code == 403


def is_in_after(client: Client, user: User) -> bool:
    sign_in(client, user)
    return is_in(client)


class TestSecondStep:
    def test_the_password_alone_is_not_enough(self, client: Client) -> None:
        user, _ = with_totp()
        response = sign_in(client, user)
        assert response["Location"] == reverse("sign_in_second")
        assert not is_in(client)
        assert client.get(reverse("account")).status_code == 302
        response = client.post(reverse("sign_in_second"), {"code": code_of(user)})
        assert (response["Location"], is_in(client)) == ("/", True)
        outcomes = SignInLog.objects.filter(user_id=user.pk).order_by("id").values_list("method", "outcome")
        assert list(outcomes) == [("password", "first_step"), ("totp", "success")]

    def test_a_recovery_code_does_as_well(self, client: Client) -> None:
        user, codes = with_totp()
        sign_in(client, user)
        client.post(reverse("sign_in_second"), {"code": codes[0]})
        assert is_in(client)

    def test_a_wrong_code_stays_out(self, client: Client) -> None:
        user, _ = with_totp()
        sign_in(client, user)
        page = client.post(reverse("sign_in_second"), {"code": "000000"}).content.decode()
        assert "还能试 4 次" in page
        assert not is_in(client)

    def test_it_remembers_where_they_wanted_to_go(self, client: Client) -> None:
        user, _ = with_totp()
        client.post(reverse("sign_in"), {"identifier": user.login, "password": PASSWORD, "next": "/account/"})
        assert client.post(reverse("sign_in_second"), {"code": code_of(user)})["Location"] == "/account/"

    def test_without_a_first_step_there_is_no_second(self, client: Client) -> None:
        assert client.get(reverse("sign_in_second"))["Location"] == reverse("sign_in")
        assert client.post(reverse("sign_in_second_options")).status_code == 403

    def test_the_first_step_does_not_last_for_ever(self, client: Client) -> None:
        user, _ = with_totp()
        sign_in(client, user)
        with clock.travel_to(clock.now() + dt.timedelta(minutes=11)):
            response = client.post(reverse("sign_in_second"), {"code": code_of(user)})
        assert response["Location"] == reverse("sign_in")
        assert not is_in(client)

    def test_nothing_typed_is_asked_for(self, client: Client) -> None:
        user, _ = with_totp()
        sign_in(client, user)
        assert "请填“动态码”" in client.post(reverse("sign_in_second"), {"code": ""}).content.decode()


class TestSms:
    def test_a_code_to_a_proved_phone_leads_in(self, client: Client) -> None:
        user = make_reachable()
        response = client.post(reverse("sign_in_sms"), {"phone": PHONE, "next": "/account/"})
        response = client.post(response["Location"], {"code": last_code(user), "next": "/account/"})
        assert (response["Location"], is_in(client)) == ("/account/", True)

    def test_an_unknown_phone_is_answered_the_same(self, client: Client) -> None:
        make_reachable()
        known = client.post(reverse("sign_in_sms"), {"phone": PHONE}, follow=True).content
        unknown = client.post(reverse("sign_in_sms"), {"phone": "13800000000"}, follow=True).content
        assert strip(known) == strip(unknown)

    def test_the_second_page_needs_the_first(self, client: Client) -> None:
        assert client.get(reverse("sign_in_sms_code"))["Location"] == reverse("sign_in_sms")


def strip(page: bytes) -> str:
    """A page without its form tokens."""
    import re

    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.decode())


class TestForgotten:
    def test_by_sms(self, client: Client) -> None:
        user = make_reachable()
        response = client.post(reverse("forgot"), {"identifier": user.login})
        response = client.post(response["Location"], {"code": last_code(user), "password": NEW}, follow=True)
        assert "新密码设好了" in response.content.decode()
        assert not is_in(client)
        sign_in(client, user, NEW)
        assert is_in(client)

    def test_by_mail(self, client: Client) -> None:
        user = make_account(email="wang@example.com")
        client.post(reverse("forgot"), {"identifier": user.login})
        address = next(line for line in last_text(user).splitlines() if line.startswith("http://testserver/reset/"))
        path = address.removeprefix("http://testserver")
        assert user.login in client.get(path).content.decode()
        assert "太常见" in client.post(path, {"password": "password123"}).content.decode()
        client.post(path, {"password": NEW})
        gone = client.get(path)
        assert (gone.status_code, "用过了" in gone.content.decode()) == (410, True)
        sign_in(client, user, NEW)
        assert is_in(client)

    def test_an_unknown_name_is_answered_the_same(self, client: Client) -> None:
        make_reachable()
        known = client.post(reverse("forgot"), {"identifier": PHONE}, follow=True).content
        unknown = client.post(reverse("forgot"), {"identifier": "nobody"}, follow=True).content
        assert strip(known) == strip(unknown)

    def test_a_new_password_signs_the_other_devices_out(self, client: Client) -> None:
        user = make_reachable()
        other = Client()
        sign_in(other, user)
        client.post(reverse("forgot"), {"identifier": user.login})
        client.post(reverse("forgot_code"), {"code": last_code(user), "password": NEW})
        assert other.get(reverse("account")).status_code == 302

    def test_a_second_factor_is_still_asked_for_afterwards(self, client: Client) -> None:
        from qihang.foundation.accounts.services.passwords import issue_reset_link
        from qihang.foundation.core.actors import Actor

        user, _ = with_totp()
        token = issue_reset_link(actor=Actor(user_label="安管", role=Role.SECURITY_ADMIN), user=user)
        client.post(reverse("reset", args=[token]), {"password": NEW})
        assert sign_in(client, user, NEW)["Location"] == reverse("sign_in_second")


class TestLeaving:
    def test_by_post_at_once_by_visit_after_asking(self, client: Client) -> None:
        user = make_account()
        sign_in(client, user)
        assert "要退出登录吗" in client.get(reverse("sign_out")).content.decode()
        assert is_in(client)
        assert client.post(reverse("sign_out"))["Location"] == "/"
        assert not is_in(client)
        assert not Device.objects.filter(user=user).exists()

    def test_whoever_does_nothing_for_long_is_signed_out_with_a_word(self, client: Client, settings: object) -> None:
        settings.SESSION_IDLE_SECONDS = 600  # type: ignore[attr-defined]
        sign_in(client, make_account())
        with clock.travel_to(clock.now() + dt.timedelta(seconds=599)):
            assert client.get(reverse("account")).status_code == 200
        with clock.travel_to(clock.now() + dt.timedelta(seconds=599 + 601)):
            response = client.get(reverse("account"), follow=True)
        assert "有一阵没动" in response.content.decode()
        assert not is_in(client)

    def test_whoever_sends_a_form_after_the_end_learns_that_it_is_lost(self, client: Client) -> None:
        client.cookies.clear()
        sent = client.post(reverse("account_phone"), {"phone": PHONE}, follow=True)
        assert "刚才填的没有存上" in sent.content.decode()
        assert "刚才填的没有存上" not in client.get(reverse("account_phone"), follow=True).content.decode()


class TestMemberships:
    def member(self, *roles: Role) -> User:
        user = make_account()
        school = make_organization()
        for role in roles:
            make_actor(role, organization=school, user=user)
        return user

    def test_one_membership_is_taken_without_asking(self, client: Client) -> None:
        user = self.member(Role.PROVIDER_CLERK)
        assert sign_in(client, user)["Location"] != reverse("switch")
        assert client.get(reverse("account")).wsgi_request.actor.role == Role.PROVIDER_CLERK  # type: ignore[attr-defined]

    def test_of_several_one_is_chosen_and_kept(self, client: Client) -> None:
        user = self.member(Role.PROVIDER_CLERK, Role.TRAINER)
        assert sign_in(client, user)["Location"] == reverse("switch")
        page = client.get(reverse("switch")).content.decode()
        assert "培训机构教务" in page and "教师" in page
        trainer = Membership.objects.get(user=user, role=Role.TRAINER)
        client.post(reverse("switch"), {"membership": str(trainer.public_id), "next": "/account/"})
        for _ in range(2):
            actor = client.get(reverse("account")).wsgi_request.actor  # type: ignore[attr-defined]
            assert (actor.role, actor.membership_id) == (Role.TRAINER, trainer.pk)

    def test_somebody_elses_membership_cannot_be_chosen(self, client: Client) -> None:
        user = self.member(Role.PROVIDER_CLERK)
        other = Membership.objects.get(pk=make_actor(Role.SYSTEM_ADMIN).membership_id)
        sign_in(client, user)
        assert client.post(reverse("switch"), {"membership": str(other.public_id)}).status_code == 404
        session = client.session
        session["membership"] = str(other.public_id)
        session.save()
        assert client.get(reverse("account")).wsgi_request.actor.role == Role.PROVIDER_CLERK  # type: ignore[attr-defined]

    def test_a_membership_that_ended_is_gone_at_the_next_request(self, client: Client) -> None:
        from tests.factories import SYSTEM

        from qihang.registry.organizations.services import end_membership

        user = self.member(Role.PROVIDER_CLERK)
        sign_in(client, user)
        end_membership(actor=SYSTEM, membership=Membership.objects.get(user=user))
        actor = client.get(reverse("account")).wsgi_request.actor  # type: ignore[attr-defined]
        assert (actor.role, actor.membership_id) == (Role.VISITOR, None)

    def test_nobody_is_a_visitor(self, client: Client) -> None:
        actor = client.get(reverse("sign_in")).wsgi_request.actor  # type: ignore[attr-defined]
        assert (actor.role, actor.user_id) == (Role.VISITOR, None)


class TestSecondFactorByRole:
    @pytest.fixture(autouse=True)
    def required(self, settings: object) -> None:
        settings.MFA_REQUIRED_ROLES = "staff,provider_manager"  # type: ignore[attr-defined]

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDIT_ADMIN, Role.PROVIDER_MANAGER])
    def test_who_needs_one_gets_no_further_without(self, client: Client, role: Role) -> None:
        user = make_account()
        make_actor(role, user=user)
        sign_in(client, user)
        response = client.get(reverse("account_devices"))
        assert response["Location"] == reverse("account_security") + "?needed=1"
        assert "登录要两步" in client.get(response["Location"]).content.decode()
        client.post(reverse("account_totp"))
        client.post(reverse("account_totp"), {"code": code_of(user)})
        assert client.get(reverse("account_devices")).status_code == 200

    def test_others_are_left_alone(self, client: Client) -> None:
        user = make_account()
        make_actor(Role.PROVIDER_CLERK, user=user)
        sign_in(client, user)
        assert client.get(reverse("account_devices")).status_code == 200

    def test_they_can_still_leave(self, client: Client) -> None:
        user = make_account()
        make_actor(Role.APPROVER, user=user)
        sign_in(client, user)
        client.post(reverse("sign_out"))
        assert not is_in(client)


@pytest.mark.parametrize(
    ("proxies", "header", "expected"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "203.0.113.9, 198.51.100.1", "203.0.113.9"),
        (2, "198.51.100.1", "127.0.0.1"),
    ],
)
def test_the_address_is_what_our_own_proxies_saw(
    client: Client, settings: object, proxies: int, header: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies  # type: ignore[attr-defined]
    user = make_account()
    client.post(
        reverse("sign_in"), {"identifier": user.login, "password": PASSWORD}, headers={"X-Forwarded-For": header}
    )
    assert SignInLog.objects.get(user_id=user.pk).address == expected
