"""Certificate numbers. Two rules live side by side; the parameter certificate.number_rule says which holds on a day.

16 digits (vocational qualification certificate): year 2, province 2, prefecture 2, body kind 1 (0 guidance centre,
1 national station, 2 local station, 3 trade station, 4 employer), body 3, level 1, running number 5.
22 characters (skill level certificate): S or Y, ministry registration 4 (0000 for provincial), province 2, station 6,
year 2, level 1, running number 6. Source: facts on appraisal, marked verified.
"""

import re
from dataclasses import dataclass

from qihang.foundation.imports.engine.text import squeezed

QUALIFICATION = re.compile(r"\d{2}(?P<province>\d{2})\d{2}[0-4]\d{3}(?P<level>[1-5])\d{5}", re.ASCII)
SKILL_LEVEL = re.compile(r"[YS]\d{4}(?P<province>\d{2})\d{6}\d{2}(?P<level>[1-5])\d{6}", re.ASCII)

_LOCAL_STATION = "2"
_THIRD_PARTY = "S"
_PROVINCIAL = "0000"


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """The fixed part of the numbers of one station, year and level, and how wide the running number is."""

    prefix: str
    width: int

    def number(self, running: int) -> str:
        """The full number. ValueError when the running number does not fit: numbers are never cut."""
        if running >= 10**self.width:
            raise ValueError(f"{self.prefix}: running number {running} needs more than {self.width} digits")
        return f"{self.prefix}{running:0{self.width}d}"


def number_plan(*, rule: str, region: str, station_code: str, year: int, level: int) -> NumberPlan:
    """The plan of a rule ("16" or "22") for a station (its six-digit code) in a division, a year and a level 1..5."""
    if rule == "16":
        body = f"{year % 100:02d}{region[:2]}{region[2:4]}{_LOCAL_STATION}{station_code[-3:]}{level}"
        return NumberPlan(body, 5)
    if rule == "22":
        return NumberPlan(f"{_THIRD_PARTY}{_PROVINCIAL}{region[:2]}{station_code}{year % 100:02d}{level}", 6)
    raise ValueError(f"unknown certificate number rule {rule!r}")


def clean_number(text: str) -> str:
    """A number as typed or read off a paper, without spaces, in half width and capitals."""
    return squeezed(text).upper()


def looks_like_number(text: str) -> bool:
    """Whether `text` has the form of either rule."""
    return bool(QUALIFICATION.fullmatch(text) or SKILL_LEVEL.fullmatch(text))
