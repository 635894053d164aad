"""The one source of business time. Rules never read the machine's clock or the database's."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_frozen: ContextVar[dt.datetime | None] = ContextVar("qihang_clock", default=None)


def _shift() -> dt.timedelta:
    """The suite also runs with the clock moved, to show that no rule is tied to this year."""
    return dt.timedelta(days=int(os.environ.get("QIHANG_CLOCK_SHIFT_DAYS", "0")))


def now() -> dt.datetime:
    """The business moment, with its time zone."""
    return _frozen.get() or timezone.now() + _shift()


def outside() -> dt.datetime:
    """The moment that a device in somebody's hand shows, which no shift of this process moves."""
    return _frozen.get() or timezone.now()


def today() -> dt.date:
    """The business day in the province's time zone."""
    return timezone.localtime(now()).date()


@contextmanager
def travel_to(moment: dt.datetime | dt.date) -> Iterator[None]:
    """Hold the clock still at `moment` (a day means its noon) within the block."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.combine(moment, dt.time(12))
    if timezone.is_naive(moment):
        moment = timezone.make_aware(moment)
    token = _frozen.set(moment)
    try:
        yield
    finally:
        _frozen.reset(token)
