import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from qihang.foundation.core import clock
from qihang.web import formats


def plain(text: str) -> str:
    return text.replace(formats.NBSP, " ")


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (1500, "1,500 元"),
        (Decimal("1500.00"), "1,500 元"),
        (Decimal("0.5"), "0.50 元"),
        (-200, "−200 元"),
        (Decimal("0.005"), "0.01 元"),
        (Decimal("-0.001"), "0 元"),
        (None, "—"),
    ],
)
def test_yuan_for_participants(amount: Decimal | None, text: str) -> None:
    assert plain(formats.yuan(amount)) == text


def test_yuan_for_officers_and_leaders() -> None:
    assert formats.yuan_exact(Decimal("23250")) == "23,250.00"
    assert formats.yuan_exact(Decimal("-2250")) == "−2,250.00"
    assert formats.yuan_exact(None) == "—"
    assert plain(formats.ten_thousand_yuan(Decimal("23126000"))) == "2,312.6 万元"
    assert formats.ten_thousand_yuan(None) == "—"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "零元整"),
        (31500, "叁万壹仟伍佰元整"),
        (10, "壹拾元整"),
        (10010, "壹万零壹拾元整"),
        (20300400, "贰仟零叁拾万零肆佰元整"),
        (100000000, "壹亿元整"),
        (1000000001, "壹拾亿零壹元整"),
        (Decimal("1680.32"), "壹仟陆佰捌拾元叁角贰分"),
        (Decimal("16409.02"), "壹万陆仟肆佰零玖元零贰分"),
        (Decimal("0.50"), "伍角整"),
        (Decimal("0.07"), "柒分"),
        (Decimal("-12.30"), "负壹拾贰元叁角整"),
    ],
)
def test_capital_figures(amount: Decimal, text: str) -> None:
    assert formats.yuan_capital(amount) == text


def test_capital_figures_end_somewhere() -> None:
    with pytest.raises(ValueError, match="too large"):
        formats.yuan_capital(10**16)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (35, "人", "35 人"),
        (17167, "人", "17,167 人"),
        (Decimal("2.70"), "人", "2.7 人"),
        (None, "人", "—"),
        (100, "天", "100 天"),
    ],
)
def test_a_number_keeps_its_unit(value: Decimal | None, unit: str, text: str) -> None:
    written = formats.with_unit(value, unit)
    assert plain(written) == text
    assert " " not in written


def test_percent_takes_a_ratio() -> None:
    assert formats.percent(Decimal("0.63")) == "63.0%"
    assert formats.percent(0.9355) == "93.6%"
    assert formats.percent(-0.041, 1) == "−4.1%"
    assert formats.percent(None) == "—"


def test_only_numbers_are_numbers() -> None:
    with pytest.raises(TypeError):
        formats.yuan("1500")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        formats.grouped(True)


@pytest.fixture
def late_november() -> dt.datetime:
    return timezone.make_aware(dt.datetime(2026, 11, 24, 9, 12))


def test_dates_leave_out_the_current_year(late_november: dt.datetime) -> None:
    with clock.travel_to(late_november):
        assert plain(formats.chinese_date(dt.date(2026, 12, 4))) == "12 月 4 日"
        assert plain(formats.chinese_date(dt.date(2027, 1, 8))) == "2027 年 1 月 8 日"
        assert plain(formats.full_date(dt.date(2026, 11, 19))) == "2026 年 11 月 19 日"
        assert formats.short_date(dt.date(2026, 11, 18)) == "11-18"
        assert formats.short_date(dt.date(2027, 1, 8)) == "2027-01-08"
        assert plain(formats.short_moment(late_november)) == "11-24 09:12"
        assert plain(formats.chinese_moment(late_november)) == "11 月 24 日 09:12"
    for write in (formats.chinese_date, formats.full_date, formats.short_date):
        assert write(None) == "—"
    assert formats.chinese_moment(None) == formats.short_moment(None) == "—"


def test_moments_are_written_in_the_provinces_time() -> None:
    evening = dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC)
    with clock.travel_to(dt.date(2026, 11, 24)):
        assert plain(formats.chinese_moment(evening)) == "11 月 24 日 00:30"
        assert formats.short_date(evening) == "11-24"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (dt.date(2026, 12, 1), dt.date(2026, 12, 17), "12 月 1—17 日"),
        (dt.date(2026, 12, 1), dt.date(2026, 12, 1), "12 月 1 日"),
        (dt.date(2026, 11, 28), dt.date(2026, 12, 3), "11 月 28 日—12 月 3 日"),
        (dt.date(2026, 12, 28), dt.date(2027, 1, 8), "2026 年 12 月 28 日—2027 年 1 月 8 日"),
        (dt.date(2027, 3, 1), dt.date(2027, 3, 5), "2027 年 3 月 1—5 日"),
    ],
)
def test_spans_write_shared_parts_once(first: dt.date, last: dt.date, text: str) -> None:
    with clock.travel_to(dt.date(2026, 11, 24)):
        assert plain(formats.date_span(first, last)) == text


def test_weekday_and_identity_groups() -> None:
    assert formats.weekday(dt.date(2026, 11, 22)) == "周日"
    assert formats.identity_groups("46010819781012042X") == "460108 19781012 042X"
    assert formats.identity_groups("460108**********2X") == "460108 ******** **2X"
    assert formats.identity_groups("460") == "460"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("最晚 2026-06-25 鉴定，2026-07-01 起不行", "最晚 2026 年 6 月 25 日 鉴定，2026 年 7 月 1 日 起不行"),
        ("合同号 12026-06-25、2026-06-251", "合同号 12026-06-25、2026-06-251"),
        ("写成 2026-13-01", "写成 2026-13-01"),
    ],
)
def test_days_in_somebodys_words(said: str, told: str) -> None:
    assert plain(formats.in_words(said)) == told


@pytest.mark.parametrize(
    ("said", "told"), [("看不清", "看不清。"), ("看不清。", "看不清。"), ("为什么？", "为什么？")]
)
def test_words_end_as_a_sentence(said: str, told: str) -> None:
    assert formats.full_stop(said) == told
