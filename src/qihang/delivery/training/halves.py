"""A day taught in halves is one day all the same: the one home of how much a session counts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction


def session_weights(sessions: Iterable[tuple[dt.date, str]]) -> dict[tuple[dt.date, str], Fraction]:
    """What each session (its day, its part of the day) counts of its day, in days; one named twice counts once."""
    parts: dict[dt.date, set[str]] = defaultdict(set)
    for day, part in sessions:
        parts[day].add(part)
    return {(day, part): Fraction(1, len(of_day)) for day, of_day in parts.items() for part in of_day}
