"""Where the table is, in whatever an office has put around it."""

import pytest
from tests.workbooks import Cells, sheet, xlsx

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.fields import Field
from qihang.foundation.imports.engine.headers import Names
from qihang.foundation.imports.engine.layout import Table, find_table
from qihang.foundation.imports.engine.read import read_file

FIELDS = [
    Field("serial", "序号", ()),
    Field("name", "姓名", ("学员姓名",), required=True, key=True),
    Field("number", "证件号", ("公民身份号码", "身份证号码"), required=True, key=True),
    Field("phone", "电话", ("联系电话", "手机")),
    Field("sort", "类别", ("人员类别",)),
    Field("place", "住址", ()),
]
NAMES = Names(FIELDS)
HEADER = ["序号", "姓名", "证件号", "电话", "类别", "住址"]


def person(
    name: str, number: str = "460001", phone: str = "138", sort: str = "农民工", place: str = "海口"
) -> list[str]:
    return ["1", name, number, phone, sort, place]


def found(rows: Cells, name: str = "", **options: object) -> Table:
    return find_table(read_file("名单.xlsx", sheet(rows, **options)), NAMES, name)


def rows_of(table: Table) -> list[int]:
    return [row + 1 for segment in table.segments for row in segment.rows]


def names_of(table: Table) -> list[object]:
    return [table.grid.rows[row][segment.header.columns["name"]] for segment in table.segments for row in segment.rows]


def skipped(table: Table) -> dict[int, str]:
    return {skip.row: skip.why for skip in table.skipped_rows}


def test_titles_above_give_facts_and_are_no_rows() -> None:
    table = found(
        [["学员花名册"], ["培训机构（盖章）：启明学校    培训时间：2026年3月9日—3月27日"], HEADER, person("韩丽")]
    )
    assert rows_of(table) == [4]
    assert table.facts.pairs == {"培训机构": "启明学校", "培训时间": "2026年3月9日—3月27日"}
    assert skipped(table) == {}


def test_facts_in_cells_of_their_own() -> None:
    table = found([["机构：", "启明学校", "", "日期：2026年3月9日"], HEADER, person("韩丽")])
    assert table.facts.pairs == {"机构": "启明学校", "日期": "2026年3月9日"}
    assert table.facts.day(["日期"]) is not None
    assert table.facts.year == 2026


def test_a_header_over_two_rows_with_merged_cells() -> None:
    rows = [
        ["花名册"], [""], ["填报单位：启明"], [""], [""], [""],
        ["序号", "学员信息", "", "联系", "", ""],
        ["", "姓名", "公民身份号码", "手机", "类别", "住址"],
        person("韩丽"),
    ]  # fmt: skip
    table = found(rows, merge=["A7:A8", "B7:C7", "D7:F7"])
    assert table.header.below == 8
    assert rows_of(table) == [9]
    assert table.header.columns == {"serial": 0, "name": 1, "number": 2, "phone": 3, "sort": 4, "place": 5}


def test_names_with_line_breaks_spaces_brackets_and_stars() -> None:
    table = found([["姓 名*", "身份证\n号码", "联系电话（必填）", "人员\n类别"], ["韩丽", "460001", "138", "农民工"]])
    assert table.header.columns == {"name": 0, "number": 1, "phone": 2, "sort": 3}


def test_nearly_a_name_will_do_unless_it_speaks_of_somebody_else() -> None:
    table = found(
        [["参训学员姓名", "身份证件号码", "紧急联系人电话", "学员联系电话"], ["韩丽", "460001", "139", "138"]]
    )
    assert table.header.columns == {"name": 0, "number": 1, "phone": 3}


def test_a_header_far_down() -> None:
    rows = [["说明文字"]] * 40 + [HEADER, person("韩丽")]
    assert rows_of(found(rows)) == [42]
    assert rows_of(found([["空话", "很多"]] * 400 + [HEADER, person("韩丽")])) == [402]


def test_blank_rows_remarks_signatures_and_sums_are_named() -> None:
    table = found(
        [
            HEADER,
            person("韩丽"),
            [],
            person("王明"),
            ["合计", "2人"],
            ["", "以下空白"],
            ["说明：类别照证件填"],
            ["填表人：", "", "审核人：", "", "2026.2.27"],
        ]
    )
    assert rows_of(table) == [2, 4]
    assert set(skipped(table)) == {3, 5, 6, 7, 8}
    assert skipped(table)[3] == "空行"


def test_prepared_lines_with_only_a_serial_number_and_an_example() -> None:
    table = found([HEADER, ["例", "张三", "460001", "138", "农民工", "海口"], person("韩丽"), ["2"], ["3"]])
    assert names_of(table) == ["韩丽"]
    assert skipped(table) == {2: "示例行", 4: "只有序号，没有内容", 5: "只有序号，没有内容"}


def test_a_row_without_its_number_is_still_a_row() -> None:
    assert names_of(found([HEADER, person("韩丽"), person("王明", number=""), [], person("吴亚", number="")])) == [
        "韩丽",
        "王明",
        "吴亚",
    ]


def test_the_table_goes_on_under_a_repeated_header_with_other_columns() -> None:
    table = found(
        [HEADER, person("韩丽"), ["花名册（续）"], ["姓名", "电话", "证件号", "类别"], ["王明", "139", "460002"]]
    )
    assert names_of(table) == ["韩丽", "王明"]
    assert [segment.header.columns["name"] for segment in table.segments] == [1, 0]
    assert "表头" in skipped(table)[4]


def test_a_poorer_list_above_or_below_is_another_table_and_is_named() -> None:
    teachers = [["姓名", "证件号", "职称"], ["陈老师", "460003", "讲师"]]
    above = found([*teachers, [], HEADER, person("韩丽")])
    assert names_of(above) == ["韩丽"]
    assert skipped(above) == {1: "另一种表，没有读入", 2: "另一种表，没有读入"}
    below = found([HEADER, person("韩丽"), *teachers, ["林老师", "460004", "讲师"], HEADER, person("王明")])
    assert names_of(below) == ["韩丽", "王明"]
    assert {row: why for row, why in skipped(below).items() if row < 6} == dict.fromkeys(
        [3, 4, 5], "另一种表，没有读入"
    )


def test_the_same_list_begun_with_fewer_columns_is_read_from_its_beginning() -> None:
    table = found([HEADER[:4], person("韩丽")[:4], HEADER, person("王明")])
    assert names_of(table) == ["韩丽", "王明"]


def test_a_small_table_of_sums_below_is_not_taken_for_people() -> None:
    table = found([HEADER, person("韩丽"), [], ["类别", "人数"], ["农民工", "12"], ["残疾人", "3"]])
    assert names_of(table) == ["韩丽"]
    assert set(skipped(table)) == {3, 4, 5, 6}


def test_the_sheet_with_the_table_is_found_and_the_others_are_named() -> None:
    book = read_file("a.xlsx", xlsx(("填表说明", [["按文本填写"]]), ("空", []), ("花名册", [HEADER, person("韩丽")])))
    table = find_table(book, NAMES)
    assert table.grid.name == "花名册"
    assert {skip.name: skip.why for skip in table.skipped_sheets} == {
        "填表说明": "没有这种表的表头，没有读入",
        "空": "空的工作表",
    }


def test_of_two_sheets_alike_the_longer_is_read_and_the_other_named_unless_one_is_asked_for() -> None:
    book = read_file(
        "a.xlsx", xlsx(("一班", [HEADER, person("韩丽")]), ("二班", [HEADER, person("王明"), person("吴亚")]))
    )
    assert find_table(book, NAMES).grid.name == "二班"
    assert "二班" in find_table(book, NAMES).skipped_sheets[0].why
    assert find_table(book, NAMES, "一班").grid.name == "一班"
    with pytest.raises(DomainError, match="三班"):
        find_table(book, NAMES, "三班")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DomainError, match="第 1 行像是表头，但缺少“证件号”") as refusal:
        found([["序号", "姓名", "电话"], ["1", "韩丽", "138"]])
    assert refusal.value.code == "layout.missing_column"


def test_no_header_at_all() -> None:
    with pytest.raises(DomainError, match="没找到表头。表里要有一行列名，至少写明：姓名、证件号"):
        found([["甲", "乙"], ["1", "2"]])


def test_two_filled_columns_of_one_name_are_not_guessed_between() -> None:
    with pytest.raises(DomainError, match="2 列都叫“电话”（C1、D1）"):
        found([["姓名", "证件号", "电话", "联系电话"], ["韩丽", "460001", "138", "139"]])
    table = found([["姓名", "证件号", "电话", "联系电话"], ["韩丽", "460001", "", "139"]])
    assert table.header.columns["phone"] == 3


def test_one_of_several_sets_of_columns() -> None:
    names = Names(FIELDS, one_of=[[["phone", "place"], ["sort"]]])
    assert find_table(read_file("a.xlsx", sheet([["姓名", "证件号", "类别"], ["甲", "1", "x"]])), names)
    with pytest.raises(DomainError, match="缺少“住址”"):
        find_table(read_file("a.xlsx", sheet([["姓名", "证件号", "电话"], ["甲", "1", "x"]])), names)
