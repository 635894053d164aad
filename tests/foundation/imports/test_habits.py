"""What clerks do to a table before they send it: nothing of it is lost in silence, nothing is guessed."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from tests.foundation.imports.toy import TOY
from tests.importing import examined, said
from tests.workbooks import Cells, sheet, text, zipped

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.read import read_file

HEADER = ["名称", "数量", "日期", "月份", "编号", "备注"]
ODS = "application/vnd.oasis.opendocument.spreadsheet"


def judged(rows: Cells, **options: Any) -> Examination:
    """Rows under the toy's header."""
    return examined(TOY, sheet([HEADER, *rows], **options))


def csv_of(content: str | bytes) -> Examination:
    return examined(TOY, content.encode() if isinstance(content, str) else content, "名单.csv")


def drawn(draw: Callable[[Any], None]) -> bytes:
    """A workbook of which `draw` fills the sheet as a person does, with more than values."""
    book = openpyxl.Workbook()
    draw(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def names_in(found: Examination) -> list[str | None]:
    return found.rows["name"].to_list()


def skipped(found: Examination) -> dict[int, str]:
    return {skip.row: skip.why for skip in found.table.skipped_rows}


# --- digits, days, numbers -----------------------------------------------------------------------------------------


def test_full_width_digits_are_brought_to_ordinary_ones_and_said() -> None:
    found = judged([["桌", "１２", "２０２６．３．９", "２０２６０５", "１２３４５６７８９０１２３４５６"]])
    assert found.rows.select("count", "on", "month", "code").row(0) == (
        12,
        dt.date(2026, 3, 9),
        dt.date(2026, 5, 1),
        "1234567890123456",
    )
    assert said(found) == {"cleaned": dict.fromkeys(["B2", "C2", "D2", "E2"], "R-TIDY-01")}


@pytest.mark.parametrize(
    "written",
    [
        "2026。3。9",
        "2026、3、9",
        "2026.3.9.",
        "2026\\3\\9",
        "2026-3-9 8:30",
        "2026-03-09 08:30:15.000",
        "2026-03-09T08:30",
        "2026年3月9日 14：05",
        dt.datetime(2026, 3, 9, 8, 30),
        46090,
        20260309,
    ],
)
def test_a_day_however_it_was_typed(written: object) -> None:
    found = judged([["桌", 1, written]])
    assert found.rows["on"].to_list() == [dt.date(2026, 3, 9)]
    assert said(found) == {"cleaned": {"C2": "R-TIDY-01"}}  # it is not as it was written


def test_a_day_that_the_spreadsheet_knows_for_one_needs_no_tidying() -> None:
    assert said(judged([["桌", 1, dt.date(2026, 3, 9)], ["椅", 1, dt.datetime(2026, 3, 9)]])) == {}


@pytest.mark.parametrize(
    "written", ["26.3.9", "9/3/2026", "2026.3", "2026-2-30", "2026-3-9至3-10", "8:30", dt.time(8, 30), 2026.39, True]
)
def test_what_may_be_another_day_or_none_is_asked_for(written: object) -> None:
    found = judged([["桌", 1, written]])
    assert said(found) == {"errors": {"C2": "T-08"}}
    assert found.rows["on"].to_list() == [None]


@pytest.mark.parametrize(
    ("written", "count", "rule"),
    [
        (3.0, 3, None),
        ("3.0", 3, "R-TIDY-01"),
        ("1,000", 1000, "R-TIDY-01"),
        ("+3", 3, "R-TIDY-01"),
        ("3 件", 3, "R-TIDY-01"),
        (-3, -3, None),
        (3.5, None, "T-03"),
        ("三", None, "T-03"),
        ("3-4", None, "T-03"),
        ("3人", None, "T-03"),  # not a unit of this column
        ("1e3", None, "T-03"),
        (True, None, "T-03"),
        ("1,0,0,0,0,0,0,0,0,0,0", None, "T-03"),
    ],
)
def test_a_count_however_it_was_typed(written: object, count: int | None, rule: str | None) -> None:
    found = judged([["桌", written]])
    assert found.rows["count"].to_list() == [count]
    assert [one.rule.id for one in found.findings] == ([rule] if rule else [])


def test_marks_that_nobody_sees_do_not_make_a_name_another_one() -> None:
    found = judged([["\u200b桌\ufeff", 1], ["桌", 1], ["\u3000", 2]])
    assert names_in(found) == ["桌", "桌", None]
    assert said(found)["confirm"] == {"A3": "T-05"}  # twice in the file
    assert said(found)["errors"] == {"A4": "T-01"}


# --- what a spreadsheet does to cells --------------------------------------------------------------------------------


def test_hidden_rows_and_columns_are_read_like_any_other() -> None:
    """A filter that was left on hides people, it does not take them off the list."""

    def draw(page: Any) -> None:
        for row in ([*HEADER], ["桌", 1], ["椅", "几把"], ["凳", 2]):
            page.append(row)
        page.row_dimensions[3].hidden = True
        page.column_dimensions["B"].hidden = True
        page.auto_filter.ref = "A1:B4"

    found = examined(TOY, drawn(draw))
    assert names_in(found) == ["桌", "椅", "凳"]
    assert said(found) == {"errors": {"B3": "T-03"}}


def test_a_name_merged_over_several_rows_belongs_to_each_of_them() -> None:
    found = judged([["桌", 1], ["", 2], ["椅", 3]], merge=["A2:A3"])
    assert names_in(found) == ["桌", "桌", "椅"]
    assert said(found) == {"confirm": {"A3": "T-05"}}


def test_a_line_merged_across_the_table_is_no_row() -> None:
    found = judged([["桌", 1], ["以下空白", "", ""], ["制表人：符晓", "", ""]], merge=["A3:F3", "A4:F4"])
    assert (names_in(found), list(skipped(found))) == (["桌"], [3, 4])


def test_a_header_of_two_rows_under_a_merged_title() -> None:
    rows = [
        ["物品登记表", "", "", ""],
        ["基本情况", "", "其他", ""],
        ["名称", "数量", "日期", "备注"],
        ["桌", 1, "", ""],
    ]
    found = examined(TOY, sheet(rows, merge=["A1:D1", "A2:B2", "C2:D2"]))
    assert (names_in(found), found.table.header.below) == (["桌"], 3)


def test_the_first_row_is_never_taken_for_the_end_of_the_header() -> None:
    """A value that is also a column's name (备注) does not make its row a second line of the header."""
    found = examined(TOY, sheet([["名称", "数量", "备注"], ["桌", 1, "备注"], ["椅", 2, ""]]))
    assert names_in(found) == ["桌", "椅"]


def test_a_formula_nobody_calculated_is_asked_for_and_a_calculated_one_is_its_value() -> None:
    assert said(judged([["=A9", 1], ["桌", "=1+1"]])) == {
        "errors": {"A2": "R-FILE-01"},
        "confirm": {"B3": "R-FILE-02"},
    }


# --- headings --------------------------------------------------------------------------------------------------------


def test_two_columns_of_one_name_are_told_apart_by_what_is_in_them() -> None:
    found = examined(TOY, sheet([["名称", "数量", "数量"], ["桌", "", 2], ["椅", "", 3]]))
    assert found.rows["count"].to_list() == [2, 3]


@pytest.mark.parametrize("at", [0, 700])
def test_one_value_far_down_is_enough_to_ask_which_column_is_meant(at: int) -> None:
    rows = [[f"物{row}", 5 if row == at else "", 2] for row in range(701)]
    with pytest.raises(DomainError, match="有 2 列都叫“数量”（B1、C1）"):
        examined(TOY, sheet([["名称", "数量", "数量"], *rows]))


@pytest.mark.parametrize(
    "names", [["名称*", "数量（件）"], ["名 称", "数\n量"], ["【名称】", "数量："], ["品名", "件数"]]
)
def test_headings_with_what_clerks_add_to_them(names: list[str]) -> None:
    found = examined(TOY, sheet([names, ["桌", 1]]))
    assert found.rows.select("name", "count").row(0) == ("桌", 1)


def test_columns_nobody_asked_for_are_named_and_change_nothing() -> None:
    found = examined(TOY, sheet([["名称", "产地", "数量"], ["桌", "x" * 5000, 1]]))
    assert [column.header for column in found.columns if column.places[0] is not None] == ["名称", "数量"]
    assert said(found) == {}


# --- below and between -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["合计", "合　计", "总计", "小计", "共计", "合计："])
@pytest.mark.parametrize("column", [0, 1])
def test_sums_at_the_foot_are_no_rows_and_are_named(word: str, column: int) -> None:
    foot: list[Any] = ["", "", 3]
    foot[column] = word
    found = examined(TOY, sheet([["序号", "名称", "数量"], [1, "桌", 1], [2, "椅", 2], foot]))
    assert names_in(found) == ["桌", "椅"]
    assert skipped(found) == {4: "表下的说明、合计或签名"}


@pytest.mark.parametrize("words", ["监考：王", "考评员：李", "阅卷人：张", "主考：陈"])
def test_who_signs_a_score_book_is_no_row(words: str) -> None:
    found = examined(TOY, sheet([["序号", "名称", "数量"], [1, "桌", 1], [2, "椅", 2], [words, "", "日期："]]))
    assert names_in(found) == ["桌", "椅"]
    assert skipped(found) == {4: "表下的说明、合计或签名"}


def test_sums_in_the_middle_do_not_end_the_table() -> None:
    found = examined(
        TOY, sheet([["序号", "名称", "数量"], [1, "桌", 1], ["小计", "", 1], [2, "椅", 2], ["总计", "", 3]])
    )
    assert (names_in(found), list(skipped(found))) == (["桌", "椅"], [3, 5])


def test_fifty_thousand_blank_rows_within_a_table() -> None:
    """Somebody filled a format down to the bottom and typed one more row there."""

    def draw(page: Any) -> None:
        page.append(HEADER)
        page.append(["桌", 1])
        for column, value in enumerate(["椅", "几把", "2026-03-09"], start=1):
            page.cell(50_003, column).value = value

    found = examined(TOY, drawn(draw))
    assert names_in(found) == ["桌", "椅"]
    assert said(found) == {"errors": {"B50003": "T-03"}}
    assert len(skipped(found)) == 50_000
    assert set(skipped(found).values()) == {"空行"}


def test_blank_rows_at_the_end_are_not_worth_a_word() -> None:
    assert skipped(judged([["桌", 1], *[[" ", "\u3000"]] * 200])) == {}


# --- text files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "mark", "told"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8"),
        ("gbk", b"", "gb18030"),
        ("gb18030", b"", "gb18030"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
    ],
)
def test_a_csv_in_each_encoding_that_offices_have(encoding: str, mark: bytes, told: str) -> None:
    found = csv_of(
        text(
            [["名称", "数量", "编号"], ["桌㐂" if told != "gbk" else "桌", 1, "1234567890123456"]],
            _wide(encoding),
            mark=mark,
        )
    )
    assert found.book.encoding == told
    assert found.rows["count"].to_list() == [1]
    assert names_in(found)[0] in {"桌㐂", "桌"}


def _wide(encoding: str) -> str:
    """GBK lacks some characters of names that GB 18030 has; the bytes of the rest are the same."""
    return "gb18030" if encoding == "gbk" else encoding


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_text_file_with_each_separator_and_line_end(separator: str, end: str) -> None:
    found = csv_of(end.join(separator.join(row) for row in (["名称", "数量"], ["桌", "1"], ["椅", "2"])))
    assert found.rows.select("name", "count").rows() == [("桌", 1), ("椅", 2)]


@pytest.mark.parametrize("last", ["", "\n"])
def test_a_quote_that_nobody_closes_does_not_swallow_the_rest(last: str) -> None:
    with pytest.raises(DomainError, match=r"引号或分隔符不成对.*另存为 xlsx") as refusal:
        csv_of(f'名称,数量\n"桌,1\n椅,2\n凳,3{last}')
    assert refusal.value.code == "file.damaged"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('"桌,大",1', "桌,大"),
        ('"桌""大""",1', '桌"大"'),
        ('5"桌,1', '5"桌'),
        ('"桌\n大",1', "桌 大"),
        ("'桌,1", "桌"),
        ('="桌",1', "桌"),
    ],
)
def test_quotes_as_they_are_meant(line: str, name: str) -> None:
    assert csv_of(f"名称,数量\n{line}\n椅,2\n").rows.select("name", "count").rows() == [(name, 1), ("椅", 2)]


def test_lines_of_different_lengths() -> None:
    found = csv_of("物品表,,,\n,,,\n名称,数量\n桌\n椅,2,3,4\n")
    assert found.rows.select("name", "count").rows() == [("桌", None), ("椅", 2)]
    assert said(found) == {"confirm": {"B4": "T-02"}}


def test_digits_that_a_spreadsheet_spoiled_in_a_csv_are_lost_for_good() -> None:
    assert said(csv_of("名称,数量,编号\n桌,1,1.23457E+15\n")) == {"errors": {"C2": "T-12"}}
    assert said(csv_of('名称,数量,编号\n桌,1,="1234567890123456"\n')) == {}
    assert said(csv_of("名称,数量,编号\n桌,1,\t1234567890123456\n")) == {"cleaned": {"C2": "R-TIDY-01"}}


# --- other formats ---------------------------------------------------------------------------------------------------


def test_an_ods_with_repeated_rows_dates_and_an_endless_foot() -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    heads = "".join(cell.format(name) for name in ("名称", "数量", "日期"))
    row = (
        cell.format("桌")
        + '<table:table-cell office:value-type="float" office:value="12"><text:p>12</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2026-03-09"><text:p>9.3.</text:p></table:table-cell>'
    )
    foot = '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="名单"><table:table-row>{heads}</table:table-row>'
        f'<table:table-row table:number-rows-repeated="2">{row}</table:table-row>{foot}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS}"/></manifest:manifest>'
    )
    parts = {"mimetype": ODS, "content.xml": content, "META-INF/manifest.xml": manifest}
    found = examined(TOY, zipped({name: part.encode() for name, part in parts.items()}), "名单.ods")
    assert found.rows.select("name", "count", "on").rows() == [("桌", 12, dt.date(2026, 3, 9))] * 2
    assert said(found) == {"confirm": {"A3": "T-05"}}


def test_a_chart_sheet_is_named_and_passed_over() -> None:
    def draw(page: Any) -> None:
        page.append(HEADER)
        page.append(["桌", 1])
        page.parent.create_chartsheet("图")

    book = read_file("a.xlsx", drawn(draw))
    assert [skip.name for skip in book.skipped] == ["图"]
    assert names_in(examined(TOY, drawn(draw))) == ["桌"]
