"""The pages about work in a real browser, at the desk and on a phone."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import reject_claim
from tests.foundation.documents.conftest import picture
from tests.web.browser import PHONE, VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle
from tests.web.employment.people import Scene

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

sizes = pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)


@sizes
def test_the_persons_pages(visit: Visitor, scene: Scene, viewport: Viewport) -> None:
    reject_claim(actor=scene.cast.intake, spell=scene.claim(), comment="章看不清，请再拍一张")
    scene.claim()
    page = visit("/work/mine/", viewport=viewport, user=scene.trainee)
    assert_accessible(page)
    screenshot(page, f"work-mine-{viewport.name}")
    page.goto(page.url.rstrip("/") + "/new/")
    settle(page)
    assert_accessible(page)
    screenshot(page, f"work-claim-{viewport.name}")


def test_a_phone_reports_work_without_scripts(visit: Visitor, scene: Scene, tmp_path: Path) -> None:
    photo = tmp_path / "合同.jpg"
    photo.write_bytes(picture(size=(900, 1200)))
    page = visit("/work/mine/new/", viewport=PHONE, user=scene.trainee, scripts=False)
    page.get_by_role("button", name="报给县里").click()
    expect(page.get_by_role("alert")).to_contain_text("请填“在哪里上班”")
    page.get_by_label("在哪里上班").fill("海口好帮手家政服务部")
    page.get_by_label("哪天开始的").fill("2026.5.6")
    page.get_by_label("劳动合同").check()
    page.get_by_label("给材料拍张照").set_input_files(photo)
    page.get_by_role("button", name="报给县里").click()
    expect(page.get_by_text("县里在看", exact=True)).to_be_visible()
    assert WorkSpell.objects.get().employer_name == "海口好帮手家政服务部"


@sizes
def test_the_schools_pages(visit: Visitor, scene: Scene, viewport: Viewport) -> None:
    spell = scene.claim()
    clerk = scene.user("clerk")
    page = visit("/work/trainees/", viewport=viewport, user=clerk)
    assert_accessible(page)
    screenshot(page, f"work-trainees-{viewport.name}")
    page = visit(f"/work/trainees/{scene.place.public_id}/new/", viewport=viewport, user=clerk)
    assert_accessible(page)
    screenshot(page, f"work-trainee-claim-{viewport.name}")
    assert_accessible(visit(f"/work/{spell.public_id}/", viewport=viewport, user=clerk))


@sizes
def test_the_officers_pages(visit: Visitor, scene: Scene, viewport: Viewport) -> None:
    spell = scene.claim()
    officer = scene.user("intake")
    page = visit("/work/documents/", viewport=viewport, user=officer)
    assert_accessible(page)
    screenshot(page, f"work-documents-{viewport.name}")
    page.get_by_role("link", name=spell.employer_name).click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"work-spell-{viewport.name}")
    page.locator("input[name=decision][value=accept]").check()
    page.get_by_role("button", name="记下决定").click()
    settle(page)
    assert_accessible(page)
    page = visit(
        f"/work/{scene.claim(start=spell.start.replace(month=4), end=spell.start.replace(day=1)).public_id}/withdraw/",
        user=scene.trainee,
        viewport=viewport,
    )
    assert_accessible(page)
