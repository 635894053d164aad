"""Every page of the institution in a browser: accessible at three sizes, no side scroll, usable without scripts."""

import datetime as dt
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from qihang.delivery.training.deciding import decide_waiting
from qihang.delivery.training.enrolling import enrol_unsubsidised
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import draft_class, send_back_class, submit_class
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from tests.delivery.builders import Cast, approved_class, class_fields, ground, make_cast, place_in
from tests.factories import make_actor, make_user
from tests.web.browser import DESKTOP, PHONE, PHONE_LARGE, Viewport, Visitor, assert_accessible, screenshot
from tests.web.provider.conftest import TODAY
from tests.web.provider.pages import give, record, settle, user_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
sizes = pytest.mark.parametrize("viewport", (DESKTOP, PHONE), ids=lambda viewport: viewport.name)


@dataclass
class School:
    """An institution in the middle of its work."""

    cast: Cast
    over: TrainingClass
    coming: TrainingClass
    draft: TrainingClass
    returned: TrainingClass
    waiting: Enrolment
    seated: list[Enrolment]


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> School:
    """The clock stands at TODAY for the server's own threads too."""
    monkeypatch.setenv("QIHANG_CLOCK_SHIFT_DAYS", "0")  # count from the machine's own day
    monkeypatch.setenv("QIHANG_CLOCK_SHIFT_DAYS", str((TODAY - clock.today()).days))
    ground()
    cast = make_cast()
    over = approved_class(cast, hours=40)
    seated = [place_in(over, state="applied", roster_no=row) for row in range(5, 13)]
    settle(seated, cast)
    for place, signs in zip(seated, ("√√√√√√√", "√√×√√假√", "××××√√√", *["√迟√√√早√"] * 5), strict=True):
        record(place, signs)
    waiting = place_in(over, state="applied", roster_no=13)
    decide_waiting(actor=cast.clerk, item=over)
    place_in(over, state="refused", roster_no=14)
    spring = {"start": dt.date(2026, 4, 20), "end": dt.date(2026, 5, 8)}
    coming = approved_class(cast, name="家政服务员五级2026年第2期", **spring)
    draft = draft_class(actor=cast.clerk, fields=class_fields(name="家政服务员五级2026年第3期", **spring))
    returned = draft_class(actor=cast.clerk, fields=class_fields(name="家政服务员五级2026年第4期", **spring))
    submit_class(actor=cast.manager, item=returned)
    send_back_class(actor=cast.intake, item=returned, comment="上课地点没写教室，请补上门牌和教室号")
    return School(cast, over, coming, draft, returned, waiting, seated)


def look(visit: Visitor, viewport: Viewport, school: School, path: str, name: str, actor: Actor | None = None) -> None:
    """The page as the manager (or `actor`) sees it: accessible, with a picture."""
    page = visit(path, viewport=viewport, user=user_of(actor or school.cast.manager))
    assert_accessible(page)
    screenshot(page, f"provider-{name}-{viewport.name}")


@sizes
def test_list_and_application(visit: Visitor, viewport: Viewport, school: School) -> None:
    look(visit, viewport, school, "/classes/", "home")
    look(visit, viewport, school, "/classes/?view=done&q=电工", "home-empty")
    page = visit("/classes/new/", viewport=viewport, user=user_of(school.cast.clerk))
    assert_accessible(page)
    page.get_by_label("教什么职业").press_sequentially("家政服务")
    page.get_by_role("radio", name="家政服务员（4-10-01-06）").check()
    screenshot(page, f"provider-what-{viewport.name}")
    page.get_by_role("button", name="接着填时间和地点").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert_accessible(page)
    screenshot(page, f"provider-what-wrong-{viewport.name}")
    page.get_by_label("等级").select_option("5")
    page.get_by_label("班名").fill("家政服务员五级2026年第5期")
    page.get_by_role("radio", name="日班").check()
    page.get_by_role("radio", name="普通班").check()
    page.get_by_role("button", name="接着填时间和地点").click()
    assert_accessible(page)
    screenshot(page, f"provider-details-{viewport.name}")


@sizes
def test_classes(visit: Visitor, viewport: Viewport, school: School) -> None:
    for name, item in (
        ("class-over", school.over),
        ("class-coming", school.coming),
        ("class-draft", school.draft),
        ("class-returned", school.returned),
    ):
        look(visit, viewport, school, f"/classes/{item.public_id}/", name)
    look(visit, viewport, school, f"/classes/{school.coming.public_id}/step/cancel/", "cancel")
    look(visit, viewport, school, f"/classes/{school.returned.public_id}/edit/", "edit")
    look(visit, viewport, school, f"/classes/{school.coming.public_id}/", "class-officer", actor=school.cast.intake)


@sizes
def test_trainers(visit: Visitor, viewport: Viewport, school: School) -> None:
    here = f"/classes/{school.over.public_id}/trainers/"
    look(visit, viewport, school, here, "trainers-none")
    look(visit, viewport, school, here, "trainers-none-clerk", actor=school.cast.clerk)
    names = ("王秀兰", "李玉梅", "欧阳春燕")
    hands = [make_actor("trainer", organization=school.over.organization, user=make_user(name=name)) for name in names]
    look(visit, viewport, school, "/classes/", "trainer-home-none", actor=hands[0])
    give(school.cast, school.over, hands[2])
    give(school.cast, school.over, *hands[:2])
    look(visit, viewport, school, here, "trainers")
    look(visit, viewport, school, "/classes/", "trainer-home", actor=hands[0])
    look(visit, viewport, school, f"/classes/{school.over.public_id}/", "trainer-class", actor=hands[0])
    look(
        visit, viewport, school, f"/classes/{school.over.public_id}/attendance/", "trainer-attendance", actor=hands[0]
    )


def test_trainers_without_scripts(visit: Visitor, school: School) -> None:
    make_actor("trainer", organization=school.over.organization, user=make_user(name="王秀兰"))
    path = f"/classes/{school.over.public_id}/trainers/"
    page = visit(path, viewport=DESKTOP, user=user_of(school.cast.clerk), scripts=False)
    page.get_by_role("checkbox", name="王秀兰").check()
    page.get_by_role("button", name="定下任课教师").click()
    expect(page.get_by_role("region", name="任课教师")).to_contain_text("王秀兰")


@sizes
def test_people_and_attendance(visit: Visitor, viewport: Viewport, school: School) -> None:
    here = f"/classes/{school.over.public_id}"
    look(visit, viewport, school, f"{here}/people/", "people")
    look(visit, viewport, school, f"/classes/{school.coming.public_id}/people/", "people-empty")
    look(visit, viewport, school, f"{here}/people/{school.seated[1].public_id}/", "place")
    look(visit, viewport, school, f"{here}/people/{school.waiting.public_id}/", "place-waiting")
    look(
        visit,
        viewport,
        school,
        f"{here}/people/{school.waiting.public_id}/",
        "place-officer",
        actor=school.cast.intake,
    )
    look(visit, viewport, school, f"{here}/people/{school.waiting.public_id}/self-pay/", "self-pay")
    look(visit, viewport, school, f"{here}/people/{school.seated[0].public_id}/withdraw/", "withdraw")
    look(visit, viewport, school, f"{here}/attendance/", "attendance")
    look(visit, viewport, school, f"/classes/{school.coming.public_id}/attendance/", "attendance-empty")
    look(visit, viewport, school, f"{here}/completion/", "completion-waiting")
    enrol_unsubsidised(actor=school.cast.clerk, enrolment=school.waiting, comment="本人愿意自费")
    look(visit, viewport, school, f"{here}/completion/", "completion")
    page = visit(f"{here}/attendance/sheet/", viewport=viewport, user=user_of(school.cast.clerk))
    assert_accessible(page)
    screenshot(page, f"provider-sheet-{viewport.name}")
    page.emulate_media(media="print")
    screenshot(page, f"provider-sheet-print-{viewport.name}")


def test_large_text_on_a_phone(visit: Visitor, school: School) -> None:
    here = f"/classes/{school.over.public_id}/"
    for path, name in (
        ("/classes/", "home"),
        ("/classes/new/", "what"),
        (here, "class-over"),
        (f"{here}people/", "people"),
        (f"{here}people/{school.seated[1].public_id}/", "place"),
        (f"{here}attendance/", "attendance"),
        (f"{here}completion/", "completion-waiting"),
    ):
        look(visit, PHONE_LARGE, school, path, name)


def test_an_application_without_scripts(visit: Visitor, school: School) -> None:
    page = visit("/classes/new/", viewport=DESKTOP, user=user_of(school.cast.clerk), scripts=False)
    page.get_by_label("教什么职业").fill("家政阿姨")
    page.get_by_role("button", name="查这个职业").click()
    page.get_by_role("radio", name="家政服务员（4-10-01-06）").check()
    page.get_by_label("等级").select_option("5")
    page.get_by_label("班名").fill("家政服务员五级2026年第5期")
    page.get_by_role("radio", name="日班").check()
    page.get_by_role("radio", name="普通班").check()
    page.get_by_role("button", name="接着填时间和地点").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("时间和地点")


def test_the_matrix_scrolls_in_its_own_place(visit: Visitor, school: School) -> None:
    page = visit(f"/classes/{school.over.public_id}/attendance/", viewport=PHONE, user=user_of(school.cast.clerk))
    region = page.get_by_role("region", name="每人每天的考勤")
    wide, room = region.evaluate("element => [element.scrollWidth, element.clientWidth]")
    assert wide > room
