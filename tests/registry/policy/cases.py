"""Cases that several tests of decisions share."""

import datetime as dt
from typing import Any

import polars as pl
from tests.factories import MEILAN, SYSTEM

from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import decide_one

FILED = dt.date(2026, 2, 20)
GOOD: dict[str, Any] = {
    "sex": "female",
    "birth_date": dt.date(1982, 10, 23),
    "class_start": dt.date(2026, 3, 9),
    "category": "02",
    "category_confirmed": True,
    "level": "5",
    "lesson_hours": 120,
    "lifetime_uses": 0,
    "uses_this_year": 0,
    "same_occupation_level_uses": 0,
    "unemployment_fund_same_item": False,
    "public_post": False,
}
VARIED: list[dict[str, Any]] = [
    GOOD,
    GOOD | {"level": "special", "lesson_hours": 31},
    GOOD | {"uses_this_year": 1, "lifetime_uses": 3},
    GOOD | {"category_confirmed": None},
    GOOD | {"level": None, "lesson_hours": None},
    dict.fromkeys(GOOD),
]


def decide(on: dt.date = FILED, region: str = MEILAN, **changes: Any) -> Decision:
    """Decide and store one training subsidy."""
    owner = {name: changes.pop(name) for name in ("person_id", "case_ref", "supersedes", "actor") if name in changes}
    return decide_one(
        benefit="training_subsidy", facts=GOOD | changes, on=on, region=region, **{"actor": SYSTEM, **owner}
    )


def frame_of(cases: list[dict[str, Any]]) -> pl.DataFrame:
    """Cases as one frame."""
    return pl.DataFrame(cases, infer_schema_length=None)
