"""Cases from CSV files, as people really save them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.registry.policy.engine.reading import UnreadableFile, read_cases
from qihang.registry.policy.rules import rule_for

FACTS = rule_for("training_subsidy").facts


def read(text: str, encoding: str = "utf-8") -> list[dict[str, object]]:
    return read_cases(text.encode(encoding), FACTS).to_dicts()


def test_cells_become_typed_facts_and_empty_ones_are_unknown() -> None:
    (case,) = read("sex,birth_date,lifetime_uses,category_confirmed,level\nmale,1980-05-01,2,true,5\n")
    assert (case["sex"], case["birth_date"], case["lifetime_uses"]) == ("male", dt.date(1980, 5, 1), 2)
    assert (case["category_confirmed"], case["level"], case["class_start"]) == (True, "5", None)
    (case,) = read("sex,birth_date,category\n,,02\n")
    assert (case["sex"], case["birth_date"], case["category"]) == (None, None, "02")


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("sex", "女", "female"),
        ("sex", " MALE ", "male"),
        ("category", "registered_unemployed", "02"),
        ("category", "2", "02"),
        ("category", "农民工", "03"),
        ("category", "none", "00"),
        ("level", "五级", "5"),
        ("level", "高级技师", "1"),
        ("level", "专项", "special"),
        ("public_post", "否", False),
        ("public_post", "1", True),
        ("lesson_hours", "0120", 120),
    ],
)
def test_words_that_offices_use_are_understood(column: str, text: str, value: object) -> None:
    (case,) = read(f"case,{column}\na,{text}\n")
    assert case[column] == value


def test_every_fact_has_a_column_whether_given_or_not() -> None:
    frame = read_cases(b"sex\nmale\n", FACTS)
    assert frame.columns == ["case", *FACTS.names]


def test_cases_of_which_nothing_is_known_are_cases_all_the_same() -> None:
    assert [case["case"] for case in read("case\n甲\n乙\n")] == ["甲", "乙"]
    first, second = read("case,on\n甲,2026-03-09\n乙,2026-03-10\n")
    assert (first["sex"], second["on"]) == (None, dt.date(2026, 3, 10))


def test_cases_are_named_by_their_column_else_by_their_row() -> None:
    assert [case["case"] for case in read("case,sex\n甲,男\n,女\n")] == ["甲", "3"]
    assert [case["case"] for case in read("sex\n男\n女\n")] == ["2", "3"]


def test_a_line_with_nothing_on_it_is_no_case_and_rows_keep_their_numbers() -> None:
    assert [case["case"] for case in read("sex,level\n男,5\n,\n\n女,4\n")] == ["2", "5"]


def test_day_and_place_of_a_case_are_kept() -> None:
    (case,) = read("sex,on,region\n男,2026-02-20,460106\n")
    assert (case["on"], case["region"]) == (dt.date(2026, 2, 20), "460106")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_office_encodings_are_read(encoding: str) -> None:
    (case,) = read("case,sex,category\n王秀兰那一件,女,农民工\n", encoding)
    assert (case["case"], case["sex"], case["category"]) == ("王秀兰那一件", "female", "03")


def test_a_header_alone_is_no_cases() -> None:
    assert read("sex,level\n") == []


def test_faulty_cells_are_named_by_row_and_column_in_the_order_of_the_file() -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read("sex,birth_date,lifetime_uses\n男,1980-02-30,1\n猫,1980-02-28,-1\n女,80.2.1,1.5\n")
    assert [(problem.row, problem.column) for problem in refusal.value.problems] == [
        (2, "birth_date"),
        (3, "sex"),
        (3, "lifetime_uses"),
        (4, "birth_date"),
        (4, "lifetime_uses"),
    ]
    assert "第 3 行“sex”：“猫”不对，要填male（男）、female（女）" in str(refusal.value)


def test_a_long_list_of_faults_is_cut() -> None:
    with pytest.raises(UnreadableFile, match="还有 5 处"):
        read("sex\n" + "猫\n" * 25)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "文件是空的"),
        (",,\n", "文件是空的"),
        ("sex,sex\n男,男\n", "不止一次"),
        ("sex,agee\n男,1\n", "不认识这几列：agee"),
        ("sex,\n男,1\n", "不认识这几列：（空）"),
        ("sex\n男,女,男\n", "第 2 行有 3 格，表头只有 1 格"),
        ("sex\n男\n女,5\n", "第 3 行有 2 格"),
        ('sex\n"男\n', "另存为"),
        ("lifetime_uses\n99999999999999999999\n", "不小于 0 的整数"),
        ("on\n2026-13-01\n", "第 2 行“on”"),
    ],
)
def test_what_is_no_table_of_cases_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        read(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnreadableFile, match="CSV UTF-8"):
        read_cases(b"PK\x03\x04\xff\xff\x00", FACTS)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_machine_ends_them(ending: str) -> None:
    lines = ["case,sex,birth_date", "甲,男,1980-05-01", "", "乙,女,"]
    assert read(ending.join(lines)) == read("\n".join(lines) + "\n")


_CELL = st.text(alphabet='a1,"\n\r\t 是male2026-01-31\0', max_size=12)
_HEADER = st.sampled_from(["case,sex", "sex", '"sex"', "on,region,sex", '"se\nx",case', "", ",", "sex,sex"])


@settings(max_examples=200, deadline=None)
@given(header=_HEADER, lines=st.lists(_CELL, max_size=4), ending=st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_file_is_read_or_refused_in_words(header: str, lines: list[str], ending: str) -> None:
    try:
        read(ending.join([header, *lines]))
    except UnreadableFile as refused:
        assert str(refused)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=40))
def test_so_are_bytes_that_are_no_file_at_all(content: bytes) -> None:
    try:
        read_cases(content, FACTS)
    except UnreadableFile as refused:
        assert str(refused)
