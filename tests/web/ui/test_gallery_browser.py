"""The gallery in a real browser: every component, at three sizes, by keyboard, without scripts."""

import re
from typing import Any

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from playwright.sync_api import Page, expect

from qihang.foundation.accounts.models import User
from qihang.web.errors import server_error
from qihang.web.views.kit import PAGE_NAMES
from tests.factories import make_actor
from tests.web.browser import (
    DESKTOP,
    NARROW,
    PHONE,
    VIEWPORTS,
    Viewport,
    Visitor,
    assert_accessible,
    assert_no_side_scroll,
    no_leave_question,
    screenshot,
    settle,
)

pytestmark = pytest.mark.browser

# WCAG 1.4.12: what a reader may set and no word may get lost.
WIDER_TEXT = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; } p { margin-bottom: 2em !important; }"
CLIPPED = """() => [...document.querySelectorAll('h1,h2,h3,p,td,th,dd,dt,a,button,label,li,span')]
  .filter(e => e.offsetParent && getComputedStyle(e).overflowX === 'hidden' && getComputedStyle(e).textOverflow !== 'ellipsis'
    && e.scrollWidth > e.clientWidth + 1 && !e.closest('.visually-hidden')).map(e => e.outerHTML.slice(0, 120))"""
# Where the focus is, whether its ring is drawn and whether any part of it is uncovered (2.4.7, 2.4.11).
FOCUS = """() => { const e = document.activeElement, r = e.getBoundingClientRect();
  const ring = getComputedStyle(e.closest('.q-card') ?? e), x = r.left + Math.min(r.width / 2, 8);
  const seen = [r.top + 6, r.top + r.height / 2, r.bottom - 6].some(y => { const at = document.elementFromPoint(x, y);
    return at && (e.contains(at) || at.contains(e) || at.closest('label')?.contains(e)); });
  return { tag: e.tagName, html: e.outerHTML.slice(0, 120), ring: ring.outlineStyle !== 'none' && parseFloat(ring.outlineWidth) >= 2, seen } }"""


@pytest.fixture(autouse=True)
def everyone_may_look(settings: Any) -> None:
    settings.KIT_ROLES = ("visitor",)


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
@pytest.mark.parametrize("name", PAGE_NAMES)
def test_axe_finds_nothing(visit: Visitor, name: str, viewport: Viewport) -> None:
    page = visit(f"/kit/{name}/", viewport=viewport)
    assert_accessible(page)
    screenshot(page, f"kit-{name}-{viewport.name}")


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_a_page_that_is_not_there_helps_everyone(visit: Visitor, viewport: Viewport) -> None:
    page = visit("/no/such/page/", viewport=viewport)
    assert_accessible(page)
    screenshot(page, f"error-404-{viewport.name}")


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
@pytest.mark.parametrize("fault", [ValueError("ours"), OperationalError("gone")], ids=["500", "503"])
def test_the_pages_for_a_fault_stand_by_themselves(visit: Visitor, fault: Exception, viewport: Viewport) -> None:
    page = visit("/no/such/page/", viewport=viewport)
    try:
        raise fault
    except Exception:
        answer = server_error(RequestFactory().get("/"))
    page.set_content(answer.content.decode())
    settle(page)
    assert_accessible(page)
    screenshot(page, f"error-{answer.status_code}-{viewport.name}")


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_reflows_at_320_and_with_wider_text(visit: Visitor, name: str) -> None:
    page = visit(f"/kit/{name}/", viewport=NARROW)
    assert_no_side_scroll(page)
    # The policy allows no inline style, a reader's own style sheet it does not touch: set by script, as extensions do.
    page.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", WIDER_TEXT
    )
    assert_no_side_scroll(page)
    assert page.evaluate(CLIPPED) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
@pytest.mark.parametrize("name", ["parts", "worklist", "case"])
def test_every_stop_of_the_keyboard_shows(visit: Visitor, name: str, viewport: Viewport) -> None:
    page = visit(f"/kit/{name}/", viewport=viewport)
    seen = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop["tag"] == "BODY":
            break
        assert stop["ring"], f"no ring on {stop['html']}"
        assert stop["seen"], f"hidden: {stop['html']}"
        seen.add(stop["html"])
    assert len(seen) > 15


def test_first_stop_skips_to_the_text(visit: Visitor) -> None:
    page = visit("/kit/worklist/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_text_size_without_scripts(visit: Visitor) -> None:
    page = visit("/kit/mine/?from=list", scripts=False)
    page.get_by_role("button", name="大字").click()
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    assert page.url.endswith("/kit/mine/?from=list")
    page.get_by_role("button", name="标准").click()
    expect(page.locator("html")).to_have_attribute("data-size", "std")


def test_text_size_with_scripts_keeps_what_was_typed(visit: Visitor) -> None:
    page = visit("/kit/notice/")
    page.get_by_label("手机号").fill("13900002218")
    with page.expect_response(re.compile("/size/")):
        page.get_by_role("button", name="大字").click()
    expect(page.locator("html")).to_have_attribute("data-size", "large")
    expect(page.get_by_label("手机号")).to_have_value("13900002218")
    expect(page.locator("#q-status")).to_contain_text("大字")
    with no_leave_question(page):
        page.reload()
    expect(page.locator("html")).to_have_attribute("data-size", "large")


def test_identity_number_is_read_back_and_never_guessed(visit: Visitor) -> None:
    page = visit("/kit/parts/")
    box, heard = page.get_by_label("您的身份证号"), page.locator("output").first
    expect(heard).to_be_hidden()
    box.fill("460108 1978")
    expect(heard).to_contain_text("已填 10 位，共 18 位")
    box.fill("４６０１０８ 19781012 0428")
    expect(heard).to_contain_text("号码前后对不上")
    box.fill("46010819781012042x")
    expect(heard).to_contain_text("460108 19781012 042X")
    box.fill("")
    expect(heard).to_be_hidden()


@pytest.mark.parametrize(("number", "sex"), [("11010519491231002X", "女"), ("440524188001010014", "男")])
def test_birthday_and_sex_are_read_back(visit: Visitor, number: str, sex: str) -> None:
    page = visit("/kit/parts/")
    page.get_by_label("您的身份证号").fill(number)
    heard = page.locator("output").first
    expect(heard).to_contain_text(f"生日 {number[6:10]} 年 {int(number[10:12])} 月 {int(number[12:14])} 日")
    expect(heard).to_contain_text(sex)


def test_leaving_a_half_filled_form_asks(visit: Visitor) -> None:
    page = visit("/kit/parts/")
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", stay)
    page.get_by_label("哪天以后能来").press_sequentially("2026")
    page.goto(page.url + "?again")
    assert asked == ["beforeunload"]


def test_error_summary_takes_the_focus_and_leads_to_the_field(visit: Visitor) -> None:
    page = visit("/kit/notice/")
    assert page.title().startswith("有错：")
    expect(page.locator(".q-errsum")).to_be_focused()
    page.locator(".q-errsum a").click()
    expect(page.get_by_label("您的身份证号")).to_be_focused()
    expect(page.get_by_label("您的身份证号")).to_have_attribute("aria-invalid", "true")


def test_error_summary_leads_to_the_first_of_several_boxes(visit: Visitor) -> None:
    page = visit("/kit/notice/")
    page.get_by_label("这个人没来上课，或只来了几天").uncheck()
    with no_leave_question(page):
        page.get_by_role("button", name="提交异议").click()
    settle(page)
    page.locator(".q-errsum a", has_text="哪里不对").click()
    expect(page.get_by_label("这个人没来上课，或只来了几天")).to_be_focused()


def test_slash_goes_to_the_search_box_but_not_out_of_a_field(visit: Visitor) -> None:
    page = visit("/kit/worklist/")
    page.keyboard.press("/")
    expect(page.get_by_label("全局查找")).to_be_focused()
    page.get_by_label("机构、姓名、案号").press_sequentially("a/b")
    expect(page.get_by_label("机构、姓名、案号")).to_have_value("a/b")


def test_chosen_rows_are_counted_and_added_up(visit: Visitor) -> None:
    page = visit("/kit/worklist/")
    accept = page.get_by_role("button", name="批量受理")
    expect(accept).to_be_disabled()
    page.get_by_label("选中 JD-2026-11-0203").first.check()
    page.get_by_label("选中 KB-2026-0322").first.check()
    expect(page.locator("[data-bulk-count]")).to_have_text("已选 2 件，合计 63,600.00 元")
    expect(accept).to_be_enabled()
    page.get_by_label("选中本页全部").check()
    expect(page.get_by_label("选中 BT-2026-11-0417").first).not_to_be_checked()  # doubtful rows are not for bulk
    page.get_by_role("button", name="取消选择").click()
    expect(page.locator("[data-bulk-count]")).to_have_text("勾选要一起办的")


def test_filtering_exchanges_the_list_and_keeps_the_address(visit: Visitor) -> None:
    page = visit("/kit/worklist/")
    with page.expect_response(re.compile(r"kind=claim")):
        page.get_by_label("事项", exact=True).select_option("claim")
    page.wait_for_url(re.compile(r"kind=claim"))
    expect(page.locator("#list")).to_have_count(1)


def test_filtering_without_scripts(visit: Visitor) -> None:
    page = visit("/kit/worklist/", scripts=False)
    page.get_by_label("事项", exact=True).select_option("claim")
    page.get_by_role("button", name="筛选").click()
    assert "kind=claim" in page.url


def test_a_job_moves_on_by_itself_and_stops_asking_when_done(visit: Visitor) -> None:
    page = visit("/kit/parts/")
    bar = page.get_by_role("progressbar", name="正在比对")
    with page.expect_response(re.compile(r"/kit/job/\?done=")):
        pass  # each answer says where the next one goes on
    expect(bar).to_have_attribute("aria-valuenow", "100", timeout=15_000)
    expect(page.locator("#job")).not_to_have_attribute("hx-get", re.compile("."))


def test_a_job_without_scripts_offers_a_look(visit: Visitor) -> None:
    page = visit("/kit/parts/", scripts=False)
    expect(page.get_by_role("link", name="看最新进度")).to_be_visible()
    expect(page.get_by_role("button", name="读给我听")).to_have_count(0)


def test_office_menu_opens_on_a_phone_without_scripts(visit: Visitor) -> None:
    page = visit("/kit/worklist/", viewport=PHONE, scripts=False)
    menu = page.get_by_role("navigation", name="业务菜单")
    expect(menu).to_be_hidden()
    page.get_by_role("link", name="全部", exact=True).click()
    expect(menu).to_be_visible()
    menu.get_by_role("link", name="收起").click()
    expect(menu).to_be_hidden()


@pytest.mark.django_db(transaction=True)
def test_signing_out_looks_like_its_neighbours_in_the_phones_menu(visit: Visitor) -> None:
    page = visit("/account/", viewport=PHONE, user=User.objects.get(pk=make_actor("leader").user_id))
    page.get_by_role("link", name="全部", exact=True).click()
    menu = page.get_by_role("navigation", name="业务菜单")
    out, neighbour = menu.get_by_role("button", name="退出"), menu.get_by_role("link", name="登录安全")
    looks = ("background-color", "border-top-width", "padding-left", "min-height", "color", "text-align")
    style = "(e, names) => names.map(name => getComputedStyle(e)[name])"
    assert out.evaluate(style, list(looks)) == neighbour.evaluate(style, list(looks))
    place, beside = out.bounding_box(), neighbour.bounding_box()
    assert place and beside and (place["x"], place["width"]) == (beside["x"], beside["width"])
    assert_accessible(page)
    screenshot(page, "office-menu-phone")


def test_portal_menu_closes_with_escape(visit: Visitor) -> None:
    page = visit("/kit/mine/", viewport=PHONE)
    summary = page.locator("summary", has_text="菜单")
    summary.click()
    expect(page.get_by_role("navigation", name="菜单", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="菜单", exact=True)).to_be_hidden()
    expect(summary).to_be_focused()


def test_paper_shows_the_text_and_no_navigation(visit: Visitor) -> None:
    page = visit("/kit/notice/")
    page.emulate_media(media="print")
    expect(page.locator(".q-head")).to_be_hidden()
    expect(page.locator(".q-tabbar")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_chart_draws_and_its_table_stays(visit: Visitor) -> None:
    page = visit("/kit/results/")
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    page.get_by_text("看数字").click()
    expect(page.get_by_role("cell", name="63.0%", exact=True)).to_be_visible()


def test_figures_stand_without_scripts(visit: Visitor) -> None:
    page = visit("/kit/results/", scripts=False)
    expect(page.get_by_role("cell", name="63.0%", exact=True)).to_be_visible()
    expect(page.get_by_role("img", name="63.0%，60，没到期的全算上，最低 45.4%，最高 86.7%")).to_be_visible()


def small_targets(page: Page) -> list[str]:
    """Controls that are less than 24 px in one direction, links within text set aside (WCAG 2.5.8)."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, input:not([type=hidden]), select, .btn, nav a')]
        .filter(e => e.offsetParent && !e.closest('.visually-hidden, .q-crumb, label') && !e.closest('td, th'))
        .map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()])
        .filter(([, r]) => r.width < 24 || r.height < 24).map(([h]) => h)"""
    )
    return found


@pytest.mark.parametrize("name", PAGE_NAMES)
def test_nothing_to_press_is_too_small(visit: Visitor, name: str) -> None:
    assert small_targets(visit(f"/kit/{name}/", viewport=PHONE)) == []
