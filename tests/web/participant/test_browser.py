"""A trainee's pages on a phone and on a desk."""

import datetime as dt

import pytest
from django.utils import timezone

from qihang.delivery.subsidies.chores import give_up_waiting
from qihang.foundation.core import clock
from qihang.foundation.core.privacy import note_look
from tests.delivery.builders import END, START, ground, make_cast
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.delivery.subsidies.builders import completed_class, reserve
from tests.factories import SYSTEM, make_actor
from tests.web.browser import VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot, settle
from tests.web.office.desk import session_of, user_of
from tests.web.participant import scenes
from tests.web.participant.scenes import Scene, joined, placed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_the_persons_own_pages(visit: Visitor, viewport: Viewport) -> None:
    from qihang.delivery.training.deciding import decide_waiting

    place = placed("applied")
    with clock.travel_to(START):
        decide_waiting(actor=SYSTEM, item=place.training_class)
    page = visit("/my/", viewport=viewport, user=joined(place))
    assert_accessible(page)
    screenshot(page, f"my-home-{viewport.name}")
    page.get_by_role("link", name="看看在查什么").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"my-class-{viewport.name}")


SCENES: dict[str, tuple[Scene, dt.date]] = {
    "failed": (lambda: scenes.scored(55, 81), dt.date(2026, 4, 1)),
    "refused": (lambda: scenes.refused("合同 2024-05-01 就到期了，请到社区问"), START - dt.timedelta(days=2)),
    "coming": (lambda: placed("enrolled"), START - dt.timedelta(days=2)),
    "papers-refused": (scenes.rejected, dt.date(2026, 6, 10)),
}


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
@pytest.mark.parametrize("name", SCENES)
def test_the_pages_in_their_states(
    visit: Visitor, viewport: Viewport, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, on = SCENES[name]
    user = joined(scene())
    monkeypatch.setenv("QIHANG_CLOCK_SHIFT_DAYS", str((on - timezone.localdate()).days))
    page = visit("/my/", viewport=viewport, user=user)
    assert_accessible(page)
    screenshot(page, f"my-{name}-{viewport.name}")
    page.get_by_role("link", name="一条一条看").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"my-{name}-class-{viewport.name}")
    page.get_by_role("link", name="我的事").first.click()
    settle(page)
    page.get_by_role("link", name="看我的工作").first.click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"my-{name}-work-{viewport.name}")


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_whom_to_ask(visit: Visitor, viewport: Viewport) -> None:
    page = visit("/my/", viewport=viewport, user=joined(placed("enrolled")))
    page.get_by_role("button", name="看号码").click()
    settle(page)
    assert page.get_by_role("link", name="打给陈老师").is_visible()
    assert_accessible(page)
    screenshot(page, f"my-contact-{viewport.name}")


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_who_looked_at_my_data(visit: Visitor, viewport: Viewport) -> None:
    place = placed("applied")
    officer = make_actor("intake_officer")
    for reason in ("凭身份证号查人", "学员来窗口，核对电话"):
        note_look(actor=officer, obj=place.person, field="phone", reason=reason)
    page = visit("/my/looks/", viewport=viewport, user=joined(place))
    assert_accessible(page)
    screenshot(page, f"my-looks-{viewport.name}")


@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_a_use_that_came_back(visit: Visitor, viewport: Viewport) -> None:
    ground()
    _, (place,) = completed_class(make_cast())
    reserve(place)
    with clock.travel_to(END + dt.timedelta(days=91)):
        give_up_waiting()
    page = visit("/my/", viewport=viewport, user=joined(place))
    assert_accessible(page)
    screenshot(page, f"my-home-back-{viewport.name}")
    page.get_by_role("link", name="看看为什么").click()
    settle(page)
    assert_accessible(page)
    screenshot(page, f"my-class-back-{viewport.name}")
    office = make_actor("intake_officer")
    page = visit(
        f"/office/people/{place.public_id}/", viewport=viewport, user=user_of(office), session=session_of(office)
    )
    assert_accessible(page)
    screenshot(page, f"office-case-back-{viewport.name}")
