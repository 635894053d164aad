"""Days and months in the forms that offices write them. A form that leaves a choice open gives no day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import polars as pl

from qihang.foundation.imports.engine.text import squeezed

_HAN_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_WEEKDAY = re.compile(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?")
_TIME = re.compile(r"(?:T|\s+)\d{1,2}[:：]\d{2}(?:[:：]\d{2}(?:\.\d+)?)?$")
_TYPED_STOPS = str.maketrans("。、\\", "...")  # what a Chinese keyboard gives for a point or a slash
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_SEPARATOR = r"[-./年]"
_DAY_FORMS = (
    re.compile(rf"{_YEAR}{_SEPARATOR}(?P<month>\d{{1,2}})[-./月](?P<day>\d{{1,2}})[日号]?"),
    re.compile(rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})"),
)
_SHORT_DAY_FORM = re.compile(r"(?P<month>\d{1,2})[-./月](?P<day>\d{1,2})[日号]?")
_MONTH_FORMS = (
    re.compile(rf"{_YEAR}{_SEPARATOR}(?P<month>\d{{1,2}})月?份?"),
    re.compile(rf"{_YEAR}(?P<month>\d{{2}})"),
    re.compile(rf"{_YEAR}{_SEPARATOR}(?P<month>\d{{1,2}})[-./月](?P<day>\d{{1,2}})[日号]?"),
)
_DAY_IN_TEXT = re.compile(
    r"(?P<year>(?:19|20)\d{2})\s*[-./年]\s*(?P<month>\d{1,2})\s*[-./月]\s*(?P<day>\d{1,2})\s*[日号]?"
)
_SPAN_END = re.compile(
    r"\s*(?:[-—–~～]+|至|到)\s*(?:(?P<month>\d{1,2})\s*[-./月]\s*)?(?P<day>\d{1,2})\s*[日号]?(?![\d./年月人个名学课-])"
)
_MONTH_END_IN_TEXT = re.compile(r"(?P<year>(?:19|20)\d{2})\s*[-./年]\s*(?P<month>\d{1,2})\s*月?底")
_YEAR_IN_TEXT = re.compile(r"((?:19|20)\d{2})\s*年")
_SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119: a date cell that lost its format shows such a number
_SERIAL_EPOCH = dt.date(1899, 12, 30)


def parse_day(text: str, year: int | None = None) -> dt.date | None:
    """2026-03-09, 2026.3.9, 2026/3/9, 20260309, 2026年3月9日(周一), 二〇二六年三月九日, a serial number; with
    `year` also 3.9. A time of day behind it is passed over: a column of days asks for the day.
    """
    plain = _plain(text)
    for form in _DAY_FORMS:
        if found := form.fullmatch(plain):
            return _day(int(found["year"]), int(found["month"]), int(found["day"]))
    if year and (found := _SHORT_DAY_FORM.fullmatch(plain)):
        return _day(year, int(found["month"]), int(found["day"]))
    if re.fullmatch(r"\d{5}(?:\.0+)?", plain) and int(float(plain)) in _SERIAL_DAYS:
        return _SERIAL_EPOCH + dt.timedelta(days=int(float(plain)))
    return None


def parse_month(text: str) -> dt.date | None:
    """The first day of the month written as 202605, 2026-05, 2026.5, 2026年5月, or of the month of a whole date."""
    plain = _plain(text)
    for form in _MONTH_FORMS:
        if found := form.fullmatch(plain):
            return _day(int(found["year"]), int(found["month"]), 1)
    return None


def days_in(text: str) -> list[dt.date]:
    """Every date within a text, in order, the short end of a span (3月9日—27日) included; “10月底” is that
    month's last day.
    """
    found: list[tuple[int, dt.date]] = []
    text = _han_to_digits(text)
    for hit in _DAY_IN_TEXT.finditer(text):
        if day := _day(int(hit["year"]), int(hit["month"]), int(hit["day"])):
            found.append((hit.start(), day))
            if (end := _SPAN_END.match(text, hit.end())) and (last := _span_end(day, end)):
                found.append((end.start() + 1, last))
    for hit in _MONTH_END_IN_TEXT.finditer(text):
        if day := _day(int(hit["year"]), int(hit["month"]), 1):
            found.append((hit.start(), month_end(day)))
    return [day for _, day in sorted(found)]


def year_in(text: str) -> int | None:
    found = _YEAR_IN_TEXT.search(_han_to_digits(text))
    return int(found.group(1)) if found else None


def month_end(day: dt.date) -> dt.date:
    following = dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - dt.timedelta(days=1)


def each_distinct(
    column: pl.Series, parse: Callable[[str], object], dtype: pl.DataType | type[pl.DataType], fine: str = ""
) -> pl.Series:
    """`parse` applied once to every distinct text of a column: offices repeat themselves, parsers are slow.

    Texts that match the pattern `fine` are known to come out as they are.
    """
    if fine:
        known = column.str.contains(fine).fill_null(True)
        if known.all():
            return column
        where = (~known).arg_true()
        return column.clone().scatter(where, each_distinct(column.gather(where), parse, dtype))
    distinct = column.drop_nulls().unique()
    parsed = pl.Series([parse(text) for text in distinct], dtype=dtype, strict=False)
    return column.replace_strict(distinct, parsed, default=None, return_dtype=dtype).alias(column.name)


def _span_end(start: dt.date, end: re.Match[str]) -> dt.date | None:
    """A span ends after it began: 2026年12月20日—1月10日 runs into the next year."""
    last = _day(start.year, int(end["month"] or start.month), int(end["day"]))
    if last is None or last >= start:
        return last
    return _day(start.year + 1, last.month, last.day) if end["month"] else None


def _plain(text: str) -> str:
    plain = _WEEKDAY.sub("", _TIME.sub("", text.strip()))
    return _han_to_digits(squeezed(plain)).translate(_TYPED_STOPS).rstrip(".")


def _han_to_digits(text: str) -> str:
    """二〇二六年三月十五日 to 2026年3月15日; other text unchanged."""
    if not re.search(r"[一二三四五六七八九十〇零○]", text) or ("年" not in text and "月" not in text):
        return text
    text = re.sub(r"[二三]?十[一二三四五六七八九]?(?=[月日号])", lambda hit: str(_tens(hit.group())), text)
    return re.sub(r"[〇零○一二三四五六七八九]+(?=[年月日号])", lambda hit: hit.group().translate(_HAN_DIGITS), text)


def _tens(text: str) -> int:
    head, _, tail = text.partition("十")
    return int(head.translate(_HAN_DIGITS) or 1) * 10 + int(tail.translate(_HAN_DIGITS) or 0)


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
