"""Cells read as counts, words, days, months and numbers that are names. Nothing that may mean two things is taken."""

import datetime as dt
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.foundation.imports.toy import BAD_CODE, BAD_COLOUR, BAD_COUNT, BAD_DAY, BAD_MONTH, LOST_CODE

from qihang.foundation.imports.engine.days import days_in, month_end, parse_day, parse_month
from qihang.foundation.imports.engine.fields import Parser, RawColumn, Reading, day, digits, month, whole_number, words
from qihang.foundation.imports.engine.grid import CellValue

ON = dt.date(2026, 11, 24)
COUNT = whole_number(BAD_COUNT, units=("件", "个"))
CODE = digits(BAD_CODE, length=16, lost=LOST_CODE)
_DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31))


def read(parser: Parser, *cells: CellValue) -> tuple[list[object], list[str | None], list[str | None]]:
    """(values, first fault's id, tidied text) of each cell."""
    parsed = parser(RawColumn.of(cells), Reading(ON))
    faults: list[str | None] = [None] * len(cells)
    for rule, found in parsed.faults:
        for at, hit in enumerate(found.fill_null(False)):
            faults[at] = faults[at] or (rule.id if hit else None)
    tidy = [None] * len(cells) if parsed.cleaned is None else parsed.cleaned.to_list()
    return parsed.value.to_list(), faults, tidy


# --- counts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["3,5", "3，5", "1,2", "12,34,56", ",5", "5,", "1,,000", "1,0000", "0,5件", "10,00"])
def test_a_comma_that_parts_no_thousands_may_be_a_point_and_is_asked_for(cell: str) -> None:
    """Read as 35 a slip of the pen would be ten times as many, and said to be “tidied without loss”."""
    assert read(COUNT, cell) == ([None], [BAD_COUNT.id], [None])


@pytest.mark.parametrize(
    ("cell", "count"), [("1,234", 1234), ("12，345", 12_345), ("999,999,999", 999_999_999), ("-1,000个", -1000)]
)
def test_a_comma_between_thousands_is_passed_over(cell: str, count: int) -> None:
    values, faults, _ = read(COUNT, cell)
    assert (values, faults) == ([count], [None])


@settings(max_examples=50, deadline=None)
@given(st.integers(-999_999_999, 999_999_999), st.sampled_from(["{}", "{:,}", " {} ", "{}.0", "{}件", "{:,} 个"]))
def test_every_count_comes_back_as_it_was_written(number: int, form: str) -> None:
    assert read(COUNT, form.format(number))[0] == [number]


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from(list("0123456789,.+-件 eE/１，")), min_size=1, max_size=9))
def test_a_count_that_is_read_has_all_the_digits_of_its_cell(text: str) -> None:
    value = read(COUNT, text)[0][0]
    if value is not None:
        import unicodedata

        plain = unicodedata.normalize("NFKC", text).split(".")[0]
        assert int("".join(sign for sign in plain if sign.isdigit())) == abs(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell", ["1234567890", "12345678901234567890", "0x10", "1_000", "½", "Ⅳ", "3-4", "约3", "nan"]
)
def test_what_is_no_count_is_said_to_be_none(cell: str) -> None:
    assert read(COUNT, cell)[:2] == ([None], [BAD_COUNT.id])


def test_an_empty_cell_is_no_fault_of_reading() -> None:
    for parser in (COUNT, CODE, day(BAD_DAY), month(BAD_MONTH), words({"红": "red"}, BAD_COLOUR)):
        assert read(parser, "", " \u3000") == ([None, None], [None, None], [None, None])


# --- numbers that are names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "value", "fault"),
    [
        ("1234567890123456", "1234567890123456", None),
        ("1234 5678 9012 3456", "1234567890123456", None),
        ("１２３４５６７８９０１２３４５６", "1234567890123456", None),
        ("'1234567890123456", "1234567890123456", None),
        ("1234-5678-9012-3456", "1234567890123456", None),
        (1234567890123456.0, "1234567890123456", LOST_CODE.id),
        ("1.23457E+15", None, LOST_CODE.id),
        ("1e15", None, LOST_CODE.id),
        ("123456789012345", None, BAD_CODE.id),
        ("12345678901234567", None, BAD_CODE.id),
        ("123456789012345X", None, BAD_CODE.id),
        ("١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦", None, BAD_CODE.id),
        (123456.0, None, BAD_CODE.id),
    ],
)
def test_a_number_that_is_a_name_has_all_its_digits_or_is_asked_for(
    cell: CellValue, value: str | None, fault: str | None
) -> None:
    values, faults, _ = read(CODE, cell)
    assert faults == [fault]
    assert fault or values == [value]


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["红", " 红 ", "红。", "*红", "绯\n红", "\u2068红\u2069"])
def test_a_word_is_known_in_the_forms_people_give_it(cell: str) -> None:
    parser = words({"红": "red", "绯红": "red", "OK": "yes"}, BAD_COLOUR)
    assert read(parser, cell)[0] == ["red"]
    assert read(parser, "ｏｋ")[0] == ["yes"]


@pytest.mark.parametrize("cell", ["红色", "红/蓝", "紅", "red", "红红"])
def test_a_word_that_is_only_like_one_is_not_guessed(cell: str) -> None:
    assert read(words({"红": "red", "蓝": "blue"}, BAD_COLOUR), cell) == ([None], [BAD_COLOUR.id], [None])


# --- days and months -------------------------------------------------------------------------------------------------

_FORMS = (
    "{0.year}-{0.month:02}-{0.day:02}",
    "{0.year}-{0.month}-{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}{0.month:02}{0.day:02}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year} 年 {0.month} 月 {0.day} 号",
    "{0.year}-{0.month}-{0.day} 08:30",
    "{0.year}年{0.month}月{0.day}日（周日）",
)
_HAN = "〇一二三四五六七八九"


def in_han(date: dt.date) -> str:
    """二〇二六年十一月二十四日."""

    def small(number: int) -> str:
        tens, ones = divmod(number, 10)
        head = "" if not tens else "十" if tens == 1 else f"{_HAN[tens]}十"
        return head + (_HAN[ones] if ones else "")

    year = "".join(_HAN[int(digit)] for digit in f"{date:%Y}")
    return f"{year}年{small(date.month)}月{small(date.day)}日"


@settings(max_examples=50, deadline=None)
@given(_DAYS)
def test_every_day_is_read_in_every_form(date: dt.date) -> None:
    for form in (*_FORMS, in_han(date)):
        text = form.format(date)
        assert parse_day(text) == date, text
        assert parse_month(text) in (None, date.replace(day=1)), text
        assert days_in(f"培训时间：{text.split(' 08')[0]}起")[:1] in ([], [date]), text


def test_every_short_form_of_a_year_is_read_with_its_year() -> None:
    first = dt.date(2028, 1, 1)
    for date in (first + dt.timedelta(days=number) for number in range(366)):
        for text in (f"{date.month}.{date.day}", f"{date.month}月{date.day}日", f"{date.month}/{date.day}"):
            assert parse_day(text, 2028) == date
            assert parse_day(text) is None


def test_no_day_that_the_calendar_lacks_is_read() -> None:
    for year, month_number, date in product((1900, 2025, 2026, 2028, 2099), range(14), range(33)):
        try:
            real = dt.date(year, month_number, date)
        except ValueError:
            real = None
        for text in (f"{year}-{month_number}-{date}", f"{year}年{month_number}月{date}日"):
            assert parse_day(text) == real, text


@pytest.mark.parametrize(
    "text", ["26-3-9", "03/09/2026", "9.3.2026", "1899-12-31", "2100-01-01", "2026-3", "19999", "80000", "2026 3 9"]
)
def test_a_day_of_which_one_cannot_be_sure_is_none(text: str) -> None:
    assert parse_day(text) is None


@settings(max_examples=40, deadline=None)
@given(st.text(st.sampled_from(list("0123456789年月日号.-/ 十二〇三TZ:：周一（）至")), max_size=14))
def test_no_text_breaks_the_reading_of_days(text: str) -> None:
    for found in (parse_day(text), parse_day(text, 2026), parse_month(text)):
        assert found is None or 1900 <= found.year < 2120
    assert days_in(text) == [one for one in days_in(text) if isinstance(one, dt.date)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026年12月20日—1月10日", "2026-12-20", "2027-01-10"),
        ("2026年12月20日—2027年1月10日", "2026-12-20", "2027-01-10"),
        ("2026.12.28至1.8", "2026-12-28", "2027-01-08"),
        ("2026-03-09 至 03-27", "2026-03-09", "2026-03-27"),
        ("2026年3月9日～27日", "2026-03-09", "2026-03-27"),
        ("2026年3月9日起至2026年3月27日止，共15天", "2026-03-09", "2026-03-27"),
        ("2026年3月9日 到 3月9日", "2026-03-09", "2026-03-09"),
    ],
)
def test_a_span_ends_after_it_began(text: str, first: str, last: str) -> None:
    found = days_in(text)
    assert (found[0], found[-1]) == (dt.date.fromisoformat(first), dt.date.fromisoformat(last))


@pytest.mark.parametrize(
    "text", ["2026年3月27日至9日", "2026年3月9日-15人", "2026年3月9日-40课时", "2026年3月9日至今"]
)
def test_what_is_no_end_of_a_span_gives_none(text: str) -> None:
    assert len(days_in(text)) == 1


@settings(max_examples=40, deadline=None)
@given(_DAYS)
def test_the_end_of_a_month_is_the_day_before_the_next(date: dt.date) -> None:
    end = month_end(date)
    assert (end.year, end.month) == (date.year, date.month)
    assert (end + dt.timedelta(days=1)).day == 1


def test_a_column_of_days_is_read_like_its_cells() -> None:
    cells = ["2026-03-09", "3.9", "9/3/2026", None, 46090.0, dt.date(2026, 3, 9)]
    values, faults, _ = read(day(BAD_DAY, short=True), *(cell if cell is not None else "" for cell in cells))
    march = dt.date(2026, 3, 9)
    assert values == [march, march, None, None, march, march]
    assert faults == [None, None, BAD_DAY.id, None, None, None]


def test_short_days_are_refused_where_no_year_is_meant() -> None:
    assert read(day(BAD_DAY), "3.9")[1] == [BAD_DAY.id]


def test_months_in_usual_forms_need_no_tidying_and_others_are_said() -> None:
    values, faults, tidy = read(month(BAD_MONTH), "202605", "2026-05", "2026年5月", "2026.5", "5月")
    assert values == [dt.date(2026, 5, 1)] * 4 + [None]
    assert faults == [None] * 4 + [BAD_MONTH.id]
    assert tidy == [None, None, "2026-05", "2026-05", None]


def test_columns_keep_their_height_whatever_is_in_them() -> None:
    cells: list[CellValue] = ["", 3.0, "x", dt.date(2026, 1, 1), True, "1,000"] * 7
    for parser in (COUNT, CODE, day(BAD_DAY), month(BAD_MONTH), words({"红": "r"}, BAD_COLOUR)):
        parsed = parser(RawColumn.of(cells), Reading(ON))
        assert {len(one) for one in parsed.columns.values()} == {len(cells)}
        assert all(isinstance(found, pl.Series) and len(found) == len(cells) for _, found in parsed.faults)
