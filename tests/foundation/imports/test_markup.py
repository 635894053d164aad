"""Spreadsheets that are markup: as office systems export them, as they come damaged, and as a hostile hand writes them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine import markup
from qihang.foundation.imports.engine.grid import Grid, MergedRange
from qihang.foundation.imports.engine.headers import spread_of
from qihang.foundation.imports.engine.read import read_file

_NAMESPACES = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
)


def xml(rows: str, *, declared: str = "", sheet: str = "名单") -> str:
    encoding = f' encoding="{declared}"' if declared else ""
    return (
        f'<?xml version="1.0"{encoding}?><Workbook {_NAMESPACES}><Worksheet ss:Name="{sheet}"><Table>{rows}'
        "</Table></Worksheet></Workbook>"
    )


def xml_rows(rows: str) -> list[list[object]]:
    return read_file("名单.xls", xml(rows).encode()).sheets[0].rows  # type: ignore[return-value]


def html_rows(table: str) -> list[list[object]]:
    return read_file("名单.xls", f"<html><body><table>{table}</table></body></html>".encode()).sheets[0].rows  # type: ignore[return-value]


def cell(text: str, attributes: str = "", kind: str = "String") -> str:
    attributes = attributes.replace("`", '"')
    return f'<Cell {attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


# --- the XML spreadsheet of 2003 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("GB2312", "gbk"),
        ("GBK", "gbk"),
        ("gb18030", "gb18030"),
        ("UTF-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("", "utf-8"),
        ("UTF-16", "utf-16"),
    ],
)
def test_it_is_read_in_the_encodings_that_offices_write(declared: str, encoding: str) -> None:
    """GB2312 is what the older office systems of China export."""
    content = xml(f"<Row>{cell('韩丽')}</Row>", declared=declared).encode(encoding)
    assert read_file("名单.xls", content).sheets[0].rows == [["韩丽"]]


@pytest.mark.parametrize(
    "rows",
    [
        '<Row ss:Index="x"/>',
        '<Row ss:Index="0"/>',
        '<Row ss:Index="-3"/>',
        '<Row ss:Index="99999999999"/>',
        '<Row ss:Index="3"/><Row ss:Index="2"/>',
        f"<Row>{cell('a', 'ss:Index=`1.5`')}</Row>",
        f"<Row>{cell('a')}{cell('b', 'ss:Index=`1`')}</Row>",
        f"<Row>{cell('a', 'ss:MergeAcross=`x`')}</Row>",
        f"<Row>{cell('a', 'ss:MergeDown=`-1`')}</Row>",
    ],
)
def test_places_that_make_no_sense_are_a_sentence(rows: str) -> None:
    with pytest.raises(DomainError, match="行列编号") as refusal:
        xml_rows(rows)
    assert refusal.value.code == "file.damaged"


def test_rows_and_cells_left_out_keep_their_places() -> None:
    rows = f'<Row ss:Index="3">{cell("a", "ss:Index=`2`")}{cell("b")}</Row><Row ss:Index="5">{cell("c")}</Row>'
    assert xml_rows(rows) == [[], [], ["", "a", "b"], [], ["c"]]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("3", "Number", 3.0),
        ("4.60007197810083E+17", "Number", 460007197810083000.0),
        ("x", "Number", "x"),
        ("460007197810083000", "String", "460007197810083000"),
        ("2026-03-09T00:00:00.000", "DateTime", "2026-03-09"),
        ("2026-03-09T08:30:00.000", "DateTime", "2026-03-09T08:30:00.000"),
        ("1", "Boolean", "1"),
        ("", "String", ""),
    ],
)
def test_values_by_their_type(text: str, kind: str, value: object) -> None:
    assert xml_rows(f"<Row>{cell(text, kind=kind)}</Row>") == [[value]]


def test_rich_text_within_a_cell_is_its_words() -> None:
    assert xml_rows("<Row><Cell><Data ss:Type='String'>韩<B>丽</B></Data></Cell></Row>") == [["韩丽"]]
    assert xml_rows("<Row><Cell/><Cell><Comment>x</Comment></Cell></Row>") == [["", ""]]


def test_entities_that_unfold_without_end_are_refused() -> None:
    inner = ["aaaaaaaaaa", *(f"&e{n};" * 10 for n in range(8))]
    folds = "".join(f'<!ENTITY e{n} "{text}">' for n, text in enumerate(inner))
    content = xml(f"<Row>{cell('&e8;')}</Row>").replace("<Workbook", f"<!DOCTYPE x [{folds}]><Workbook", 1)
    with pytest.raises(DomainError) as refusal:
        read_file("名单.xls", content.encode())
    assert refusal.value.code == "file.damaged"


def test_a_merge_over_a_thousand_million_columns_costs_nothing() -> None:
    book = read_file("名单.xls", xml(f"<Row>{cell('姓名', 'ss:MergeAcross=`999999999`')}{cell('b')}</Row>").encode())
    (grid,) = book.sheets
    assert grid.merged[0].right <= 1_000
    began = time.monotonic()
    spread_of([MergedRange(0, 0, 999_999_999, 999_999_999)], grid, range(1))
    assert time.monotonic() - began < 1, "the range is walked no further than the rows reach"


def test_a_range_over_the_whole_sheet_speaks_for_the_cells_that_are_there() -> None:
    grid = Grid("a", [["x", "", ""], ["", ""]])
    spread = spread_of([MergedRange(0, 0, 5, 16_383)], grid, range(2))
    assert spread == {(row, column): "x" for row in range(2) for column in range(3)}


@pytest.mark.parametrize("rows", ['<Row><Cell ss:Index="900000"/></Row>' * 3, f"<Row>{'<Cell/>' * 40}</Row>" * 60])
def test_a_sheet_of_more_places_than_anybody_fills_is_refused(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_PLACES", 2_000)
    with pytest.raises(DomainError, match="太大") as refusal:
        xml_rows(rows)
    assert refusal.value.code == "file.too_large"


# --- HTML under the name of xls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("span", ["²", "9" * 5000, "-1", "0", "x", "", "1.5", "٣"])
def test_a_span_that_is_no_number_is_one_cell(span: str) -> None:
    assert html_rows(f'<tr><td colspan="{span}">a</td><td rowspan="{span}">b</td></tr>')[0][0] == "a"


def test_spans_keep_the_cells_beside_and_below_in_their_columns() -> None:
    rows = html_rows(
        "<tr><td rowspan=2>单位</td><td colspan=2>人数</td></tr><tr><td>男</td><td>女</td></tr>"
        "<tr><td>甲</td><td>1</td><td>2</td></tr>"
    )
    assert rows == [["单位", "人数", ""], ["", "男", "女"], ["甲", "1", "2"]]


def test_cells_and_rows_that_nobody_closed() -> None:
    assert html_rows("<tr><td>a<td>b<tr><td>c<td>d") == [["a", "b"], ["c", "d"]]
    assert html_rows("<td>a</td>") == [["a"]]


def test_several_tables_are_several_sheets() -> None:
    content = "<html><table><tr><td>a</td></tr></table><p>x</p><table><tr><td>b</td></tr></table>"
    sheets = read_file("名单.xls", content.encode()).sheets
    assert [(grid.name, grid.rows) for grid in sheets] == [
        ("名单.xls（表 1）", [["a"]]),
        ("名单.xls（表 2）", [["b"]]),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&nbsp;韩丽&nbsp;", "韩丽"),
        ("a&amp;b&lt;c", "a&b<c"),
        ("&#x97E9;&#20029;", "韩丽"),
        ("<b>韩</b><i>丽</i>", "韩丽"),
        ("a<br/>b", "a\nb"),
        ("<!-- x -->韩丽", "韩丽"),
    ],
)
def test_what_a_browser_would_show_is_what_is_read(written: str, read: str) -> None:
    assert html_rows(f"<tr><td>{written}</td></tr>") == [[read]]


def test_a_few_lines_that_ask_for_millions_of_places_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MAX_PLACES", 100_000)
    with pytest.raises(DomainError, match="太大") as refusal:
        html_rows("<tr><td colspan=300 rowspan=300>x</td></tr>" * 2)
    assert refusal.value.code == "file.too_large"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<table>",
                "</table>",
                "<tr>",
                "</tr>",
                "<td>",
                "<td colspan=2>",
                "<td rowspan=3>",
                "</td>",
                "<br>",
                "a",
                "<th",
                ">",
                "&#0;",
                "]]>",
                "<![",
                "<?",
            ]
        ),
        max_size=25,
    )
)
def test_no_tangle_of_tags_ends_in_anything_but_cells_or_a_sentence(parts: list[str]) -> None:
    try:
        book = read_file("名单.xls", ("<html>" + "".join(parts)).encode())
    except DomainError as refusal:
        assert refusal.code.startswith("file.")
    else:
        assert all(isinstance(value, str) for grid in book.sheets for row in grid.rows for value in row)
