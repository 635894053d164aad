"""The columnar twin of `identity.parse_resident`: the same verdicts for a whole column at once.

Numbers that are already clean, or become so by dropping the usual spaces, hyphens and full-width forms, are read as
blocks of bytes; everything else (a few rows of a roster) goes through the scalar reader, so that there is one set of
rules. A property test holds the two together.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from qihang.registry.reference.identity import (
    FIRST_YEAR,
    LONG,
    RESIDENCE_PERMIT_CODES,
    Raw,
    Verdict,
    parse_resident,
)
from qihang.registry.reference.regions import RegionTable, region_table

VERDICTS: Final = pl.Enum([verdict.value for verdict in Verdict])
SEXES: Final = pl.Enum(["male", "female"])
SCHEMA: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "verdict": VERDICTS,
    "normalised": pl.String,
    "sex": SEXES,
    "birth": pl.Date,
    "region": pl.String,
}

_CLEAN: Final = r"^(?:[0-9]{17}[0-9X]|[0-9]{15})$"
_USUAL_DIRT: Final = r"[ \t\r\n\u00A0\u3000\u200B\uFEFF\-\u2010-\u2015\u2212\uFF0D]"
_FULL_WIDTH: Final = {chr(ord(char) + 0xFEE0): char for char in "0123456789X"} | {"x": "X", "ｘ": "X"}
_BLOCK: Final = 65_536  # rows; keeps a block's digits in the processor's cache
_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], dtype=np.float32)
_CHECKS: Final = "10X98765432"
_CHECK_BYTES: Final = np.frombuffer(_CHECKS.encode("ascii"), dtype=np.uint8)
_CHECK_ENUM: Final = pl.Enum(list(_CHECKS))
_ORDER: Final = {verdict: index for index, verdict in enumerate(Verdict)}
_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int32)

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


def parse_residents(
    values: pl.Series | Sequence[Raw], *, on: date, regions: RegionTable | None = None
) -> pl.DataFrame:
    """Verdict, normalised number, sex, birth and region of each value, in order (columns of `SCHEMA`).

    Strings, numbers and empty cells may be mixed in a list; a Series has one type. Fields are null unless the verdict
    is valid. Reads about two million clean values a second on one core.
    """
    table = regions or region_table()
    raw: Sequence[Raw] | pl.Series = values
    if not (isinstance(values, pl.Series) and values.dtype == pl.String):
        raw = values.to_list() if isinstance(values, pl.Series) else values
        texts = pl.Series([value if isinstance(value, str) else None for value in raw], dtype=pl.String)
    else:
        texts = values
    cleaned = _clean(texts)
    is_clean = cleaned.is_not_null()
    fast = _read_block_wise(cleaned.drop_nulls(), on=on, table=table)
    slow = _read_one_by_one([raw[i] for i in is_clean.not_().arg_true()], on=on, table=table)
    if not slow.height:
        return fast
    where = pl.concat([is_clean.arg_true(), is_clean.not_().arg_true()])
    return pl.concat([fast, slow])[where.arg_sort()]


def _clean(texts: pl.Series) -> pl.Series:
    """The values that are, or easily become, 18 or 15 plain characters; null for all others."""
    clean = texts.str.contains(_CLEAN).fill_null(False)
    if clean.all():
        return texts
    mended = texts.str.replace_all(_USUAL_DIRT, "").str.replace_many(_FULL_WIDTH)
    return mended.set(~mended.str.contains(_CLEAN).fill_null(False), None)


def _read_one_by_one(values: Sequence[Raw], *, on: date, table: RegionTable) -> pl.DataFrame:
    read = [parse_resident(value, on=on, regions=table) for value in values]
    rows = [(one.verdict.value, one.normalised, one.sex, one.birth, one.region) for one in read]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _read_block_wise(numbers: pl.Series, *, on: date, table: RegionTable) -> pl.DataFrame:
    eighteen = _with_century(numbers)
    known = _known_codes(table)
    blocks = [_read_block(eighteen[i : i + _BLOCK], on=on, known=known) for i in range(0, len(eighteen), _BLOCK)]
    return pl.concat(blocks) if blocks else pl.DataFrame(schema=SCHEMA)


def _with_century(numbers: pl.Series) -> pl.Series:
    """Old numbers with their century and a `?` for the check character that they never had."""
    short = numbers.str.len_bytes() != LONG
    if not short.any():
        return numbers
    longer = numbers.str.slice(0, 6) + "19" + numbers.str.slice(6) + "?"
    return numbers.zip_with(~short, longer)


def _known_codes(table: RegionTable) -> Flags:
    known = np.zeros(1_000_000, dtype=np.bool_)
    known[[int(code) for code in table.codes() | RESIDENCE_PERMIT_CODES]] = True
    return known


def _number(digits: Numbers, start: int, stop: int) -> Numbers:
    total = digits[:, start].copy()
    for column in range(start + 1, stop):
        total = total * 10 + digits[:, column]
    return total


def _read_block(numbers: pl.Series, *, on: date, known: Flags) -> pl.DataFrame:
    text = numbers.str.join("").item().encode("ascii")
    chars: Bytes = np.frombuffer(text, dtype=np.uint8).reshape(-1, LONG)
    digits: Numbers = chars[:, :17].astype(np.int32) - ord("0")
    remainder = (digits.astype(np.float32) @ _WEIGHTS).astype(np.int32) % 11
    birth, dated = _births(_number(digits, 6, 14), on=on)
    old = chars[:, 17] == ord("?")
    wrong = ~old & (chars[:, 17] != _CHECK_BYTES[remainder])
    rounded = wrong & (chars[:, 15:] == ord("0")).all(axis=1)
    codes = np.select(
        [~dated, ~known[_number(digits, 0, 6)], rounded, wrong],
        [_ORDER[v] for v in (Verdict.BAD_DATE, Verdict.UNKNOWN_REGION, Verdict.DIGITS_LOST, Verdict.CHECK_DIGIT)],
        _ORDER[Verdict.VALID],
    ).astype(np.uint8)
    if old.any():
        numbers = numbers.str.head(17) + pl.Series(remainder.astype(np.uint8)).cat.to(_CHECK_ENUM).cast(pl.String)
    frame = pl.DataFrame(
        {
            "verdict": pl.Series(codes).cat.to(VERDICTS),
            "normalised": numbers,
            "sex": pl.Series((digits[:, 16] % 2 == 0).astype(np.uint8)).cat.to(SEXES),
            "birth": pl.Series(birth).cast(pl.Date),
            "region": numbers.str.head(6),
        }
    )
    valid = pl.col("verdict") == Verdict.VALID.value
    return frame.with_columns(pl.when(valid).then(pl.col(name)).alias(name) for name in frame.columns[1:])


def _births(dates: Numbers, *, on: date) -> tuple[Numbers, Flags]:
    """Days since 1970 of dates written as 19900228, and which of them are real, from 1900 and not after `on`."""
    year, month, day = dates // 10_000, dates // 100 % 100, dates % 100
    month_ok = (month >= 1) & (month <= 12)
    safe_month = np.where(month_ok, month, 1)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    length = _DAYS[safe_month] + (leap & (safe_month == 2))
    real = month_ok & (day >= 1) & (day <= length) & (year >= FIRST_YEAR)
    months = ((year - 1970) * 12 + safe_month - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int32) + day - 1
    return days, real & (dates <= on.year * 10_000 + on.month * 100 + on.day)
