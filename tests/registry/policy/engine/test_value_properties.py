"""Whatever somebody types as a value is taken or refused in words; what is taken survives being stored."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.registry.policy.engine.values import (
    UNLIMITED,
    BadValue,
    ValueType,
    parse_value,
    value_to_json,
    value_to_number,
    value_to_text,
)

_TYPED = st.one_of(
    st.from_regex(r"\A[0-9]{0,3}[.,]?[0-9]{0,3}(e[0-9]{1,3}|%|％)?\Z"),
    st.text(alphabet="0123456789.-+eE_%％是否 ,，:：\n不限ab", max_size=10),
    st.text(max_size=8),
)
_GIVEN: st.SearchStrategy[Any] = st.one_of(
    _TYPED,
    st.integers(-5, 2**40),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(_TYPED, max_size=3),
    st.dictionaries(_TYPED, _TYPED, max_size=3),
)
_NUMBERS = [kind for kind in ValueType if kind not in {ValueType.CODES, ValueType.MAPPING}]


@pytest.mark.parametrize("kind", ValueType)
@settings(max_examples=150, deadline=None)
@given(raw=_GIVEN)
def test_any_text_is_a_value_or_refused_in_words(kind: ValueType, raw: object) -> None:
    try:
        value = parse_value(kind, raw)
    except BadValue as refused:
        assert str(refused)
        return
    assert parse_value(kind, value_to_json(kind, value)) == value, "stored and read back"
    assert value_to_text(kind, value, "yuan") or value == "" or kind is ValueType.MAPPING
    if kind in _NUMBERS:
        assert value_to_number(kind, value) >= 0


@pytest.mark.parametrize("kind", [kind for kind in _NUMBERS if kind is not ValueType.FLAG])
@pytest.mark.parametrize("giant", ["1e30", "9" * 40, "1e999999999", "0.1e-999999999"])
def test_a_key_held_down_is_refused_at_once(kind: ValueType, giant: str) -> None:
    with pytest.raises(BadValue):
        parse_value(kind, giant)


@settings(max_examples=200, deadline=None)
@given(fen=st.integers(0, 10**14 - 1))
def test_an_amount_is_the_same_number_of_fen_however_it_is_written(fen: int) -> None:
    yuan = Decimal(fen).scaleb(-2)
    for text in (str(yuan), f"{yuan:.2f}", f" {yuan.normalize():f} "):
        assert value_to_number(ValueType.AMOUNT, parse_value(ValueType.AMOUNT, text)) == fen


@settings(max_examples=100, deadline=None)
@given(millionths=st.integers(0, 1_000_000))
def test_a_ratio_is_the_same_as_a_share_and_in_percent(millionths: int) -> None:
    share = Decimal(millionths).scaleb(-6)
    for text in (f"{share:f}", f"{share * 100:f}%", f"{share * 100:f}％"):
        assert value_to_number(ValueType.RATIO, parse_value(ValueType.RATIO, text)) == millionths


@pytest.mark.parametrize(
    ("kind", "largest", "beyond"),
    [
        (ValueType.AMOUNT, "999999999999.99", "1000000000000"),
        (ValueType.RATIO, "100%", "100.01%"),
        (ValueType.COUNT, str(UNLIMITED - 1), str(UNLIMITED)),
        (ValueType.DAYS, str(UNLIMITED - 1), str(UNLIMITED)),
    ],
)
def test_the_largest_value_and_the_one_beyond(kind: ValueType, largest: str, beyond: str) -> None:
    assert parse_value(kind, largest)
    with pytest.raises(BadValue):
        parse_value(kind, beyond)


def test_no_limit_is_a_value_and_never_a_number_that_somebody_typed() -> None:
    assert parse_value(ValueType.COUNT, "不限") == UNLIMITED
    assert value_to_json(ValueType.COUNT, UNLIMITED) == "unlimited"
    with pytest.raises(BadValue):
        parse_value(ValueType.DAYS, "不限")
