"""Where the lines of our small drawings fall: inline SVG, for the content policy allows no style attributes."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qihang.web.parts import Cohort, EvidenceShare, Mark, Scale

# The nineteen cities and counties by where they lie to one another (row, column). Not a survey map.
TILE_PLACES: dict[str, tuple[int, int]] = {
    "469024": (1, 2),  # 临高
    "469023": (1, 3),  # 澄迈
    "460100": (1, 4),  # 海口
    "469005": (1, 5),  # 文昌
    "460400": (2, 1),  # 儋州
    "469025": (2, 2),  # 白沙
    "469022": (2, 3),  # 屯昌
    "469021": (2, 4),  # 定安
    "469002": (2, 5),  # 琼海
    "469026": (3, 1),  # 昌江
    "469001": (3, 2),  # 五指山
    "469030": (3, 3),  # 琼中
    "469006": (3, 4),  # 万宁
    "469007": (4, 1),  # 东方
    "469027": (4, 2),  # 乐东
    "469029": (4, 3),  # 保亭
    "469028": (4, 4),  # 陵水
    "460200": (5, 3),  # 三亚
    "460300": (5, 5),  # 三沙
}
_Place = Callable[[dt.date], float]
_YEAR = 12
_LABEL_GAP = 9.0  # per cent of the axis below which two months would touch
# Per cent of a scale below which a range's end would touch the other end, or the target.
_END_GAP, _TARGET_GAP = 12.0, 14.0


def decimal_text(number: float) -> str:
    """A coordinate: two decimals at most, a point whatever the language."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def scale_marks(scale: Scale) -> list[Mark]:
    """The labels under a scale: the target and the ends of the range, those too near to another left out."""
    target = [] if scale.target is None else [Mark(scale.target, scale.target_label or decimal_text(scale.target))]
    ends: list[Mark] = []
    for end in (scale.low, scale.high):
        if end is not None and _is_clear(end, target, _TARGET_GAP) and _is_clear(end, ends, _END_GAP):
            ends.append(Mark(end, f"{end:.1f}"))
    return sorted([*target, *ends], key=lambda mark: mark.at)


def _is_clear(at: float, marks: Sequence[Mark], gap: float) -> bool:
    return all(abs(at - mark.at) >= gap for mark in marks)


def scale_sentence(value: str, unit: str, scale: Scale) -> str:
    """What the drawing says, for those who do not see it."""
    parts = [f"{value}{unit}"]
    if scale.target is not None:
        label = scale.target_label or "目标"
        parts.append(label if any(char.isdigit() for char in label) else f"{label} {decimal_text(scale.target)}%")
    if scale.low is not None and scale.high is not None:
        parts.append(f"没到期的全算上，最低 {scale.low:.1f}%，最高 {scale.high:.1f}%")
    return "，".join(parts)


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch along a drawing 100 wide."""

    x: str
    width: str
    kind: str


def evidence_bars(shares: Sequence[EvidenceShare]) -> list[Bar]:
    """Ranks side by side, from the strongest."""
    total = sum(share.count for share in shares)
    bars, x = [], 0.0
    for share in sorted(shares, key=lambda share: share.rank.number):
        width = 100 * share.count / total if total else 0.0
        bars.append(Bar(decimal_text(x), decimal_text(width), f"e{share.rank.number}"))
        x += width
    return bars


@dataclass(frozen=True, slots=True)
class ClockRow:
    cohort: Cohort
    bars: Sequence[Bar]
    notch: str  # where half the window has run, "" without one


@dataclass(frozen=True, slots=True)
class Month:
    """A month's first day on the axis; `kind` "far" is left unlabelled where there is little room."""

    at: float
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Clock:
    """Cohorts along one axis of months."""

    rows: Sequence[ClockRow]
    months: Sequence[Month]
    today: str
    now: str  # what the day's line is called


def cohort_clock(cohorts: Sequence[Cohort], today: dt.date, now: str = "今天") -> Clock:
    """From the first day on which anyone finished to the last on which a window closes, or today, by whole months."""
    first = min(cohort.finished for cohort in cohorts).replace(day=1)
    last = _next_month(max(today, *(cohort.due for cohort in cohorts)))
    span = (last - first).days

    def at(day: dt.date) -> float:
        return min(100.0, max(0.0, 100 * (day - first).days / span))

    rows = [_clock_row(cohort, today, at) for cohort in cohorts]
    return Clock(rows=rows, months=_months(first, last, at(today)), today=decimal_text(at(today)), now=now)


def _clock_row(cohort: Cohort, today: dt.date, at: _Place) -> ClockRow:
    start, due, now = at(cohort.finished), at(cohort.due), at(today)
    if cohort.settled:
        bars = [_bar(start, due, "done")]
    else:
        passed = min(max(now, start), due)
        bars = [_bar(start, passed, "past"), _bar(passed, due, "open")]
    notch = decimal_text(at(cohort.half)) if cohort.half else ""
    return ClockRow(cohort=cohort, bars=bars, notch=notch)


def _bar(start: float, end: float, kind: str) -> Bar:
    return Bar(decimal_text(start), decimal_text(max(0.0, end - start)), kind)


def _months(first: dt.date, last: dt.date, now: float) -> list[Month]:
    """Every month has its line; every other one its label, unless today's stands there.

    `near` ones stay on a phone: three or so, clear of today's.
    """
    days = list(_first_days(first, last))
    step = next(step for step in (4, 6, 12) if 3 * step >= len(days) or step == _YEAR)
    months = []
    for day in days:
        at = 100 * (day - first).days / (last - first).days
        label = f"{day.month} 月" if day.month % 2 == 0 and abs(at - now) > _LABEL_GAP else ""
        near = day.month % step == 0 and not now - 4 * _LABEL_GAP < at < now + 2 * _LABEL_GAP
        months.append(Month(at, label, "near" if near else "far"))
    return months


def _first_days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    day = first
    while day < last:
        yield day
        day = _next_month(day)


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
