"""The station's desk, the officer's planning, and what institutions see of a sitting."""

import datetime as dt
from collections.abc import Iterator
from contextvars import Context

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from qihang.delivery.appraisal.imports import SCORES
from qihang.delivery.appraisal.models import Certificate, Score, Sitting
from qihang.delivery.appraisal.services import plan_sitting
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import fill_year
from qihang.foundation.core.roles import Role
from qihang.foundation.imports.services import commit, confirm, preview
from qihang.registry.organizations.models import Organization
from qihang.web.views.imports.destinations import destination
from tests.delivery.appraisal.builders import (
    SITTING_DAY,
    complete_class,
    make_class,
    make_sitting,
    make_station,
    register,
)
from tests.delivery.builders import END, START, ground
from tests.factories import SYSTEM, make_actor, make_user
from tests.identities import resident
from tests.web.browser import VIEWPORTS, Viewport, Visitor, assert_accessible, screenshot
from tests.workbooks import sheet

pytestmark = pytest.mark.django_db

TRAINEES = {resident(order=1): "韩丽", resident(order=2): "欧阳春花", resident(order=3): "陈小梅"}
FIRST, SECOND, THIRD = TRAINEES


@pytest.fixture(autouse=True)
def _after_the_sitting() -> Iterator[None]:
    ground()
    with clock.travel_to(SITTING_DAY + dt.timedelta(days=1)):
        yield


@pytest.fixture
def station() -> Organization:
    return make_station(name="美兰职业技能鉴定站")


@pytest.fixture
def sitting(station: Organization) -> Sitting:
    people = register(TRAINEES)
    item = make_class(people)
    made = make_sitting(item, station)
    complete_class(item, but=people[2:])
    return made


@pytest.fixture
def clerk(station: Organization) -> tuple[User, Actor]:
    return somebody(Role.STATION_CLERK, station)


def somebody(role: Role, organization: Organization | None = None) -> tuple[User, Actor]:
    """Somebody in a role since before the class began."""
    with clock.travel_to(START):
        user = make_user()
        return user, make_actor(role, organization=organization, user=user)


def scored(sitting: Sitting, actor: Actor, *rows: tuple[str, object, object]) -> None:
    """The score book brought in, with every yes."""
    lines = [[TRAINEES[number], number, theory, practice] for number, theory, practice in rows]
    book = sheet([["鉴定日期：2026年3月30日"], ["姓名", "身份证号", "理论", "实操"], *lines])
    target = str(sitting.training_class.public_id)
    batch, _ = preview(actor=actor, kind=SCORES.key, name="成绩册.xlsx", content=book, target_id=target)
    commit(actor=actor, batch=confirm(actor=actor, batch=batch, cells=["all"]), wait=True)


def page_of(sitting: Sitting, name: str = "station_sitting") -> str:
    return reverse(name, args=[sitting.public_id])


class TestTheList:
    def test_what_waits_comes_first_and_says_what_to_do(
        self, client: Client, sitting: Sitting, clerk: tuple[User, Actor], station: Organization
    ) -> None:
        make_sitting(make_class(name="二班"), station, END + dt.timedelta(days=30))
        client.force_login(clerk[0])
        page = client.get(reverse("station")).content.decode()
        assert "传成绩册" in page
        assert "二班" not in page
        assert "二班" in client.get(reverse("station") + "?view=ahead").content.decode()

    def test_before_the_class_is_completed_it_waits_for_the_school(
        self, client: Client, station: Organization, clerk: tuple[User, Actor]
    ) -> None:
        make_sitting(make_class(), station)
        client.force_login(clerk[0])
        assert "等学校办结业" in client.get(reverse("station")).content.decode()

    def test_held_and_cancelled(self, client: Client, sitting: Sitting, clerk: tuple[User, Actor]) -> None:
        scored(sitting, clerk[1], (FIRST, 80, 80))
        client.force_login(clerk[0])
        assert "已录成绩" in client.get(reverse("station")).content.decode()

    def test_of_nothing(self, client: Client) -> None:
        client.force_login(somebody(Role.APPRAISER)[0])
        assert "现在没有鉴定" in client.get(reverse("station")).content.decode()


class TestTheSitting:
    def test_a_second_one_expects_only_those_without_a_certificate(
        self, client: Client, sitting: Sitting, clerk: tuple[User, Actor], station: Organization
    ) -> None:
        scored(sitting, clerk[1], (FIRST, 80, 80), (SECOND, 80, 50))
        again = plan_sitting(
            actor=SYSTEM,
            item=sitting.training_class,
            station=station,
            on=clock.today() + dt.timedelta(days=7),
            place="二号考场",
        )
        client.force_login(clerk[0])
        page = client.get(page_of(again)).content.decode()
        assert TRAINEES[SECOND] in page and TRAINEES[FIRST] not in page
        (row,) = client.get(reverse("station") + "?view=ahead").context["rows"]
        assert row[0].expected == 1
        first = client.get(page_of(sitting)).content.decode()
        assert TRAINEES[SECOND] in first and TRAINEES[FIRST] in first

    def test_shows_who_is_expected(self, client: Client, sitting: Sitting, clerk: tuple[User, Actor]) -> None:
        client.force_login(clerk[0])
        page = client.get(page_of(sitting)).content.decode()
        assert "韩丽" in page
        assert "陈小梅" not in page  # did not complete, has no score
        assert FIRST not in page

    def test_after_the_book_it_shows_scores_certificates_and_corrections(
        self, client: Client, sitting: Sitting, clerk: tuple[User, Actor]
    ) -> None:
        scored(sitting, clerk[1], (FIRST, 80, 85.5), (SECOND, "缺考", 70), (THIRD, 60, 60))
        scored(sitting, clerk[1], (SECOND, 55, 70))
        client.force_login(clerk[0])
        page = client.get(page_of(sitting)).content.decode()
        for words in ("85.5", "陈小梅", "更正：理论 缺考 改成 55", "下载 2 本证书"):
            assert words in page
        book = client.get(page_of(sitting, "station_certificates"))
        assert book.content.startswith(b"%PDF")

    def test_leads_to_the_import_and_the_import_back_to_it(
        self, client: Client, sitting: Sitting, clerk: tuple[User, Actor]
    ) -> None:
        client.force_login(clerk[0])
        link = reverse("import_start", args=[SCORES.key, str(sitting.training_class.public_id)])
        assert link in client.get(page_of(sitting)).content.decode()
        assert page_of(sitting) in client.get(link).content.decode()

    def test_a_score_book_is_brought_in_on_any_later_day(
        self, client: Client, sitting: Sitting, clerk: tuple[User, Actor]
    ) -> None:
        client.force_login(clerk[0])
        with clock.travel_to(SITTING_DAY + dt.timedelta(days=9)):
            page = client.get(reverse("import_start", args=[SCORES.key, str(sitting.training_class.public_id)]))
        assert 'type="file"' in page.content.decode()

    def test_a_finished_import_leads_to_the_certificates(self, sitting: Sitting, clerk: tuple[User, Actor]) -> None:
        into = destination(clerk[1], SCORES, str(sitting.training_class.public_id))
        assert (into.next_url, into.button) == (page_of(sitting), "看成绩，发证书")

    def test_says_why_scores_cannot_be_brought_in_yet(
        self, client: Client, station: Organization, clerk: tuple[User, Actor]
    ) -> None:
        waiting = make_sitting(make_class(), station)
        client.force_login(clerk[0])
        assert "还没办结业" in client.get(page_of(waiting)).content.decode()

    def test_the_institution_sees_it_without_the_stations_acts(self, client: Client, sitting: Sitting) -> None:
        client.force_login(somebody(Role.PROVIDER_CLERK, sitting.training_class.organization)[0])
        page = client.get(page_of(sitting)).content.decode()
        assert "韩丽" in page
        assert page_of(sitting, "station_move") not in page


class TestPlanning:
    @pytest.fixture
    def officer(self, client: Client) -> User:
        user, _ = somebody(Role.INTAKE_OFFICER)
        client.force_login(user)
        return user

    @pytest.mark.usefixtures("officer")
    def test_the_officer_plans(self, client: Client, station: Organization) -> None:
        item = make_class(appraisal_on=SITTING_DAY)
        address = reverse("office_class_sitting", args=[item.public_id])
        with clock.travel_to(START):
            page = client.get(address).content.decode()
            assert SITTING_DAY.isoformat() in page
            assert "6 月 25 日" in page.replace("\xa0", " ")
            sent = {"station": str(station.public_id), "on": "2026年4月1日", "place": ""}
            assert client.post(address, sent).status_code == 302
            made = Sitting.objects.get()
            assert (made.on, made.place) == (dt.date(2026, 4, 1), station.address)
            assert "已经安排了鉴定" in client.get(address).content.decode()

    @pytest.mark.usefixtures("officer")
    def test_the_class_leads_there_once_it_is_approved(self, client: Client) -> None:
        item = make_class()
        page = client.get(reverse("office_class", args=[item.public_id])).content.decode()
        assert reverse("office_class_sitting", args=[item.public_id]) in page

    @pytest.mark.usefixtures("officer")
    def test_a_refusal_is_shown_in_the_form(self, client: Client, station: Organization) -> None:
        item = make_class()
        address = reverse("office_class_sitting", args=[item.public_id])
        with clock.travel_to(START):
            sent = {"station": str(station.public_id), "on": "2026-12-01", "place": "一号"}
            assert "最晚要在 2026-06-25 鉴定" in client.post(address, sent).content.decode()
            empty = client.post(address, {"on": ""}).content.decode()
            assert "请选“哪个鉴定站”" in empty

    @pytest.mark.usefixtures("officer")
    def test_cancelling_asks_why(self, client: Client, sitting: Sitting) -> None:
        address = page_of(sitting, "station_cancel")
        assert "请填“为什么取消”" in client.post(address, {"comment": ""}).content.decode()
        assert client.post(address, {"comment": "站里停电"}).status_code == 302
        sitting.refresh_from_db()
        assert sitting.state == "cancelled"
        assert "现在是“已取消”" in client.post(address, {"comment": "再来"}).content.decode()
        assert "已取消" in client.get(page_of(sitting)).content.decode()

    def test_the_station_moves_it(self, client: Client, sitting: Sitting, clerk: tuple[User, Actor]) -> None:
        client.force_login(clerk[0])
        address = page_of(sitting, "station_move")
        past = {"on": "2026-03-30", "place": "二号", "comment": "考场漏水"}
        assert "鉴定日已经过了" in client.post(address, past).content.decode()
        assert client.post(address, past | {"on": "2026-04-02"}).status_code == 302
        sitting.refresh_from_db()
        assert (sitting.on, sitting.place) == (dt.date(2026, 4, 2), "二号")
        assert "考场漏水" in client.get(page_of(sitting)).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_the_desk_in_a_browser(
    visit: Visitor, viewport: Viewport, sitting: Sitting, clerk: tuple[User, Actor], station: Organization
) -> None:
    page = visit("/station/", viewport=viewport, user=clerk[0])
    assert_accessible(page)
    screenshot(page, f"station-list-{viewport.name}")
    scored(sitting, clerk[1], (FIRST, 80, 85.5), (SECOND, "缺考", 70), (THIRD, 60, 60))
    scored(sitting, clerk[1], (SECOND, 55, 70))
    page = visit(page_of(sitting), viewport=viewport, user=clerk[0])
    expect(page.get_by_role("heading", name="考生")).to_be_visible()
    assert_accessible(page)
    screenshot(page, f"station-sitting-{viewport.name}")
    assert (Score.objects.count(), Certificate.objects.count()) == (4, 2)


def class_to_come() -> TrainingClass:
    """A class approved today, as the server's own threads count days, whose end and appraisal lie ahead."""
    day = Context().run(clock.today)
    for year in (day.year, day.year + 1):
        fill_year(actor=SYSTEM, year=year, source="测试", days=[])
    start, end, appraisal = (day + dt.timedelta(days=days) for days in (20, 30, 40))
    return make_class(on=day, start=start, end=end, appraisal_on=appraisal)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", VIEWPORTS, ids=lambda viewport: viewport.name)
def test_planning_in_a_browser(visit: Visitor, viewport: Viewport, station: Organization) -> None:
    officer, _ = somebody(Role.INTAKE_OFFICER)
    item = class_to_come()
    page = visit(reverse("office_class_sitting", args=[item.public_id]), viewport=viewport, user=officer)
    assert_accessible(page)
    screenshot(page, f"sitting-plan-{viewport.name}")
    page.get_by_label("哪个鉴定站").select_option(str(station.public_id))
    page.get_by_role("button", name="安排这场鉴定").click()
    expect(page.get_by_role("heading", name="考生")).to_be_visible()
    for link, name in (("改时间或考场", "move"), ("取消这场鉴定", "cancel")):
        page.get_by_role("link", name=link).click()
        assert_accessible(page)
        screenshot(page, f"sitting-{name}-{viewport.name}")
        page.go_back()
