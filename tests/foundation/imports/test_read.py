"""Any office's file in, cells out; or one sentence that says why not."""

import re
from random import Random

import openpyxl
import pytest
from tests.workbooks import rezipped, sheet, styled_rim, text, xlsx, zipped

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine import packages, read
from qihang.foundation.imports.engine.grid import (
    FORMULA_ERROR,
    UNCALCULATED,
    column_letters,
    column_number,
    plain_text,
)
from qihang.foundation.imports.engine.read import read_file

ROWS = [["姓名", "证件号码"], ["韩丽", "460200200011305276"], ["𠮷田〇", "46000719800411183X"]]
PLAIN = [["姓名", "证件号码"], ["韩丽", "460200200011305276"]]
SHEET_PART = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("gb18030", b"", "gb18030"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
    ],
)
def test_the_encoding_of_a_text_file_is_found(encoding: str, mark: bytes, found: str) -> None:
    book = read_file("名单.csv", text(ROWS, encoding, mark=mark))
    assert book.encoding == found
    assert book.sheets[0].rows == ROWS


def test_gbk_is_read_as_the_larger_set_that_holds_it() -> None:
    assert read_file("名单.csv", text(PLAIN, "gbk")).sheets[0].rows == PLAIN


@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
def test_the_separator_is_found(separator: str) -> None:
    rows = [["姓名", "住址", "电话"], ["韩丽", "海口，龙华", "13800001111"], ["王明", "三亚", "13800002222"]]
    assert read_file("名单.txt", text(rows, separator=separator)).sheets[0].rows == rows


def test_a_tab_behind_each_number_does_not_pass_for_the_separator() -> None:
    content = "证件号码,姓名\n460001\t,甲\n460002\t,乙\n".encode("gbk")
    assert read_file("a.csv", content).sheets[0].rows[1] == ["460001\t", "甲"]


def test_a_quoted_cell_keeps_its_separator_and_line_break() -> None:
    content = '姓名,备注\n韩丽,"补材料,\n周五"\n'.encode()
    assert read_file("a.csv", content).sheets[0].rows[1] == ["韩丽", "补材料,\n周五"]


def test_what_a_file_is_decides_its_bytes_not_its_name() -> None:
    assert read_file("名单.xls", text(ROWS, "gb18030")).sheets[0].rows == ROWS
    assert read_file("名单.csv", sheet(PLAIN)).sheets[0].rows == PLAIN


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "空的"),
        (b"\xef\xbb\xbf \r\n", "空的"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"\xff\xd8\xff\xe0", "图片"),
        (b"\xff\xfe", "空的"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "图片"),
        (b"BM\x36\x00\x0c\x00\x00\x00\x00\x00", "图片"),
        (b"\x00\x00\x00\x20ftypheic\x00\x00", "图片"),
        (b"II*\x00\x08\x00", "图片"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00", "程序"),
        (b"\x7fELF\x02\x01\x01\x00", "程序"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00", "录音或视频"),
        (b"ID3\x03\x00\x00", "录音或视频"),
        (b"{\\rtf1\\ansi}", "写字板"),
        (b"\xfd7zXZ\x00", "压缩包"),
        (b"Rar!\x1a\x07", "压缩包"),
        (zipped({"名单.txt": b"x"}), "压缩包"),
        (zipped({"word/document.xml": b"<w/>"}), "Word"),
        (b"PK\x03\x04 and then nothing", "损坏"),
        (sheet(ROWS)[:900], "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Word"),
        (b"<html><body>403 Forbidden</body></html>", "网页"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet>', "损坏"),
        (b"\x81\xff" * 50, "编码"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_sentence_with_a_way_out(content: bytes, says: str) -> None:
    with pytest.raises(DomainError, match=says) as refusal:
        read_file("名单.xlsx", content)
    assert re.search("请|另存|重新", refusal.value.message)
    assert refusal.value.code.startswith("file.")


@pytest.mark.parametrize("head", ["MZ", "BM", "ID3"])
def test_a_csv_may_begin_with_the_letters_of_a_program(head: str) -> None:
    assert read_file("a.csv", f"{head}号,名称\n1,桌\n".encode()).sheets[0].rows[0] == [f"{head}号", "名称"]


def test_no_damage_ends_in_anything_but_a_sentence() -> None:
    """Bytes of a good file turned at random places: read, or refused as a person can understand."""
    content, random = sheet(ROWS), Random(7)
    refused = 0
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(random.choice([1, 5, 50])):
            damaged[random.randrange(len(damaged))] = random.randrange(256)
        try:
            read_file("名单.xlsx", bytes(damaged))
        except DomainError:
            refused += 1
    assert refused > 30


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_FILE_BYTES", 1024 * 1024)
    with pytest.raises(DomainError, match="1 MB"):
        read_file("名单.csv", b"a,b\n" * 300_000)


def test_an_archive_that_unfolds_too_far_is_refused_before_it_unfolds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_RATIO", 5)
    with pytest.raises(DomainError, match="太大"):
        read_file("名单.xlsx", zipped({"xl/worksheets/sheet1.xml": b"0" * 2_000_000}))


def test_one_cell_in_the_last_corner_is_refused_before_it_costs_memory() -> None:
    content = rezipped(sheet([["a"], ["b"]]), SHEET_PART, b'r="A2"', b'r="XFD1048576"')
    with pytest.raises(DomainError, match="1048576"):
        read_file("名单.xlsx", content)


def test_formats_alone_may_reach_the_rim() -> None:
    assert read_file("名单.xlsx", styled_rim(PLAIN)).sheets[0].rows[1] == PLAIN[1]


def test_an_ods_that_repeats_a_filled_cell_without_end_is_refused() -> None:
    row = (
        b'<o:d xmlns:o="urn:o" xmlns:table="urn:t"><table:table><table:table-row table:number-rows-repeated="1000000">'
        b'<table:table-cell table:number-columns-repeated="1000"><o:p>x</o:p></table:table-cell></table:table-row>'
        b"</table:table></o:d>"
    )
    with pytest.raises(DomainError, match="ods"):
        read_file(
            "名单.ods", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": row})
        )


def test_hidden_sheets_are_named_and_left_out() -> None:
    content = xlsx(("名单", ROWS), ("旧名单", ROWS), hidden=["旧名单"])
    book = read_file("名单.xlsx", content)
    assert [grid.name for grid in book.sheets] == ["名单"]
    assert [(skip.name, skip.why) for skip in book.skipped] == [("旧名单", "隐藏的工作表，没有读入")]


def test_formulas_without_a_result_and_errors_are_not_empty_cells() -> None:
    rows = read_file("名单.xlsx", sheet([["a", "b"], ["=1+1", "#N/A"], ["", "c"], ["=SUM(A1)", ""]])).sheets[0].rows
    assert rows[1] == [UNCALCULATED, FORMULA_ERROR]
    assert rows[2] == ["", "c"]
    assert rows[3][0] == UNCALCULATED


def test_a_calculated_formula_is_its_value() -> None:
    content = rezipped(sheet([["a"], ["=1+1"]]), SHEET_PART, b"<v />", b"<v>2</v>")
    content = rezipped(content, SHEET_PART, b"<v/>", b"<v>2</v>")
    assert read_file("名单.xlsx", content).sheets[0].rows[1] == [2.0]


def test_cells_merged_downwards_all_hold_the_value() -> None:
    rows = [["单位", "岗位"], ["椰家", "月嫂"], ["", "保安"], ["金盘", "焊工"]]
    assert [row[0] for row in read_file("a.xlsx", sheet(rows, merge=["A2:A3"])).sheets[0].rows[1:]] == [
        "椰家",
        "椰家",
        "金盘",
    ]


def test_values_keep_their_kind() -> None:
    rows = read_file("a.xlsx", sheet([[460007197810080000, "460007", True, 3.5]])).sheets[0].rows
    assert rows == [[460007197810080000.0, "460007", True, 3.5]]
    assert [plain_text(value) for value in rows[0]] == ["460007197810080000", "460007", "TRUE", "3.5"]


def test_an_html_table_under_the_name_of_xls() -> None:
    content = """<html><head><meta charset="gb2312"></head><body><table border=1>
        <tr><td colspan="2">名单&nbsp;</td></tr><tr><th>姓名</th><th>证件<br>号码</th></tr>
        <tr><td rowspan=2>韩丽</td><td>460200<table><tr><td>x</td></tr></table></td><tr><td>&#52;60001</table></body></html>"""
    book = read_file("名单.xls", content.encode("gbk"))
    assert book.sheets[0].rows == [["名单", ""], ["姓名", "证件\n号码"], ["韩丽", "460200x"], ["", "460001"]]
    assert len(book.sheets[0].merged) == 2


def test_the_xml_spreadsheet_of_2003() -> None:
    content = """<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>
        <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
            xmlns:x="urn:schemas-microsoft-com:office:excel">
        <Worksheet ss:Name="名单"><Table><Row ss:Index="2"><Cell ss:MergeAcross="1"><Data ss:Type="String">姓名</Data></Cell>
        <Cell ss:Index="4"><Data ss:Type="Number">4.60007197810083E+17</Data></Cell>
        <Cell><Data ss:Type="DateTime">2026-03-09T00:00:00.000</Data></Cell></Row></Table></Worksheet>
        <Worksheet ss:Name="旧"><Table/><x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></Worksheet>
        </Workbook>"""
    book = read_file("名单.xls", content.encode())
    assert book.sheets[0].rows == [[], ["姓名", "", "", 460007197810083000.0, "2026-03-09"]]
    assert [skip.name for skip in book.skipped] == ["旧"]


def test_column_names_go_both_ways() -> None:
    for number, letters in ((0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16_383, "XFD")):
        assert column_letters(number) == letters == openpyxl.utils.get_column_letter(number + 1)
        assert column_number(letters) == number
