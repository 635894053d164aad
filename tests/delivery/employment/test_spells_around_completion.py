"""Work that goes on over a completion is no work found after it, however an office cuts its lists.

Each of these is worth a second tranche and a point in the re-employment figure: who worked at the place all along has
neither, who began the day after has both.
"""

import datetime as dt

import pytest

from qihang.delivery.employment.spells import Changes, Effect, Months, Span, changes_of, month_end, span_of

_DONE = dt.date(2026, 3, 27)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def months(first: str, last: str, employer: str = "椰家", person: int = 1) -> Months:
    return Months(person, employer, "", day(f"{first}-01"), day(f"{last}-01"))


def known(
    start: str,
    end: str | None,
    *,
    seen: str = "2026-04-30",
    pk: int = 7,
    employer: str = "椰家",
    told: str | None = None,
) -> Span:
    recorded = day(told or seen) if end else None
    return Span(1, employer, "", day(start), day(end) if end else None, day(seen), recorded, pk)


def laid(
    lines: list[Months],
    spans: list[Span] | None = None,
    *,
    on: str = "2026-05-31",
    done: tuple[dt.date, ...] = (_DONE,),
    closing: set[int] | None = None,
    later: str | None = None,
) -> tuple[list[tuple[str, str | None]], Changes]:
    """All spells after a list was laid over those known, as days, and what changed."""
    spans = spans or []
    changes = changes_of(
        lines,
        list_on=day(on),
        completed={1: done},
        known=spans,
        closing=closing or set(),
        later_on=day(later) if later else None,
    )
    gone = {id(span) for span in changes.absorbed}
    standing = [*(span for span in spans if id(span) not in gone), *changes.added]
    standing.sort(key=lambda span: (span.start, span.employer_name))
    return [(str(span.start), str(span.end) if span.end else None) for span in standing], changes


class TestOneLine:
    @pytest.mark.parametrize(
        ("first", "last", "done", "start"),
        [
            ("2026-03", "2026-05", "2026-03-01", "2026-03-02"),
            ("2026-03", "2026-05", "2026-03-30", "2026-03-31"),
            ("2026-03", "2026-05", "2026-03-31", "2026-04-01"),
            ("2026-03", "2026-05", "2026-02-28", "2026-03-01"),
            ("2026-03", "2026-05", "2026-04-01", "2026-03-01"),
            ("2026-03", "2026-05", "2026-05-31", "2026-03-01"),
            ("2026-02", "2026-04", "2026-02-28", "2026-03-01"),
            ("2024-02", "2024-04", "2024-02-29", "2024-03-01"),
            ("2024-02", "2024-04", "2024-02-28", "2024-02-29"),
            ("2025-12", "2026-02", "2025-12-31", "2026-01-01"),
        ],
    )
    def test_the_first_month_counts_from_the_day_after_a_completion_within_it(
        self, first: str, last: str, done: str, start: str
    ) -> None:
        one = span_of(months(first, last), list_on=day("2026-10-31"), completed=[day(done)])
        assert one.start == day(start)

    def test_of_two_completions_in_one_month_the_later_counts(self) -> None:
        done = [day("2026-03-20"), day("2026-03-06"), day("2025-03-30")]
        assert span_of(months("2026-03", "2026-05"), list_on=day("2026-10-31"), completed=done).start == day(
            "2026-03-21"
        )

    @pytest.mark.parametrize("done", ["2026-03-31", "2026-03-30"])
    def test_a_single_month_paid_for_and_over(self, done: str) -> None:
        """Completed on the 30th there is a day left; on the 31st the only month was worked before, and stays there."""
        one = span_of(months("2026-03", "2026-03"), list_on=day("2026-10-31"), completed=[day(done)])
        begun_after = one.start > day(done)
        assert begun_after is (done == "2026-03-30")
        assert one.end == day("2026-03-31") and one.start <= one.end

    def test_the_lists_own_month_shows_nothing_of_the_month_after(self) -> None:
        """Completed on 31 March, listed for March: whether the work goes on in April the April list will tell."""
        seen, _ = laid([months("2026-03", "2026-03")], on="2026-03-31", done=(day("2026-03-31"),))
        assert seen == [("2026-03-01", None)]

    @pytest.mark.parametrize(("on", "end"), [("2026-05-01", None), ("2026-05-31", None), ("2026-06-01", "2026-05-31")])
    def test_the_end_is_open_in_the_lists_own_month_whatever_its_day(self, on: str, end: str | None) -> None:
        one = span_of(months("2026-04", "2026-05"), list_on=day(on), completed=[])
        assert (str(one.end) if one.end else None) == end
        assert one.end_recorded_on == (day(on) if end else None)

    def test_an_open_end_of_a_late_list_was_closed_on_the_day_of_the_next(self) -> None:
        one = span_of(
            months("2026-04", "2026-05"), list_on=day("2026-05-31"), completed=[], later_on=day("2026-07-31")
        )
        assert (one.end, one.end_recorded_on) == (day("2026-05-31"), day("2026-07-31"))

    def test_a_closed_end_of_a_late_list_was_known_on_its_own_day(self) -> None:
        one = span_of(
            months("2026-03", "2026-04"), list_on=day("2026-05-31"), completed=[], later_on=day("2026-07-31")
        )
        assert (one.end, one.end_recorded_on) == (day("2026-04-30"), day("2026-05-31"))


class TestGoingOn:
    """At work since January and still; the class ended on 27 March, or on a last or first day of a month."""

    @pytest.mark.parametrize("done", ["2026-03-01", "2026-03-27", "2026-03-31"])
    @pytest.mark.parametrize("earliest", ["2026-01", "2026-02", "2026-03", "2026-04"])
    def test_a_list_of_the_latest_months_only_begins_no_new_work(self, done: str, earliest: str) -> None:
        before = known(
            "2026-01-01", None if earliest < "2026-03" else "2026-02-28", seen="2026-03-15", told="2026-03-15"
        )
        if earliest == "2026-04":
            before.end, before.end_recorded_on, before.seen_on = None, None, day("2026-03-31")
        seen, changes = laid([months(earliest, "2026-05")], [before], done=(day(done),), closing={7})
        assert seen == [("2026-01-01", None)]
        assert not changes.added

    @pytest.mark.parametrize("done", ["2026-03-01", "2026-03-15", "2026-03-31"])
    def test_two_lines_of_one_list_that_follow_each_other_are_one(self, done: str) -> None:
        """A new line begins where the contribution base changed; that is no new job."""
        lines = [months("2026-03", "2026-05"), months("2025-09", "2026-02")]
        for order in (lines, lines[::-1]):
            assert laid(order, done=(day(done),))[0] == [("2025-09-01", None)]

    @pytest.mark.parametrize("done", ["2026-03-01", "2026-03-27", "2026-03-31"])
    def test_an_older_list_that_comes_late_shows_that_the_work_went_on_from_before(self, done: str) -> None:
        start = str(day(done) + dt.timedelta(days=1)) if done != "2026-03-31" else "2026-03-01"
        after = known(start, None, seen="2026-05-31")
        seen, _ = laid([months("2026-01", "2026-02")], [after], on="2026-02-28", done=(day(done),), later="2026-05-31")
        assert seen == [("2026-01-01", None)]

    def test_a_month_between_that_nobody_paid_is_a_gap(self) -> None:
        before = known("2026-01-01", "2026-02-28", seen="2026-03-31", told="2026-03-31")
        seen, _ = laid([months("2026-04", "2026-05")], [before])
        assert seen == [("2026-01-01", "2026-02-28"), ("2026-04-01", None)]

    def test_the_month_of_completion_itself_unpaid_is_a_gap_too(self) -> None:
        before = known("2025-10-01", "2026-02-28", seen="2026-03-31", told="2026-03-31")
        seen, _ = laid([months("2026-03", "2026-05")], [before], done=(day("2026-02-28"),))
        assert seen == [("2025-10-01", None)], "February was paid, March was paid: no gap"
        seen, _ = laid([months("2026-04", "2026-05")], [known("2025-10-01", "2026-02-28", told="2026-03-31")])
        assert len(seen) == 2

    def test_another_employer_from_the_day_after_is_new_work(self) -> None:
        before = known("2026-01-01", None, seen="2026-03-31")
        seen, changes = laid([months("2026-03", "2026-05", employer="好帮手")], [before], closing={7})
        assert seen == [("2026-01-01", "2026-03-31"), ("2026-03-28", None)]
        assert [span.employer_name for span in changes.added] == ["好帮手"]

    def test_a_namesake_employer_of_another_person_is_not_theirs(self) -> None:
        other = Span(2, "椰家", "", day("2026-01-01"), None, day("2026-03-31"), None, 8)
        seen, _ = laid([months("2026-03", "2026-05")], [other])
        assert seen == [("2026-01-01", None), ("2026-03-28", None)]


class TestBegunInTheMonth:
    """Began in March, the month of completion; the first list shows March alone."""

    @pytest.mark.parametrize(("done", "start"), [("2026-03-27", "2026-03-28"), ("2026-03-31", "2026-04-01")])
    def test_the_next_month_shows_that_it_went_on_after(self, done: str, start: str) -> None:
        march, _ = laid([months("2026-03", "2026-03")], on="2026-03-31", done=(day(done),))
        first = known(march[0][0], None, seen="2026-03-31")
        for lines in ([months("2026-03", "2026-04")], [months("2026-04", "2026-04")]):
            span = known(str(first.start), None, seen="2026-03-31")
            seen, changes = laid(lines, [span], on="2026-04-30", done=(day(done),), closing={7})
            assert seen == [(start, None)]
            assert not changes.added

    def test_and_where_it_did_not_the_work_was_before(self) -> None:
        """One contribution, for the month on whose last day the person completed, and none since."""
        span = known("2026-03-01", None, seen="2026-03-31")
        seen, changes = laid([], [span], on="2026-04-30", done=(day("2026-03-31"),), closing={7})
        assert seen == [("2026-03-01", "2026-03-31")]
        assert changes.moved[0].end_recorded_on == day("2026-04-30")

    def test_a_completion_learnt_of_later_moves_the_day_with_the_next_list_that_shows_the_work(self) -> None:
        span = known("2026-03-01", None, seen="2026-04-30")
        seen, changes = laid([months("2026-05", "2026-05")], [span], done=(_DONE,), closing={7})
        assert seen == [("2026-03-28", None)]
        assert changes.moved == [span]

    def test_a_completion_in_a_later_month_moves_nothing(self) -> None:
        span = known("2026-03-01", None, seen="2026-04-30")
        seen, changes = laid([months("2026-03", "2026-05")], [span], done=(day("2026-04-10"),), closing={7})
        assert (seen, changes.moved) == ([("2026-03-01", None)], [])


class TestWhatALineDoes:
    def test_each_line_is_told_apart(self) -> None:
        spans = [known("2026-01-01", "2026-02-28", told="2026-03-31"), known("2026-04-01", None, pk=8)]
        lines = [
            months("2026-01", "2026-02"),
            months("2026-04", "2026-05"),
            months("2026-05", "2026-05", employer="好帮手"),
        ]
        _, changes = laid(lines, spans, closing={8})
        assert changes.effects == [Effect.SAME, Effect.SAME, Effect.NEW]
        assert (changes.moved, changes.absorbed, changes.shortened) == ([], [], {})
        assert {span.pk for span in changes.shown} == {7, 8}, "shown again, and so not at an end"
        assert {span.seen_on for span in spans} == {day("2026-05-31")}

    def test_a_line_that_reaches_further_back_moves_the_start(self) -> None:
        span = known("2026-04-01", None)
        seen, changes = laid([months("2026-02", "2026-05")], [span], done=(), closing={7})
        assert (seen, changes.effects) == ([("2026-02-01", None)], [Effect.MOVED])

    def test_a_line_that_ends_before_what_lists_showed_is_named_with_the_day(self) -> None:
        span = known("2026-04-01", None, seen="2026-05-31")
        seen, changes = laid([months("2026-04", "2026-04")], [span], on="2026-06-30", done=(), closing={7})
        assert seen == [("2026-04-01", "2026-04-30")]
        assert changes.shortened == {0: day("2026-05-31")}

    def test_a_part_of_what_is_known_says_nothing_of_its_end(self) -> None:
        span = known("2026-01-01", "2026-05-31", seen="2026-06-30", told="2026-06-30")
        seen, changes = laid([months("2026-02", "2026-03")], [span], on="2026-07-31", done=())
        assert (seen, changes.effects, changes.shortened) == ([("2026-01-01", "2026-05-31")], [Effect.SAME], {})

    def test_an_older_list_shortens_and_reopens_nothing(self) -> None:
        for end in ("2026-05-31", None):
            span = known("2026-01-01", end, seen="2026-06-30", told="2026-06-30")
            seen, changes = laid([months("2026-01", "2026-03")], [span], on="2026-03-31", done=(), later="2026-06-30")
            assert (seen, changes.moved) == ([("2026-01-01", end)], [])
            assert span.seen_on == day("2026-06-30")

    def test_a_bridge_makes_two_spells_one_and_the_earlier_stays(self) -> None:
        spans = [
            known("2026-01-01", "2026-02-28", told="2026-03-31"),
            known("2026-04-01", None, pk=8, seen="2026-04-30"),
        ]
        seen, changes = laid([months("2026-02", "2026-05")], spans, done=(), closing={8})
        assert seen == [("2026-01-01", None)]
        assert [span.pk for span in changes.absorbed] == [8]
        assert [span.pk for span in changes.moved] == [7]

    def test_three_are_bridged_at_once(self) -> None:
        spans = [
            known("2025-10-01", "2025-11-30", told="2025-12-31"),
            known("2026-01-01", "2026-01-31", pk=8, told="2026-02-28"),
            known("2026-03-01", None, pk=9, seen="2026-04-30"),
        ]
        seen, changes = laid([months("2025-11", "2026-05")], spans, done=(), closing={9})
        assert seen == [("2025-10-01", None)]
        assert sorted(span.pk or 0 for span in changes.absorbed) == [8, 9]

    def test_only_spells_that_the_office_showed_last_are_closed(self) -> None:
        spans = [known("2026-02-01", None, pk=pk, employer=name) for pk, name in ((7, "甲"), (8, "乙"))]
        _, changes = laid([], spans, done=(), closing={8})
        assert [span.end for span in spans] == [None, day("2026-04-30")]
        assert [(span.pk, span.end_recorded_on) for span in changes.moved] == [(8, day("2026-05-31"))]

    def test_a_list_of_the_same_day_closes_nothing(self) -> None:
        """Several files of one day are one list."""
        span = known("2026-02-01", None, seen="2026-05-31")
        seen, changes = laid([months("2026-05", "2026-05", employer="好帮手")], [span], done=(), closing={7})
        assert ("2026-02-01", None) in seen
        assert changes.moved == []

    def test_an_open_spell_is_closed_by_a_later_one_of_its_employer_after_a_gap(self) -> None:
        """Even where another office's list tells of the later one."""
        span = known("2025-10-01", None, seen="2026-01-31")
        seen, _ = laid([months("2026-04", "2026-05")], [span], done=())
        assert seen == [("2025-10-01", "2026-01-31"), ("2026-04-01", None)]


def test_a_month_has_its_own_last_day() -> None:
    days = ["2024-02-01", "2026-02-28", "2026-04-30", "2026-12-15"]
    assert [str(month_end(day(one))) for one in days] == ["2024-02-29", "2026-02-28", "2026-04-30", "2026-12-31"]
