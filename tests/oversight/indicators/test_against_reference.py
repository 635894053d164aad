"""The columnar rules against the slow reference, on random events crowded around the days that matter."""

import json
import random
from datetime import date
from typing import Any

import pytest
from tests.oversight.indicators.random_events import Document, random_document, turning_days
from tests.oversight.indicators.reference import Reference

from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.services import compute, compute_splits
from qihang.oversight.indicators.targets import Target

QUESTIONS: list[dict[str, Any]] = [
    {},
    {"known_only": True},
    {"programme": "skills", "region": "460000"},
    {"programme": "startup", "region": "460100", "known_only": True},
    {"region": "469005"},
    *({"by": by, "known_only": at % 2 == 0} for at, by in enumerate(Grouping.values)),
    {"by": "cohort", "region": "460100"},
    {"by": "institution", "programme": "startup"},
]


def as_set(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("seed", range(12))
def test_every_figure_is_that_of_the_reference(seed: int) -> None:
    document = random_document(seed, people=25)
    events = Events.from_document(document)
    days = random.Random(seed).sample(turning_days(document), len(QUESTIONS))
    for as_of, question in zip(days, QUESTIONS, strict=True):
        found = [figure.as_json() for figure in compute(events, as_of=as_of, **question)]
        assert as_set(found) == as_set(Reference(document, as_of, **question).rows()), (as_of, question)


@pytest.mark.parametrize("programme", ["skills", "startup"])
@pytest.mark.parametrize("seed", range(4))
def test_all_splits_at_once_are_those_asked_one_by_one(seed: int, programme: str) -> None:
    document = random_document(seed, people=25)
    events = Events.from_document(document)
    splits = (None, *Grouping)
    targets = [Target(indicator="trained", programme=Programme.SKILLS, year=year, people=9) for year in (2025, 2026)]
    asked: list[dict[str, Any]] = [{}, {"region": "460100"}, {"region": "469005", "targets": targets}]
    for as_of, question in zip(random.Random(seed).sample(turning_days(document), len(asked)), asked, strict=True):
        found = compute_splits(events, splits, as_of=as_of, programme=programme, **question)
        alone = {by: compute(events, as_of=as_of, programme=programme, by=by, **question) for by in splits}
        assert found == alone


def shuffled(document: Document, seed: int) -> Document:
    return {table: random.Random(seed).sample(rows, len(rows)) for table, rows in document.items()}


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_decides_nothing(seed: int) -> None:
    document = random_document(seed)
    as_of = turning_days(document)[-200]
    first = compute(Events.from_document(document), as_of=as_of, by="region")
    again = compute(Events.from_document(shuffled(document, seed)), as_of=as_of, by="region")
    assert first == again


def test_the_random_events_reach_every_number() -> None:
    """Else the agreement above would mean little."""
    events = Events.from_document(random_document(3, people=300, classes=60))
    rows = [
        figure.as_json()
        for as_of in (date(2025, 9, 1), date(2026, 1, 10), date(2026, 9, 1))
        for figure in compute(events, as_of=as_of, known_only=True)
    ]
    asked = {(row["indicator"], name) for row in rows for name in row if name != "group"}
    reached = {(row["indicator"], name) for row in rows for name, number in row.items() if number not in (0, None, {})}
    assert asked - reached == {("pass_rate_enrolled", "running"), ("certification_rate", "running")}
