"""Values of parameters: reading, writing, laying into columns, wording."""

from decimal import Decimal
from typing import Any

import pytest

from qihang.registry.policy.engine.values import (
    UNLIMITED,
    BadValue,
    ValueType,
    parse_value,
    value_to_json,
    value_to_number,
    value_to_text,
)


@pytest.mark.parametrize(
    ("kind", "raw", "value", "stored"),
    [
        (ValueType.AMOUNT, 1500, Decimal("1500.00"), "1500.00"),
        (ValueType.AMOUNT, "0.5", Decimal("0.50"), "0.50"),
        (ValueType.RATIO, 0.8, Decimal("0.80"), "0.80"),
        (ValueType.RATIO, "0.805", Decimal("0.805"), "0.805"),
        (ValueType.RATIO, 1, Decimal("1.00"), "1.00"),
        (ValueType.RATIO, "80%", Decimal("0.80"), "0.80"),
        (ValueType.RATIO, " 8.5 ％", Decimal("0.085"), "0.085"),
        (ValueType.DAYS, "5", 5, 5),
        (ValueType.AGE, 16, 16, 16),
        (ValueType.COUNT, 0, 0, 0),
        (ValueType.COUNT, "不限", UNLIMITED, "unlimited"),
        (ValueType.FLAG, "是", True, True),
        (ValueType.FLAG, False, False, False),
        (ValueType.CODES, "02，03 04", ("02", "03", "04"), ["02", "03", "04"]),
        (ValueType.CODES, ["01"], ("01",), ["01"]),
        (ValueType.MAPPING, {"id_head": 6, "full_name": True}, {"id_head": 6, "full_name": True}, None),
        (
            ValueType.MAPPING,
            "id_head: 6\n\nfull_name：是\nmark: *",
            {"id_head": 6, "full_name": True, "mark": "*"},
            {"id_head": 6, "full_name": True, "mark": "*"},
        ),
    ],
)
def test_a_value_is_read_and_written_the_same_way(kind: ValueType, raw: object, value: Any, stored: Any) -> None:
    assert parse_value(kind, raw) == value
    written = value_to_json(kind, value)
    assert written == (value if stored is None else stored)
    assert parse_value(kind, written) == value


@pytest.mark.parametrize(
    ("kind", "raw", "why"),
    [
        (ValueType.AMOUNT, "很多", "不是金额"),
        (ValueType.AMOUNT, -1, "不能小于 0"),
        (ValueType.AMOUNT, "1.005", "两位小数"),
        (ValueType.AMOUNT, "1e13", "一万亿"),
        (ValueType.AMOUNT, "NaN", "不是金额"),
        (ValueType.AMOUNT, True, "不是金额"),
        (ValueType.AMOUNT, None, "不是金额"),
        (ValueType.RATIO, "1.2", "0 到 1"),
        (ValueType.RATIO, "120%", "0 到 1"),
        (ValueType.RATIO, "%", "不是比例"),
        (ValueType.RATIO, "0.1234567", "六位小数"),
        (ValueType.DAYS, "5.5", "整数"),
        (ValueType.COUNT, UNLIMITED, "整数"),
        (ValueType.DAYS, "unlimited", "不是天数"),
        (ValueType.FLAG, "也许", "是或否"),
        (ValueType.FLAG, 1, "是或否"),
        (ValueType.CODES, "", "代码列表"),
        (ValueType.CODES, [2, 3], "前面的 0"),
        (ValueType.CODES, ["02", "02"], "重复"),
        (ValueType.MAPPING, [], "对照表"),
        (ValueType.MAPPING, {"a": 1.5}, "对照表的值"),
        (ValueType.MAPPING, "id_head 6", "每行写一项"),
        (ValueType.MAPPING, "id_head:", "每行写一项"),
        (ValueType.MAPPING, "a: 1\na: 2", "写了两次"),
    ],
)
def test_what_is_no_value_is_refused_in_words(kind: ValueType, raw: object, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        parse_value(kind, raw)


def test_columns_hold_fen_millionths_and_whole_numbers() -> None:
    assert value_to_number(ValueType.AMOUNT, Decimal("1500.05")) == 150005
    assert value_to_number(ValueType.RATIO, Decimal("0.805")) == 805_000
    assert value_to_number(ValueType.FLAG, True) == 1
    with pytest.raises(TypeError, match="no number"):
        value_to_number(ValueType.CODES, ("02",))


@pytest.mark.parametrize(
    ("kind", "value", "unit", "text"),
    [
        (ValueType.AMOUNT, Decimal("1500.00"), "yuan", "1500 元"),
        (ValueType.AMOUNT, Decimal("0.50"), "yuan", "0.50 元"),
        (ValueType.RATIO, Decimal("0.80"), "ratio", "80%"),
        (ValueType.RATIO, Decimal("0.805"), "ratio", "80.5%"),
        (ValueType.RATIO, Decimal("1.00"), "ratio", "100%"),
        (ValueType.COUNT, UNLIMITED, "times", "不限"),
        (ValueType.COUNT, 3, "times", "3 次"),
        (ValueType.AGE, 16, "years", "16 周岁"),
        (ValueType.DAYS, 5, "working_days", "5 个工作日"),
        (ValueType.FLAG, True, "flag", "是"),
        (ValueType.CODES, ("02", "03"), "codes", "02、03"),
        (ValueType.MAPPING, {"id_head": 6, "mark": "*"}, "characters", "身份证号前面露几位: 6；mark: *"),
    ],
)
def test_a_person_reads_it_with_its_unit(kind: ValueType, value: Any, unit: str, text: str) -> None:
    assert value_to_text(kind, value, unit) == text
