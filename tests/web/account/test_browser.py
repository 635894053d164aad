"""The door and one's own account in a real browser: desktop and phone, large text, without scripts, with passkeys."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.factories import SYSTEM, make_actor, make_organization
from tests.foundation.accounts.doors import PASSWORD, last_code, make_account, make_reachable
from tests.web.account.pages import code_of
from tests.web.browser import DESKTOP, PHONE, VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle

from qihang.foundation.accounts.actors import owner_of
from qihang.foundation.accounts.models import Passkey, SignInLog, User
from qihang.foundation.accounts.services import factors
from qihang.foundation.core.roles import Role
from qihang.foundation.notifications.services import notify
from qihang.registry.organizations.invitations import invite

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

sizes = pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)


def fill_in(page: Page, user: User, password: str = PASSWORD) -> None:
    page.get_by_label("登录名或手机号").fill(user.login)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    settle(page)


def with_totp(user: User) -> list[str]:
    factors.start_totp(actor=owner_of(user), user=user)
    return factors.confirm_totp(actor=owner_of(user), user=user, code=code_of(user, -1))


class PasskeyDevice:
    """A device of the browser's own making (CDP), which answers as if its owner had touched it."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def refuse(self) -> None:
        """From now on nobody is recognised."""
        self.session.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": False})

    @property
    def keys(self) -> list[Any]:
        found: list[Any] = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]
        return found


@sizes
def test_the_door(visit: Visitor, viewport: Viewport) -> None:
    page = visit("/sign-in/", viewport=viewport)
    assert_accessible(page)
    screenshot(page, f"account-sign-in-{viewport.name}")
    user = make_account()
    fill_in(page, user, "不对")
    assert_accessible(page)
    expect(page.get_by_role("alert")).to_be_focused()
    screenshot(page, f"account-sign-in-wrong-{viewport.name}")
    page.get_by_role("button", name="看一眼密码").click()
    expect(page.get_by_label("密码", exact=True)).to_have_attribute("type", "text")
    fill_in(page, user)
    expect(page).not_to_have_url("**/sign-in/")


@pytest.mark.parametrize(
    "path", ["/sign-in/sms/", "/sign-in/passkey/", "/sign-in/counter/", "/forgot/", "/reset/nonsense/", "/sign-out/"]
)
def test_the_other_doors(visit: Visitor, path: str) -> None:
    for viewport in (DESKTOP, PHONE):
        page = visit(path, viewport=viewport)
        assert_accessible(page)
        screenshot(page, f"account{path.replace('/', '-')}{viewport.name}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
def test_setting_up_a_code_generator_and_signing_in_with_it(visit: Visitor, viewport: Viewport) -> None:
    user = make_account()
    page = visit("/account/security/", viewport=viewport, user=user, session={"proved": 4102444800})
    assert_accessible(page)
    screenshot(page, f"account-security-{viewport.name}")
    page.get_by_role("button", name="设置动态码").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"account-totp-{viewport.name}")
    page.get_by_label("验证器上的 6 位数").fill(code_of(user))
    page.get_by_role("button", name="启用动态码").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"account-codes-{viewport.name}")
    assert page.locator(".q-codes li").count() == 10

    page = visit("/sign-in/?next=/account/", viewport=viewport)
    fill_in(page, user)
    assert_accessible(page)
    screenshot(page, f"account-second-{viewport.name}")
    page.get_by_label("动态码").fill(code_of(user, 1))  # each code counts once; a step's end in between does no harm
    page.get_by_role("button", name="进去").click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
def test_a_passkey_is_made_and_opens_the_door(visit: Visitor, viewport: Viewport) -> None:
    user = make_account()
    page = visit("/account/security/passkeys/", viewport=viewport, user=user, session={"proved": 4102444800})
    assert_accessible(page)
    screenshot(page, f"account-passkey-add-{viewport.name}")
    device = PasskeyDevice(page)
    page.get_by_label("给它起个名").fill("我的手机")
    page.get_by_role("button", name="登记通行密钥").click()
    expect(page.get_by_role("heading", name="您的备用码")).to_be_visible()
    assert len(device.keys) == 1
    assert Passkey.objects.get(user=user).name == "我的手机"

    page.context.clear_cookies()
    page.goto(page.url.partition("/account/")[0] + "/sign-in/passkey/?next=/account/")
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    assert SignInLog.objects.filter(user_id=user.pk, method="passkey", outcome="success").exists()


def test_a_passkey_is_a_second_step_and_a_proof(visit: Visitor) -> None:
    user = make_account()
    page = visit("/account/security/passkeys/", user=user, session={"proved": 4102444800})
    PasskeyDevice(page)
    page.get_by_role("button", name="登记通行密钥").click()
    expect(page.get_by_role("heading", name="您的备用码")).to_be_visible()

    page.context.clear_cookies()
    page.goto(page.url.partition("/account/")[0] + "/sign-in/?next=/account/")
    fill_in(page, user)
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()

    _age_the_proof(page)
    page.goto(page.url.partition("/account/")[0] + "/account/password/")
    assert_accessible(page)
    screenshot(page, "account-prove-desktop")
    page.get_by_role("button", name="用通行密钥").click()
    expect(page.get_by_role("button", name="存新密码")).to_be_visible()


def _age_the_proof(page: Page) -> None:
    from django.contrib.sessions.backends.db import SessionStore

    (key,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    session = SessionStore(key)
    session["proved"] = 0
    session.save()


def test_a_device_that_recognises_nobody_says_what_else_to_do(visit: Visitor) -> None:
    page = visit("/sign-in/passkey/")
    PasskeyDevice(page).refuse()
    page.get_by_role("button", name="用通行密钥登录").click()
    expect(page.get_by_role("alert")).to_contain_text("不行就用别的办法")
    assert_accessible(page)


def test_everything_but_passkeys_works_without_scripts(visit: Visitor) -> None:
    user = make_reachable()
    with_totp(user)
    page = visit("/sign-in/?next=/account/devices/", scripts=False)
    assert page.get_by_role("button", name="看一眼密码").count() == 0
    fill_in(page, user)
    page.get_by_label("动态码").fill(code_of(user))
    page.get_by_role("button", name="进去").click()
    expect(page.get_by_role("heading", name="我的登录设备")).to_be_visible()
    page = visit("/sign-in/passkey/", scripts=False)
    expect(page.get_by_text("关掉了脚本")).to_be_visible()
    page = visit("/forgot/", scripts=False)
    page.get_by_label("登录名或手机号").fill(user.login)
    page.get_by_role("button", name="找回密码").click()
    page.get_by_label("短信里的 6 位验证码").fill(last_code(user))
    page.get_by_label("新密码", exact=True).fill("sanya-chaoxi-77")
    page.get_by_role("button", name="存新密码").click()
    expect(page.get_by_text("新密码设好了")).to_be_visible()


@sizes
def test_ones_own_account(visit: Visitor, viewport: Viewport) -> None:
    user = make_reachable(identity_no="46010819820314242X", email="wang@example.com", name="王秀兰")
    officer = make_account(name="符晓")
    make_actor(Role.APPROVER, user=officer)
    with_totp(user)
    message = notify(actor=SYSTEM, user=user, title="证书到了", body="带身份证到学校来取。", url="/account/")
    factors.check_code(user=user, code=code_of(user), client=_client())
    for owner, name in ((user, "portal"), (officer, "office")):
        for path in ("", "devices/", "security/", "messages/", "notices/", "password/", "phone/", "email/"):
            page = visit(f"/account/{path}", viewport=viewport, user=owner, session={"proved": 4102444800})
            assert_accessible(page)
            screenshot(page, f"account-{path.strip('/') or 'overview'}-{name}-{viewport.name}")
    page = visit(f"/account/messages/{message.public_id}/", viewport=viewport, user=user)
    assert_accessible(page)
    screenshot(page, f"account-message-{viewport.name}")


def _client() -> Any:
    from tests.foundation.accounts.doors import CLIENT

    return CLIENT


@sizes
def test_accepting_an_invitation_and_choosing_whom_to_act_as(visit: Visitor, viewport: Viewport) -> None:
    school = make_organization(name="启明职业培训学校")
    path = invite(actor=SYSTEM, organization=school, role=Role.PROVIDER_CLERK, name="王秀兰").path
    page = visit(path, viewport=viewport)
    assert_accessible(page)
    screenshot(page, f"account-invitation-{viewport.name}")
    page.get_by_label("您的身份证号").fill("46010819820314242X")
    page.get_by_label("起一个登录名").fill("wangxl")
    page.get_by_label("设一个密码").fill(PASSWORD)
    page.get_by_role("button", name="接受，开始用").click()
    expect(page.get_by_text("您现在是启明职业培训学校的培训机构教务了")).to_be_visible()

    second = invite(actor=SYSTEM, organization=school, role=Role.TRAINER).path
    page.goto(page.url.partition("://")[0] + "://" + page.url.split("/")[2] + second)
    assert_accessible(page)
    page.get_by_role("button", name="接受这个岗位").click()
    page.goto(page.url.split("/")[0] + "//" + page.url.split("/")[2] + "/switch/")
    assert_accessible(page)
    screenshot(page, f"account-switch-{viewport.name}")
    page.get_by_role("button", name="培训机构教务").click()
    settle(page)


def test_a_form_can_be_filled_in_by_keyboard_alone(visit: Visitor) -> None:
    user = make_account()
    page = visit("/sign-in/?next=/account/")
    page.get_by_label("登录名或手机号").focus()
    page.keyboard.type(user.login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
