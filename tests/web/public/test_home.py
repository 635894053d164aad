"""The front page in a real browser, for somebody new and for somebody signed in."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from qihang.foundation.core.actors import ANONYMOUS
from qihang.web.landing import home_of
from tests.factories import make_user
from tests.web.browser import VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot

pytestmark = pytest.mark.django_db


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_a_newcomer_finds_the_way_in(visit: Visitor, viewport: Viewport) -> None:
    page = visit("/", viewport=viewport)
    assert_accessible(page)
    screenshot(page, f"home-{viewport.name}")
    page.locator("#main").get_by_role("link", name="登录").first.click()
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()


def test_who_is_signed_in_is_led_to_the_account(client: Client) -> None:
    client.force_login(make_user())
    page = client.get("/").content.decode()
    assert "看我的账号" in page
    assert "用窗口代办码" not in page


def test_the_home_of_a_role_without_pages_is_there(rf: object) -> None:
    request = rf.get("/account/")  # type: ignore[attr-defined]
    assert home_of(ANONYMOUS, request) == "/"
    assert Client().get("/").status_code == 200
