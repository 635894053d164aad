"""The front page in a real browser, for somebody new and for somebody signed in."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import ANONYMOUS
from qihang.foundation.core.roles import Role
from qihang.oversight.indicators import snapshots
from qihang.web.landing import home_of
from tests.delivery.builders import ground
from tests.factories import HAIKOU, make_actor, make_region, make_user
from tests.web.browser import VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot
from tests.web.participant.test_pages import joined, placed

pytestmark = pytest.mark.django_db


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_a_newcomer_finds_the_way_in(visit: Visitor, viewport: Viewport) -> None:
    page = visit("/", viewport=viewport)
    assert_accessible(page)
    screenshot(page, f"home-{viewport.name}")
    page.locator("#main").get_by_role("link", name="登录办事").click()
    expect(page.get_by_role("heading", name="登录", exact=True)).to_be_visible()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_a_place_on_the_tiles_opens_its_figures(visit: Visitor, viewport: Viewport) -> None:
    ground()
    make_region(HAIKOU)
    snapshots.refresh()
    page = visit("/", viewport=viewport)
    page.get_by_role("link", name="海口").click()
    expect(page.get_by_text("海口市还没有学完的班")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"home-place-{viewport.name}")


@pytest.mark.parametrize("signed_in", [False, True])
def test_every_way_leads_somewhere(client: Client, signed_in: bool) -> None:
    if signed_in:
        client.force_login(make_user())
    page = client.get("/").content.decode()
    for address in set(re.findall(r'<a [^>]*href="(/[^"#]*)', page)):
        assert client.get(address, follow=True).status_code in {200, 403}, address
    for anchor in re.findall(r'href="#([^"]+)"', page):
        assert f'id="{anchor}"' in page, anchor


def test_a_participant_is_led_to_their_own_matters(client: Client) -> None:
    client.force_login(joined(placed("enrolled")))
    page = client.get("/").content.decode()
    assert "要办什么、补贴和证书到哪一步" in page
    assert "登录办事" not in page


def test_who_works_here_is_led_back_to_their_desk(client: Client) -> None:
    client.force_login(User.objects.get(pk=make_actor(Role.INTAKE_OFFICER).user_id))
    page = client.get("/").content.decode()
    assert "回到我的工作" in page
    assert 'href="/office/"' in page
    assert "我的补贴、证书、工作" not in page


def test_the_home_of_a_role_without_pages_is_there(rf: object) -> None:
    request = rf.get("/account/")  # type: ignore[attr-defined]
    assert home_of(ANONYMOUS, request) == "/"
    assert Client().get("/").status_code == 200
