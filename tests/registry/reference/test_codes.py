"""Code tables: one meaning for a code in a table and edition, and the words that offices use for it."""

import re
from datetime import date

import pytest

from qihang.registry.reference.codes import code_book, codes, find_code, read_codes, read_tables
from qihang.registry.reference.holidays import holiday_rows
from qihang.registry.reference.occupations import read_edition, read_successions

MARKS = {"read", "secondary", "same_name", "unverified", "own"}
IDENTIFIERS = [
    "reemployment_certificate_holder",
    "registered_unemployed",
    "rural_transfer",
    "hard_to_employ",
    "zero_employment_household",
    "poverty_monitored",
    "college_graduate",
    "school_leaver",
    "veteran",
    "enterprise_worker",
    "flexible_worker",
    "military_dependant",
    "person_with_disability",
    "land_lost_farmer",
    "young_student",
]


def test_person_categories_have_their_codes_and_identifiers() -> None:
    assert [(one.code, one.identifier) for one in codes("person_category")] == [
        (f"{number:02d}", identifier) for number, identifier in enumerate(IDENTIFIERS, 1)
    ]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("登记失业", "02"),
        ("城镇登记失业人员", "02"),
        ("进城务工", "03"),
        ("农民工", "03"),
        ("农村转移就业劳动者", "03"),
        ("就业困难人员", "04"),
        ("4050人员", "04"),
        ("４０５０ 人员", "04"),
        ("零就业家庭成员", "05"),
        ("退役军人", "09"),
        ("残疾人", "13"),
        ("02", "02"),
        ("registered_unemployed", "02"),
    ],
)
def test_words_of_rosters_mean_a_category(word: str, code: str) -> None:
    found = find_code("person_category", word)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("word", ["在校学生", "", "村民", "16"])
def test_a_word_of_no_category_means_none(word: str) -> None:
    assert find_code("person_category", word) is None


def test_a_category_of_the_past_ends() -> None:
    holder = code_book().by_identifier("person_category", "reemployment_certificate_holder")
    assert holder.valid_on(date(2006, 6, 1))
    assert holder.valid_on(date(2010, 12, 31))
    assert not holder.valid_on(date(2011, 1, 1))


def test_the_same_code_means_different_things_in_different_tables_of_education() -> None:
    meanings = {
        edition: found.identifier
        for edition in ("AAC011", "GB/T 4658-2006", "public-jobs")
        if (found := find_code("education", "60", edition)) is not None
    }
    assert meanings == {"GB/T 4658-2006": "senior_high", "public-jobs": "bachelor"}


@pytest.mark.parametrize(
    ("word", "identifier"),
    [
        ("初 中", "junior_high"),
        ("高中/中专", "senior_secondary"),
        ("高中（中专）", "senior_secondary"),
        ("中专", "secondary_specialised"),
        ("大专", "college"),
        ("本科", "bachelor"),
        ("小学", "primary"),
    ],
)
def test_words_of_education_on_rosters(word: str, identifier: str) -> None:
    found = find_code("education", word)
    assert found is not None
    assert found.identifier == identifier


def test_education_is_ranked() -> None:
    ranks = [one.rank for one in codes("education") if one.rank is not None]
    assert ranks == sorted(ranks)


def test_evidence_carries_grade_and_uses() -> None:
    by_grade = {one.identifier: (one.attributes["grade"], one.attributes["work"]) for one in codes("evidence_type")}
    assert by_grade["insurance"] == ("甲", True)
    assert by_grade["contract"] == ("乙", True)
    assert by_grade["visit"] == ("丙", False)
    assert by_grade["self_report"] == ("戊", False)
    assert {one.identifier for one in codes("evidence_type") if one.attributes["trading"]} == {
        "insurance",
        "tax",
        "visit",
    }


def test_industry_letters_belong_to_an_edition() -> None:
    old, new = find_code("industry", "F", "GB/T 4754-2002"), find_code("industry", "F", "GB/T 4754-2017")
    assert old is not None
    assert new is not None
    assert (old.identifier, new.identifier) == ("transport", "trade")


def test_attendance_marks() -> None:
    marks = {mark: find_code("attendance_mark", mark) for mark in ("√", "迟", "×", "假", "早")}
    assert {mark: found.attributes["present"] for mark, found in marks.items() if found} == {
        "√": True,
        "迟": True,
        "×": False,
        "假": False,
    }


def test_unknown_tables_and_editions_are_refused() -> None:
    for table, edition in (("no_such_table", None), ("sex", "no such edition")):
        with pytest.raises(KeyError):
            codes(table, edition)
    with pytest.raises(KeyError):
        code_book().by_identifier("sex", "neither")


def test_every_table_has_one_current_edition_and_every_word_one_meaning() -> None:
    tables = read_tables()
    names = {table.name for table in tables}
    assert sorted(table.name for table in tables if table.current) == sorted(names)
    assert {(table.name, table.edition) for table in tables} == {(one.table, one.edition) for one in read_codes()}
    seen: dict[tuple[str, str, str], str] = {}
    for one in read_codes():
        assert one.verified in MARKS
        assert re.fullmatch(r"[a-z0-9_]+", one.identifier)
        for word in {one.code, one.identifier, one.name, *one.aliases}:
            assert seen.setdefault((one.table, one.edition, word), one.code) == one.code, word


def test_all_fifty_six_ethnic_groups() -> None:
    assert len(codes("ethnicity")) == 58
    li = find_code("ethnicity", "黎")
    assert li is not None
    assert (li.code, li.verified) == ("19", "read")


def test_old_occupations_lead_to_rows_of_the_new_edition() -> None:
    old = {row["code"]: row["name"] for row in read_edition("1999")}
    new = {row["code"]: row["name"] for row in read_edition("2022")}
    for row in read_successions():
        assert row["old_code"] in old
        assert row["new_code"] in new
        assert (row["verified"] == "unverified") or old[row["old_code"]] == new[row["new_code"]]
    assert old["4-03-02-01"] == "西式烹调师"
    assert new["4-03-02-01"] == "中式烹调师"  # the same code, another trade


def test_holidays_differ_from_the_week_and_cover_every_year() -> None:
    rows = holiday_rows()
    days = [row.day for row in rows]
    assert days == sorted(set(days))
    assert {row.day.year for row in rows} == set(range(2006, 2027))
    assert all(row.day.weekday() >= 5 for row in rows if row.kind == "workday")
    kinds = {row.day: row.kind for row in rows}
    assert kinds[date(2026, 2, 17)] == "holiday"
    assert kinds[date(2026, 2, 28)] == "workday"
    assert date(2026, 3, 9) not in kinds
    assert all(str(row.day.year) in row.source for row in rows)
