"""Small helpers of pages: amounts in capital figures, drawings, dates, where somebody comes from and may go."""

import datetime as dt
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st

from qihang.foundation.core import clock
from qihang.foundation.core.roles import OFFICERS, SEPARATED_ADMINS, Role
from qihang.web import figures, formats
from qihang.web.agents import device_name
from qihang.web.csp import HEADER, ContentSecurityPolicyMiddleware
from qihang.web.middleware import PlainTextMiddleware, required_roles
from qihang.web.parts import EvidenceShare, Rank, Scale
from qihang.web.requests import client_of, is_ours, next_address
from qihang.web.site import current_site
from qihang.web.templatetags import ui

_FEN = st.integers(-(10**14), 10**14)
_DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2060, 12, 31))


def plain(text: str) -> str:
    return text.replace(formats.NBSP, " ").replace(formats.MINUS, "-")


# --- amounts -----------------------------------------------------------------------------------------------------------

_DIGITS = {sign: number for number, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
_UNITS = {"拾": 10, "佰": 100, "仟": 1000}
_SECTIONS = {"万": 10**4, "亿": 10**8, "兆": 10**12}


def read_aloud(text: str) -> Decimal:
    """What a cashier reads from capital figures, sign by sign."""
    sign = -1 if text.startswith("负") else 1
    yuan, fen, section, digit = 0, 0, 0, 0
    for char in text.lstrip("负").rstrip("整"):
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            section, digit = section + digit * _UNITS[char], 0
        elif char in _SECTIONS:
            yuan, section, digit = yuan + (section + digit) * _SECTIONS[char], 0, 0
        elif char == "元":
            yuan, section, digit = yuan + section + digit, 0, 0
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[char], 0
    return sign * (Decimal(yuan) + Decimal(fen) / 100)


@settings(max_examples=200, deadline=None)
@given(_FEN | st.integers(0, 9999).map(lambda number: number * 10**7) | st.integers(0, 20_000))
def test_capital_figures_are_read_back_as_the_amount(fen: int) -> None:
    """The bank pays what the capitals say, not the figures."""
    amount = Decimal(fen) / 100
    text = formats.yuan_capital(amount)
    assert read_aloud(text) == amount
    assert "零零" not in text
    assert text.endswith(("整", "分"))
    assert not re.search("零[万亿拾佰仟角分]", text)
    assert text == "零元整" or not text.startswith(("零", "负零"))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (100_010_000, "壹亿零壹万元整"),
        (100_000_010, "壹亿零壹拾元整"),
        (10_000_010_000, "壹佰亿零壹万元整"),
        (110_100, "壹拾壹万零壹佰元整"),
        (1_000_000_000_000, "壹兆元整"),
        (Decimal("107000.53"), "壹拾万柒仟元伍角叁分"),
    ],
)
def test_noughts_are_written_as_the_banks_want_them(amount: Decimal, text: str) -> None:
    assert formats.yuan_capital(amount) in {text, text.replace("壹拾万柒仟", "壹拾万零柒仟")}


@settings(max_examples=100, deadline=None)
@given(_FEN)
def test_no_fen_is_lost_in_any_writing_of_an_amount(fen: int) -> None:
    amount = Decimal(fen) / 100
    for text in (formats.yuan(amount), formats.yuan_exact(amount), formats.yuan_figure(amount)):
        assert Decimal(plain(text).replace(",", "").removesuffix(" 元")) == amount
    assert "-0" not in plain(formats.yuan(Decimal("-0.001")))


@pytest.mark.parametrize("value", [Decimal("0.005"), Decimal("0.015"), Decimal("1.005"), Decimal("-0.005"), 0.285])
def test_half_a_fen_goes_up_and_never_to_the_even_one(value: Any) -> None:
    exact = Decimal(str(value))
    up = (abs(exact) + Decimal("0.005")).quantize(Decimal("0.01"), "ROUND_DOWN")
    assert Decimal(plain(formats.yuan_exact(value))) == up.copy_sign(exact)


@pytest.mark.parametrize("value", ["1500", True, None, b"1", [1]])
def test_what_is_no_number_is_not_written_as_one(value: Any) -> None:
    for write in (formats.grouped, formats.yuan_figure, formats.yuan_capital):
        with pytest.raises(TypeError):
            write(value)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Fraction(1, 3), "33.3%"),
        (Fraction(2, 3), "66.7%"),
        (0, "0.0%"),
        (1, "100.0%"),
        (1.5, "150.0%"),
        (-0.5, "-50.0%"),
    ],
)
def test_a_ratio_is_a_percentage(ratio: Any, text: str) -> None:
    assert plain(formats.percent(ratio)) == text


# --- dates -------------------------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(_DAYS, st.integers(0, 800), _DAYS)
def test_a_span_names_both_its_ends_and_no_other_day(first: dt.date, length: int, today: dt.date) -> None:
    last = first + dt.timedelta(days=length)
    with clock.travel_to(today):
        text = plain(formats.date_span(first, last))
    numbers = [int(one) for one in re.findall(r"\d+", text)]
    assert first.day in numbers
    assert last.day in numbers
    years = {number for number in numbers if number > 31}
    assert years <= {first.year, last.year}
    assert first.year in years or (first.year == last.year == today.year)
    assert last.month in numbers


@settings(max_examples=60, deadline=None)
@given(_DAYS, _DAYS)
def test_a_day_of_another_year_never_passes_for_one_of_this(day: dt.date, today: dt.date) -> None:
    with clock.travel_to(today):
        for text in (formats.chinese_date(day), formats.short_date(day)):
            assert (str(day.year) in text) == (day.year != today.year)
        assert str(day.year) in formats.full_date(day)


# --- drawings ----------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(Rank)), st.integers(0, 10_000)), max_size=5, unique_by=lambda one: one[0])
)
def test_bars_of_evidence_stand_side_by_side_and_fill_the_line(counted: list[tuple[Rank, int]]) -> None:
    bars = figures.evidence_bars([EvidenceShare(rank, rank.value, count) for rank, count in counted])
    total = sum(count for _, count in counted)
    assert abs(sum(float(bar.width) for bar in bars) - (100 if total else 0)) < 0.1
    ends = [float(bar.x) + float(bar.width) for bar in bars]
    assert all(abs(end - float(bar.x)) < 0.02 for end, bar in zip(ends, bars[1:], strict=False))


@pytest.mark.parametrize(
    ("number", "text"), [(0.0, "0"), (100.0, "100"), (33.333, "33.33"), (0.004, "0"), (1e-9, "0")]
)
def test_coordinates_are_short_and_have_a_point(number: float, text: str) -> None:
    assert figures.decimal_text(number) == text


@pytest.mark.parametrize(
    ("scale", "labels"),
    [
        (Scale(50, target=50, low=20, high=90), [20, 50, 90]),
        (Scale(50, target=50, low=45, high=90), [50, 90]),
        (Scale(50, target=50, low=45, high=55), [50]),
        (Scale(50, low=40, high=45), [40]),
        (Scale(50, target=50), [50]),
        (Scale(50), []),
    ],
)
def test_labels_of_a_scale_do_not_stand_on_each_other(scale: Scale, labels: list[float]) -> None:
    assert [mark.at for mark in figures.scale_marks(scale)] == labels


@pytest.mark.parametrize(
    ("ratio", "width"), [(0, "0"), (0.5, "50"), (1, "100"), (1.7, "100"), (-1, "0"), (Decimal("0.333"), "33.3")]
)
def test_a_bar_is_never_longer_than_its_line(ratio: Any, width: str) -> None:
    assert ui.ratio_width(ratio) == width


@pytest.mark.parametrize(
    ("done", "total", "width"), [(0, 5, 0), (5, 5, 100), (7, 5, 100), (1, 3, 33), (-1, 5, 0), (0, 0, 0)]
)
def test_progress_is_whole_per_cent_also_before_anybody_knows_of_how_much(done: int, total: int, width: int) -> None:
    assert ui.bar_width(done, total) == width


def test_a_chart_with_a_value_too_many_fails_loudly() -> None:
    with pytest.raises(ui.ComponentError, match="2 labels for 3 values"):
        ui.chart_data("bar", ["a", "b"], [1, 2, 3], "人")
    assert '"海口"' in ui.chart_data("bar", ["海口"], [Decimal("1.5")], "人")


def test_shares_of_nobody_are_nothing() -> None:
    assert ui.share_of(0, []) == 0
    assert ui.people_of([]) == 0


@pytest.mark.parametrize("code", ["460000", "110000", "", "46010"])
def test_a_place_that_is_not_on_the_map_fails_loudly(code: str) -> None:
    with pytest.raises(ui.ComponentError):
        ui.tile_place(code)


def test_no_two_places_share_a_tile() -> None:
    assert len(set(figures.TILE_PLACES.values())) == len(figures.TILE_PLACES) == 19


# --- where somebody comes from and may go --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hops", "proxies", "address"),
    [
        ("203.0.113.7", 1, "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", 1, "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", 2, "198.51.100.1"),
        ("203.0.113.7:4711", 1, "203.0.113.7"),
        ("[2001:db8::1]:443", 1, "2001:db8::1"),
        ("2001:db8::1", 1, "2001:db8::1"),
        ("fe80::1%eth0", 1, "fe80::1"),
        ("unknown", 1, "127.0.0.1"),
        ("_hidden", 1, "127.0.0.1"),
        ("203.0.113.7'; DROP TABLE --", 1, "127.0.0.1"),
        ("203.0.113.999", 1, "127.0.0.1"),
        ("", 1, "127.0.0.1"),
        (" , ,", 1, "127.0.0.1"),
        ("203.0.113.7", 0, "127.0.0.1"),
        ("203.0.113.7", 2, "127.0.0.1"),
    ],
)
def test_an_address_is_one_or_the_neighbours(hops: str, proxies: int, address: str, settings: Any) -> None:
    """What is no address would break the sign-in of everybody behind that proxy: the log takes addresses only."""
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", headers={"X-Forwarded-For": hops})
    assert client_of(request).address == address


@pytest.mark.parametrize("remote", ["", "unix:", None])
def test_behind_a_socket_nobody_knows_the_address(remote: str | None) -> None:
    request = RequestFactory().get("/")
    request.META["REMOTE_ADDR"] = remote
    assert client_of(request).address is None


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "https:evil.example",
        " //evil.example",
        "",
    ],
)
def test_no_address_of_somebody_elses_is_ours(address: str) -> None:
    request = RequestFactory().get("/", {"next": address})
    assert not is_ours(request, address)
    assert next_address(request, "/otherwise/") == "/otherwise/"


@pytest.mark.parametrize("address", ["/", "/account/devices/?page=2#x", "account/", "/a//b", "http://testserver/x"])
def test_our_own_pages_are(address: str) -> None:
    request = RequestFactory().post("/", {"next": address})
    assert next_address(request) == address


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 14; HarmonyOS) MicroMessenger/8", "鸿蒙手机，微信"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130 Safari/537 Edg/130", "Windows 电脑，Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17) Safari/604", "苹果手机，Safari"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/130", "Linux 电脑，火狐"),
        ("curl/8", "没认出的设备"),
        ("", "没认出的设备"),
    ],
)
def test_a_device_is_called_so_that_its_owner_knows_it(agent: str, name: str) -> None:
    assert device_name(agent) == name


@pytest.mark.parametrize("address", ["/a\x00b", "/?q=a\x00", "/?a=1&a=\x00"])
def test_a_zero_character_comes_no_further_than_the_door(address: str) -> None:
    from django.core.exceptions import BadRequest

    reached: list[str] = []
    door = PlainTextMiddleware(lambda request: reached.append(request.path) or HttpResponse())  # type: ignore[func-returns-value]
    with pytest.raises(BadRequest):
        door(RequestFactory().get(address.replace("\x00", "%00")))
    assert reached == []


def test_every_answer_carries_the_policy_unless_it_has_one_of_its_own() -> None:
    own = HttpResponse(headers={HEADER: "sandbox"})
    for answer, says in ((HttpResponse(), "default-src 'self'"), (own, "sandbox")):
        sent = ContentSecurityPolicyMiddleware(lambda request, answer=answer: answer)(RequestFactory().get("/"))
        assert says in sent.headers[HEADER]
    policy = django_settings.CONTENT_SECURITY_POLICY
    assert "'unsafe-inline'" not in str(policy)
    assert "'unsafe-eval'" not in str(policy)


@pytest.mark.parametrize(
    ("named", "roles"),
    [
        ("", set()),
        (" , ", set()),
        ("staff", OFFICERS | SEPARATED_ADMINS),
        ("lender_clerk, expert", {Role.LENDER_CLERK, Role.EXPERT}),
        ("staff,expert", OFFICERS | SEPARATED_ADMINS | {Role.EXPERT}),
    ],
)
def test_who_owes_a_second_factor(named: str, roles: set[Role], settings: Any) -> None:
    settings.MFA_REQUIRED_ROLES = named
    assert required_roles() == roles


def test_a_slip_in_the_name_of_a_site_setting_is_told(settings: Any) -> None:
    settings.SITE = {"owner": "海口市就业局", "hot_line": "12333"}
    with pytest.raises(TypeError, match="hot_line"):
        current_site()
