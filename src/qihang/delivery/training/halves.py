"""A day taught in halves is one day all the same: the one home of how much a session counts."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction

WHOLE = ""


def session_weights(sessions: Iterable[tuple[dt.date, str]]) -> dict[tuple[dt.date, str], Fraction]:
    """What each session (its day, its part of the day) counts of its day, in days; one named twice counts once.

    Some trainees of a class may be kept by whole days and others by parts of the same days: a whole day counts as one
    beside the parts, which share one between them.
    """
    parts: dict[dt.date, set[str]] = defaultdict(set)
    for day, part in sessions:
        parts[day].add(part)
    return {
        (day, part): Fraction(1) if part == WHOLE else Fraction(1, len(of_day - {WHOLE}))
        for day, of_day in parts.items()
        for part in of_day
    }


def days_among(sessions: Iterable[tuple[dt.date, str]]) -> Fraction:
    """How many days these sessions lie on."""
    return Fraction(len({day for day, _ in sessions}))
