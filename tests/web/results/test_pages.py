"""成效总览: what it says, for whom, and that each number opens to the people behind it."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.appraisal.models import Score
from qihang.delivery.appraisal.services import issue_many
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.jobs.models import Job
from qihang.oversight.indicators import snapshots
from qihang.web.views.results.board import _hard
from qihang.web.views.results.places import _level
from qihang.web.views.results.reading import Reader
from tests.delivery.appraisal.builders import complete_class, make_class, make_sitting
from tests.delivery.builders import ground, make_person
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.factories import HAIKOU, HAINAN, LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_region
from tests.oversight.indicators.test_database import work

pytestmark = pytest.mark.django_db

NOW = dt.date(2026, 11, 24)
HEADLINE = "reemployment_6m_of_completed"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    snapshots.events_of.cache_clear()
    ground()
    make_region(HAINAN)
    with clock.travel_to(NOW):
        yield


@pytest.fixture
def item() -> TrainingClass:
    """Three of Meilan, all completed; one of them is at work since May."""
    people = [make_person() for _ in range(3)]
    item = make_class(people)
    complete_class(item)
    work(people[0], dt.date(2026, 5, 1))
    return item


def browser(role: str, region: str = MEILAN) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=make_actor(role, region=region).user_id))
    return client


def board(client: Client, **query: str) -> Any:
    return client.get(reverse("results"), query)


def text(response: Any) -> str:
    return str(response.content.decode())


def test_before_the_first_run_it_says_so() -> None:
    assert "还没有算过" in text(board(browser("leader", HAINAN)))


def test_of_an_empty_house_it_says_what_will_stand_here() -> None:
    snapshots.refresh()
    assert "还没有结束的班" in text(board(browser("leader", HAINAN)))


def test_an_officer_sees_a_rate_of_few_people_marked_and_without_a_verdict(item: TrainingClass) -> None:
    snapshots.refresh()
    page = text(board(browser("leader", HAINAN)))
    assert "人少，只供参考" in page and "没过" not in page
    assert "1 ÷ 到期 3\N{NO-BREAK SPACE}人" in page
    assert "3 ÷ 3\N{NO-BREAK SPACE}人次" in page, "places in classes, not people"
    assert "33.3%（人少）" in page


def test_enough_people_show_rate_verdict_and_ends() -> None:
    row = {
        "indicator": HEADLINE,
        "group": {},
        "numerator": 63,
        "denominator": 100,
        "value": "0.630000",
        "running": 20,
        "worst": "0.550000",
        "best": "0.700000",
        "strict": 54,
    }
    card = Reader(MEILAN, 30, {HEADLINE: Decimal("0.6")}).card(row, HEADLINE)
    assert (card.value, card.verdict, card.tone) == ("63.0", "过 60%", "ok")
    assert card.scale is not None and (card.scale.low, card.scale.high) == (55.0, 70.0)
    assert card.notes == [
        "在途 20\N{NO-BREAK SPACE}人另列，全算上在 55.0% 到 70.0% 之间。",
        "只认甲、乙两级凭据是 54.0%。",
    ]
    missed = Reader(MEILAN, 30, {HEADLINE: Decimal("0.7")}).card(row, HEADLINE)
    assert (missed.verdict, missed.tone) == ("没过 70%", "err")
    assert Reader(MEILAN, 30, {}).card(row | {"denominator": 0, "value": None}, HEADLINE).instead == "还没到期"


def test_the_province_stands_by_cities_and_a_city_by_districts(item: TrainingClass) -> None:
    snapshots.refresh()
    page = text(board(browser("leader", HAINAN)))
    assert "海口市" in page and "美兰区" not in page
    assert f"{reverse('results')}?region={HAIKOU}" in page
    assert item.organization.name in page
    lower = text(board(browser("leader", HAINAN), region=HAIKOU))
    assert "美兰区" in lower and "回到全辖区" in lower


def test_the_tiles_stand_for_the_whole_province_alone(item: TrainingClass) -> None:
    snapshots.refresh()
    assert "q-tiles" in text(board(browser("leader", HAINAN)))
    assert "q-tiles" not in text(board(browser("leader", HAINAN), region=HAIKOU))


@pytest.mark.parametrize(
    ("part", "level"), [(None, 0), ("0.44", 1), ("0.45", 1), ("0.56", 2), ("0.561", 3), ("0.6", 4), ("0.9", 4)]
)
def test_a_tile_is_coloured_by_how_far_it_is_from_the_aim(part: str | None, level: int) -> None:
    assert _level(None if part is None else Decimal(part), Decimal("0.6")) == level
    assert _level(None if part is None else Decimal(part), None) == 0


def test_hard_proofs_are_named_once_where_they_say_the_same() -> None:
    assert _hard("61.2%", "61.2%").figure == ""
    assert _hard("54.2%", "61.2%").figure == "54.2%"


def test_no_share_where_there_is_no_rate() -> None:
    reader = Reader(MEILAN, 30, {})
    assert reader.share(None) is None
    assert reader.share({"denominator": 0, "value": None}) is None
    assert reader.share({"denominator": 29, "value": "0.5"}) is None
    assert reader.share({"denominator": 30, "value": "0.5"}) == Decimal("0.5")


@pytest.mark.parametrize(("role", "region"), [("intake_officer", SANYA), ("leader", LONGHUA)])
def test_nobody_reads_beyond_their_region(item: TrainingClass, role: str, region: str) -> None:
    snapshots.refresh()
    client = browser(role, region)
    assert board(client, region=MEILAN).status_code == 404
    assert client.get(reverse("results_cases"), {"indicator": HEADLINE, "region": MEILAN}).status_code == 404


@pytest.mark.parametrize("role", ["provider_manager", "system_admin", "station_clerk"])
def test_others_have_no_such_page(role: str) -> None:
    assert board(browser(role)).status_code == 403


def test_a_number_opens_to_its_people_and_their_proof(item: TrainingClass) -> None:
    snapshots.refresh()
    response = browser("intake_officer").get(reverse("results_cases"), {"indicator": HEADLINE})
    lines = response.context["lines"]
    assert [line.verdict for line in lines] == ["算进去了", "没达到", "没达到"]
    assert lines[0].rank == "甲"
    places = {str(place.person.name): place for place in item.enrolments.select_related("person")}
    assert lines[0].url == reverse("office_case", args=[places[lines[0].name].public_id])
    assert (response.context["met"], response.context["over"]) == (1, 3)


@pytest.mark.parametrize(("role", "region"), [("intake_officer", MEILAN), ("leader", HAINAN)])
@pytest.mark.parametrize(
    ("indicator", "proof"),
    [
        ("completion", r"上课 1 天，到了 1 天"),
        ("pass_rate", r"理论 85\.5，实操 90"),
        ("pass_rate_enrolled", r"理论 85\.5，实操 90"),
        ("certification_rate", r"证书 \w{16,22}，2026.年.4.月.1.日发"),
    ],
)
def test_a_training_figure_shows_days_points_or_certificate(
    item: TrainingClass, indicator: str, proof: str, role: str, region: str
) -> None:
    sitting = make_sitting(item)
    points = {"theory": Decimal("85.5"), "practice": Decimal(90), "passed": True}
    with unit_of_work(SYSTEM):
        copy_objects([Score(sitting=sitting, enrolment=place, **points) for place in item.enrolments.all()])
    with clock.travel_to(dt.date(2026, 4, 1)):
        issue_many(actor=SYSTEM, sitting=sitting, enrolments=list(item.enrolments.all()))
    snapshots.refresh()
    response = browser(role, region).get(reverse("results_cases"), {"indicator": indicator})
    lines = response.context["lines"]
    assert len(lines) == 3
    for line in lines:
        assert re.fullmatch(proof, line.proof), line.proof
    assert lines[0].proof in text(response)


def test_a_leader_sees_cases_without_names(item: TrainingClass) -> None:
    snapshots.refresh()
    response = browser("leader", HAINAN).get(reverse("results_cases"), {"indicator": HEADLINE})
    page = text(response)
    assert "您的岗位看不到姓名" in page
    for place in item.enrolments.select_related("person"):
        assert str(place.person.name) not in page
        assert f"{place.public_id}"[-8:] in page
    assert {line.url for line in response.context["lines"]} == {reverse("class_page", args=[item.public_id])}
    assert browser("leader", HAINAN).get(response.context["lines"][0].url).status_code == 200


def test_one_value_of_a_split_opens_to_its_own(item: TrainingClass) -> None:
    other = make_class([make_person(), make_person()], name="第二期")
    complete_class(other)
    snapshots.refresh()
    query = {"indicator": "completion", "by": "institution", "value": other.organization.name}
    response = browser("leader", HAINAN).get(reverse("results_cases"), query)
    assert len(response.context["lines"]) == 2


@pytest.mark.parametrize("query", [{"indicator": "nonsense"}, {"indicator": HEADLINE, "by": "name"}])
def test_what_is_no_figure_is_not_found(item: TrainingClass, query: dict[str, str]) -> None:
    snapshots.refresh()
    assert browser("leader", HAINAN).get(reverse("results_cases"), query).status_code == 404


def test_computing_anew_is_a_job() -> None:
    client = browser("leader", HAINAN)
    assert client.post(reverse("results_refresh"))["Location"] == reverse("results")
    job = Job.objects.get(kind=snapshots.REFRESH_JOB)
    assert isinstance(job.started_by, Actor)


def test_the_board_asks_the_same_however_many_people(item: TrainingClass, django_assert_max_num_queries: Any) -> None:
    snapshots.refresh()
    client = browser("leader", HAINAN)
    board(client)
    with django_assert_max_num_queries(40):
        board(client)
