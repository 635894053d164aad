"""What a page may show of a file: enough to find the cell, never a number that somebody could copy."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.foundation.imports.toy import TOY
from tests.identities import resident
from tests.importing import examined
from tests.workbooks import sheet

from qihang.foundation.core.masks import MaskWidths, mask, mask_settings, short_name
from qihang.foundation.imports.engine.masking import Mask, masked
from qihang.foundation.imports.engine.report import report

NUMBER = resident("1982-03-15", order=42)


def digits_in(text: str) -> str:
    return re.sub(r"[^0-9Xx]", "", text)


@pytest.mark.parametrize("kind", list(Mask))
@pytest.mark.parametrize(
    "cell",
    [NUMBER, f" {NUMBER} ", f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}", f"证号{NUMBER}", NUMBER[:-1] + "x"],
)
def test_an_identity_number_is_hidden_in_whichever_column_it_stands(kind: Mask, cell: str) -> None:
    """Columns get shifted: a number under 姓名 or 备注 is as much a number as under 证件号码."""
    shown = masked(cell, kind)
    assert "*" in shown
    assert NUMBER[6:14] not in digits_in(shown)
    assert len(digits_in(shown)) <= 8


@pytest.mark.parametrize("kind", [Mask.TEXT, Mask.NAME, Mask.PHONE, Mask.NUMBER])
@pytest.mark.parametrize("cell", ["13912345678", "１３９１２３４５６７８", "139 1234 5678", "139-1234-5678"])
def test_so_is_a_phone_number(kind: Mask, cell: str) -> None:
    import unicodedata

    shown = unicodedata.normalize("NFKC", masked(cell, kind))
    assert "12345678" not in digits_in(shown)
    assert len(digits_in(shown)) <= 8


@pytest.mark.parametrize("name", ["王秀兰", "欧阳娜娜", "阿依古丽·买买提", "John Smith", "王五2", "2026年第1期"])
def test_a_name_is_shown_so_that_its_row_can_be_found(name: str) -> None:
    assert masked(name, Mask.NAME) == name


@pytest.mark.parametrize(("cell", "shown"), [("12345678901", "*" * 11), ("123456", "*" * 6), ("", "")])
def test_a_number_too_short_to_be_one_is_hidden_whole(cell: str, shown: str) -> None:
    assert masked(cell, Mask.NUMBER) == shown


def test_a_report_of_shifted_columns_gives_no_number_away() -> None:
    rows = [["名称", "数量", "编号"], [NUMBER, "王秀兰", "x"], [NUMBER, 2, "桌"]]
    document = report(examined(TOY, sheet(rows)))
    assert NUMBER not in str(document)
    assert NUMBER[6:14] not in str(document)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(list("0123456789xX -王海/（）")), max_size=40), st.sampled_from(list(Mask)))
def test_no_run_of_digits_long_enough_to_be_somebody_s_is_shown(text: str, kind: Mask) -> None:
    shown = masked(text, kind)
    assert not re.search(r"\d{10}", shown)


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["identity", "phone", "account", "text"]),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
    st.builds(
        MaskWidths,
        id_head=st.integers(0, 8),
        id_tail=st.integers(0, 6),
        phone_tail=st.integers(0, 8),
        account_tail=st.integers(0, 8),
    ),
)
def test_under_any_widths_in_force_something_stays_hidden(kind: str, text: str, widths: MaskWidths) -> None:
    held = dict(mask_settings._handlers)
    mask_settings._handlers["widths"] = lambda: widths
    try:
        shown = mask(kind, text)
    finally:
        mask_settings._handlers.clear()
        mask_settings._handlers.update(held)
    assert "*" in shown
    assert kind == "text" or len(shown) == len(text)


def test_names_are_cut_to_their_first_character_where_the_parameter_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mask_settings._handlers, "widths", lambda: MaskWidths(full_name=False))
    assert mask("name", "欧阳娜娜") == "欧***"
    assert mask("name", "") == ""
    assert masked("王秀兰", Mask.NAME) == "王**"
    assert short_name("王") == "王"


@pytest.mark.parametrize("kind", ["identitiy", "", "Phone"])
def test_a_mask_that_there_is_not_shows_nothing_at_all(kind: str) -> None:
    """A slip in a template must fail, not show the value."""
    with pytest.raises(KeyError):
        mask(kind, NUMBER)


def test_masking_a_column_is_masking_its_cells() -> None:
    from qihang.foundation.imports.engine.days import each_distinct

    cells = pl.Series("c", [NUMBER, None, "13912345678", NUMBER])
    shown = each_distinct(cells, lambda one: masked(one, Mask.NUMBER), pl.String)
    assert shown.to_list() == [None if cell is None else masked(cell, Mask.NUMBER) for cell in cells]
