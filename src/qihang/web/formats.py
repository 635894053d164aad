"""How figures, money, dates and numbers are written on pages (interface guide, sections 2, 4 and 6).

Pure functions on plain values; `templatetags/ui.py` offers them to templates. A number and its unit never part at a
line's end, negatives carry a real minus sign, and the current year is left out of a date.
"""

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from qihang.foundation.core import clock

NBSP = "\u00a0"
MINUS = "\u2212"
NOTHING = "—"
_CAPITAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_CAPITAL_UNITS = ("", "拾", "佰", "仟")
_CAPITAL_SECTIONS = ("", "万", "亿", "兆")
_CAPITAL_LIMIT = Decimal(10) ** 16
_ISO_DAY = re.compile(r"(?<![\d-])\d{4}-\d\d-\d\d(?![\d-])")
_WEEKDAYS = "一二三四五六日"

Number = int | float | Decimal | Fraction


def grouped(value: Number, places: int = 0) -> str:
    """`value` rounded half up to `places` decimals, with thousands separators: 17,167 or −2,250.00."""
    rounded = _rounded(value, places)
    return f"{MINUS if rounded < 0 else ''}{abs(rounded):,.{places}f}"


def with_unit(value: Number | None, unit: str) -> str:
    """A count and its unit that stay on one line: `35 人`. Whole numbers stay whole."""
    if value is None:
        return NOTHING
    exact = _decimal(value)
    places = 0 if exact == exact.to_integral_value() else -_exponent(exact)
    return f"{grouped(exact, places)}{NBSP}{unit}"


def percent(ratio: Number | None, places: int = 1) -> str:
    """A ratio between 0 and 1 as a percentage: 0.63 gives 63.0%."""
    return NOTHING if ratio is None else f"{grouped(_decimal(ratio) * 100, places)}%"


def yuan(amount: Number | None) -> str:
    """For a participant: `1,500 元`, with decimals only where there are jiao or fen."""
    return NOTHING if amount is None else f"{yuan_figure(amount)}{NBSP}元"


def yuan_figure(amount: Number) -> str:
    """The figure of `yuan` without its unit."""
    exact = _rounded(amount, 2)
    return grouped(exact, 0 if exact == exact.to_integral_value() else 2)


def yuan_exact(amount: Number | None) -> str:
    """For a table of an officer or an institution: `23,250.00`; the column's name says 元."""
    return NOTHING if amount is None else grouped(amount, 2)


def ten_thousand_yuan(amount: Number | None) -> str:
    """For a leader: `2,312.6 万元`."""
    return NOTHING if amount is None else f"{grouped(_decimal(amount) / 10000, 1)}{NBSP}万元"


def yuan_capital(amount: Number) -> str:
    """Capital figures for documents and payment slips, as cheques are written (正确填写票据和结算凭证的基本规定).

    31500 gives 叁万壹仟伍佰元整. Raises ValueError from ten thousand billion on, which no subsidy reaches.
    """
    exact = _rounded(amount, 2)
    if abs(exact) >= _CAPITAL_LIMIT:
        raise ValueError(f"amount too large for capital figures: {exact}")
    fen_in_all = int(abs(exact) * 100)
    whole, rest = divmod(fen_in_all, 100)
    jiao, fen = divmod(rest, 10)
    text = f"{_capital_whole(whole)}元" if whole else ""
    if not rest:
        return f"{'负' if exact < 0 else ''}{text or '零元'}整"
    if jiao:
        text += f"{_CAPITAL_DIGITS[jiao]}角"
    elif whole:
        text += "零"
    text += f"{_CAPITAL_DIGITS[fen]}分" if fen else "整"
    return f"{'负' if exact < 0 else ''}{text}"


def _capital_whole(whole: int) -> str:
    """Sections of four digits from the right, each with its unit; a run of noughts is read as one 零."""
    text, gap, section = "", False, 0
    while whole:
        whole, four = divmod(whole, 10000)
        if four:
            part = _capital_section(four) + _CAPITAL_SECTIONS[section]
            text = part + ("零" if gap and text else "") + text
            gap = four < 1000
        else:
            gap = bool(text)
        section += 1
    return text


def _capital_section(four: int) -> str:
    text, gap = "", False
    for place in range(4):
        four, digit = divmod(four, 10)
        if digit:
            text = _CAPITAL_DIGITS[digit] + _CAPITAL_UNITS[place] + ("零" if gap and text else "") + text
            gap = False
        else:
            gap = True
    return text


def chinese_date(value: dt.date | dt.datetime | None) -> str:
    """`12 月 4 日`; with the year in front unless it is the current one."""
    if value is None:
        return NOTHING
    day = _local_day(value)
    year = "" if day.year == clock.today().year else f"{day.year}{NBSP}年{NBSP}"
    return f"{year}{day.month}{NBSP}月{NBSP}{day.day}{NBSP}日"


def full_date(value: dt.date | dt.datetime | None) -> str:
    """`2026 年 11 月 19 日`, for documents, where the year always stands."""
    if value is None:
        return NOTHING
    day = _local_day(value)
    return f"{day.year}{NBSP}年{NBSP}{day.month}{NBSP}月{NBSP}{day.day}{NBSP}日"


def chinese_moment(value: dt.datetime | None) -> str:
    """`12 月 4 日 17:30`, in the province's time."""
    return NOTHING if value is None else f"{chinese_date(value)}{NBSP}{_local(value):%H:%M}"


def short_date(value: dt.date | dt.datetime | None) -> str:
    """For table columns: `11-18`, or `2027-01-08` in another year."""
    if value is None:
        return NOTHING
    day = _local_day(value)
    return f"{day:%m-%d}" if day.year == clock.today().year else f"{day:%Y-%m-%d}"


def short_moment(value: dt.datetime | None) -> str:
    """For table columns and timelines: `11-18 09:12`."""
    return NOTHING if value is None else f"{short_date(value)}{NBSP}{_local(value):%H:%M}"


def date_span(first: dt.date, last: dt.date) -> str:
    """`12 月 1—17 日`: what both days share is written once."""
    if first == last:
        return chinese_date(first)
    if (first.year, first.month) == (last.year, last.month):
        return chinese_date(first).replace(f"{first.day}{NBSP}日", f"{first.day}—{last.day}{NBSP}日")
    if first.year == last.year:
        return f"{chinese_date(first)}—{last.month}{NBSP}月{NBSP}{last.day}{NBSP}日"
    return f"{full_date(first)}—{full_date(last)}"


def weekday(value: dt.date) -> str:
    return f"周{_WEEKDAYS[value.weekday()]}"


def in_words(text: str) -> str:
    """Somebody's words with their days as the pages write them: 2026-06-25 becomes `2026 年 6 月 25 日`."""
    return _ISO_DAY.sub(lambda found: _day_in_words(found[0]), text)


def _day_in_words(iso: str) -> str:
    try:
        return full_date(dt.date.fromisoformat(iso))
    except ValueError:  # no day of any calendar: it stays as it was written
        return iso


def full_stop(words: str) -> str:
    """Somebody's words as a sentence of its own."""
    return words if words.endswith(("。", "！", "？")) else f"{words}。"


def identity_groups(text: str) -> str:
    """An identity number, masked or not, in the groups people read it in: `460108 19781012 042X`."""
    return f"{text[:6]} {text[6:14]} {text[14:]}".strip() if len(text) > 6 else text


def _local(value: dt.datetime) -> dt.datetime:
    return value if timezone.is_naive(value) else timezone.localtime(value)


def _local_day(value: dt.date | dt.datetime) -> dt.date:
    return _local(value).date() if isinstance(value, dt.datetime) else value


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / value.denominator
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise TypeError(f"a number is expected here, not {value!r}")
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _rounded(value: Number, places: int) -> Decimal:
    rounded = _decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return abs(rounded) if rounded == 0 else rounded  # no minus before a nought


def _exponent(exact: Decimal) -> int:
    exponent = exact.normalize().as_tuple().exponent
    if not isinstance(exponent, int):
        raise TypeError(f"a finite number is expected here, not {exact}")
    return exponent
