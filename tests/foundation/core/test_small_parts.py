"""The clock, ports, actors, JSON and arrays that everything else stands on."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qihang.foundation.core import clock
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.arrays import array_text
from qihang.foundation.core.commands import content_of, print_json
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.ports import Port
from qihang.foundation.core.roles import OFFICERS, SEPARATED_ADMINS, Role

SHANGHAI = dt.timezone(dt.timedelta(hours=8))


# --- the clock ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (dt.datetime(2026, 12, 31, 15, 59, 59, tzinfo=dt.UTC), dt.date(2026, 12, 31)),
        (dt.datetime(2026, 12, 31, 16, 0, tzinfo=dt.UTC), dt.date(2027, 1, 1)),
        (dt.datetime(2026, 12, 31, 23, 59, 59), dt.date(2026, 12, 31)),
        (dt.datetime(2027, 1, 1), dt.date(2027, 1, 1)),
        (dt.date(2028, 2, 29), dt.date(2028, 2, 29)),
    ],
)
def test_the_business_day_ends_at_midnight_in_the_province(moment: dt.datetime | dt.date, day: dt.date) -> None:
    with clock.travel_to(moment):
        assert clock.today() == day
        assert clock.now().tzinfo is not None


def test_a_day_stands_for_its_noon() -> None:
    with clock.travel_to(dt.date(2026, 3, 9)):
        assert clock.now() == dt.datetime(2026, 3, 9, 12, tzinfo=SHANGHAI)
        assert clock.now() == clock.now(), "it stands still"


def test_travels_within_travels_come_back_one_by_one_also_after_a_fault() -> None:
    with clock.travel_to(dt.date(2026, 3, 9)):
        with pytest.raises(RuntimeError), clock.travel_to(dt.date(2027, 1, 1)):
            raise RuntimeError
        assert clock.today() == dt.date(2026, 3, 9)
    assert clock.now() > dt.datetime(2026, 3, 10, tzinfo=SHANGHAI) or clock.today() != dt.date(2026, 3, 9)


def test_one_threads_travel_moves_no_other() -> None:
    seen: list[dt.date] = []
    with clock.travel_to(dt.date(1999, 1, 1)):
        other = threading.Thread(target=lambda: seen.append(clock.today()))
        other.start()
        other.join(10)
    assert seen[0].year > 2000


def test_a_shifted_process_moves_its_days_but_not_the_telephone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIHANG_CLOCK_SHIFT_DAYS", "0")
    before = clock.now()
    monkeypatch.setenv("QIHANG_CLOCK_SHIFT_DAYS", "-365")
    assert dt.timedelta(days=364) < before - clock.now() <= dt.timedelta(days=365)
    assert abs(clock.outside() - before) < dt.timedelta(minutes=5)
    with clock.travel_to(dt.date(2026, 3, 9)):
        assert clock.now() == clock.outside(), "a test's moment is the same for both"


# --- ports and actors --------------------------------------------------------------------------------------------------


def test_a_port_keeps_one_handler_a_key_and_names_what_is_missing() -> None:
    port: Port[str] = Port("tests")
    port.register("a", "x")
    port.register("a", "x")
    with pytest.raises(ValueError, match="port tests: a is registered twice"):
        port.register("a", "y")
    assert port.get("a") == "x"
    assert "b" not in port
    with pytest.raises(LookupError, match="port tests: nothing registered for 'b'"):
        port.get("b")
    assert dict(port.items()) == {"a": "x"}


_TEXT = st.text(max_size=8)
_ACTORS = st.builds(
    Actor,
    user_id=st.none() | st.integers(0, 2**40),
    user_label=_TEXT,
    membership_id=st.none() | st.integers(1, 99),
    organization_id=st.none() | st.integers(0, 99),
    organization_label=_TEXT,
    role=st.sampled_from([*Role.values, "system"]),
    region=st.sampled_from(["", "460000", "460108"]),
    person_id=st.none() | st.integers(1, 99),
    system=_TEXT,
)


@settings(max_examples=60, deadline=None)
@given(_ACTORS)
def test_an_actor_comes_back_from_a_log_as_who_they_were(actor: Actor) -> None:
    kept = json.loads(json.dumps(actor.as_json()))
    assert Actor.from_json(kept) == actor
    assert None not in kept.values()


def test_who_is_nobody_and_who_is_the_system() -> None:
    assert not ANONYMOUS.is_system
    assert ANONYMOUS.role == Role.VISITOR
    nightly = Actor.for_system("nightly")
    assert nightly.is_system
    assert nightly.role not in Role.values, "no rule that names roles of people lets it through"
    assert Actor().role not in OFFICERS | SEPARATED_ADMINS


# --- what goes to other programs ---------------------------------------------------------------------------------------


def printed(document: object, capsys: pytest.CaptureFixture[str]) -> Any:
    print_json(document)
    out = capsys.readouterr().out
    assert out.endswith("\n")
    return json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1850.00"), "1850.00"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("1E-7"), "0.0000001"),
        (dt.date(2026, 3, 9), "2026-03-09"),
        (dt.datetime(2026, 3, 9, 8, 30, tzinfo=dt.UTC), "2026-03-09T08:30:00+00:00"),
        (Role.EXPERT, "expert"),
        ("王\u2028秀兰\n\"'\\", "王\u2028秀兰\n\"'\\"),
        ((1, None, True), [1, None, True]),
    ],
)
def test_values_as_other_programs_read_them(
    value: object, written: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed({"a": value}, capsys) == {"a": written}


@pytest.mark.parametrize("value", [b"x", {1, 2}, object(), float("nan"), float("inf"), dt.timedelta(1)])
def test_what_is_no_json_is_a_fault_and_not_half_a_document(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader would choke on NaN, and nobody would know where it came from."""
    with pytest.raises((TypeError, ValueError)):
        print_json({"first": 1, "a": value})
    assert capsys.readouterr().out == ""


def test_a_file_name_in_no_encoding_does_not_break_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """As a disk in another encoding names its files; the document must be text that can be sent on."""
    print_json({"file": "\udcff名单.xlsx"})
    out = capsys.readouterr().out
    assert json.loads(out.encode().decode()) == {"file": "\udcff名单.xlsx"}


def test_chinese_is_written_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    print_json(["海口"])
    assert "海口" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["missing", "folder", "below a file"])
def test_a_file_that_cannot_be_read_is_told_by_its_name(what: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = {"missing": tmp_path / "名单.xlsx", "folder": tmp_path, "below a file": tmp_path / "file" / "x"}[what]
    with pytest.raises(DomainError) as refusal:
        content_of(path)
    assert str(path) in refusal.value.message
    assert refusal.value.code == "file.unreadable"


# --- arrays ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def cursor() -> Iterator[Any]:
    with connection.cursor() as made:
        yield made


_KEPT = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=10)


@pytest.mark.django_db
class TestArrays:
    _once = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

    @_once
    @given(st.lists(_KEPT | st.sampled_from(["NULL", "{}", '"', "\\", ",", " ", "", "a,b", "\\x00"]), max_size=6))
    def test_any_texts_are_read_back(self, cursor: Any, values: list[str]) -> None:
        cursor.execute("SELECT %s::text[]", [array_text(values)])
        assert cursor.fetchone()[0] == values

    @_once
    @given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=6), st.lists(st.binary(max_size=20), max_size=6))
    def test_so_are_numbers_and_bytes(self, cursor: Any, numbers: list[int], blobs: list[bytes]) -> None:
        cursor.execute("SELECT %s::bigint[], %s::bytea[]", [array_text(numbers), array_text(blobs)])
        found = cursor.fetchone()
        assert found[0] == numbers
        assert [bytes(one) for one in found[1]] == blobs
