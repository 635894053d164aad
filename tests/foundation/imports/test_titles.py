"""What the lines above a table say, and which column of it is which."""

import datetime as dt

import pytest
from tests.foundation.imports.toy import TOY
from tests.importing import examined
from tests.workbooks import sheet

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import Grid
from qihang.foundation.imports.engine.headers import Names
from qihang.foundation.imports.engine.titles import Facts, read_facts

NAMES = Names(TOY.fields)


def facts(*lines: str) -> Facts:
    return read_facts(Grid("名单", [[line] for line in lines]), len(lines))


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("培训机构：海口椰家 培训时间：2026年3月9日", {"培训机构": "海口椰家", "培训时间": "2026年3月9日"}),
        ("培训机构:海口椰家，培训时间:2026年3月9日", {"培训机构": "海口椰家", "培训时间": "2026年3月9日"}),
        ("培训机构（盖章）：海口椰家", {"培训机构": "海口椰家"}),
        ("培训机构 ： 海口  椰家 ", {"培训机构": "海口 椰家"}),
        ("培训机构：", {}),
        ("花名册", {}),
        ("http://example.com", {}),
        ("培训机构：海口：椰家", {"培训机构": "海口：椰家"}),
    ],
)
def test_a_label_and_what_stands_behind_it(line: str, pairs: dict[str, str]) -> None:
    assert facts(line).pairs == pairs


def test_of_a_label_said_twice_the_first_holds() -> None:
    assert facts("填表日期：2026年3月9日", "填表日期：2026年4月1日").pairs == {"填表日期": "2026年3月9日"}


def test_a_day_is_found_under_a_longer_form_of_its_label() -> None:
    found = facts("鉴定日期（实操）：2026年3月9日", "制表：2026年4月1日")
    assert found.day(["鉴定日期"]) == dt.date(2026, 3, 9)
    assert found.day(["结业日期"]) is None
    assert found.last_day(["结业日期"]) is None


def test_a_class_over_new_year_ends_in_the_new_year() -> None:
    """The follow-ups of its people are counted from that day on."""
    found = facts("培训时间：2026年12月20日—1月10日")
    assert (found.day(["培训时间"]), found.last_day(["培训时间"])) == (dt.date(2026, 12, 20), dt.date(2027, 1, 10))


@pytest.mark.parametrize(
    ("lines", "year"), [(("2025年第1期", "制表 2026.3.9"), 2026), (("2025年第1期",), 2025), (("第1期",), None)]
)
def test_the_year_comes_from_a_date_before_it_comes_from_a_title(lines: tuple[str, ...], year: int | None) -> None:
    assert facts(*lines).year == year


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("名称", "name"),
        (" 名 称 ", "name"),
        ("名称*", "name"),
        ("*名称（必填）", "name"),
        ("名\n称", "name"),
        ("物品（名称）", "name"),
        ("数量（件）", "count"),
        ("ＮＡＭＥ", None),
        ("名称名称", None),
        ("", None),
        ("名称" + "很长" * 30, None),
    ],
)
def test_a_header_is_known_by_its_name_and_what_clerks_add(header: str, field: str | None) -> None:
    assert NAMES.exactly(header) == field


@pytest.mark.parametrize("header", ["监护人名称", "推荐人名称", "法定代表人名称", "填表人名称", "教师名称"])
def test_a_header_that_speaks_of_somebody_else_is_never_nearly_ours(header: str) -> None:
    assert NAMES.nearly(header, {"name"}) is None


@pytest.mark.parametrize(("header", "field"), [("物品名称", "name"), ("名称栏", "name"), ("备注栏", "notes")])
def test_a_header_that_says_a_little_more_is_nearly_ours(header: str, field: str) -> None:
    found = NAMES.nearly(header, {"name", "count", "notes"})
    assert found is not None
    assert found[1] == field


def test_a_column_that_has_its_name_is_not_given_away_to_one_that_is_nearly_alike() -> None:
    found = examined(TOY, sheet([["物品名称", "名称", "数量"], ["x", "桌", 1]]))
    assert found.rows["name"].to_list() == ["桌"]


@pytest.mark.parametrize("words", [["名称"], ["数量", "颜色"], ["姓名", "电话"], ["a", "b"]])
def test_a_table_without_what_it_needs_says_what_is_missing(words: list[str]) -> None:
    with pytest.raises(DomainError, match="名称") as refusal:
        examined(TOY, sheet([words, *[["1"] * len(words)] * 3]))
    assert refusal.value.code in {"layout.missing_column", "layout.no_header"}


def test_lacking_names_the_shortest_way_to_a_whole_table() -> None:
    names = Names(TOY.fields, one_of=[[["code"], ["on", "month"]]])
    assert names.lacking({"name", "code"}) == []
    assert names.lacking({"name", "on", "month"}) == []
    assert names.lacking({"name", "on"}) == ["编号"]
    assert names.lacking(set()) == ["名称", "编号"]
