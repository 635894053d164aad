"""Cleaning that loses nothing: what is the same to a reader is the same to the engine, by whichever way it is cleaned."""

import unicodedata

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qihang.foundation.imports.engine.text import (
    half_width,
    half_width_column,
    name_column,
    squeezed,
    tidy_column,
    without_spaces,
    without_spaces_column,
)

_SIGNS = st.text(
    st.sampled_from(list("王秀兰欧阳Aa1９Ａ．·•.。,，、'’ \t\n　")) | st.characters(exclude_categories=["Cs"]),
    max_size=12,
)
# What copying from a phone, a web page or a chat leaves in a cell.
_INVISIBLE = [
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202a",
    "\u2066",
    "\u2068",
    "\u2069",
    "\u061c",
    "\u180e",
    "\x00",
]


def cleaned(clean: object, *texts: str) -> list[str]:
    column = pl.Series("text", texts, dtype=pl.String)
    return pl.select(clean(pl.lit(column))).to_series().to_list()  # type: ignore[operator]


def test_one_cell_and_a_column_agree_on_what_takes_no_room() -> None:
    """Of every character there is: a number that one way accepts and the other refuses would be two numbers."""
    signs = [chr(code) for code in range(0x20000) if unicodedata.category(chr(code)) not in {"Cs", "Cn"}]
    apart = [
        f"U+{ord(sign):04X}"
        for sign, kept in zip(signs, cleaned(without_spaces_column, *signs), strict=True)
        if kept != without_spaces(sign)
    ]
    # Marks of scripts that no keyboard here writes, and of which each side may know another edition.
    assert [one for one in apart if not one.startswith(("U+13", "U+1B"))] == []


@pytest.mark.parametrize("mark", _INVISIBLE)
def test_marks_that_nobody_sees_fall_out_of_numbers_headers_and_names(mark: str) -> None:
    assert squeezed(f"{mark}１３８{mark}0000") == "1380000"
    assert cleaned(name_column, f"王{mark}秀兰{mark}") == ["王秀兰"]
    assert cleaned(tidy_column, f"{mark}海口{mark}市") == ["海口市"]


def test_line_breaks_within_a_text_part_its_words() -> None:
    assert cleaned(tidy_column, "海口市\r\n龙华区\t 1 号\x0b院") == ["海口市 龙华区 1 号 院"]


@pytest.mark.parametrize("name", ["欧阳　娜娜", "欧 阳 娜 娜", " 欧阳娜娜\n", "‘欧阳娜娜", "\u2068欧阳娜娜\u2069"])
def test_a_name_is_one_name_however_it_is_spaced(name: str) -> None:
    assert cleaned(name_column, name) == ["欧阳娜娜"]


@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", "∙", "●", "．", "．", " · ", "　·　"])
def test_every_middle_dot_is_the_same_one(dot: str) -> None:
    assert cleaned(name_column, f"阿依古丽{dot}买买提") == ["阿依古丽·买买提"]


@pytest.mark.parametrize("name", ["Maria Garcia", "John  Smith", "𠮷田 茂", "峯村", "王 A", "㐂"])
def test_latin_words_stay_apart_and_rare_characters_as_written(name: str) -> None:
    kept = cleaned(name_column, name)[0]
    assert (" " in kept) == name.isascii()
    assert kept.replace(" ", "") == name.replace(" ", "")


@settings(max_examples=60, deadline=None)
@given(_SIGNS)
@example("'’王")
@example("\u200b '王")
@example("Ａ．王")
def test_cleaning_what_is_clean_changes_nothing(text: str) -> None:
    for clean in (half_width_column, without_spaces_column):
        once = cleaned(clean, text)
        assert cleaned(clean, *once) == once
    assert squeezed(squeezed(text)) == squeezed(text)
    assert half_width(half_width(text)) == half_width(text)


@settings(max_examples=60, deadline=None)
@given(_SIGNS)
def test_no_letter_digit_or_han_character_is_ever_lost(text: str) -> None:
    """What a database or a reader cannot hold may go; nothing that says something may."""
    telling = [sign for sign in half_width(text) if unicodedata.category(sign)[0] in "LN"]
    for clean in (tidy_column, name_column):
        kept = [sign for sign in half_width(cleaned(clean, text)[0]) if unicodedata.category(sign)[0] in "LN"]
        assert kept == telling


@settings(max_examples=40, deadline=None)
@given(_SIGNS)
def test_a_clean_text_has_nothing_that_a_database_refuses(text: str) -> None:
    for clean in (tidy_column, name_column, without_spaces_column):
        (kept,) = cleaned(clean, text)
        assert "\x00" not in kept
        assert not any(unicodedata.category(sign) == "Cc" for sign in kept)
