"""The public figures: counts anybody understands, no rate where too few stand behind it, no way to anybody's name."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from qihang.foundation.core import clock
from qihang.oversight.indicators import snapshots
from qihang.oversight.indicators.models import FigureRun, FigureSet
from qihang.web.parts import Figure, Tone
from qihang.web.views.public.helped import helped_in, tiles_of
from qihang.web.views.results.places import cities
from tests.delivery.builders import ground
from tests.factories import HAIKOU, HAINAN, SANYA, make_region

pytestmark = pytest.mark.django_db

NOW = dt.date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    ground()
    for code in (HAINAN, HAIKOU, SANYA):
        make_region(code)
    with clock.travel_to(NOW):
        yield


def row(indicator: str, met: int, of: int, programme: str = "skills", **beside: Any) -> dict[str, Any]:
    value = f"{met / of:.6f}" if of else None
    group = {"programme": programme}
    return {"indicator": indicator, "group": group, "numerator": met, "denominator": of, "value": value, **beside}


def skills(completed: int) -> list[dict[str, Any]]:
    """A place where so many completed and half of them found work."""
    return [
        row("completion", completed, completed + 5, running=0),
        row("pass_rate", completed - 4, completed, running=0),
        row("certification_rate", completed - 4, completed - 4, running=0),
        row(
            "reemployment_6m_of_completed",
            completed // 2,
            completed,
            running=7,
            running_already=3,
            worst="0.400000",
            best="0.600000",
            strict=completed // 2,
        ),
    ]


@pytest.fixture
def run() -> FigureRun:
    """All of the province 100, of which Haikou 60; of Sanya ten, too few for a rate."""
    made = FigureRun.objects.create(as_of=NOW, events=b"", counts={}, trail=0)
    kept = {HAINAN: skills(100), HAIKOU: skills(60), SANYA: skills(10)}
    for region, figures in kept.items():
        FigureSet.objects.create(run=made, programme="skills", region=region, by="", figures=figures)
    return made


def startup(run: FigureRun, *rows: dict[str, Any]) -> None:
    FigureSet.objects.create(run=run, programme="startup", region=HAINAN, by="", figures=list(rows))


def cards(run: FigureRun, chosen: str = "") -> dict[str, Figure]:
    return {card.name: card for card in helped_in(run, cities(), chosen).cards}


def counts(run: FigureRun, chosen: str = "") -> dict[str, int]:
    return {count.label: count.number for count in helped_in(run, cities(), chosen).counts}


def page(**query: str) -> str:
    return str(Client().get("/", query).content.decode())


def test_people_come_before_rates_and_early_finders_count(run: FigureRun) -> None:
    assert counts(run) == {"学完培训": 100, "拿到证书": 96, "找到工作": 53}
    card = cards(run)["学完半年内找到工作"]
    assert card.fraction == "到期的 100\N{NO-BREAK SPACE}人里，找到工作 50\N{NO-BREAK SPACE}人"
    assert card.notes == ["还有 7\N{NO-BREAK SPACE}人没到期，到期了再算。"]
    assert card.url == ""


def test_an_aim_missed_is_said_as_an_aim_met(run: FigureRun) -> None:
    found = cards(run)
    assert (found["考试合格"].verdict, found["考试合格"].tone) == ("达到目标 90%", Tone.OK)
    missed = found["学完半年内找到工作"]
    assert (missed.verdict, missed.tone) == ("没到目标 60%", Tone.ERR)


def test_a_place_shows_its_own(run: FigureRun) -> None:
    shown = helped_in(run, cities(), HAIKOU)
    assert (shown.place, shown.whole, shown.few) == ("海口市", False, "")
    assert counts(run, HAIKOU)["学完培训"] == 60


def test_of_too_few_the_province_speaks(run: FigureRun) -> None:
    shown = helped_in(run, cities(), SANYA)
    assert shown.few == "三亚市学完 10 人次，太少，不单独说，下面是全省的数。"
    assert counts(run, SANYA)["学完培训"] == 100


def test_where_nobody_has_completed_it_says_so(run: FigureRun) -> None:
    FigureSet.objects.filter(region=SANYA).delete()
    assert helped_in(run, cities(), SANYA).few == "三亚市还没有学完的班，下面是全省的数。"


@pytest.mark.parametrize("chosen", ["", "110000", "nonsense"])
def test_anything_else_is_the_province(run: FigureRun, chosen: str) -> None:
    shown = helped_in(run, cities(), chosen)
    assert (shown.place, shown.whole) == ("全省", True)


def test_without_startups_their_card_says_there_are_none(run: FigureRun) -> None:
    card = cards(run)["创业培训后半年内开业"]
    assert (card.instead, card.fraction) == ("还没到期", "还没有人学完，学完了再算")
    assert "开店办厂" not in counts(run)


def test_startups_stand_beside_once_there_are_some(run: FigureRun) -> None:
    startup(
        run,
        row("completion", 40, 44, "startup", running=0),
        row("open_rate_6m", 9, 20, "startup", running=20, running_already=2, worst="0.2", best="0.7", strict=9),
    )
    assert counts(run)["学完创业"] == 40
    assert counts(run)["开店办厂"] == 11
    card = cards(run)["创业培训后半年内开业"]
    assert card.instead == "人太少，不显示"
    assert card.fraction == "到期的不到 30\N{NO-BREAK SPACE}人，不单说", "a fraction would be the rate all the same"


def test_tiles_lead_to_their_place(run: FigureRun) -> None:
    tiles = {tile.label: tile for tile in tiles_of(run, cities(), HAIKOU)}
    assert (tiles["海口"].value, tiles["海口"].current) == ("60", True)
    assert (tiles["三亚"].value, tiles["三亚"].url) == ("10", "/?region=460200#helped")


def test_another_province_has_no_tiles(settings: Any) -> None:
    settings.PROVINCE_CODE = "440000"
    assert cities() == {}


def test_the_page_says_as_of_when_and_names_nobody(run: FigureRun) -> None:
    shown = page(region=HAIKOU)
    assert "数据截至 2026 年 11 月 24 日" in shown.replace("\xa0", " ")
    assert "看全省" in shown
    assert "/results/" not in shown


def test_before_the_first_run_it_says_what_will_stand_here() -> None:
    shown = page()
    assert "还没有算过" in shown
    assert "q-tiles" not in shown


def test_aims_come_from_the_parameters_of_the_day() -> None:
    assert "每年培训 20,000 人" in page()
    with clock.travel_to(dt.date(2005, 1, 1)):
        assert "每年培训" not in page()


def test_the_figures_of_a_real_run_are_read() -> None:
    snapshots.refresh()
    assert "学完培训" in page()
