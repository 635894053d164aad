"""Typed values of parameters: how each is read, written down, and laid into a column."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Value = Decimal | int | bool | tuple[str, ...] | dict[str, Any]

# A count that is known to have no limit is a value; a count nobody has set is missing. The two never mix.
UNLIMITED = 2**31 - 1
UNLIMITED_TEXT = "unlimited"

_FEN = Decimal(100)
_MILLION = Decimal(1_000_000)
_CODE = re.compile(r"[0-9A-Za-z_-]{1,40}")


class ValueType(StrEnum):
    """What a parameter may be; `amount` is in yuan, `ratio` a share of one."""

    AMOUNT = "amount"
    RATIO = "ratio"
    DAYS = "days"
    AGE = "age"
    COUNT = "count"
    FLAG = "flag"
    CODES = "codes"
    MAPPING = "mapping"


class BadValue(ValueError):
    """A text that is not a value of its type. The message is Chinese and says what would be."""


def parse_value(kind: ValueType, raw: object) -> Value:
    """Read a value as YAML, JSON or a person gives it. BadValue says what is expected instead."""
    return _PARSERS[kind](raw)


def value_to_json(kind: ValueType, value: Value) -> Any:
    """The value as stored and printed: decimals as strings, amounts with two places, codes as a list."""
    if kind is ValueType.AMOUNT:
        return f"{value:.2f}"
    if kind is ValueType.RATIO:
        return str(value)
    if kind is ValueType.COUNT and value == UNLIMITED:
        return UNLIMITED_TEXT
    return list(value) if isinstance(value, tuple) else value


def value_to_number(kind: ValueType, value: Value) -> int:
    """The value as columns hold it: amounts in fen, ratios in millionths, whole numbers and flags as they are."""
    if isinstance(value, (tuple, dict)):
        raise TypeError(f"a value of type {kind} is no number")
    if kind is ValueType.AMOUNT:
        return int(value * _FEN)
    if kind is ValueType.RATIO:
        return int(value * _MILLION)
    return int(value)


def value_to_text(kind: ValueType, value: Value, unit: str = "") -> str:
    """The value for a person to read, with its unit's Chinese word where there is one."""
    word = UNIT_WORDS.get(unit, "")
    if kind is ValueType.COUNT and value == UNLIMITED:
        return "不限"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, dict):
        return "；".join(f"{ITEM_WORDS.get(name, name)}: {_said(item)}" for name, item in value.items())
    if kind is ValueType.RATIO:
        return f"{(Decimal(value) * 100).normalize():f}%"
    number = f"{value:.2f}".removesuffix(".00") if kind is ValueType.AMOUNT else str(value)
    return f"{number} {word}".strip()


def _said(item: str | int | bool) -> str:
    return {True: "是", False: "否"}[item] if isinstance(item, bool) else str(item)


UNIT_WORDS = {
    "yuan": "元",
    "yuan/lesson_hour": "元/课时",
    "times": "次",
    "times/calendar_year": "次",
    "years": "周岁",
    "years_exclusive": "周岁",
    "working_days": "个工作日",
    "days": "天",
    "days_after_class_end": "天",
    "months": "个月",
    "people": "人",
    "people/year": "人/年",
    "lesson_hours": "课时",
    "points_each_part": "分",
    "digits": "位",
}


def _decimal(raw: object, expected: str) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str, Decimal)):
        raise BadValue(f"“{raw}”不是{expected}")
    try:
        value = Decimal(str(raw).strip())
    except InvalidOperation:
        raise BadValue(f"“{raw}”不是{expected}") from None
    if not value.is_finite() or value < 0:
        raise BadValue(f"“{raw}”不是{expected}，不能小于 0")
    return value


def _amount(raw: object) -> Decimal:
    value = _decimal(raw, "金额，请写成 1500 或 1500.00")
    if value >= 10**12 or value != round(value, 2):  # the size first: a giant cannot be rounded
        raise BadValue(f"“{raw}”不是金额：最多两位小数，不超过一万亿元")
    return round(value, 2)


def _ratio(raw: object) -> Decimal:
    expected = "比例，请写成 0.80 或 80%"
    if isinstance(raw, str) and raw.strip().endswith(("%", "％")):
        value = _decimal(raw.strip()[:-1], expected) / 100
    else:
        value = _decimal(raw, expected)
    if value > 1 or value != round(value, 6):
        raise BadValue(f"“{raw}”不是比例：在 0 到 1 之间，最多六位小数")
    return round(value, 2) if value == round(value, 2) else value


def _whole(expected: str) -> Callable[[object], int]:
    def parse(raw: object) -> int:
        value = _decimal(raw, expected)
        if value >= UNLIMITED or value != int(value):  # the size first: writing a giant out takes for ever
            raise BadValue(f"“{raw}”不是{expected}，请写整数")
        return int(value)

    return parse


def _count(raw: object) -> int:
    if isinstance(raw, str) and raw.strip() in {UNLIMITED_TEXT, "不限"}:
        return UNLIMITED
    return _whole("数量")(raw)


def _flag(raw: object) -> bool:
    known = {True: True, False: False, "true": True, "false": False, "是": True, "否": False}
    key = raw.strip().lower() if isinstance(raw, str) else raw
    if not isinstance(key, (bool, str)) or key not in known:
        raise BadValue(f"“{raw}”不是是或否，请写 true 或 false")
    return known[key]


def _codes(raw: object) -> tuple[str, ...]:
    items = [part.strip() for part in re.split(r"[,，、\s]+", raw) if part.strip()] if isinstance(raw, str) else raw
    if not isinstance(items, (list, tuple)) or not items:
        raise BadValue(f"“{raw}”不是代码列表，请写成 02,03,04")
    for item in items:
        if not isinstance(item, str) or not _CODE.fullmatch(item):
            raise BadValue(f"代码“{item}”不对：只能是字母、数字、横线，两位的代码要带前面的 0")
    if len(set(items)) != len(items):
        raise BadValue(f"代码列表里有重复：{'、'.join(items)}")
    return tuple(items)


# What people read and write for the names of a mapping's items.
ITEM_WORDS = {
    "id_head": "身份证号前面露几位",
    "id_tail": "身份证号后面露几位",
    "phone_tail": "手机号后面露几位",
    "account_tail": "账号后面露几位",
    "full_name": "露全名",
}
_ITEM_OF = {word: name for name, word in ITEM_WORDS.items()}


def _item(text: str) -> str | int | bool:
    return int(text) if text.isdecimal() else {"是": True, "否": False}.get(text, text)


def _lines(text: str) -> dict[str, Any]:
    """`名称: 值`, one a line; digits are a number, 是 and 否 a flag."""
    pairs = [re.split(r"[:：]", line, maxsplit=1) for line in text.splitlines() if line.strip()]
    if not all(len(pair) == 2 and all(part.strip() for part in pair) for pair in pairs):
        raise BadValue("对照表每行写一项，写成 名称: 值")
    read = {_ITEM_OF.get(name.strip(), name.strip()): _item(item.strip()) for name, item in pairs}
    if len(read) != len(pairs):
        raise BadValue("对照表里有一个名称写了两次")
    return read


def _mapping(raw: object) -> dict[str, Any]:
    raw = _lines(raw) if isinstance(raw, str) else raw
    if not isinstance(raw, dict) or not raw or not all(isinstance(name, str) for name in raw):
        raise BadValue(f"“{raw}”不是对照表，请写成 名称: 值")
    if not all(isinstance(item, (str, int, bool)) for item in raw.values()):
        raise BadValue("对照表的值只能是文字、整数、是或否")
    return dict(raw)


_PARSERS: dict[ValueType, Callable[[object], Value]] = {
    ValueType.AMOUNT: _amount,
    ValueType.RATIO: _ratio,
    ValueType.DAYS: _whole("天数"),
    ValueType.AGE: _whole("年龄"),
    ValueType.COUNT: _count,
    ValueType.FLAG: _flag,
    ValueType.CODES: _codes,
    ValueType.MAPPING: _mapping,
}
