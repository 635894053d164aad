"""The administrators' pages in a real browser: desktop and phone, large text, without scripts."""

import pytest
from playwright.sync_api import Page, expect
from tests.factories import HAINAN, LONGHUA, SYSTEM, make_actor, make_organization, make_region, make_user
from tests.foundation.accounts.doors import make_reachable
from tests.identities import credit_code
from tests.web.browser import DESKTOP, PHONE, VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle
from tests.web.manage.doors import just_proved
from tests.web.manage.test_users import lock, with_totp

from qihang.foundation.accounts.models import User
from qihang.foundation.core import audit
from qihang.foundation.core.privacy import note_look
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.enums import OrganizationKind
from qihang.registry.organizations.invitations import invite
from qihang.registry.organizations.models import Invitation, Organization
from qihang.registry.organizations.services import edit_organization

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

sizes = pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)


def somebody(role: str, name: str, organization: Organization | None = None, number: str = "") -> User:
    user = make_user(name=name, identity_no=number or None)
    make_actor(role, user=user, organization=organization)
    return user


@pytest.fixture
def school() -> Organization:
    make_region(LONGHUA)
    school = make_organization(name="海口启明职业培训学校", uscc=credit_code(), address="海府路 59 号")
    somebody(Role.PROVIDER_MANAGER, "符晓", school, "46010819820314242X")
    somebody(Role.TRAINER, "王秀兰", school, "460108198203142438")
    invite(actor=SYSTEM, organization=school, role=Role.TRAINER, name="陈海燕")
    edit_organization(actor=SYSTEM, organization=school, fields={"short_name": "启明学校"})
    make_organization(OrganizationKind.APPRAISAL_STATION, LONGHUA, name="龙华区职业技能鉴定站", station_code="460106")
    make_organization(OrganizationKind.AGENCY, HAINAN, name="海南省人力资源和社会保障厅")
    return school


@sizes
def test_the_system_administrators_pages(visit: Visitor, viewport: Viewport, school: Organization) -> None:
    admin = somebody(Role.SYSTEM_ADMIN, "林志远")
    station = Organization.objects.get(kind=OrganizationKind.APPRAISAL_STATION)
    here = f"/manage/organizations/{school.public_id}/"
    pages = {
        "home": "/manage/",
        "list": "/manage/organizations/",
        "none": "/manage/organizations/?q=没有这样的",
        "new": "/manage/organizations/new/?kind=agency",
        "organization": here,
        "ended": here + "?ended=1",
        "station": f"/manage/organizations/{station.public_id}/",
        "edit": here + "edit/",
        "suspend": here + "state/suspend/",
        "invite": here + "invite/",
        "users": "/manage/users/?q=王秀",
        "user": f"/manage/users/{admin.public_id}/",
    }
    for name, path in pages.items():
        page = visit(path, viewport=viewport, user=admin, session=just_proved())
        assert_accessible(page)
        screenshot(page, f"manage-{name}-{viewport.name}")


@sizes
def test_the_security_administrators_pages(visit: Visitor, viewport: Viewport, school: Organization) -> None:
    security = somebody(Role.SECURITY_ADMIN, "周敏")
    trainer = User.objects.get(name="王秀兰")
    locked = with_totp(make_reachable(name="吴坤明"))
    make_actor(Role.APPROVER, user=locked)
    lock(locked)
    here = f"/manage/organizations/{school.public_id}/"
    pages = {
        "home": "/manage/",
        "organization": here,
        "grant": here + "grant/",
        "end": f"/manage/memberships/{trainer.memberships.get().public_id}/end/",
        "user": f"/manage/users/{locked.public_id}/",
        "factors": f"/manage/users/{locked.public_id}/factors/",
    }
    for name, path in pages.items():
        page = visit(path, viewport=viewport, user=security, session=just_proved())
        assert_accessible(page)
        screenshot(page, f"manage-security-{name}-{viewport.name}")
    page = visit(f"/manage/users/{locked.public_id}/reset/", viewport=viewport, user=security, session=just_proved())
    page.get_by_role("button", name="发改密链接").click()
    expect(page.get_by_text("链接只显示这一次")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"manage-security-reset-{viewport.name}")


@sizes
def test_the_audit_administrators_pages(visit: Visitor, viewport: Viewport, school: Organization) -> None:
    audit.seal()
    auditor = somebody(Role.AUDIT_ADMIN, "何平")
    note_look(actor=make_actor(Role.INTAKE_OFFICER), obj=school, field="contact_phone", reason="核对机构负责人")
    pages = {
        "home": "/manage/",
        "trail": "/manage/audit/",
        "row": f"/manage/audit/?table=organizations_organization&row={school.pk}",
        "wrong": "/manage/audit/?since=去年",
        "looks": "/manage/looks/",
        "no-looks": f"/manage/looks/?login={auditor.login}",
    }
    for name, path in pages.items():
        page = visit(path, viewport=viewport, user=auditor)
        assert_accessible(page)
        screenshot(page, f"manage-audit-{name}-{viewport.name}")


@sizes
def test_a_manager_brings_in_their_own_people(visit: Visitor, viewport: Viewport, school: Organization) -> None:
    manager = User.objects.get(name="符晓")
    page = visit("/manage/people/", viewport=viewport, user=manager, session=just_proved())
    assert_accessible(page)
    screenshot(page, f"manage-own-{viewport.name}")
    trainer = User.objects.get(name="王秀兰").memberships.get()
    page = visit(
        f"/manage/memberships/{trainer.public_id}/change/", viewport=viewport, user=manager, session=just_proved()
    )
    assert_accessible(page)
    screenshot(page, f"manage-change-{viewport.name}")
    page.get_by_text("培训机构教务").click()
    page.get_by_role("button", name="换成这个岗位").click()
    expect(page.get_by_role("heading", name="链接好了，发给王秀兰")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"manage-link-{viewport.name}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
def test_registering_and_inviting(visit: Visitor, viewport: Viewport, school: Organization) -> None:
    page = visit(
        "/manage/organizations/new/",
        viewport=viewport,
        user=somebody(Role.SYSTEM_ADMIN, "林志远"),
        session=just_proved(),
    )
    page.get_by_label("单位名称").fill("潮汐职业培训学校")
    code = page.get_by_label("统一社会信用代码")
    code.fill("9146")
    code.blur()
    expect(page.locator(".q-id-read")).to_contain_text("现有位数不对")
    code.fill(credit_code())
    code.blur()
    expect(page.locator(".q-id-read")).to_contain_text("已经登记过：海口启明职业培训学校")
    assert_accessible(page)
    screenshot(page, f"manage-new-code-{viewport.name}")
    page.get_by_role("button", name="登记这个单位").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    screenshot(page, f"manage-new-wrong-{viewport.name}")
    page.get_by_label("统一社会信用代码").fill("")
    page.get_by_label("辖区").select_option(LONGHUA)
    page.get_by_role("button", name="登记这个单位").click()
    page.locator("#main").get_by_role("link", name="请人进来").first.click()
    page.get_by_label("请谁").fill("王秀兰")
    page.get_by_text("培训机构负责人").click()
    page.get_by_role("button", name="生成邀请链接").click()
    expect(page.get_by_label("只要链接")).to_have_value(_link_of(page))
    page.context.grant_permissions(["clipboard-write"])
    page.get_by_role("button", name="抄下链接").click()
    expect(page.get_by_role("button", name="抄好了，去粘贴吧")).to_be_visible()
    assert Invitation.objects.get(name="王秀兰").role == Role.PROVIDER_MANAGER


def _link_of(page: Page) -> str:
    """The last line of the words to pass on."""
    return page.get_by_label("发给对方的话").input_value().splitlines()[-1]


def test_filters_exchange_the_list_and_keep_its_address(visit: Visitor, school: Organization) -> None:
    page = visit("/manage/organizations/", user=somebody(Role.SYSTEM_ADMIN, "林志远"))
    page.get_by_label("类型").select_option("appraisal_station")
    expect(page.get_by_role("link", name="海口启明职业培训学校")).to_have_count(0)
    expect(page.get_by_role("link", name="龙华区职业技能鉴定站")).to_be_visible()
    assert "kind=appraisal_station" in page.url


def test_everything_works_without_scripts(visit: Visitor, school: Organization) -> None:
    user = somebody(Role.SYSTEM_ADMIN, "林志远")
    page = visit(f"/manage/organizations/{school.public_id}/invite/", user=user, scripts=False, session=just_proved())
    page.get_by_label("请谁").fill("王五")
    page.get_by_label("教师").check()
    page.get_by_role("button", name="生成邀请链接").click()
    expect(page.get_by_label("只要链接")).to_be_visible()
    assert page.get_by_role("button", name="抄下链接").count() == 0
    page.get_by_role("link", name="抄好了，回到人员").click()
    settle(page)
    page.get_by_role("row", name="王五").get_by_role("button", name="撤回").click()
    expect(page.get_by_text("邀请撤回了")).to_be_visible()
