"""What the demo draws before it writes: days on which people work, steps in their order, people who come back."""

import datetime as dt
from random import Random

import numpy as np
import pytest

from qihang.demo.courses import COURSES
from qihang.demo.days import earlier, later, nth_weekday, weekdays
from qihang.demo.people import Population
from qihang.demo.places import PLACES
from qihang.demo.plans import ClassPlan
from qihang.demo.progress import Printed
from qihang.demo.stories import GONE, draw_stories
from qihang.demo.timetable import Timetable, draw_timetable, teaching_days
from qihang.demo.world import Institution
from qihang.foundation.core.actors import Actor
from qihang.registry.organizations.models import Organization

FRIDAY, MONDAY = dt.date(2026, 3, 6), dt.date(2026, 3, 9)
SCHOOL = Institution(Organization(name="学校"), PLACES[0], Actor(), Actor(), (Actor(),), quality=1.0, care=1.0)


def plan(start: dt.date = MONDAY, *, days: int = 14, sent_back: bool = False, cancelled: bool = False) -> ClassPlan:
    return ClassPlan(
        school=SCHOOL,
        course=COURSES[0],
        name="家政服务员五级2026年第1期",
        heads=30,
        applied=start - dt.timedelta(days=33),
        start=start,
        end=nth_weekday(start, days),
        format="day",
        sent_back=sent_back,
        cancelled=cancelled,
    )


# -- days ---


def test_what_falls_on_a_weekend_is_done_on_the_day_of_work_beside_it() -> None:
    assert [later(FRIDAY, days) for days in (0, 1, 2, 3)] == [FRIDAY, MONDAY, MONDAY, MONDAY]
    assert [earlier(MONDAY, days) for days in (0, 1, 2, 3)] == [MONDAY, FRIDAY, FRIDAY, FRIDAY]


@pytest.mark.parametrize("count", [1, 4, 5, 6, 11])
def test_the_nth_weekday_is_the_last_of_so_many(count: int) -> None:
    for first in (MONDAY, FRIDAY):
        days = weekdays(first, nth_weekday(first, count))
        assert len(days) == count and days[-1] == nth_weekday(first, count)


# -- timetables ---


def steps(days: Timetable) -> list[dt.date]:
    order = (
        *(days.drafted, days.submitted, days.returned, days.reviewed, days.approved, days.enrolled, days.proved),
        *(days.marked, days.completed, days.planned, days.sits, days.scored),
    )
    return [day for day in order if day is not None]


@pytest.mark.parametrize("sent_back", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_steps_follow_each_other_on_working_days(seed: int, sent_back: bool) -> None:
    found = plan(sent_back=sent_back)
    days = draw_timetable(Random(seed), found, dt.date(2027, 1, 1))
    taken = steps(days)
    assert len(taken) == 11 + sent_back and taken == sorted(taken)
    assert all(day.weekday() < 5 for day in taken[1:])  # an application is filled in on any day
    assert days.approved and days.enrolled and days.approved <= days.enrolled < found.start
    assert bool(days.returned_for) is sent_back


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_done_before_its_day(seed: int) -> None:
    whole = draw_timetable(Random(seed), plan(sent_back=True), dt.date(2027, 1, 1))
    for today in (MONDAY + dt.timedelta(days=at) for at in range(-40, 45)):
        days = draw_timetable(Random(seed), plan(sent_back=True), today)
        ahead = {day for day in steps(days) if day > today}
        assert ahead <= {days.sits}
        assert all(
            getattr(days, name) in {None, getattr(whole, name)}
            for name in ("drafted", "submitted", "returned", "reviewed", "approved", "enrolled", "proved", "scored")
        )


def test_a_class_given_up_ends_there() -> None:
    days = draw_timetable(Random(1), plan(cancelled=True), dt.date(2027, 1, 1))
    assert days.cancelled and days.enrolled is None and days.marked is None


def test_a_class_on_its_way_is_taught_up_to_yesterday() -> None:
    today = MONDAY + dt.timedelta(days=3)
    days = draw_timetable(Random(1), plan(), today)
    assert teaching_days(plan(), days) == [MONDAY, *(MONDAY + dt.timedelta(days=at) for at in (1, 2))]
    assert days.completed is None


# -- people ---


def test_who_comes_back_has_been_away_first() -> None:
    people = Population(Random(3))
    who = people.someone(PLACES[0], on=MONDAY, women=0.5)
    people.trained(PLACES[0], [who], free_from=FRIDAY)

    def back(applied: dt.date) -> bool:
        return people.draw(PLACES[0], applied=applied, on=MONDAY, women=0.5, level="4") == who

    assert back(FRIDAY) and not back(FRIDAY - dt.timedelta(days=1))


def test_everybody_has_a_number_of_their_own() -> None:
    people = Population(Random(3))
    numbers = [people.someone(PLACES[0], on=MONDAY, women=0.5, age=(30, 31)).identity for _ in range(300)]
    assert len(set(numbers)) == len(numbers)


def test_marks_end_with_the_day_on_which_somebody_leaves() -> None:
    plans = [plan(MONDAY - dt.timedelta(days=7 * at)) for at in range(30)]
    stories = list(draw_stories(Random(5), plans, dt.date(2026, 6, 1)))
    left = [(story, row, one) for story in stories for row, one in enumerate(story.trainees) if story.left_on(one)]
    assert left
    for story, row, one in left:
        there = [day for day, mark in zip(story.taught, story.marks[row], strict=True) if mark != GONE]
        assert there == [day for day in story.taught if day <= story.left_on(one)]  # type: ignore[operator]
    stays = next(row for row, one in enumerate(stories[0].trainees) if one.leaves_after is None)
    assert (stories[0].marks[stays] != GONE).all()
    assert np.array(stories[0].days_there).max() <= len(stories[0].taught)


# -- telling how far ---


def test_progress_is_told_once_a_second_and_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = iter([0.0, 0.2, 1.1, 1.3, 1.4])
    monkeypatch.setattr("qihang.demo.progress.time.monotonic", lambda: next(moments))
    say = Printed("示范数据：")
    for done in (0, 1_000, 2_000, 3_000):
        say("开班", done, 3_000)
    say("算指标")
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [
        "· 示范数据：开班：0 / 3,000 人",
        "· 示范数据：开班：2,000 / 3,000 人",
        "· 示范数据：开班：3,000 / 3,000 人",
        "· 示范数据：算指标",
    ]
