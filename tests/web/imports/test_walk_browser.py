"""Walking through what was found, in a real browser: by keyboard, on a phone, in large text, without scripts."""

import pytest
from playwright.sync_api import Page, expect

from qihang.foundation.imports import services
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.services import run_now
from tests.foundation.imports.toy import shelved
from tests.web.browser import (
    DESKTOP,
    NARROW,
    PHONE,
    PHONE_LARGE,
    VIEWPORTS,
    Viewport,
    Visitor,
    assert_accessible,
    assert_no_side_scroll,
    screenshot,
    settle,
)
from tests.web.imports.conftest import Desk
from tests.workbooks import sheet, text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.usefixtures("toy")]

HEADER = ["名称", "数量", "编号"]
MIXED = [["桌", 1, ""], ["椅", "几把", ""], ["凳", "", ""], ["柜", "4件", "123456789012345"], ["柜", 6, ""]]
sizes = pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)


@pytest.fixture
def batch(clerk: Desk) -> ImportBatch:
    content = text([HEADER, *MIXED])
    found, _ = services.preview(actor=clerk[1], kind="toy", name="名单.csv", content=content, target_id="c1")
    return found


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    settle(page)


@sizes
def test_choosing_a_file(visit: Visitor, clerk: Desk, viewport: Viewport) -> None:
    page = visit("/imports/new/toy/c1/", viewport=viewport, user=clerk[0])
    assert_accessible(page)
    screenshot(page, f"imports-start-{viewport.name}")
    page.get_by_label("选一个表格文件").set_input_files(
        {"name": "a.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2"}
    )
    press(page, "上传，看检查结果")
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    screenshot(page, f"imports-start-wrong-{viewport.name}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
def test_a_file_of_another_kind_is_led_to_its_place(visit: Visitor, clerk: Desk, viewport: Viewport) -> None:
    page = visit("/imports/new/toy/c1/", viewport=viewport, user=clerk[0])
    content = sheet([["姓名", "3月9日", "3月10日"], ["符晓", "√", "√"]])
    page.get_by_label("选一个表格文件").set_input_files({"name": "三月.xlsx", "mimeType": XLSX, "buffer": content})
    press(page, "上传，看检查结果")
    expect(page.get_by_role("alert")).to_contain_text("这像是一张考勤表，不是物品表")
    assert page.get_by_role("link", name="去导入考勤表").get_attribute("href") == "/imports/new/attendance/c1/"
    assert_accessible(page)
    screenshot(page, f"imports-elsewhere-{viewport.name}")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
def test_figures_that_add_up_are_in_sight(visit: Visitor, clerk: Desk, viewport: Viewport) -> None:
    """A long file with faults of each sort: every tab can be seen without scrolling sideways, and opened."""
    rows = [[f"物{at}", ("x", "", 1, "4件")[at % 4], ""] for at in range(230)]
    content = text([HEADER, *rows])
    batch, _ = services.preview(actor=clerk[1], kind="toy", name="长.csv", content=content, target_id="c1")
    page = visit(f"/imports/{batch.public_id}/", viewport=viewport, user=clerk[0])
    for name in ("有问题 116", "要改 58", "要确认 58", "可以导入 114", "全部 230"):
        tab = page.get_by_role("link", name=name, exact=True)
        box = tab.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= viewport.width
    expect(page.locator(".q-bar-b")).to_contain_text("114 行可以导入。58 行要改、58 行要确认，先留下")
    assert_accessible(page)
    screenshot(page, f"imports-figures-{viewport.name}")
    page.get_by_role("link", name="可以导入 114", exact=True).click()
    settle(page)
    expect(page.locator("tbody tr")).to_have_count(50)
    expect(page.locator("tbody tr").first).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"imports-figures-ready-{viewport.name}")


def test_by_keyboard_from_finding_to_finding(visit: Visitor, clerk: Desk, batch: ImportBatch) -> None:
    page = visit(f"/imports/{batch.public_id}/?cell=B3", user=clerk[0])
    heading = page.locator("#finding-t")
    expect(heading).to_have_text("第 3 行 椅：“几把”不是数")
    field = page.get_by_label("数量改成")
    expect(field).to_have_value("几把")
    field.fill("4")
    field.press("Enter")
    expect(page.locator(".q-messages")).to_contain_text("第 3 行改好了")
    expect(heading).to_have_text("第 4 行 凳：没填数量")
    expect(heading).to_be_focused()
    expect(page.locator("#q-status")).to_have_text("第 3 行改好了")
    assert "cell=B3" in page.url
    page.get_by_role("button", name="没错，照样导入").press("Enter")
    expect(heading).to_contain_text("第 5 行 柜")
    expect(heading).to_be_focused()
    page.get_by_role("link", name="下一个").press("Enter")
    expect(heading).to_contain_text("第 6 行 柜")
    assert_accessible(page)


@sizes
def test_the_way_to_the_end(visit: Visitor, clerk: Desk, batch: ImportBatch, viewport: Viewport) -> None:
    """Mend one, set one aside, import what is right; each page is looked at."""
    page = visit(f"/imports/{batch.public_id}/", viewport=viewport, user=clerk[0])
    assert_accessible(page)
    screenshot(page, f"imports-preview-{viewport.name}")
    page.goto(page.url + "?cell=C5")
    assert_accessible(page)
    screenshot(page, f"imports-finding-{viewport.name}")
    press(page, "先不导入这一行")
    expect(page.locator(".q-messages")).to_contain_text("第 5 行先不导入")
    assert_accessible(page)
    screenshot(page, f"imports-settled-{viewport.name}")
    press(page, "先导入 1 行")
    expect(page.get_by_role("heading", level=1)).to_contain_text("物品表导入完了")
    assert_accessible(page)
    screenshot(page, f"imports-done-{viewport.name}")
    page.goto(page.url.split("/imports/")[0] + "/imports/?view=all")
    assert_accessible(page)
    screenshot(page, f"imports-list-{viewport.name}")


def test_a_card_on_the_phone_leads_to_its_own_page(visit: Visitor, clerk: Desk, batch: ImportBatch) -> None:
    page = visit(f"/imports/{batch.public_id}/", viewport=PHONE, user=clerk[0])
    page.get_by_role("link", name="改这一格").first.click()
    expect(page.locator("#finding-t")).to_be_visible()
    expect(page.get_by_label("数量改成")).to_be_visible()
    page.get_by_role("link", name="回到“有问题”").click()
    expect(page.locator("article.q-issue")).to_have_count(5)


def test_without_scripts_everything_can_be_done(visit: Visitor, clerk: Desk, batch: ImportBatch) -> None:
    page = visit(f"/imports/{batch.public_id}/?cell=B3", user=clerk[0], scripts=False)
    page.get_by_label("数量改成").fill("4")
    press(page, "改好这一格")
    expect(page.locator("#finding-t")).to_contain_text("第 4 行 凳")
    press(page, "没错，照样导入")
    page.get_by_role("link", name="全部 5").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    press(page, "先导入 3 行")
    expect(page.get_by_role("heading", level=1)).to_contain_text("物品表导入完了")
    assert shelved() == {"桌": "1", "椅": "4", "凳": "None"}


@pytest.mark.parametrize("viewport", [NARROW, PHONE_LARGE], ids=lambda viewport: viewport.name)
def test_small_and_large(visit: Visitor, clerk: Desk, batch: ImportBatch, viewport: Viewport) -> None:
    for query in ("", "?cell=B3", "?view=all"):
        page = visit(f"/imports/{batch.public_id}/{query}", viewport=viewport, user=clerk[0])
        assert_no_side_scroll(page)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=lambda viewport: viewport.name)
def test_a_long_import_is_watched(visit: Visitor, clerk: Desk, batch: ImportBatch, viewport: Viewport) -> None:
    """The bar asks by itself and the page comes anew when the work is over."""
    services.commit(actor=clerk[1], batch=batch, accept_valid=True)
    page = visit(f"/imports/{batch.public_id}/", viewport=viewport, user=clerk[0])
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"imports-working-{viewport.name}")
    batch.refresh_from_db()
    run_now(Job.objects.get(pk=batch.job_id))
    expect(page.get_by_role("heading", level=1)).to_contain_text("物品表导入完了", timeout=10_000)


def test_an_expired_session_leads_to_the_door(visit: Visitor, clerk: Desk, batch: ImportBatch) -> None:
    """A part that cannot be exchanged any more is not swapped for nothing."""
    page = visit(f"/imports/{batch.public_id}/?cell=B3", user=clerk[0])
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("link", name="下一个").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("登录")


def test_giving_up_asks_first(visit: Visitor, clerk: Desk, batch: ImportBatch) -> None:
    for viewport in (DESKTOP, PHONE):
        page = visit(f"/imports/{batch.public_id}/discard/", viewport=viewport, user=clerk[0])
        assert_accessible(page)
        screenshot(page, f"imports-discard-{viewport.name}")
    press(page, "放弃这个文件")
    expect(page.get_by_role("heading", name="这个文件放弃了")).to_be_visible()
    assert_accessible(page)
