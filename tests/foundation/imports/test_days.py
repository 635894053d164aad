"""Days and months as offices write them."""

import datetime as dt

import polars as pl
import pytest

from qihang.foundation.imports.engine.days import days_in, each_distinct, month_end, parse_day, parse_month, year_in

NINTH = dt.date(2026, 3, 9)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-09",
        "2026.3.9",
        "2026/3/9",
        "2026/03/09",
        "20260309",
        "2026年3月9日",
        "2026年03月09号",
        " 2026 年 3 月 9 日 ",
        "２０２６．３．９",
        "2026年3月9日（周一）",
        "2026-3-9 星期一",
        "2026-03-09 00:00:00",
        "二〇二六年三月九日",
        "2026年三月九日",
        "46090",
        "46090.0",
    ],
)
def test_a_day_is_read_in_any_written_form(text: str) -> None:
    assert parse_day(text) == NINTH


@pytest.mark.parametrize(
    ("text", "day"),
    [("二〇二六年十二月三十一日", (12, 31)), ("2026年十月二十日", (10, 20)), ("2026年十一月十五日", (11, 15))],
)
def test_tens_in_han_digits(text: str, day: tuple[int, int]) -> None:
    assert parse_day(text) == dt.date(2026, *day)


@pytest.mark.parametrize("text", ["3.9", "3月9日", "3/9", "3-9", "03.09"])
def test_a_short_day_needs_a_year_to_go_by(text: str) -> None:
    assert parse_day(text, 2026) == NINTH
    assert parse_day(text) is None


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "26.3.9", "3月", "去年", "12345678", "2026", "9/3/2026", "1"]
)
def test_a_form_that_leaves_a_choice_open_gives_no_day(text: str) -> None:
    assert parse_day(text) is None


@pytest.mark.parametrize(
    "text",
    ["202605", "2026-05", "2026.05", "2026.5", "2026/5", "2026年5月", "2026年5月份", "2026-05-17", "２０２６０５"],
)
def test_a_month_is_read_as_its_first_day(text: str) -> None:
    assert parse_month(text) == dt.date(2026, 5, 1)


@pytest.mark.parametrize("text", ["202613", "5月", "2026", "26-05", "至今"])
def test_what_is_no_month(text: str) -> None:
    assert parse_month(text) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026年3月9日—2026年3月27日", [(3, 9), (3, 27)]),
        ("2026年3月9日—3月27日", [(3, 9), (3, 27)]),
        ("2026年3月9日至27日", [(3, 9), (3, 27)]),
        ("2026.3.9-3.27", [(3, 9), (3, 27)]),
        ("2026-03-09 至 2026-03-27", [(3, 9), (3, 27)]),
        ("截至2026年10月底", [(10, 31)]),
        ("二〇二六年三月九日起", [(3, 9)]),
        ("2026年第1期", []),
    ],
)
def test_days_within_a_title(text: str, days: list[tuple[int, int]]) -> None:
    assert days_in(text) == [dt.date(2026, *day) for day in days]


def test_the_year_of_a_title() -> None:
    assert year_in("家政服务员五级2026年第1期") == 2026
    assert year_in("第1期") is None


def test_the_last_day_of_a_month() -> None:
    assert month_end(dt.date(2026, 2, 11)) == dt.date(2026, 2, 28)
    assert month_end(dt.date(2026, 12, 1)) == dt.date(2026, 12, 31)


def test_each_text_is_read_once_and_fine_ones_not_at_all() -> None:
    seen = []

    def shout(text: str) -> str:
        seen.append(text)
        return text.upper()

    column = pl.Series("c", ["A", "b", "b", None, "A"])
    assert each_distinct(column, shout, pl.String, "^[A-Z]$").to_list() == ["A", "B", "B", None, "A"]
    assert seen == ["b"]
    assert column.to_list() == ["A", "b", "b", None, "A"]  # the column given is not written to
