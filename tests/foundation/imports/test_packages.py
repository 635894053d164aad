"""What stands in a spreadsheet's parts beside its values: formulas without a result, errors, and lies about its size."""

import pytest
from tests.foundation.imports.toy import TOY
from tests.importing import examined, said
from tests.workbooks import rezipped, sheet, xlsx

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.grid import FORMULA_ERROR, UNCALCULATED, CellValue
from qihang.foundation.imports.engine.packages import inspect_package
from qihang.foundation.imports.engine.read import read_file

PART = "xl/worksheets/sheet1.xml"
_CELL = b'<c r="B2"><f>IF(A2=1,1,"")</f><v /></c>'


def with_cell(cell: bytes) -> bytes:
    """A toy's file whose one count is written as a program of our choice writes it."""
    content = sheet([["名称", "数量"], ["桌", '=IF(A2=1,1,"")'], ["椅", 2]])
    made = rezipped(content, PART, _CELL, cell)
    assert made != content
    return made


def count_of(cell: bytes) -> CellValue:
    return read_file("名单.xlsx", with_cell(cell)).sheets[0].value(1, 1)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2"><f>A1</f></c>',
        b'<c r="B2"><f>A1</f><v/></c>',
        b'<c r="B2"><f>A1</f><v></v></c>',
        b'<c r="B2" s="4" t="n"><f ca="1">A1</f> <v/></c>',
        b"<c r='B2'><f>A1</f></c>",
        b'<c s="4" r = "B2"><f>A1</f><v /></c>',
        b'<c r="B2" t="str"><f>A1</f></c>',
        b'<c r="B2"><f t="shared" si="0"/></c>',
    ],
)
def test_a_formula_that_nobody_calculated_is_never_an_empty_cell(cell: bytes) -> None:
    assert count_of(cell) == UNCALCULATED
    assert said(examined(TOY, with_cell(cell)))["confirm"] == {"B2": "R-FILE-02"}


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2" t="str"><f>IF(A2="","",A2)</f><v></v></c>',
        b'<c r="B2" t="str"><f>IF(A2="","",A2)</f><v/></c>',
        b"<c r='B2' t='str'><f>A1</f><v></v></c>",
        b'<c t="str" r="B2"><f>A1</f><v/></c>',
    ],
)
def test_a_formula_that_came_to_an_empty_text_is_an_empty_cell(cell: bytes) -> None:
    """=IF(A2="","",…) down a whole column is how offices prepare their lists."""
    assert count_of(cell) == ""
    assert said(examined(TOY, with_cell(cell)))["confirm"] == {"B2": "T-02"}


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (b'<c r="B2"><f>A1</f><v>3</v></c>', 3.0),
        (b'<c r="B2" t="str"><f>A1</f><v>3</v></c>', "3"),
        (b'<c r="B2" t="b"><f>A1</f><v>1</v></c>', True),
    ],
)
def test_a_formula_with_a_result_is_its_result(cell: bytes, value: CellValue) -> None:
    assert count_of(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        b"<c r='B2' t='e'><v>#REF!</v></c>",
        b'<c t="e" r="B2"><v>#N/A</v></c>',
    ],
)
def test_an_error_is_never_an_empty_cell(cell: bytes) -> None:
    assert count_of(cell) == FORMULA_ERROR
    assert "B2" in said(examined(TOY, with_cell(cell)))["confirm"]


@pytest.mark.parametrize(
    "far",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c s="1" r = "XFD1048576" t="n"><v>1</v></c>',
        b'<c r="A1048576"><v>1</v></c><c r="XFD2"><v>1</v></c>',
        b'<c r="XFD9"><v>1</v></c><c r="A1048576"><v>1</v></c>',
    ],
)
def test_a_cell_in_the_last_corner_is_seen_wherever_and_however_it_is_written(far: bytes) -> None:
    """Else one line of a hostile file has the parser lay out seventeen thousand million cells. Cells of small rows
    stand behind it, as no program would write them."""
    with pytest.raises(DomainError, match="1048576") as refusal:
        inspect_package(with_cell(far))
    assert refusal.value.code == "file.too_large"


@pytest.mark.parametrize(
    "far", [b'<c r="XFD1048576" s="1"/>', b'<c r="A1048576"><v>1</v></c>', b'<c r="XFD999"><v>1</v></c>']
)
def test_a_long_a_wide_and_a_formatted_sheet_are_read(far: bytes) -> None:
    inspect_package(with_cell(far))


def test_the_marks_stand_in_their_own_sheet() -> None:
    content = xlsx(("一", [["a"], ["=A1"]]), ("二", [["b"], ["x"]]))
    first, second = read_file("a.xlsx", content).sheets
    assert first.rows[1] == [UNCALCULATED]
    assert second.rows[1] == ["x"]


def test_a_sheet_that_its_workbook_does_not_name_right_is_damaged_or_read() -> None:
    for old, new in ((b"worksheets/sheet1.xml", b"worksheets/none.xml"), (b'Id="rId1"', b'Id="rId9"')):
        content = rezipped(sheet([["a", "b"]]), "xl/_rels/workbook.xml.rels", old, new)
        try:
            assert read_file("a.xlsx", content).sheets
        except DomainError as refusal:
            assert refusal.code == "file.damaged"


@pytest.mark.parametrize("text", ["a_x0000_b", "a_x0007_b", "\u2068ab\u2069"])
def test_characters_that_no_database_takes_do_not_come_out_of_a_cell(text: str) -> None:
    found = examined(TOY, sheet([["名称", "数量", "备注"], [text, 1, text]]))
    assert found.rows["name"].to_list() == ["ab"]
    assert found.rows["notes"].to_list() == ["ab"]
    assert said(found) == {"cleaned": {"A2": "R-TIDY-01", "C2": "R-TIDY-01"}}
