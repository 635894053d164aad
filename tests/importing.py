"""Running a kind of import over a file, and holding its findings to what a careful clerk would say."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from qihang.foundation.imports.engine.examine import Examination, Options, examine
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.rules import Parameters, Severity

SAMPLES = Path(__file__).parent / "samples"
TODAY = dt.date(2026, 11, 24)

# (key, from, value): what the demo's parameters say, as far as imports ask.
_PARAMETERS: list[tuple[str, dt.date, object]] = [
    ("training.age_min", dt.date(2006, 1, 1), 16),
    ("training.age_max.male", dt.date(2006, 1, 1), 60),
    ("training.age_max.female", dt.date(2006, 1, 1), 55),
    ("training.categories", dt.date(2006, 1, 1), ["01", "02", "03", "04", "05", "09", "13", "14"]),
    ("training.categories", dt.date(2021, 1, 1), ["02", "03", "04", "05", "06", "07", "08", "09", "13", "14"]),
    ("appraisal.pass_score", dt.date(2006, 1, 1), 60),
    ("wage.month_min", dt.date(2006, 1, 1), Decimal(1850)),
]


def demo_parameters() -> Parameters:
    def lookup(key: str, on: dt.date) -> object | None:
        values = [value for name, since, value in _PARAMETERS if name == key and since <= on]
        return values[-1] if values else None

    return Parameters(lookup)


def examined(kind: ImportKind, content: bytes, name: str = "名单.xlsx", **options: Any) -> Examination:
    """The file under the demo's parameters on the tests' day."""
    chosen = {"today": TODAY, "parameters": demo_parameters(), **options}
    register = chosen.pop("register", None)
    if register is not None:
        chosen["open_register"] = lambda on: register
    return examine(kind, name, content, Options(**chosen))


def said(examination: Examination) -> dict[str, dict[str, str]]:
    """{"errors": {"D9": "R-ID-03"}, …}; severities without a finding are left out."""
    found = {
        severity.value: {finding.cell: finding.rule.id for finding in examination.of(severity)}
        for severity in Severity
    }
    return {severity: cells for severity, cells in found.items() if cells}


def expectation(kind: ImportKind) -> dict[str, Any]:
    """What `samples/expected/<kind>.yaml` says about the kind's sample, cell by cell."""
    expected: dict[str, Any] = yaml.safe_load((SAMPLES / "expected" / f"{kind.key}.yaml").read_text())
    return expected


def examined_sample(kind: ImportKind, **options: Any) -> Examination:
    name = expectation(kind)["file"]
    return examined(kind, (SAMPLES / name).read_bytes(), name, **options)


def summary(found: Examination) -> dict[str, Any]:
    """An examination in the form of an expectation file."""
    table = found.table
    return {
        "file": found.book.name,
        "sheet": table.grid.name,
        "skipped_sheets": [skip.name for skip in table.skipped_sheets],
        "skipped_rows": [skip.row for skip in table.skipped_rows],
        "business_day": found.on,
        "rows": found.rows.height,
        "accepted": len(found.outcome().accepted),
        "accepted_with_every_yes": len(found.outcome(["all"]).accepted),
        **said(found),
    }
