"""Cleaning of cell text that loses nothing: width, spaces, marks one cannot see. One scalar and one columnar
form of each.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

_FULL = [chr(code) for code in range(0xFF01, 0xFF5F)]
_HALF = [chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)]
_TO_HALF = str.maketrans(dict(zip(_FULL, _HALF, strict=True)) | {"\u3000": " ", "￥": "¥"})

# White space of any kind and the characters that take no room (zero-width, direction and byte-order marks).
_UNSEEN = r"[\s\p{Z}\p{Cf}\p{Cc}]"
# The same for `re`, which does not know the classes: a test holds one against the other.
_UNSEEN_SCALAR = re.compile(
    r"[\s\x00-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f]"
)

# What offices write where there is nothing to write.
PLACEHOLDERS = frozenset({"无", "暂无", "/", "\\", "-", "--", "—", "——", "－", "N/A", "n/a", "空", "没有", "略"})


def half_width(text: str) -> str:
    """Full-width letters, digits and marks to their ordinary forms."""
    return text if text.isascii() else text.translate(_TO_HALF)


def without_spaces(text: str) -> str:
    return _UNSEEN_SCALAR.sub("", text)


def squeezed(text: str) -> str:
    """Half width and without any space: the form in which headers and code words are compared."""
    return without_spaces(half_width(text))


def half_width_column(column: pl.Expr) -> pl.Expr:
    # Most columns hold no such character: the search is far cheaper than the replacement.
    return (
        pl.when(column.str.contains(r"[\u{FF01}-\u{FF5E}]"))
        .then(column.str.replace_many(_FULL, _HALF))
        .otherwise(column)
    )


def without_spaces_column(column: pl.Expr) -> pl.Expr:
    return column.str.replace_all(_UNSEEN, "")


def without_quotes_column(column: pl.Expr) -> pl.Expr:
    """A leading quote is how a spreadsheet is told that digits are text."""
    return column.str.replace(r"^\s*['’‘`]+", "")


def tidy_column(column: pl.Expr) -> pl.Expr:
    """Free text: half-width is left alone, spaces at the ends and doubled ones go, line breaks become a space."""
    return (
        without_quotes_column(column)
        .str.replace_all(r"[\p{Cf}[\p{Cc}--\s]]", "")  # nobody sees them, and no database takes a zero character
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
    )


def name_column(column: pl.Expr) -> pl.Expr:
    """A person's name: no space between Han characters, one between Latin words, one form of the middle dot.

    The characters themselves stay as written: two forms of one character may be two names.
    """
    return (
        tidy_column(half_width_column(column))
        .str.replace_all(r"\s*[·•・‧∙●．.]\s*", "·")
        .str.replace_all(r"(\p{Han})\s+", "$1")
        .str.replace_all(r"\s+(\p{Han})", "$1")
    )


def cleaned_where_needed(column: pl.Series, fine: str, clean: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """`clean` applied to the texts that do not match `fine`, a pattern of texts that it would leave as they are."""
    needed = ~column.str.contains(fine).fill_null(True)
    if not needed.any():
        return column
    where = needed.arg_true()
    return column.clone().scatter(where, pl.select(clean(pl.lit(column.gather(where)))).to_series())
