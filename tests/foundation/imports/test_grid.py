"""Cells as people name them and read them aloud."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.foundation.imports.engine.fields import RawColumn
from qihang.foundation.imports.engine.grid import (
    Grid,
    cell_name,
    cell_place,
    column_letters,
    column_number,
    is_blank,
    plain_text,
)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_048_575), st.integers(0, 16_383))
def test_a_cell_is_found_again_by_its_name(row: int, column: int) -> None:
    assert cell_place(cell_name(row, column)) == (row + 1, column)
    assert column_number(column_letters(column)) == column


@pytest.mark.parametrize(
    "name", ["", "A", "7", "A0", "a1", "A01", "A-1", "ＡＡ1", "A1 ", "A1,B2", "ABCD1", "A12345678", "A１"]
)
def test_what_names_no_cell_is_none(name: str) -> None:
    assert cell_place(name) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (460007197810080000.0, "460007197810080000"),
        (0.1, "0.1"),
        (-3.0, "-3"),
        (1e22, "10000000000000000000000"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (True, "TRUE"),
        (False, "FALSE"),
        (None, ""),
        (dt.date(2026, 3, 9), "2026-03-09"),
        (dt.datetime(2026, 3, 9), "2026-03-09"),
        (dt.datetime(2026, 3, 9, 8, 5), "2026-03-09 08:05:00"),
        (dt.time(8, 30), "08:30:00"),
        (dt.timedelta(hours=26), "1 day, 2:00:00"),
        ("  as it is ", "  as it is "),
    ],
)
def test_a_value_is_read_as_a_clerk_would_say_it(value: object, text: str) -> None:
    assert plain_text(value) == text  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, 0.0, False, "0", "/", "无", dt.date(2026, 3, 9)])
def test_nothing_that_somebody_wrote_is_blank(value: object) -> None:
    assert not is_blank(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["", " ", "\t\n", "\u3000\u3000", "\xa0", "\ufeff", "\u200b ", "\r"])
def test_a_cell_that_looks_empty_is_empty_to_the_layout_and_to_the_column(value: str) -> None:
    assert is_blank(value)
    assert RawColumn.of([value]).text.to_list() == [None]


def test_outside_the_sheet_there_is_nothing() -> None:
    grid = Grid("a", [["x"], []])
    assert [grid.value(*place) for place in ((0, 0), (0, 1), (1, 0), (2, 0), (-1, 0))] == ["x", "", "", "", ""]


def test_numbers_are_told_from_texts_that_look_like_them() -> None:
    """Only of a spreadsheet's own number may digits be gone."""
    raw = RawColumn.of(["460007197810080000", 460007197810080000.0, 3, "", True])
    assert raw.numeric.to_list() == [False, True, True, False, True]
    assert raw.text.to_list() == ["460007197810080000", "460007197810080000", "3", None, "TRUE"]


@pytest.mark.parametrize("dash", ["无", "/", "-", "—", "——", "N/A", " 无 ", "暂无"])
def test_placeholders_are_as_good_as_empty_only_where_a_column_says_so(dash: str) -> None:
    raw = RawColumn.of([dash, "无锡", "-5"])
    assert raw.text.to_list()[0] == dash
    assert raw.without_placeholders().text.to_list() == [None, "无锡", "-5"]
