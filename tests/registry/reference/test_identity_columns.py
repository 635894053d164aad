"""The columnar reader says the same as the scalar one, whatever the column holds."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.registry.reference.identity import Raw, parse_resident, resident_check
from qihang.registry.reference.identity_columns import SCHEMA, parse_residents
from qihang.registry.reference.regions import region_table

ON = date(2026, 3, 9)
CODES = sorted(region_table().codes())

births = st.dates(date(1890, 1, 1), date(2030, 12, 31)).map(lambda day: day.strftime("%Y%m%d"))
heads = st.one_of(st.sampled_from(CODES), st.from_regex(r"[0-9]{6}", fullmatch=True))
serials = st.one_of(st.from_regex(r"[0-9]{3}", fullmatch=True), st.just("500"))
seventeens = st.builds(lambda head, birth, serial: head + birth + serial, heads, births, serials)
checked = seventeens.map(lambda digits: digits + resident_check(digits))
unchecked = st.builds(lambda digits, last: digits + last, seventeens, st.sampled_from("0123456789X"))
rounded = seventeens.map(lambda digits: digits[:15] + "000")
old = seventeens.map(lambda digits: digits[:6] + digits[8:])
plain = st.one_of(checked, unchecked, rounded, old)


@st.composite
def dirty(draw: st.DrawFn) -> str:
    text = draw(plain)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(" \u3000\u00a0-\u2013\u200b\t\u180e'ｘxXa9.,+E\u0664")) + text[at:]
    if draw(st.booleans()):
        text = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() and c.isascii() else c.lower() for c in text)
    return text


numeric = plain.filter(str.isdecimal).map(int)
cells = st.one_of(dirty(), plain, st.text(max_size=20), st.none(), numeric, numeric.map(float), st.just(float("nan")))


def expected(values: list[Raw]) -> list[tuple[object, ...]]:
    read = [parse_resident(value, on=ON) for value in values]
    return [(one.verdict.value, one.normalised, one.sex, one.birth, one.region) for one in read]


@settings(max_examples=300, deadline=None)
@given(st.lists(cells, max_size=12))
def test_mixed_columns_are_read_as_the_scalar_reader_reads_them(values: list[Raw]) -> None:
    assert parse_residents(values, on=ON).rows() == expected(values)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(dirty(), plain, st.none()), max_size=12))
def test_string_columns_are_read_as_the_scalar_reader_reads_them(values: list[str | None]) -> None:
    frame = parse_residents(pl.Series(values, dtype=pl.String), on=ON)
    assert frame.schema == pl.Schema(SCHEMA)
    assert frame.rows() == expected(list(values))


@pytest.mark.parametrize("dtype", [pl.Int64, pl.Float64])
def test_a_column_of_numbers(dtype: type[pl.DataType]) -> None:
    values = [460028800311179, 460007197810080000, None]
    frame = parse_residents(pl.Series(values, dtype=dtype), on=ON)
    assert frame["verdict"].to_list() == ["valid", "digits_lost", "empty"]


def test_more_rows_than_a_block_keep_their_order() -> None:
    good, bad, short = "460106199009054305", "460106199009054306", "460028800311179"
    values = [good, bad, f" {short} ", "无"] * 20_000
    frame = parse_residents(values, on=ON)
    assert frame["verdict"].to_list() == ["valid", "check_digit", "valid", "bad_length"] * 20_000
    assert frame["normalised"].to_list()[:3] == [good, None, "460028198003111792"]


def test_an_empty_column() -> None:
    assert parse_residents([], on=ON).schema == pl.Schema(SCHEMA)
