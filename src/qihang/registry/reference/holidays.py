"""Days off and days made up as the State Council arranged them, from the packaged file. Pure: no Django."""

import csv
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from qihang.registry.reference.regions import DATA

Kind = Literal["holiday", "workday"]


@dataclass(frozen=True, slots=True)
class HolidayRow:
    """A day that differs from the week's rule: a day off, or a weekend day worked. `source` is the year's notice."""

    day: date
    kind: Kind
    name: str
    source: str


def holiday_rows() -> list[HolidayRow]:
    """All such days of 2006 to 2026, in order."""
    with (DATA / "holidays.csv").open(encoding="utf-8", newline="") as file:
        return [_row(row) for row in csv.DictReader(file)]


def _row(row: dict[str, str]) -> HolidayRow:
    day = date.fromisoformat(row["day"])
    return HolidayRow(day, cast("Kind", row["kind"]), row["name"], f"国务院办公厅关于{day.year}年节假日安排的通知")
