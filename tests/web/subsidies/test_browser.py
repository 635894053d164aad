"""What a class has earned, in a real browser."""

import pytest

from tests.web.browser import VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle
from tests.web.subsidies.scene import Scene

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_the_class_and_one_trainee(visit: Visitor, scene: Scene, viewport: Viewport) -> None:
    scene.settle()
    page = visit(f"/classes/{scene.item.public_id}/earned/", viewport=viewport, user=scene.user("clerk"))
    assert_accessible(page)
    screenshot(page, f"earned-{viewport.name}")
    page.get_by_role("link", name=str(scene.places[0].person.name)).click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"earned-trainee-{viewport.name}")
    page = visit(
        f"/classes/{scene.item.public_id}/earned/{scene.places[2].public_id}/",
        viewport=viewport,
        user=scene.user("clerk"),
    )
    assert_accessible(page)
    screenshot(page, f"earned-too-late-{viewport.name}")
