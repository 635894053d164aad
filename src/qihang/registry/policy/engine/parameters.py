"""Effective-dated parameters and where to look for them: county, then city, then province, then the nation.

A parameter is named by its key, by discriminators where it has them (`training.rate` by level), by the region that
set it and by the days it is in force. Nothing here has a default: what is not set is missing, and says so.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from qihang.registry.policy.engine.values import Value, ValueType, value_to_json, value_to_number

NATION = "CN"
# A discriminator's value that stands for every value not named on its own: `review.days` by {step: each}.
EACH = "each"

By = tuple[tuple[str, str], ...]
Chain = Callable[[str], tuple[str, ...]]


class Verified(StrEnum):
    """How far a value was checked against its source; it travels with every decision that used it."""

    TRUE = "true"
    SECONDARY = "secondary"
    OTHER_REGION = "other-region"
    DEMO = "demo"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class KeySpec:
    """What a parameter key means. `by` names its discriminators, `expected` the combinations a place must set.

    A `cap` holds at all levels together: the nation's and the province's both bind, so the least value does.
    """

    key: str
    kind: ValueType
    unit: str
    label: str
    by: tuple[str, ...] = ()
    expected: tuple[By, ...] = ((),)
    cap: bool = False


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One confirmed value: `valid_to` is the last day it is in force, None while there is none."""

    spec: KeySpec
    region: str
    valid_from: dt.date
    value: Value
    valid_to: dt.date | None = None
    by: By = ()
    source: str = ""
    article: str = ""
    verified: Verified = Verified.UNVERIFIED
    id: int | None = None

    @property
    def number(self) -> int:
        """The value as columns hold it; TypeError for codes and mappings."""
        return value_to_number(self.spec.kind, self.value)

    @property
    def law(self) -> str:
        """The instrument and article, as a reader cites them; empty when nobody has named one."""
        return f"{self.source} {self.article}".strip()

    def in_force(self, on: dt.date) -> bool:
        """Whether the value holds on that day, its first and last day included."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def as_json(self) -> dict[str, Any]:
        """The row as a decision stores it, so that the decision can be recomputed without this table."""
        return {
            "key": self.spec.key,
            "value": value_to_json(self.spec.kind, self.value),
            "region": self.region,
            "valid_from": self.valid_from.isoformat(),
            "source": self.law,
            "verified": str(self.verified),
            "by": dict(self.by),
            "id": self.id,
        }


def by_of(discriminators: Mapping[str, object] | None) -> By:
    """The canonical form of discriminators, whatever their order and the type of their values."""
    return tuple(sorted((name, str(value)) for name, value in (discriminators or {}).items()))


def by_text(by: By) -> str:
    """`level=5` as stored and shown; empty without discriminators."""
    return ",".join(f"{name}={value}" for name, value in by)


def by_from_text(text: str) -> By:
    """The discriminators that `by_text` wrote."""
    pairs = (part.split("=", 1) for part in text.split(",") if part)
    return tuple(sorted((name, value) for name, value in pairs))


def chain_by_code(region: str) -> tuple[str, ...]:
    """The region and what lies above it, read from the digits of a GB/T 2260 code; the nation last."""
    if region == NATION or not region:
        return (NATION,)
    above = [region, region[:4] + "00", region[:2] + "0000"] if len(region) >= 6 else [region]
    if len(region) > 6:  # a township of nine digits or more lies in its county
        above.insert(1, region[:6])
    return (*dict.fromkeys(above), NATION)


class ParameterBook:
    """All values in force at any time, found by key, discriminators, place and day.

    `chain` gives a region and all above it, nearest first; by default the digits of the code do.
    """

    def __init__(self, rows: Iterable[ParameterRow], chain: Chain = chain_by_code) -> None:
        self._chain = chain
        self._rows: dict[str, dict[tuple[By, str], list[ParameterRow]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            self._rows[row.spec.key][row.by, row.region].append(row)

    def __len__(self) -> int:
        return sum(len(rows) for places in self._rows.values() for rows in places.values())

    def rows(self, key: str) -> list[ParameterRow]:
        """Every value of a key, of any place and day."""
        return [row for rows in self._rows.get(key, {}).values() for row in rows]

    def lookup(self, key: str, *, region: str, on: dt.date, by: By = ()) -> ParameterRow | None:
        """The value in force nearest to the place, or None where no level has set one."""
        return next(self._found(key, region, on, by), None)

    def lookup_all(self, key: str, *, region: str, on: dt.date, by: By = ()) -> list[ParameterRow]:
        """The values of all levels that have set one, nearest first: caps of all levels hold together."""
        return list(self._found(key, region, on, by))

    def binding(self, spec: KeySpec, *, region: str, on: dt.date, by: By = ()) -> list[ParameterRow]:
        """The rows that decide: all levels' for a cap, the nearest one otherwise; empty when none is set."""
        found = self.lookup_all(spec.key, region=region, on=on, by=by)
        return found if spec.cap else found[:1]

    def changed(self, overrides: Iterable[tuple[KeySpec, By | None, Value]]) -> "ParameterBook":
        """A what-if: each named value replaced everywhere and always. A `by` of None means every discriminator."""
        rows = {key: self.rows(key) for key in self._rows}
        for spec, by, value in overrides:
            kept = [row for row in rows.get(spec.key, []) if by is not None and row.by != by]
            wanted = [by] if by is not None else [*spec.expected]
            rows[spec.key] = kept + [_supposed(spec, each, value) for each in wanted]
        return ParameterBook([row for group in rows.values() for row in group], self._chain)

    def _found(self, key: str, region: str, on: dt.date, by: By) -> Iterator[ParameterRow]:
        places = self._rows.get(key)
        if not places:
            return
        wildcard = tuple((name, EACH) for name, _ in by)
        for place in self._chain(region):
            for wanted in dict.fromkeys((by, wildcard)):
                row = next((row for row in places.get((wanted, place), ()) if row.in_force(on)), None)
                if row:
                    yield row
                    break


def _supposed(spec: KeySpec, by: By, value: Value) -> ParameterRow:
    return ParameterRow(spec, NATION, dt.date.min, value, by=by, source="假设", verified=Verified.UNVERIFIED)
