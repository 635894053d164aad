"""The values that come with the product, as files: sourced ones with their marks, and a demo set kept apart."""

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.engine.parameters import ParameterBook, ParameterRow, Verified, by_of, by_text
from qihang.registry.policy.engine.values import parse_value

_DATA = Path(__file__).parent / "data"
SOURCED, DEMO = "parameters", "demo_parameters"


@dataclass(frozen=True, slots=True)
class SeedParameter:
    """One value of a seed file; `name` stays the same for ever, so that loading twice adds nothing."""

    name: str
    row: ParameterRow
    note: str = ""


@dataclass(frozen=True, slots=True)
class SeedInstrument:
    """One legal instrument of the seed file; days that no source gives are None."""

    number: str
    title: str
    issuer: str
    verified: Verified
    issued_on: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    supersedes: str = ""
    note: str = ""


def seed_parameters(name: str) -> list[SeedParameter]:
    """The parameters of one seed file, SOURCED or DEMO."""
    return [_parameter(name, entry) for entry in _entries(name)]


def seed_instruments() -> list[SeedInstrument]:
    """The legal instruments, each after the one it supersedes."""
    return [SeedInstrument(**{**entry, "verified": _mark(entry["verified"])}) for entry in _entries("instruments")]


def seed_book(name: str) -> ParameterBook:
    """A book of one seed file alone, without a database: for benchmarks and policy cases."""
    return ParameterBook(seed.row for seed in seed_parameters(name))


@cache
def _entries(name: str) -> tuple[dict[str, Any], ...]:
    """As the file has them; read once, for it comes with the product and reading YAML is slow."""
    return tuple(yaml.safe_load((_DATA / f"{name}.yaml").read_text(encoding="utf-8")))


def _parameter(file: str, entry: dict[str, Any]) -> SeedParameter:
    spec = CATALOGUE[entry["key"]]
    by = by_of(entry.get("by"))
    row = ParameterRow(
        spec=spec,
        region=entry["region"],
        valid_from=entry["from"],
        valid_to=entry.get("to"),
        value=parse_value(spec.kind, entry["value"]),
        by=by,
        source=entry.get("source", ""),
        article=entry.get("article", ""),
        verified=_mark(entry["verified"]),
    )
    return SeedParameter(f"{file}/{spec.key}[{by_text(by)}]/{row.region}/{row.valid_from}", row, entry.get("note", ""))


def _mark(value: object) -> Verified:
    return Verified(str(value).lower())  # YAML reads the mark `true` as a flag
