"""The columns about a person, as offices really write them: what is read, what is mended, and what is asked back."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.identities import credit_code, fifteen, resident

from qihang.foundation.imports.engine.fields import Parsed, Parser, RawColumn, Reading
from qihang.registry.participants.imports import (
    EDUCATION,
    SAME_PERSON_TWICE,
    first_row_of_same,
    name_against_register,
    parse_category,
    parse_credit_code,
    parse_identity,
    parse_name,
    parse_phone,
    rows_of_one,
)

ON = dt.date(2026, 3, 9)
WOMAN = resident("1985-05-20")


def read(parse: Parser, *cells: Any) -> Parsed:
    return parse(RawColumn.of(cells), Reading(on=ON))


def faults(parsed: Parsed) -> list[str | None]:
    """The rule that each cell breaks first."""
    found: list[str | None] = [None] * len(parsed.value)
    for rule, hits in reversed(list(parsed.faults)):
        for at, hit in enumerate(hits):
            if hit not in (None, False):
                found[at] = rule.id
    return found


class TestName:
    def test_is_kept_as_written_without_the_blanks_around_and_between(self) -> None:
        parsed = read(parse_name, "符桂兰", " 符 桂 兰 ", "阿卜杜拉·买买提", "符桂兰\u200b")
        assert parsed.value.to_list() == ["符桂兰", "符桂兰", "阿卜杜拉·买买提", "符桂兰"]
        assert faults(parsed) == [None] * 4

    @pytest.mark.parametrize("cell", ["符桂兰1", "null", "测试", "作废", "***", "符桂兰?", "姓名"])
    def test_what_is_no_name_is_asked_back(self, cell: str) -> None:
        assert faults(read(parse_name, cell)) == ["R-NAME-02"]


class TestIdentity:
    @pytest.mark.parametrize(
        "written", [f" {WOMAN[:6]} {WOMAN[6:14]} {WOMAN[14:]} ", f"'{WOMAN}", WOMAN.replace("1", "１"), WOMAN.lower()]
    )
    def test_is_read_through_dirt_with_what_it_tells(self, written: str) -> None:
        parsed = read(parse_identity, written)
        told = {suffix: column[0] for suffix, column in parsed.columns.items()}
        assert told == {"": WOMAN, "_sex": "female", "_birth": dt.date(1985, 5, 20), "_region": WOMAN[:6]}

    def test_the_old_form_is_brought_to_the_new(self) -> None:
        assert read(parse_identity, fifteen("1975-05-20")).value[0].startswith("46010019750520")

    @pytest.mark.parametrize(
        ("cell", "rule"),
        [
            (float(WOMAN[:17] + "0"), "R-ID-02"),
            ("4.60106E+17", "R-ID-02"),
            (WOMAN[:17] + ("1" if WOMAN[17] != "1" else "2"), "R-ID-03"),
            (WOMAN[:16], "R-ID-04"),
            ("46010619850520A42X", "R-ID-05"),
            ("460106198513201234", "R-ID-06"),
            (resident(region="990106"), "R-ID-07"),
        ],
    )
    def test_each_slip_has_a_rule_of_its_own_and_gives_no_number(self, cell: object, rule: str) -> None:
        parsed = read(parse_identity, cell)
        assert (parsed.value[0], faults(parsed)) == (None, [rule])

    def test_an_empty_cell_is_no_slip_of_form(self) -> None:
        assert faults(read(parse_identity, "", WOMAN)) == [None, None]


class TestPhone:
    @pytest.mark.parametrize(
        ("cell", "plain"),
        [
            ("138 0000 1111", "13800001111"),
            ("138-0000-1111", "13800001111"),
            ("+86 13800001111", "13800001111"),
            ("008613800001111", "13800001111"),
            ("１３８００００１１１１", "13800001111"),
            (13800001111, "13800001111"),
            ("0898-65301234", "089865301234"),
            ("(0898)6530123", "08986530123"),
            ("65301234", "65301234"),
            ("400-123-4567", "4001234567"),
        ],
    )
    def test_is_read_as_bare_digits(self, cell: object, plain: str) -> None:
        parsed = read(parse_phone, cell)
        assert (parsed.value.to_list(), faults(parsed)) == ([plain], [None])

    @pytest.mark.parametrize(
        "cell", ["1380000111", "138000011112", "12800001111", "无", "13800001111/13900001111", "86"]
    )
    def test_anything_else_is_asked_back_and_not_stored(self, cell: str) -> None:
        parsed = read(parse_phone, cell)
        assert (parsed.value.to_list(), faults(parsed)) == ([None], ["R-TEL-02"])

    def test_empty_is_empty(self) -> None:
        parsed = read(parse_phone, "", None)
        assert (parsed.value.null_count(), faults(parsed)) == (2, [None, None])


class TestCategory:
    @pytest.mark.parametrize(
        ("cell", "codes"),
        [
            ("农民工", "03"),
            ("失业人员", "02"),
            ("失业人员、脱贫户", "02,06"),
            ("脱贫户和农民工", "06,03"),
            ("农民工，农民工", "03"),
            (" 农民工 ", "03"),
        ],
    )
    def test_one_or_several_in_the_order_written(self, cell: str, codes: str) -> None:
        assert read(parse_category, cell).value.to_list() == [codes]

    @pytest.mark.parametrize("cell", ["在校学生", "农民工、外星人", "、"])
    def test_one_unknown_word_leaves_the_whole_cell_unread(self, cell: str) -> None:
        parsed = read(parse_category, cell)
        assert (parsed.value.to_list(), faults(parsed)) == ([None], ["R-CAT-02"])
        assert parsed.columns["_word"][0], "the word is kept for who reads it"


def test_education_has_many_words_and_one_meaning() -> None:
    parsed = read(EDUCATION.parse, "初中", "初中毕业", "大学本科", "半路出家", "")
    assert parsed.value[0] == "junior_high"
    assert faults(parsed)[3:] == ["R-EDU-01", None]


@pytest.mark.parametrize(
    ("cell", "fits"), [(credit_code(), True), (credit_code()[:-1] + "O", False), ("工商局", False)]
)
def test_a_credit_code_says_itself_what_is_wrong(cell: str, fits: bool) -> None:
    parsed = read(parse_credit_code, cell)
    assert (parsed.value[0] == cell, faults(parsed) == [None]) == (fits, fits)


class TestTwice:
    def rows(self, *numbers: str | None) -> pl.DataFrame:
        return pl.DataFrame(
            {"_row": range(2, 2 + len(numbers)), "identity": numbers}, {"_row": pl.Int64, "identity": pl.String}
        )

    def test_each_later_row_of_a_number_names_the_first(self) -> None:
        rows = self.rows("a", "b", "a", None, None, "a")
        assert isinstance(SAME_PERSON_TWICE.find, pl.Expr)
        assert rows.select(SAME_PERSON_TWICE.find).to_series().to_list() == [None, None, "2", None, None, "2"]

    def test_of_a_pair_both_must_be_the_same(self) -> None:
        rows = self.rows("a", "a", "a").with_columns(pl.Series("firm", ["x", "y", "x"]))
        assert rows.select(first_row_of_same("identity", pl.col("firm"))).to_series().to_list() == [None, None, "2"]

    def test_the_old_and_the_new_number_are_one_person(self) -> None:
        rows = self.rows("old", "b", "new", "new", None)
        assert rows_of_one(rows, {"old": "new"}).to_list() == [None, None, "2", "2", None]

    def test_two_old_numbers_of_one_person(self) -> None:
        assert rows_of_one(self.rows("o1", "o2"), {"o1": "new", "o2": "new"}).to_list() == [None, "2"]

    @given(st.lists(st.sampled_from(["a", "b", "a2", None]), max_size=8))
    def test_nobody_is_told_twice_and_nobody_alone_is_told(self, numbers: list[str | None]) -> None:
        """What this says and what the plain check says never meet in one row."""
        rows = self.rows(*numbers)
        told = rows_of_one(rows, {"a2": "a"}).to_list()
        assert isinstance(SAME_PERSON_TWICE.find, pl.Expr)
        plain = rows.select(SAME_PERSON_TWICE.find).to_series().to_list()
        for at, number in enumerate(numbers):
            before = {one for one in numbers[:at] if one is not None}
            other = {"a": "a2", "a2": "a"}.get(number or "")
            assert (told[at] is not None) <= (other in before)
            assert number is None or (told[at] or plain[at]) or not before & {number, other}


def test_only_another_name_than_the_registered_one_is_told() -> None:
    rows = pl.DataFrame({"identity": ["a", "b", "c", "d"], "name": ["王小燕", "陈春", "李", None]})
    told = name_against_register(rows, {"a": "王 小燕", "b": "陈春梅", "d": "谁"})
    assert told.to_list() == [None, "陈春梅", None, None]
