import datetime as dt

import pytest

from qihang.foundation.core import clock
from qihang.web import figures
from qihang.web.parts import Cell, Cohort, Event, EvidenceShare, Figure, Progress, Rank, Scale, Stage, Tile, check_seal


def test_seals_stand_only_for_decisions() -> None:
    check_seal("准", Stage.DONE)
    check_seal("审", Stage.NOW)
    for mark, stage in (("审", Stage.DONE), ("好", Stage.DONE), ("准准", Stage.DONE), ("", Stage.NEXT)):
        with pytest.raises(ValueError, match="no such seal"):
            check_seal(mark, stage)
    with pytest.raises(ValueError, match="no such seal"):
        Event("批准开班", seal="批")


def test_wrong_variants_are_refused_where_they_are_made() -> None:
    with pytest.raises(ValueError, match="0 to 100"):
        Scale(101)
    with pytest.raises(ValueError, match="two ends"):
        Scale(50, low=40)
    with pytest.raises(ValueError, match="value, or says why"):
        Figure("再就业率", "就业 1 ÷ 到期 2")
    with pytest.raises(ValueError, match="value, or says why"):
        Figure("再就业率", "就业 1 ÷ 到期 2", value="50.0", instead="还没到期")
    with pytest.raises(ValueError, match="no scale"):
        Figure("再就业率", "1,500 人", instead="还没到期", scale=Scale(50))
    with pytest.raises(ValueError, match="level"):
        Tile("460100", "海口", "90", level=5)
    with pytest.raises(ValueError, match="no such cell mark"):
        Cell("x", "z", "看一看")
    with pytest.raises(ValueError, match="says what"):
        Cell("x", "e")


def test_progress_is_complete_only_when_finished() -> None:
    assert Progress("比对", 999, 1000).share == 99
    assert Progress("比对", 1000, 1000).share == 99
    assert Progress("比对", 1000, 1000, finished=True).share == 100
    assert Progress("比对").share == 0


def test_ranks_run_from_the_strongest() -> None:
    assert [rank.number for rank in Rank] == [1, 2, 3, 4, 5]


def test_evidence_fills_the_bar_from_the_strongest() -> None:
    bars = figures.evidence_bars([EvidenceShare(Rank.FOURTH, "电话", 25), EvidenceShare(Rank.FIRST, "社保", 75)])
    assert [(bar.x, bar.width, bar.kind) for bar in bars] == [("0", "75", "e1"), ("75", "25", "e4")]
    assert figures.evidence_bars([EvidenceShare(Rank.FIRST, "社保", 0)])[0].width == "0"


def test_marks_of_a_scale_do_not_touch() -> None:
    apart = figures.scale_marks(Scale(63, 60, "目标 60", 45.4, 86.7))
    assert [mark.label for mark in apart] == ["45.4", "目标 60", "86.7"]
    close = figures.scale_marks(Scale(63, 60, "目标 60", 58, 66))
    assert [mark.label for mark in close] == ["目标 60"]
    near = figures.scale_marks(Scale(64.3, 60, "目标 60", 61.5, 78.04))
    assert [mark.label for mark in near] == ["目标 60", "78.0"]
    narrow = figures.scale_marks(Scale(90, None, "", 71.34, 82.6))
    assert [mark.label for mark in narrow] == ["71.3"]
    assert figures.scale_marks(Scale(63)) == []


def test_months_that_stay_on_a_phone_stand_clear_of_today_and_of_each_other() -> None:
    first, last = dt.date(2025, 6, 1), dt.date(2027, 3, 1)
    months = figures._months(first, last, 80.0)
    near = [month.at for month in months if month.kind == "near" and month.label]
    assert 1 <= len(near) <= 3
    assert all(not 44 < at < 98 for at in near)
    assert sum(month.label != "" for month in months) > len(near)


def test_a_scale_says_what_it_shows() -> None:
    assert figures.scale_sentence("63.0", "%", Scale(63, 60)) == "63.0%，目标 60%"
    assert figures.scale_sentence("85.8", "%", Scale(85.8, 89.9, "时间进度 89.9")) == "85.8%，时间进度 89.9"
    words = figures.scale_sentence("63.0", "%", Scale(63, low=45.4, high=86.7))
    assert words == "63.0%，没到期的全算上，最低 45.4%，最高 86.7%"


def cohort(month: int, *, settled: bool) -> Cohort:
    finished = dt.date(2026, month, 28)
    return Cohort(
        f"{month} 月", 100, finished, dt.date(2026, month + 6, 28), 0.6, settled, half=dt.date(2026, month + 3, 28)
    )


def test_clock_shows_what_has_passed_and_what_has_not() -> None:
    drawn = figures.cohort_clock([cohort(1, settled=True), cohort(4, settled=False)], dt.date(2026, 9, 1))
    assert [[bar.kind for bar in row.bars] for row in drawn.rows] == [["done"], ["past", "open"]]
    past, still_open = drawn.rows[1].bars
    assert float(past.x) + float(past.width) == pytest.approx(float(drawn.today), abs=0.02)
    assert float(still_open.x) == pytest.approx(float(drawn.today), abs=0.02)
    assert float(past.x) < float(drawn.rows[1].notch) < float(past.x) + float(past.width) + float(still_open.width)


def test_the_axis_reaches_today_long_after() -> None:
    drawn = figures.cohort_clock([cohort(1, settled=False)], dt.date(2027, 12, 5))
    assert 95 < float(drawn.today) < 100
    assert all(float(bar.x) + float(bar.width) < float(drawn.today) for row in drawn.rows for bar in row.bars)


def test_months_make_room_for_today() -> None:
    drawn = figures.cohort_clock([cohort(1, settled=True), cohort(6, settled=False)], dt.date(2026, 6, 2))
    labels = {month.label for month in drawn.months}
    assert "6 月" not in labels
    assert "10 月" in labels


def test_every_city_and_county_has_its_own_tile() -> None:
    assert len(figures.TILE_PLACES) == 19
    assert len(set(figures.TILE_PLACES.values())) == 19


def test_coordinates_carry_a_point_in_every_language() -> None:
    assert figures.decimal_text(63.0) == "63"
    assert figures.decimal_text(45.456) == "45.46"
    with clock.travel_to(dt.date(2026, 1, 1)):
        assert figures.decimal_text(0) == "0"
