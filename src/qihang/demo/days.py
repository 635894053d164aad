"""Days as the demo's people keep them: nobody works on a weekend."""

import datetime as dt

ONE = dt.timedelta(days=1)
_SATURDAY = 5


def later(day: dt.date, days: int) -> dt.date:
    """So many days on, and then the next weekday."""
    day += days * ONE
    return day + (7 - day.weekday()) * ONE if day.weekday() >= _SATURDAY else day


def earlier(day: dt.date, days: int) -> dt.date:
    """So many days before, and then the last weekday."""
    day -= days * ONE
    return day - max(0, day.weekday() - _SATURDAY + 1) * ONE


def weekdays(first: dt.date, last: dt.date) -> list[dt.date]:
    """Those from the first to the last, both included."""
    days = (first + at * ONE for at in range((last - first).days + 1))
    return [day for day in days if day.weekday() < _SATURDAY]


def nth_weekday(first: dt.date, count: int) -> dt.date:
    """The last of so many weekdays from `first` on."""
    weeks, rest = divmod(count - 1, _SATURDAY)
    day = first + weeks * 7 * ONE
    while rest:
        day += ONE
        rest -= day.weekday() < _SATURDAY
    return day
