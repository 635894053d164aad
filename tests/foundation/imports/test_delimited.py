"""Text files: whatever an office's program writes is read back cell by cell, or refused in one sentence."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.workbooks import text

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.delimited import decode
from qihang.foundation.imports.engine.read import read_file

# In one file at a time no other separator stands: which one is meant would be a guess.
_CELLS = st.text(st.sampled_from(list("王秀兰海口市Ab09-./（）\"' \n")), max_size=8)
_ENCODINGS = (
    ("utf-8", b""),
    ("utf-8", b"\xef\xbb\xbf"),
    ("gbk", b""),
    ("gb18030", b""),
    ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b"\xfe\xff"),
)


def tables(width: int) -> st.SearchStrategy[list[list[str]]]:
    row = st.lists(_CELLS, min_size=width, max_size=width)
    return st.lists(row, min_size=2, max_size=6).map(
        lambda rows: [["姓名", "证件号码", "住址", "备注"][:width], *rows]
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 4).flatmap(tables), st.sampled_from([",", "\t", ";", "|"]), st.sampled_from(_ENCODINGS))
def test_every_table_comes_back_cell_by_cell(
    rows: list[list[str]], separator: str, encoding: tuple[str, bytes]
) -> None:
    book = read_file("名单.csv", text(rows, encoding[0], separator, encoding[1]))
    assert book.sheets[0].rows == rows


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(st.characters(codec="gb18030", exclude_characters="\x00"), max_size=20), min_size=1, max_size=5)
)
def test_no_text_of_the_national_character_set_is_lost(lines: list[str]) -> None:
    whole = "姓名,备注\n" + "\n".join(lines)
    for encoding in ("utf-8", "gb18030"):
        assert decode(whole.encode(encoding))[1] == whole


@settings(max_examples=80, deadline=None)
@given(st.binary(min_size=1, max_size=80))
def test_no_bytes_end_in_anything_but_a_table_or_a_sentence(content: bytes) -> None:
    try:
        book = read_file("名单.csv", content)
    except DomainError as refusal:
        assert refusal.code.startswith("file.")
    else:
        assert all(isinstance(cell, str) for grid in book.sheets for row in grid.rows for cell in row)


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_half_a_character_at_the_end_is_told(mark: bytes) -> None:
    with pytest.raises(DomainError, match="编码") as refusal:
        read_file("名单.csv", mark + b"\x59\x00\x59")
    assert refusal.value.code == "file.encoding"


def test_a_mark_of_utf_8_over_other_bytes_is_told() -> None:
    with pytest.raises(DomainError, match="CSV UTF-8"):
        read_file("名单.csv", b"\xef\xbb\xbf" + "姓名,电话\n".encode("gbk"))


@pytest.mark.parametrize(
    ("lines", "rows"),
    [
        ("姓名\n韩丽\n王明\n", [["姓名"], ["韩丽"], ["王明"]]),
        ("姓名,电话\n\n韩丽,1\n\n", [["姓名", "电话"], [], ["韩丽", "1"], []]),
        ("姓名,电话", [["姓名", "电话"]]),
        ("姓名,电话\r\n韩丽,\r\n", [["姓名", "电话"], ["韩丽", ""]]),
        ('姓名,备注\n韩丽,"他说""好"""\n', [["姓名", "备注"], ["韩丽", '他说"好"']]),
    ],
)
def test_rows_are_counted_as_a_spreadsheet_counts_them(lines: str, rows: list[list[str]]) -> None:
    """A finding names a row; blank lines and a missing last line end must not shift it."""
    assert read_file("名单.csv", lines.encode()).sheets[0].rows == rows


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('="0898123"', "0898123"),
        ('"=""0898123"""', "0898123"),
        ("=1+1", "=1+1"),
        ('="a"&"b"', '="a"&"b"'),
        ('=""', ""),
    ],
)
def test_digits_kept_as_text_by_a_formula_are_these_digits(cell: str, read: str) -> None:
    assert read_file("a.csv", f"编号,名称\n{cell},桌\n".encode()).sheets[0].rows[1] == [read, "桌"]


def test_one_endless_cell_is_refused_and_does_not_stop_the_reader() -> None:
    with pytest.raises(DomainError, match="引号或分隔符") as refusal:
        read_file("a.csv", b"a,b\n" + b"x" * 1_100_000 + b",1\n")
    assert refusal.value.code == "file.damaged"
    assert csv.field_size_limit() == 1_000_000


def test_remarks_full_of_commas_do_not_pass_for_columns() -> None:
    rows = [
        ["姓名", "住址"],
        ["韩丽", "海口,龙华,金贸,1号"],
        ["王明", "三亚,吉阳"],
        ["符晓", "文昌"],
        ["陈明", "琼海"],
    ]
    assert read_file("a.txt", text(rows, separator="\t")).sheets[0].rows == rows


@pytest.mark.parametrize("name", ["名单.csv", "名单", "名单.xlsx", "../../etc/passwd", ""])
def test_the_name_decides_nothing(name: str) -> None:
    assert read_file(name, "姓名,电话\n韩丽,1\n".encode()).sheets[0].rows[1] == ["韩丽", "1"]


def test_the_fingerprint_is_that_of_the_bytes() -> None:
    content = "姓名,电话\n".encode()
    assert read_file("a.csv", content).sha256 == read_file("b.csv", content).sha256
    assert read_file("a.csv", content).sha256 != read_file("a.csv", content + b"\n").sha256
