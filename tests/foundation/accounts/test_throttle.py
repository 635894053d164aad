"""Counting tries: in the database, before they are judged, per key, for a while."""

import datetime as dt

import pytest

from qihang.foundation.accounts import throttle
from qihang.foundation.accounts.errors import Locked
from qihang.foundation.accounts.models import Throttle
from qihang.foundation.core import clock

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 24, 12, 0)


@pytest.fixture(autouse=True)
def limits(settings: object) -> None:
    settings.SIGN_IN_LIMITS = {"door": (3, 600, 900), "other": (1, 60, 60)}  # type: ignore[attr-defined]


def test_tries_are_counted_down_and_the_last_one_locks() -> None:
    with clock.travel_to(NOON):
        left = [throttle.attempt("door", "a").left for _ in range(3)]
        assert left == [2, 1, 0]
        with pytest.raises(Locked, match="12:15") as refusal:
            throttle.attempt("door", "a")
    assert refusal.value.code == "locked"


def test_a_lock_ends_by_itself_and_tries_count_anew() -> None:
    with clock.travel_to(NOON):
        for _ in range(3):
            throttle.attempt("door", "a")
    with clock.travel_to(NOON + dt.timedelta(seconds=899)), pytest.raises(Locked):
        throttle.attempt("door", "a")
    with clock.travel_to(NOON + dt.timedelta(seconds=901)):
        assert throttle.attempt("door", "a").left == 2


def test_asking_again_while_locked_does_not_make_the_lock_longer() -> None:
    with clock.travel_to(NOON):
        for _ in range(3):
            throttle.attempt("door", "a")
    with clock.travel_to(NOON + dt.timedelta(minutes=10)), pytest.raises(Locked, match="12:15"):
        throttle.attempt("door", "a")


def test_old_tries_do_not_count() -> None:
    with clock.travel_to(NOON):
        throttle.attempt("door", "a")
        throttle.attempt("door", "a")
    with clock.travel_to(NOON + dt.timedelta(minutes=11)):
        assert throttle.attempt("door", "a").left == 2


def test_keys_and_scopes_do_not_share_counts() -> None:
    throttle.attempt("other", "a")
    assert throttle.attempt("door", "a").left == 2
    assert throttle.attempt("door", "b").left == 2


def test_a_success_clears_its_key() -> None:
    for _ in range(2):
        ticket = throttle.attempt("door", "a")
    throttle.clear(ticket)
    assert throttle.attempt("door", "a").left == 2


def test_a_success_gives_one_try_back_and_leaves_the_failures() -> None:
    throttle.attempt("door", "a")
    throttle.attempt("door", "a")
    last = throttle.attempt("door", "a")
    throttle.give_back(last)
    assert throttle.locked_until("door", "a") is None
    assert throttle.attempt("door", "a").left == 0


def test_a_lock_can_be_opened_at_the_counter() -> None:
    for _ in range(3):
        throttle.attempt("door", "a")
    assert throttle.locked_until("door", "a") is not None
    assert throttle.forget("door", "a") is True
    assert throttle.forget("door", "a") is False
    assert throttle.attempt("door", "a").left == 2


def test_a_lock_that_runs_into_tomorrow_names_the_day() -> None:
    with clock.travel_to(dt.datetime(2026, 12, 31, 23, 50)):
        for _ in range(3):
            throttle.attempt("door", "a")
        with pytest.raises(Locked, match="1 月 1 日 00:05"):
            throttle.attempt("door", "a")


def test_the_table_names_nobody() -> None:
    throttle.attempt("door", "user:wangxiulan")
    assert b"wangxiulan" not in bytes(Throttle.objects.get().key)


def test_sweeping_keeps_what_still_matters() -> None:
    with clock.travel_to(NOON):
        throttle.attempt("door", "old")
        for _ in range(3):
            throttle.attempt("door", "locked")
    with clock.travel_to(NOON + dt.timedelta(minutes=12)):
        throttle.attempt("door", "fresh")
        assert throttle.sweep() == 1
        assert throttle.locked_until("door", "locked") is not None
