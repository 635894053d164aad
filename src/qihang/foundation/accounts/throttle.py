"""Counts tries in the database, so that all processes count together, and locks for a while when there are too many.

A try is counted before it is judged: a hundred guesses at once are a hundred tries.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest

from qihang.foundation.accounts.errors import Locked
from qihang.foundation.accounts.models import Throttle
from qihang.foundation.core import clock


@dataclass(frozen=True, slots=True)
class Limit:
    """`tries` within `window` seconds, then none for `lock` seconds."""

    tries: int
    window: int
    lock: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """A counted try: how many are left after it, and until when its key is locked if it fails."""

    scope: str
    key: str
    left: int
    locked_until: dt.datetime | None


def attempt(scope: str, key: str) -> Ticket:
    """Count a try on `key`. Locked when it may not even be judged."""
    limit = Limit(*settings.SIGN_IN_LIMITS[scope])
    now = clock.now()
    with transaction.atomic(durable=True):  # a refusal that rolls back its caller must not give the try back
        fresh = Throttle(scope=scope, key=_digest(key), window_ends_at=now + dt.timedelta(seconds=limit.window))
        Throttle.objects.bulk_create([fresh], ignore_conflicts=True)
        row = Throttle.objects.select_for_update().get(scope=scope, key=_digest(key))
        if row.locked_until and row.locked_until > now:
            raise Locked(row.locked_until)
        _count(row, limit, now)
        row.save()
    return Ticket(scope, key, limit.tries - row.tries, row.locked_until)


def _count(row: Throttle, limit: Limit, now: dt.datetime) -> None:
    if row.locked_until or row.window_ends_at <= now:
        row.tries = 0
        row.window_ends_at = now + dt.timedelta(seconds=limit.window)
    row.tries += 1
    # The last try locks at once; a success opens again.
    full = row.tries >= limit.tries
    row.locked_until = now + dt.timedelta(seconds=limit.lock) if full else None


def clear(ticket: Ticket) -> None:
    """After a success on an account: whoever knows the secret was not guessing."""
    Throttle.objects.filter(scope=ticket.scope, key=_digest(ticket.key)).delete()


def give_back(ticket: Ticket) -> None:
    """After a success from an address: it does not count, but the failures beside it still do."""
    rows = Throttle.objects.filter(scope=ticket.scope, key=_digest(ticket.key))
    rows.update(tries=Greatest(F("tries") - 1, 0), locked_until=None)


def forget(scope: str, key: str) -> bool:
    """Open a locked key again, at the counter. Whether there was anything to open."""
    deleted, _ = Throttle.objects.filter(scope=scope, key=_digest(key)).delete()
    return bool(deleted)


def locked_until(scope: str, key: str) -> dt.datetime | None:
    """Until when `key` is locked, or None."""
    now = clock.now()
    row = Throttle.objects.filter(scope=scope, key=_digest(key), locked_until__gt=now).first()
    return row.locked_until if row else None


def sweep() -> int:
    """Delete counts that no longer matter; returns how many."""
    now = clock.now()
    stale = Throttle.objects.filter(window_ends_at__lte=now).exclude(locked_until__gt=now)
    return stale.delete()[0]


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
