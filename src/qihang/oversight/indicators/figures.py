"""What a figure is: exact fractions, what stands beside them, and the row that answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

Group = Mapping[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of one group on one day. Numbers that a figure does not have are None and are left out of its row.

    `numerator` counts cases, or staff for jobs per firm; `denominator` counts cases whose window is over, or is the
    target; `running` counts cases whose window is not over. `worst` and `best` say where the rate can end.
    """

    as_of: date
    known_only: bool
    indicator: str
    group: Group
    value: Fraction | None
    numerator: int | None = None
    denominator: int | None = None
    running: int | None = None
    bounds: tuple[Fraction | None, Fraction | None] | None = None
    running_already: int | None = None
    running_already_closed: int | None = None
    unknown: int | None = None
    firms_with_known_headcount: int | None = None
    by_evidence: Mapping[str, int] | None = None
    strict: int | None = None
    firms: int | None = None
    closed: int | None = None

    @property
    def worst(self) -> Fraction | None:
        return self.bounds[0] if self.bounds else None

    @property
    def best(self) -> Fraction | None:
        return self.bounds[1] if self.bounds else None

    @property
    def base(self) -> int:
        """How many cases the value rests on."""
        return (self.firms if self.denominator is None else self.denominator) or 0

    def as_json(self) -> dict[str, Any]:
        """The row of the answer; decimals are strings with six places."""
        row: dict[str, Any] = {
            "as_of": self.as_of.isoformat(),
            "known_only": self.known_only,
            "indicator": self.indicator,
            "group": dict(self.group),
        }
        if self.firms is not None:
            return row | {"firms": self.firms, "closed": self.closed, "value": decimal(self.value)}
        row |= {"numerator": self.numerator, "denominator": self.denominator, "value": decimal(self.value)}
        row |= {"running": self.running}
        if self.bounds is not None:
            row |= {"worst": decimal(self.worst), "best": decimal(self.best)}
        for name in _WHERE_THEY_EXIST:
            if (number := getattr(self, name)) is not None:
                row[name] = number
        return row


_WHERE_THEY_EXIST = (
    "running_already",
    "unknown",
    "running_already_closed",
    "firms_with_known_headcount",
    "by_evidence",
    "strict",
)


def decimal(value: Fraction | None, places: int = 6) -> str | None:
    """A fraction that is not negative as a decimal string, half up; None stays None."""
    if value is None:
        return None
    unit = 10**places
    whole, rest = divmod((2 * value.numerator * unit + value.denominator) // (2 * value.denominator), unit)
    return f"{whole}.{rest:0{places}d}"


def ratio(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None


def publishable(figure: Figure, small_n: int) -> bool:
    """Whether a public page may show the figure's value: from `small_n` (parameter figures.small_n) cases in the
    denominator on. Below, single people could be told from it; show the next level up."""
    return figure.value is not None and figure.base >= small_n
