"""From months on contribution lists to spells: the indicators' definition, sentence by sentence."""

import datetime as dt

from qihang.delivery.employment.spells import Effect, Months, Span, changes_of, span_of

OCTOBER = dt.date(2026, 10, 31)
NOVEMBER = dt.date(2026, 11, 30)


def months(first: str, last: str, person: int = 1, employer: str = "椰家") -> Months:
    return Months(person, employer, "", dt.date.fromisoformat(f"{first}-01"), dt.date.fromisoformat(f"{last}-01"))


def span(start: str, end: str | None, pk: int = 9, employer: str = "椰家", seen_on: dt.date = OCTOBER) -> Span:
    ended = dt.date.fromisoformat(end) if end else None
    return Span(1, employer, "", dt.date.fromisoformat(start), ended, seen_on, OCTOBER if ended else None, pk)


def lay(
    lines: list[Months],
    known: list[Span] | None = None,
    closing: set[int] | None = None,
    list_on: dt.date = NOVEMBER,
) -> tuple[list[tuple[str, str | None]], list[tuple[int, str | None, str | None]], int]:
    changes = changes_of(lines, list_on=list_on, completed={}, known=known or [], closing=closing or set())
    added = [(str(one.start), str(one.end) if one.end else None) for one in changes.added]
    moved = [
        (one.pk or 0, str(one.end or "") or None, str(one.end_recorded_on or "") or None) for one in changes.moved
    ]
    return added, moved, changes.effects.count(Effect.SAME)


def test_the_first_month_counts_from_its_first_day_and_the_last_ends_on_its_last() -> None:
    one = span_of(months("2026-05", "2026-08"), list_on=OCTOBER, completed=[dt.date(2026, 3, 27)])
    assert (one.start, one.end, one.end_recorded_on) == (dt.date(2026, 5, 1), dt.date(2026, 8, 31), OCTOBER)


def test_work_in_the_month_of_completion_starts_the_day_after() -> None:
    one = span_of(months("2026-03", "2026-05"), list_on=OCTOBER, completed=[dt.date(2026, 3, 27)])
    assert one.start == dt.date(2026, 3, 28)


def test_completing_on_the_last_day_of_the_only_month_leaves_no_negative_spell() -> None:
    one = span_of(months("2026-03", "2026-03"), list_on=OCTOBER, completed=[dt.date(2026, 3, 31)])
    assert one.end is not None and one.start <= one.end


def test_the_month_of_the_list_leaves_the_end_open() -> None:
    one = span_of(months("2026-10", "2026-10"), list_on=dt.date(2026, 10, 15), completed=[])
    assert (one.start, one.end, one.end_recorded_on) == (dt.date(2026, 10, 1), None, None)


def test_a_later_list_extends_the_open_spell_and_says_nothing_new() -> None:
    assert lay([months("2026-11", "2026-11")], [span("2026-05-01", None)], {9}) == ([], [], 1)


def test_a_later_list_extends_a_closed_adjoining_spell() -> None:
    added, moved, _ = lay([months("2026-09", "2026-11")], [span("2026-05-01", "2026-08-31")])
    assert (added, moved) == ([], [(9, None, None)])


def test_a_gap_makes_a_new_spell() -> None:
    added, moved, _ = lay([months("2026-10", "2026-11")], [span("2026-05-01", "2026-08-31")])
    assert (added, moved) == ([("2026-10-01", None)], [])


def test_another_employer_is_another_spell_and_the_open_one_closes() -> None:
    added, moved, _ = lay([months("2026-11", "2026-11", employer="好帮手")], [span("2026-05-01", None)], {9})
    assert added == [("2026-11-01", None)]
    assert moved == [(9, "2026-10-31", "2026-11-30")]


def test_an_open_end_that_no_line_continues_closes_at_the_earlier_month_on_the_later_date() -> None:
    assert lay([], [span("2026-05-01", None)], {9}) == ([], [(9, "2026-10-31", "2026-11-30")], 0)


def test_an_open_spell_told_to_have_ended_takes_that_end() -> None:
    _, moved, _ = lay([months("2026-05", "2026-10")], [span("2026-05-01", None)], {9})
    assert moved == [(9, "2026-10-31", "2026-11-30")]


def test_two_lines_of_one_list_that_adjoin_are_one_spell() -> None:
    added, _, _ = lay([months("2026-05", "2026-06"), months("2026-07", "2026-08")])
    assert added == [("2026-05-01", "2026-08-31")]


def test_lines_in_any_order_give_the_same() -> None:
    lines = [months("2026-07", "2026-08"), months("2026-05", "2026-06"), months("2026-11", "2026-11")]
    assert lay(lines) == lay(lines[::-1]) == ([("2026-05-01", "2026-08-31"), ("2026-11-01", None)], [], 0)
