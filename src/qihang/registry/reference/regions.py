"""Administrative divisions with their history, read from the packaged table. Pure: no Django, no database.

A code stands for different places in different years and its place may move to other codes, so every question here
is asked of *periods* (code, name, years in force). Years are those of the yearly official lists; a period covers
`since <= year < until`. GB/T 2260 is the standard; facts and their source are described in `data/README.md`.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

DATA: Final = Path(__file__).resolve().parent / "data"

Level = Literal["province", "prefecture", "county"]

_LEVELS: Final[dict[str, Level]] = {"省级": "province", "地级": "prefecture", "县级": "county"}
_DIRECT: Final = "直辖"  # in the prefecture column: directly under the province
MUNICIPALITIES: Final = frozenset({"11", "12", "31", "50"})
_SUCCESSOR: Final = re.compile(r"(\d{6})(?:\[(\d{4})])?")


@dataclass(frozen=True, slots=True)
class Succession:
    """Where a place went. `partial` is a part split off in `year` while the code lived on."""

    code: str
    year: int
    partial: bool


@dataclass(frozen=True, slots=True)
class RegionPeriod:
    """One code with one name over one run of years. `until` is the first year no longer in force, None while it is."""

    code: str
    name: str
    full_name: str
    province: str
    level: Level
    parent_code: str
    since: int
    until: int | None
    successions: tuple[Succession, ...]
    official: bool = True

    def covers(self, year: int) -> bool:
        """Whether the period is in force in the yearly list of `year`."""
        return self.since <= year and (self.until is None or year < self.until)


class RegionTable:
    """All periods of all codes, with the questions that identity numbers, scopes and free text ask of them."""

    def __init__(self, periods: Iterable[RegionPeriod]) -> None:
        by_code: dict[str, list[RegionPeriod]] = defaultdict(list)
        for period in periods:
            by_code[period.code].append(period)
        self._periods = {code: tuple(sorted(found, key=lambda p: p.since)) for code, found in by_code.items()}
        self._today: dict[str, tuple[str, ...]] = {}

    def __iter__(self) -> Iterator[RegionPeriod]:
        for periods in self._periods.values():
            yield from periods

    def __contains__(self, code: object) -> bool:
        return code in self._periods

    def codes(self) -> frozenset[str]:
        """Every code ever in force."""
        return frozenset(self._periods)

    def periods(self, code: str) -> tuple[RegionPeriod, ...]:
        """The periods of a code, oldest first; empty for a code that never was."""
        return self._periods.get(code, ())

    def latest(self, code: str) -> RegionPeriod | None:
        """The last period of a code: what it means today, or meant last."""
        periods = self.periods(code)
        return periods[-1] if periods else None

    def full_name(self, code: str) -> str:
        """海口市美兰区; the code itself for a code that never was."""
        period = self.latest(code)
        return period.full_name if period else code

    def in_force(self, code: str) -> bool:
        """Whether the code is in force in the newest list."""
        period = self.latest(code)
        return period is not None and period.until is None

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The code itself and those above it, nearest first: ("460108", "460100", "460000")."""
        chain: list[str] = []
        period = self.latest(code)
        while period is not None:
            chain.append(period.code)
            period = self.latest(period.parent_code)
        return tuple(chain)

    def today(self, code: str) -> tuple[str, ...]:
        """The codes in force that hold the place today, sorted. A split gives several, a code gone without heir none.

        A period in force is its own answer. Otherwise its successors are followed from year to year; a part that was
        split off counts only when the split came after the place had arrived there.
        """
        if code not in self._today:
            self._today[code] = tuple(sorted(self._follow(code)))
        return self._today[code]

    def _follow(self, code: str) -> set[str]:
        pending = [(period, period.since) for period in self.periods(code)]
        seen: set[tuple[str, int, int]] = set()
        found: set[str] = set()
        while pending:
            period, arrived = pending.pop()
            key = (period.code, period.since, arrived)
            if key in seen:
                continue
            seen.add(key)
            if period.until is None:
                found.add(period.code)
                continue
            for step in period.successions:
                if step.year >= arrived:
                    heir = next(p for p in self._periods[step.code] if p.covers(step.year))
                    pending.append((heir, step.year))
        return found

    def predecessors(self, codes: Iterable[str]) -> frozenset[str]:
        """Codes no longer in force whose whole place lies in `codes` (codes in force) today."""
        wanted = frozenset(codes)
        return frozenset(
            old
            for old in self._periods
            if not self.in_force(old) and (heirs := self.today(old)) and wanted.issuperset(heirs)
        )


def _full_name(*, province: str, prefecture: str, name: str, level: Level, code: str) -> str:
    """The name as written on a form, without the province except where nothing else stands above the county."""
    if level != "county":
        return name
    if prefecture != _DIRECT:
        return prefecture + name
    return province + name if code[:2] in MUNICIPALITIES else name


def _parent(*, prefecture: str, level: Level, code: str) -> str:
    if level == "province":
        return ""
    if level == "prefecture" or prefecture == _DIRECT:
        return f"{code[:2]}0000"
    return f"{code[:4]}00"


def _successions(text: str, until: int | None) -> tuple[Succession, ...]:
    steps = []
    for code, year in _SUCCESSOR.findall(text):
        last = int(year) if year else until
        if last is None:
            raise ValueError(f"区划表有误：{text} 没有年份")
        steps.append(Succession(code=code, year=last, partial=bool(year)))
    return tuple(steps)


def read_periods(path: Path) -> Iterator[RegionPeriod]:
    """Rows of a table with the columns of `data/regions.csv`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        for code, province, prefecture, name, level_name, since, until, successors in rows:
            level = _LEVELS[level_name]
            end = int(until) if until else None
            yield RegionPeriod(
                code=code,
                name=name,
                full_name=_full_name(province=province, prefecture=prefecture, name=name, level=level, code=code),
                province=province,
                level=level,
                parent_code=_parent(prefecture=prefecture, level=level, code=code),
                since=int(since),
                until=end,
                successions=_successions(successors, end),
            )


def read_jurisdictions(path: Path) -> Iterator[RegionPeriod]:
    """Places that keep their own labour and finance offices without a county code of GB/T 2260 (洋浦)."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield RegionPeriod(
                code=row["code"],
                name=row["name"],
                full_name=row["name"],
                province=row["province"],
                level="county",
                parent_code=row["parent"],
                since=int(row["since"]),
                until=None,
                successions=(),
                official=False,
            )


@cache
def region_table() -> RegionTable:
    """Divisions of GB/T 2260 since 1981, read once. What identity numbers may carry."""
    return RegionTable(read_periods(DATA / "regions.csv"))


@cache
def jurisdiction_table() -> RegionTable:
    """The same with the business jurisdictions: what organisations, classes and people are filed under."""
    return RegionTable([*region_table(), *read_jurisdictions(DATA / "jurisdictions.csv")])
