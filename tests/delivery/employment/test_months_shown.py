"""How many months of contributions lists have shown: what the second tranche asks for, counted from days of spells."""

import datetime as dt

import pytest

from qihang.delivery.employment.lists import months_shown
from qihang.delivery.employment.models import ContributionList, WorkSpell


def spell(start: str, end: str | None, listed: str | None) -> WorkSpell:
    last = ContributionList(listed_on=dt.date.fromisoformat(listed)) if listed else None
    return WorkSpell(
        start=dt.date.fromisoformat(start), end=dt.date.fromisoformat(end) if end else None, last_list=last
    )


@pytest.mark.parametrize(
    ("start", "end", "listed", "months"),
    [
        ("2026-05-01", "2026-05-31", "2026-06-30", 1),
        ("2026-05-01", "2026-10-31", "2026-11-30", 6),
        ("2026-03-28", "2026-03-31", "2026-10-31", 1),
        ("2026-03-28", "2026-04-30", "2026-10-31", 2),
        ("2025-11-01", "2026-02-28", "2026-10-31", 4),
        # an open end is known up to the month of the list that showed it last, whatever that list's day
        ("2026-05-01", None, "2026-05-01", 1),
        ("2026-05-01", None, "2026-10-15", 6),
        ("2026-05-01", None, "2026-10-31", 6),
        ("2025-12-01", None, "2026-01-15", 2),
        # what begins after the month that was seen has shown nothing yet
        ("2026-04-01", None, "2026-03-31", 0),
    ],
)
def test_of_a_spell_from_lists(start: str, end: str | None, listed: str, months: int) -> None:
    assert months_shown(spell(start, end, listed)) == months


@pytest.mark.parametrize("end", [None, "2026-10-31"])
def test_a_document_shows_no_contribution_however_long_the_work(end: str | None) -> None:
    assert months_shown(spell("2026-05-01", end, None)) == 0
