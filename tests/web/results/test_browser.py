"""The results in a real browser, on the demo's people."""

import datetime as dt

import pytest

from qihang.demo.build import build
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.web.browser import VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_the_board_and_its_people(visit: Visitor, viewport: Viewport) -> None:
    with clock.travel_to(dt.date(2026, 11, 24)):
        build(people=150, years=2, seed=11)
    page = visit("/results/", viewport=viewport, user=User.objects.get(login="stleader"))
    assert_accessible(page)
    screenshot(page, f"results-{viewport.name}")
    table = page.get_by_role("region", name="指标、算法和数")
    place, main = table.bounding_box(), page.locator("main").bounding_box()
    assert place and main and place["width"] > main["width"] * 0.85, "over the full width"
    tall = table.locator("tbody th").evaluate_all(
        "ths => ths.filter(th => th.getBoundingClientRect().height > 60).length"
    )
    assert viewport.large or viewport.width < 768 or tall == 0, "names are not broken every few characters"
    page.get_by_label("算到哪一天").fill("2025-12-31")
    page.get_by_role("button", name="看这一天").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"results-2025-{viewport.name}")
    page.get_by_role("link", name="2026 年", exact=True).click()
    page.get_by_role("region", name="指标、算法和数").get_by_role("link").nth(2).click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"results-cases-{viewport.name}")
