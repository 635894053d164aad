"""The file that goes back with its findings marked."""

import io

import openpyxl
from tests.foundation.imports.toy import TOY
from tests.importing import examined
from tests.workbooks import sheet, xlsx

from qihang.foundation.imports.engine.marked import marked_file
from qihang.foundation.imports.engine.rules import Parameters

ROWS = [
    ["名称", "数量", "备注"],
    ["桌", "x", '=HYPERLINK("http://a","b")'],
    ["椅", "", "+1"],
    ["凳", "3件", "http://a.b"],
]


def marked(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(marked_file(examined(TOY, content))))


def test_cells_are_coloured_and_say_why() -> None:
    page = marked(sheet(ROWS)).worksheets[0]
    assert page.title == "Sheet1"
    assert page["B2"].fill.start_color.rgb == "FFF9D6D2"
    assert "要改：第 2 行 桌：“x”不是数" in page["B2"].comment.text
    assert page["B3"].fill.start_color.rgb == "FFFCE9C4"
    assert page["B4"].fill.start_color.rgb == "FFDCEBF7"
    assert page["B4"].comment is None
    assert page["A2"].fill.fill_type is None


def test_a_refusal_is_told_apart_from_what_must_be_mended() -> None:
    limit = Parameters.fixed({"toy.limit": 2})
    found = examined(TOY, sheet([["名称", "数量"], ["桌", 3], ["椅", "x"]]), parameters=limit)
    page, findings = openpyxl.load_workbook(io.BytesIO(marked_file(found))).worksheets
    assert "没通过：第 2 行 桌：超过 2 件" in page["B2"].comment.text
    assert [cell.value for cell in findings["B"]] == ["结果", "没通过", "要改"]


def test_nothing_in_it_can_run() -> None:
    content = sheet([["名称", "备注"], ["桌", "'=1+1"], ["@SUM(1)", "-1+1"]])
    page = marked(content).worksheets[0]
    kinds = {cell.data_type for row in page.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


def test_a_list_of_the_findings_comes_with_it() -> None:
    page = marked(sheet(ROWS)).worksheets[1]
    assert [cell.value for cell in page[1]] == ["格", "结果", "列", "规则", "怎么回事"]
    assert [row[0].value for row in page.iter_rows(min_row=2)] == ["B2", "C2", "B3", "B4"]


def test_a_sheet_name_that_a_spreadsheet_would_not_take() -> None:
    rows = [["名称", "数量"], ["桌", 1]]
    assert marked(xlsx(("查出的问题", rows))).sheetnames == ["名单", "查出的问题"]
