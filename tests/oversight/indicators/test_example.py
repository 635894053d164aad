"""The worked example: its figures, row for row."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.oversight.indicators.reference import Reference

from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.services import compute

SAMPLES = Path(__file__).parents[2] / "samples"
EVENTS = SAMPLES / "events-example.json"
# The example says nothing of these two.
UNSAID = {"by_evidence", "strict"}


def said(rows: list[dict[str, Any]]) -> list[str]:
    kept = ({name: value for name, value in row.items() if name not in UNSAID} for row in rows)
    return sorted(json.dumps(row, sort_keys=True) for row in kept)


def expected(as_of: date, known_only: bool) -> list[str]:
    rows = json.loads((SAMPLES / "events-example-expected.json").read_text(encoding="utf-8"))
    return said([row for row in rows if (row["as_of"], row["known_only"]) == (as_of.isoformat(), known_only)])


@pytest.mark.parametrize("known_only", [False, True])
@pytest.mark.parametrize("as_of", [date(2026, 2, 28), date(2026, 9, 1)])
def test_the_figures_of_the_example_are_the_expected_ones(as_of: date, known_only: bool) -> None:
    figures = compute(Events.read_json(EVENTS), as_of=as_of, known_only=known_only)
    assert said([figure.as_json() for figure in figures]) == expected(as_of, known_only)
    assert len(figures) == 16


@pytest.mark.parametrize("known_only", [False, True])
@pytest.mark.parametrize("as_of", [date(2026, 2, 28), date(2026, 9, 1)])
def test_the_slow_reference_reads_the_definitions_as_the_example_does(as_of: date, known_only: bool) -> None:
    document = json.loads(EVENTS.read_text(encoding="utf-8"))
    assert said(Reference(document, as_of, known_only=known_only).rows()) == expected(as_of, known_only)


def test_evidence_splits_every_numerator_of_the_example() -> None:
    figures = compute(Events.read_json(EVENTS), as_of=date(2026, 9, 1))
    by_name = {figure.indicator: figure for figure in figures if figure.by_evidence is not None}
    for figure in by_name.values():
        assert figure.by_evidence is not None
        assert sum(figure.by_evidence.values()) == figure.numerator
    assert by_name["reemployment_6m_of_completed"].by_evidence == {"insurance": 68, "business": 9, "contract": 27}
    assert by_name["open_rate_6m"].by_evidence == {"tax": 7, "registry": 13, "visit": 2}
    assert by_name["open_rate_6m"].strict == 20
    assert by_name["survival_12m"].strict == 6
