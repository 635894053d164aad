"""成效总览: what it says, for whom, and that each number opens to the people behind it."""

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.appraisal.models import Certificate, Score
from qihang.delivery.appraisal.services import issue_many
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import accept_claim, claim_work
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.jobs.models import Job
from qihang.oversight.indicators import snapshots
from qihang.web.views.results.board import _hard
from qihang.web.views.results.cohorts import cohorts_of
from qihang.web.views.results.places import _level
from qihang.web.views.results.reading import Above, Reader
from tests.delivery.appraisal.builders import complete_class, make_class, make_sitting
from tests.delivery.builders import ground, make_person
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.factories import HAIKOU, HAINAN, LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_region
from tests.foundation.documents.conftest import picture
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


@pytest.mark.parametrize(("role", "region"), [("leader", HAINAN), ("intake_officer", MEILAN)])
def test_nobody_sees_a_rate_of_too_few_people(item: TrainingClass, role: str, region: str) -> None:
    """Nor the fraction that gives it away; but how many are due, and the way to them."""
    snapshots.refresh()
    response = board(browser(role, region))
    page = text(response)
    assert "人太少，不显示" in page and "33.3%" not in page and "100.0%" not in page
    assert "1 ÷" not in page and "3 ÷ 3" not in page and "没过" not in page
    assert "到期 3\N{NO-BREAK SPACE}人，不满 30" in page
    assert "到期 3\N{NO-BREAK SPACE}人次，不满 30" in page
    row = next(row for row in response.context["all"] if row["label"].startswith("再就业率"))
    assert (row["rate"], row["strict"]) == ("人太少，不显示", "")
    assert browser(role, region).get(row["url"]).context["over"] == 3


def test_of_too_few_the_next_place_above_with_enough_speaks() -> None:
    def row(numerator: int, denominator: int) -> dict[str, Any]:
        value = str(Decimal(numerator) / denominator)
        group: dict[str, Any] = {}
        return {
            "indicator": HEADLINE,
            "group": group,
            "numerator": numerator,
            "denominator": denominator,
            "value": value,
        }

    above = [Above("海口市", [row(3, 20)]), Above("海南省", [row(63, 100)])]
    reader = Reader(MEILAN, 30, {}, above)
    assert reader.higher(row(1, 3)) == "海南省是 63.0%", "the city has too few itself"
    assert reader.higher(row(20, 40)) == ""
    card = reader.card(row(1, 3), HEADLINE)
    assert (card.instead, card.value, card.scale, card.notes) == ("人太少，不显示", "", None, ["海南省是 63.0%。"])
    assert "1" not in card.fraction


class TestYear:
    def test_the_page_says_which(self, item: TrainingClass) -> None:
        snapshots.refresh()
        response = board(browser("leader", HAINAN))
        page = text(response)
        assert "成效总览 · 2026 年度，海南省" in page
        trained = response.context["cards"][0]
        assert (trained.name, trained.value, trained.unit) == ("2026 年度培训人数（学完）", "3", "人")
        assert "目标 20,000\N{NO-BREAK SPACE}人，完成 0.0%；到这一天应到 89.9%" in trained.fraction
        assert trained.verdict == "慢 89.8 个百分点"
        assert "技能再就业：每年培训人数" in trained.notes[0]
        assert "3 ÷ 目标 20,000\N{NO-BREAK SPACE}人" in page and "2026 年度培训人数完成率" in page

    def test_another_year_is_there_to_choose(self, item: TrainingClass) -> None:
        with clock.travel_to(dt.date(2027, 7, 1)):
            snapshots.refresh()
            now = board(browser("leader", HAINAN))
            assert [(view.label, view.current) for view in now.context["years"]] == [
                ("2027 年", True),
                ("2026 年", False),
            ]
            assert now.context["cards"][0].value == "0"
            before = browser("leader", HAINAN).get(now.context["years"][1].url)
        page = text(before)
        assert "成效总览 · 2026 年度，海南省" in page and "算到 2026" in page
        assert before.context["cards"][0].value == "3"
        trained = before.context["all"][0]
        assert trained["how"] == "3 ÷ 目标 20,000\N{NO-BREAK SPACE}人"
        assert "on=2026-12-31" in trained["url"]
        with clock.travel_to(dt.date(2027, 7, 1)):
            people = browser("leader", HAINAN).get(trained["url"])
        assert people.context["met"] == 3 and "2026 年学完" in text(people)

    def test_a_day_before_is_as_if_nothing_later_had_happened(self, item: TrainingClass) -> None:
        snapshots.refresh()
        late = board(browser("leader", HAINAN))
        early = board(browser("leader", HAINAN), on="2026-04-15")
        rows = {page: {row["label"]: row for row in page.context["all"]} for page in (late, early)}
        assert "再就业率（结业后 6 个月）" in rows[late] and "再就业率（结业后 6 个月）" not in rows[early]
        assert early.context["places"][0].completed == 3
        links = [early.context["places"][0].url, early.context["institutions"][0].url]
        assert all("on=2026-04-15" in link for link in links if link)
        nothing = board(browser("leader", HAINAN), on="2026-03-01")
        assert "还没有结束的班" in text(nothing)

    @pytest.mark.parametrize(("on", "words"), [("2026-13-01", "不是日期"), ("2026-11-25", "以后的日子还没有数")])
    def test_a_day_that_cannot_be_shown_is_said_to_be(self, item: TrainingClass, on: str, words: str) -> None:
        snapshots.refresh()
        response = board(browser("leader", HAINAN), on=on)
        assert words in text(response)
        assert response.context["moment"].is_now

    def test_a_month_of_too_few_people_is_listed_and_not_drawn(self, item: TrainingClass) -> None:
        snapshots.refresh()
        response = board(browser("leader", HAINAN))
        page = text(response)
        assert not response.context["cohorts"].drawn
        assert "人数不到 30 的批次不画" in page and "2026 年 3 月" in page
        (month,) = response.context["cohorts"].left_out
        assert (month.people, month.state, month.rate) == (3, "已定", "人太少，不显示")
        assert browser("leader", HAINAN).get(month.url).context["over"] == 3


def months(*counts: tuple[int, int, int]) -> list[dict[str, Any]]:
    """Headline rows of the first months of 2025: numerator, denominator, running."""
    rows = enumerate(counts)
    return [
        {
            "indicator": HEADLINE,
            "group": {"cohort": f"{2025 + at // 12}-{at % 12 + 1:02d}"},
            "numerator": numerator,
            "denominator": denominator,
            "running": running,
            "running_already": 0,
        }
        for at, (numerator, denominator, running) in rows
    ]


def test_every_month_is_drawn_or_listed() -> None:
    found = cohorts_of(months((15, 30, 0), (14, 29, 0), *[(20, 40, 0)] * 13, (0, 0, 31)), Reader(HAINAN, 30, {}), NOW)
    assert (found.drawn[0].label, found.drawn[-1].label, len(found.drawn)) == ("2025 年 3 月", "2026 年 4 月", 14)
    told = [(one.label, one.rate) for one in found.left_out]
    assert told == [("2025 年 2 月", "人太少，不显示"), ("2025 年 1 月", "50.0%")]
    assert found.few == 1


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
        ("completion", r"考勤：上课 1 天，到了 1 天"),
        ("pass_rate", r"2026.年.3.月.30.日成绩册：理论 85\.5，实操 90，合格"),
        ("pass_rate_enrolled", r"2026.年.3.月.30.日成绩册：理论 85\.5，实操 90，合格"),
        ("certification_rate", r"证书 [\w*]{16,22}，2026.年.4.月.1.日发"),
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
    page = text(response)
    for at, line in enumerate(lines, 1):
        assert re.fullmatch(proof, line.proof.words), line.proof.words
        assert line.at == at and f"第 {at} 个" in page
        assert line.item == item.name and line.item_url == reverse("class_page", args=[item.public_id])
        assert browser(role, region).get(line.proof.url).status_code == 200, "it opens for this reader"
    assert lines[0].proof.words in page
    numbers = Certificate.objects.values_list("number", flat=True)
    whole = [number for number in numbers if number in page]
    assert len(whole) == (3 if role == "intake_officer" and indicator == "certification_rate" else 0)


def test_a_leader_sees_cases_without_names(item: TrainingClass) -> None:
    snapshots.refresh()
    response = browser("leader", HAINAN).get(reverse("results_cases"), {"indicator": HEADLINE})
    page = text(response)
    assert "您的岗位看不到姓名" in page
    for place in item.enrolments.select_related("person"):
        assert str(place.person.name) not in page
        assert str(place.public_id) not in page
    assert [line.at for line in response.context["lines"]] == [1, 2, 3]
    assert {line.item_url for line in response.context["lines"]} == {reverse("class_page", args=[item.public_id])}
    assert browser("leader", HAINAN).get(response.context["lines"][0].item_url).status_code == 200


@pytest.mark.parametrize(
    ("role", "region", "page", "employer"),
    [
        ("leader", HAINAN, "class_page", False),
        ("policy_officer", HAINAN, "", False),
        ("approver", MEILAN, "work_spell", True),
    ],
)
def test_work_is_told_by_its_paper_and_day(
    item: TrainingClass, role: str, region: str, page: str, employer: bool
) -> None:
    """The list's day, since when; the employer only to those who see the name, whose it often is."""
    snapshots.refresh()
    client = browser(role, region)
    response = client.get(reverse("results_cases"), {"indicator": HEADLINE})
    at_work, *others = response.context["lines"]
    assert (at_work.rank, at_work.kind) == ("甲", "社会保险缴费")
    assert re.match(r"2026.年.10.月.31.日的社保缴费名单：2026.年.5.月.1.日起，到现在", at_work.proof.words)
    assert ("王小燕小吃店" in text(response)) is employer
    wanted = {"class_page": item.public_id, "work_spell": WorkSpell.objects.get().public_id}
    assert at_work.proof.url == (reverse(page, args=[wanted[page]]) if page else "")
    if page:
        assert client.get(at_work.proof.url).status_code == 200
    assert [line.proof.words for line in others] == ["", ""] and "还没有凭据" in text(response)


def test_a_paper_is_told_as_such(item: TrainingClass) -> None:
    place = item.enrolments.order_by("pk")[1]
    clerk = make_actor("provider_clerk", organization=item.organization)
    contract = {"kind": EvidenceType.CONTRACT, "start": dt.date(2026, 6, 1)}
    spell = claim_work(
        actor=clerk,
        person=place.person,
        employer_name="海南椰家家政服务有限公司",
        file_name="合同.jpg",
        content=picture(),
        **contract,
    )
    accept_claim(actor=make_actor("intake_officer"), spell=spell)
    snapshots.refresh()
    response = browser("intake_officer").get(reverse("results_cases"), {"indicator": HEADLINE})
    line = next(line for line in response.context["lines"] if line.name == str(place.person.name))
    assert (line.rank, line.kind) == ("乙", "劳动合同")
    assert line.proof.url == reverse("work_spell", args=[spell.public_id])
    assert "核实的材料" in line.proof.words


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
