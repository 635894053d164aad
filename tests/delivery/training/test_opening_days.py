"""The opening rules at their edges: the last day to hand in, the last head, the last hour; by the rules of which day.

A class refused for a day too many is people without a course; one let through is a course that no one can pay for.
"""

import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from tests.delivery.builders import (
    FILED,
    START,
    Cast,
    approved_class,
    class_fields,
    ground,
    make_cast,
    make_person,
    place_in,
)
from tests.factories import HAINAN, MEILAN, SANYA, SYSTEM, make_actor, make_region
from tests.parameters import put_in_force

from qihang.delivery.training.completing import complete_class
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.enrolling import enrol_unsubsidised, withdraw, within_room
from qihang.delivery.training.models import Attendance, TrainingClass
from qihang.delivery.training.opening import OpeningRules, opening_limits
from qihang.delivery.training.services import (
    approve_class,
    cancel_class,
    draft_class,
    extend_roster,
    review_class,
    send_back_class,
    submit_class,
)
from qihang.foundation.core import clock
from qihang.foundation.core.calendars import fill_year
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.services import (
    ask_parameter_back,
    withdraw_parameter,
)

pytestmark = pytest.mark.django_db


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(FILED):
        yield make_cast()


def asked(**changes: Any) -> SimpleNamespace:
    """An application as the rules see it, without a row of its own."""
    school = SimpleNamespace(name="启航学校", state="active", get_state_display=lambda: "正常")
    usual = {
        "organization": school,
        "region_id": MEILAN,
        "occupation_id": 1,
        "level": "5",
        "planned_heads": 45,
        "hours": 112,
        "start": START,
        "end": day("2026-03-27"),
    }
    return SimpleNamespace(**usual | changes)


def held_back(on: dt.date = FILED, handed_in: dt.date | None = None, **changes: Any) -> str | None:
    """The key of the first condition that fails."""
    checks = OpeningRules().checks(asked(**changes), on=on, handed_in=handed_in)
    return next((check.key for check in checks if check.passed is False), None)


@pytest.mark.usefixtures("cast")
class TestConditions:
    def test_heads_hours_and_levels_at_their_limits(self) -> None:
        days = (day("2026-03-27") - START).days + 1
        table: list[tuple[dict[str, Any], str | None]] = [
            ({}, None),
            ({"planned_heads": 50}, None),
            ({"planned_heads": 51}, "class.size_max"),
            ({"planned_heads": 1}, None),
            ({"hours": days * 8}, None),
            ({"hours": days * 8 + 1}, "class.hours_per_day_max"),
            ({"hours": 8, "end": START}, None),
            ({"hours": 9, "end": START}, "class.hours_per_day_max"),
            ({"hours": 16, "end": START + dt.timedelta(days=1)}, None),
            ({"level": "1"}, None),
            ({"level": "special"}, "certificate"),
            ({"level": "none"}, "certificate"),
            ({"occupation_id": None}, "certificate"),
        ]
        for changes, expected in table:
            assert held_back(**changes) == expected, changes

    def test_the_last_day_to_hand_in(self) -> None:
        """Five working days before Monday 9 March: Monday the 2nd; counted past a weekend."""
        table = {
            "2026-03-01": None,
            "2026-03-02": None,
            "2026-03-03": "class.lead_days",
            "2026-03-08": "class.lead_days",
        }
        assert {on: held_back(on=day(on)) for on in table} == table
        assert OpeningRules().hand_in_by(asked()) == day("2026-03-02")

    def test_holidays_between_are_no_working_days_and_worked_weekends_are(self) -> None:
        feast = [(day(f"2026-03-0{n}"), "holiday", "假") for n in (4, 5)]
        fill_year(actor=SYSTEM, year=2026, source="改", days=[*feast, (day("2026-03-07"), "workday", "调休")])
        table = {"2026-02-27": None, "2026-03-01": None, "2026-03-02": "class.lead_days"}
        assert {on: held_back(on=day(on)) for on in table} == table
        limits = opening_limits(region=MEILAN, on=day("2026-03-02"))
        assert limits.earliest == day("2026-03-10")
        assert held_back(on=day("2026-03-02"), start=day("2026-03-10")) is None

    def test_a_class_that_begins_today_or_yesterday(self) -> None:
        handed_in = day("2026-02-24")
        assert held_back(on=START, handed_in=handed_in) is None
        assert held_back(on=START + dt.timedelta(days=1), handed_in=handed_in) == "start"

    def test_the_lead_is_held_against_the_day_it_was_handed_in_not_the_officers(self) -> None:
        for on in ("2026-03-03", "2026-03-06", "2026-03-09"):
            assert held_back(on=day(on), handed_in=day("2026-03-02")) is None
            assert held_back(on=day(on), handed_in=day("2026-03-03")) == "class.lead_days"

    def test_over_new_year_without_next_years_calendar_it_waits_for_the_calendar(self) -> None:
        checks = OpeningRules().checks(asked(start=day("2027-01-04"), end=day("2027-01-29")), on=day("2026-12-28"))
        (lead,) = [check for check in checks if check.key == "class.lead_days"]
        assert lead.passed is False and "2027 年的节假日还没有录入" in lead.reason
        limits = opening_limits(region=MEILAN, on=day("2026-12-30"))
        assert limits.earliest is None and "2027" in limits.gap
        fill_year(actor=SYSTEM, year=2027, source="通知", days=[(day("2027-01-01"), "holiday", "元旦")])
        assert held_back(on=day("2026-12-25"), start=day("2027-01-04"), end=day("2027-01-29")) is None
        assert held_back(on=day("2026-12-28"), start=day("2027-01-04"), end=day("2027-01-29")) == "class.lead_days"

    def test_the_values_are_those_of_the_place_and_the_day(self) -> None:
        put_in_force("class.size_max", 30, region=MEILAN, since=day("2026-03-01"))
        table = {("2026-02-28", MEILAN): None, ("2026-03-01", MEILAN): "class.size_max", ("2026-03-01", SANYA): None}
        for (on, region), expected in table.items():
            found = held_back(on=day(on), handed_in=FILED, region_id=region)
            assert found == expected, (on, region)

    def test_what_nobody_has_set_holds_nothing_back_and_is_shown_as_unset(self) -> None:
        officer, checker = (make_actor(role, region=HAINAN) for role in (Role.POLICY_OFFICER, Role.POLICY_CHECKER))
        for row in Parameter.objects.confirmed().filter(key__startswith="class."):
            ask_parameter_back(actor=officer, parameter=row, comment="废止")
            withdraw_parameter(actor=checker, parameter=row, comment="废止")
        checks = {check.key: check.passed for check in OpeningRules().checks(asked(planned_heads=500), on=FILED)}
        assert checks["class.size_max"] is checks["class.lead_days"] is checks["class.hours_per_day_max"] is None
        assert OpeningRules().obstacle(asked(planned_heads=500), on=FILED) is None


class TestMeanwhile:
    """What changed between the institution's step and the officers'."""

    def test_a_limit_lowered_while_it_waits_is_found_at_the_next_step(self, cast: Cast) -> None:
        item = draft_class(actor=cast.clerk, fields=class_fields())
        submit_class(actor=cast.manager, item=item)
        put_in_force("class.size_max", 40, region=MEILAN, since=FILED)
        with pytest.raises(DomainError, match="每班最多 40 人"):
            review_class(actor=cast.intake, item=item)
        send_back_class(actor=cast.intake, item=item, comment="人数超了")
        assert TrainingClass.objects.get(pk=item.pk).state == "returned"

    def test_handed_in_again_the_lead_counts_from_then(self, cast: Cast) -> None:
        item = draft_class(actor=cast.clerk, fields=class_fields())
        submit_class(actor=cast.manager, item=item)
        with clock.travel_to(day("2026-03-03")):
            send_back_class(actor=cast.intake, item=item, comment="补教室")
            with pytest.raises(DomainError, match="要提前 5 个工作日"):
                submit_class(actor=cast.manager, item=item)

    def test_one_county_does_not_take_the_others_number(self, cast: Cast) -> None:
        approved_class(cast)
        refused = draft_class(actor=cast.clerk, fields=class_fields(name="退了的"))
        submit_class(actor=cast.manager, item=refused)
        with pytest.raises(DomainError):
            approve_class(actor=cast.approver, item=refused)
        assert approved_class(cast, name="三班").filing_no == "460108202600002"

    def test_last_years_numbers_do_not_run_on(self, cast: Cast) -> None:
        approved_class(cast)
        fill_year(actor=SYSTEM, year=2027, source="通知", days=[])
        on = day("2027-02-24")
        with clock.travel_to(on):
            item = approved_class(cast, on=on, start=day("2027-03-08"), end=day("2027-03-26"))
        assert item.filing_no == "460108202700001"


class TestRoom:
    def test_up_to_the_heads_approved_and_none_beyond(self, cast: Cast) -> None:
        item = approved_class(cast, planned_heads=2)
        with within_room(item):
            place_in(item), place_in(item, state="applied")
        with pytest.raises(DomainError, match="批准了 2 人，班里已有 2 人，再加 1 人就超了"), within_room(item):
            place_in(item)

    def test_those_refused_withdrawn_or_done_take_no_seat(self, cast: Cast) -> None:
        item = approved_class(cast, planned_heads=1)
        for state in ("refused", "completed", "not_completed"):
            place_in(item, state=state)
        with within_room(item):
            place_in(item)

    def test_a_seat_that_somebody_left_is_free_at_once(self, cast: Cast) -> None:
        item = approved_class(cast, planned_heads=1)
        first = place_in(item)
        with clock.travel_to(START):
            withdraw(actor=cast.clerk, enrolment=first, on=START, comment="去外地")
        with within_room(item):
            place_in(item)


class TestLeaving:
    def test_from_the_first_day_in_class_to_the_last_lesson(self, cast: Cast) -> None:
        item = approved_class(cast)
        table = {
            START - dt.timedelta(days=1): "不能早于入班日",
            START: None,
            item.end: None,
            item.end + dt.timedelta(days=1): "班已经结束",
        }
        for on, words in table.items():
            place = place_in(item)
            with clock.travel_to(item.end + dt.timedelta(days=5)):
                if words is None:
                    assert withdraw(actor=cast.clerk, enrolment=place, on=on, comment="搬家").withdrawn_on == on
                else:
                    with pytest.raises(DomainError, match=words):
                        withdraw(actor=cast.clerk, enrolment=place, on=on, comment="搬家")

    def test_tomorrow_is_not_known_today(self, cast: Cast) -> None:
        place = place_in(approved_class(cast))
        with clock.travel_to(START), pytest.raises(DomainError, match="还没到"):
            withdraw(actor=cast.clerk, enrolment=place, on=START + dt.timedelta(days=1), comment="搬家")

    def test_who_pays_for_themselves_frees_no_benefit_and_a_reason_is_asked_for(self, cast: Cast) -> None:
        place = place_in(approved_class(cast), state="refused")
        enrol_unsubsidised(actor=cast.clerk, enrolment=place)
        with clock.travel_to(START):
            with pytest.raises(DomainError, match="写明原因"):
                withdraw(actor=cast.clerk, enrolment=place, on=START, comment=" ")
            withdraw(actor=cast.clerk, enrolment=place, on=START, comment="搬家")
        assert not BenefitUse.objects.filter(source_kind=SOURCE).exists()

    def test_another_schools_clerk_does_not_take_anybody_out(self, cast: Cast) -> None:
        place = place_in(approved_class(cast))
        with clock.travel_to(START), pytest.raises(NotFound):
            withdraw(actor=make_actor(Role.PROVIDER_CLERK), enrolment=place, on=START, comment="搬家")


class TestMoreTime:
    def test_today_is_the_earliest_and_the_last_lesson_the_latest(self, cast: Cast) -> None:
        item = approved_class(cast)
        today = START + dt.timedelta(days=3)
        with clock.travel_to(today):
            for until, words in (
                (today - dt.timedelta(days=1), "已经过了"),
                (item.end + dt.timedelta(days=1), "最晚只能放宽"),
            ):
                with pytest.raises(DomainError, match=words):
                    extend_roster(actor=cast.intake, item=item, until=until, comment="台风")
            for until in (today, item.end):
                assert (
                    extend_roster(actor=cast.intake, item=item, until=until, comment="台风").roster_last_day == until
                )

    def test_before_the_start_more_time_never_makes_it_less(self, cast: Cast) -> None:
        item = approved_class(cast)
        extended = extend_roster(actor=cast.intake, item=item, until=FILED, comment="写早了")
        assert extended.roster_last_day == START

    def test_only_the_officer_of_the_place_gives_it(self, cast: Cast) -> None:
        item = approved_class(cast)
        for actor, refusal in (
            (cast.manager, NotAllowed),
            (cast.approver, NotAllowed),
            (make_actor(Role.INTAKE_OFFICER, region=SANYA), NotFound),
        ):
            with pytest.raises(refusal):
                extend_roster(actor=actor, item=item, until=START, comment="台风")


class TestEnd:
    def test_the_days_that_the_hours_need_are_counted_up(self, cast: Cast) -> None:
        """17 hours at eight a day are three days, not two."""
        make_region(MEILAN)
        item = approved_class(cast, hours=17)
        place = place_in(item)
        for at in range(3):
            with clock.travel_to(item.end), unit_of_work(SYSTEM):
                if at < 2:
                    Attendance.objects.create(enrolment=place, day=START + dt.timedelta(days=at), mark="present")
                    with pytest.raises(DomainError, match=f"至少要上 3 天，考勤表上只有 {at + 1} 天"):
                        complete_class(actor=cast.clerk, item=item)
                else:
                    Attendance.objects.create(enrolment=place, day=START + dt.timedelta(days=at), mark="absent")
                    assert complete_class(actor=cast.clerk, item=item).fell_short == 1, "two of three days are too few"

    def test_the_attendance_limit_is_that_of_the_filing_day(self, cast: Cast) -> None:
        item = approved_class(cast, hours=40)
        place = place_in(item, make_person())
        put_in_force("attendance.person_min", "0.60", region=MEILAN, since=FILED + dt.timedelta(days=1))
        with clock.travel_to(item.end), unit_of_work(SYSTEM):
            Attendance.objects.bulk_create(
                Attendance(enrolment=place, day=START + dt.timedelta(days=at), mark=mark)
                for at, mark in enumerate(["present"] * 3 + ["leave"] * 2)
            )
            assert complete_class(actor=cast.clerk, item=item).fell_short == 1

    def test_a_class_given_up_is_not_completed_nor_given_up_twice(self, cast: Cast) -> None:
        item = approved_class(cast)
        cancel_class(actor=cast.manager, item=item, comment="招不满")
        with clock.travel_to(item.end):
            for act in (complete_class, lambda **given: cancel_class(**given, comment="再来")):
                with pytest.raises(DomainError, match="现在是“已取消”"):
                    act(actor=cast.manager, item=item)
