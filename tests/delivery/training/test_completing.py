"""Attendance sheets go in, are corrected without losing what stood there, and decide who completes the class."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.delivery.builders import END, SAMPLES, START, Cast, approved_class, ground, make_cast, make_person, place_in
from tests.factories import SYSTEM, make_actor
from tests.workbooks import sheet

from qihang.delivery.training.completing import attendance_summary, complete_class, presence_of
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.enrolling import confirm_categories, waiting_claims
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import services as imports
from qihang.foundation.imports.engine.rules import Severity
from qihang.foundation.imports.models import ImportBatch
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.participants.merging import merge_persons
from qihang.registry.reference.load import load_reference_data

pytestmark = pytest.mark.django_db

AFTER = END + dt.timedelta(days=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(AFTER):
        yield make_cast()


def brought_in(
    kind: str, item: TrainingClass, cast: Cast, content: bytes, *, yes: bool = False, accept_valid: bool = False
) -> ImportBatch:
    batch, examination = imports.preview(
        actor=cast.clerk, kind=kind, name="表.xlsx", content=content, target_id=str(item.public_id)
    )
    if yes:
        imports.confirm(actor=cast.clerk, batch=batch, cells=["all"], examination=examination)
    return imports.commit(actor=cast.clerk, batch=batch, accept_valid=accept_valid, wait=True)


def days(count: int) -> list[str]:
    return [f"3.{START.day + at}" for at in range(count)]


def marks(*rows: tuple[Enrolment, str], halves: bool = False) -> bytes:
    """A sheet with a sign for each day; with halves two columns a day."""
    width = max(len(signs) for _, signs in rows)
    header = [
        "姓名",
        *(days(width) if not halves else [f"{days(width)[at // 2]}{'上下'[at % 2]}午" for at in range(width)]),
    ]
    return sheet([header, *([place.person.name.plain(), *signs] for place, signs in rows)])


def small_class(cast: Cast, **changes: object) -> TrainingClass:
    return approved_class(cast, **{"hours": 40, "end": dt.date(2026, 3, 18), **changes})


class TestSheet:
    def test_the_sample_gives_everyone_of_the_class_their_marks(self, cast: Cast) -> None:
        load_reference_data()
        with clock.travel_to(dt.date(2026, 3, 2)):
            item = approved_class(cast, hours=112)
            brought_in(
                "roster",
                item,
                cast,
                (SAMPLES / "花名册-家政服务员五级.xlsx").read_bytes(),
                yes=True,
                accept_valid=True,
            )
            confirm_categories(actor=cast.intake, item=item, enrolment_ids=waiting_claims(item), public_post=False)
        batch = brought_in("attendance", item, cast, (SAMPLES / "考勤表-家政服务员五级.xlsx").read_bytes(), yes=True)
        assert batch.result is not None and batch.result["written"] == 34
        assert set(Attendance.objects.values_list("source_id", flat=True)) == {batch.public_id}
        done = complete_class(actor=cast.manager, item=item)
        assert done.completed + done.fell_short == 34
        assert (
            BenefitUse.objects.counted().filter(source_kind=SOURCE).count()
            == item.enrolments.completed().filter(subsidised=True).count()
        )
        assert set(item.enrolments.completed().values_list("completed_on", flat=True)) == {END}

    def test_again_it_changes_nothing(self, cast: Cast) -> None:
        item = small_class(cast)
        place = place_in(item)
        brought_in("attendance", item, cast, marks((place, "√√×√")))
        again = brought_in("attendance", item, cast, marks((place, "√√×√"), (place_in(item), "√√√√")))
        assert again.result is not None
        assert (again.result["written"], again.result["unchanged"]) == (1, 1)
        assert Attendance.objects.count() == 8

    def test_another_mark_needs_a_yes_and_the_old_one_is_voided(self, cast: Cast) -> None:
        item = small_class(cast)
        place = place_in(item)
        brought_in("attendance", item, cast, marks((place, "√×")))
        brought_in("attendance", item, cast, marks((place, "√√")))
        assert list(Attendance.objects.valid().order_by("day").values_list("mark", flat=True)) == ["present", "absent"]
        brought_in("attendance", item, cast, marks((place, "√√")), yes=True)
        kept = list(Attendance.objects.order_by("id").values_list("day", "mark", "void_reason"))
        assert kept == [
            (START, "present", ""),
            (START + dt.timedelta(days=1), "absent", "后一张考勤表改了"),
            (START + dt.timedelta(days=1), "present", ""),
        ]

    @pytest.mark.parametrize("whole_first", [True, False])
    def test_a_day_kept_whole_and_then_by_halves_counts_once(self, cast: Cast, whole_first: bool) -> None:
        """The clerk mends a sheet by splitting its days; the old marks must not weigh beside the new ones."""
        item = small_class(cast)
        place = place_in(item)
        whole, halves = marks((place, "√×")), marks((place, "√√√√"), halves=True)
        first, second = (whole, halves) if whole_first else (halves, whole)
        brought_in("attendance", item, cast, first)
        brought_in("attendance", item, cast, second)
        kept = Attendance.objects.valid().count()
        assert kept == (2 if whole_first else 4), "it differs from what stands: nothing without a yes"
        batch = brought_in("attendance", item, cast, second, yes=True)
        assert batch.result is not None and batch.result["changed"] == 1
        (presence,) = attendance_summary(item)
        assert (presence.attended, presence.held) == ((2, 2) if whole_first else (1, 2))
        assert set(Attendance.objects.exclude(voided_on=None).values_list("void_reason", flat=True)) == {
            "后一张考勤表改了"
        }

    def test_a_half_that_the_earlier_sheet_left_out_is_added(self, cast: Cast) -> None:
        item = small_class(cast)
        place = place_in(item)
        with unit_of_work(SYSTEM):
            Attendance.objects.create(enrolment=place, day=START, half="eve", mark="present")
        brought_in("attendance", item, cast, marks((place, "√×"), halves=True))
        assert Attendance.objects.valid().count() == 3

    def test_more_days_of_the_same_people_are_added(self, cast: Cast) -> None:
        item = small_class(cast)
        place = place_in(item)
        brought_in("attendance", item, cast, marks((place, "√√")))
        later = brought_in("attendance", item, cast, marks((place, "√√√")))
        assert later.result is not None and later.result["written"] == 1
        assert Attendance.objects.count() == 3

    def test_a_cell_without_a_mark_counts_as_absent_once_confirmed(self, cast: Cast) -> None:
        item = small_class(cast)
        first, second = place_in(item), place_in(item)
        content = sheet(
            [["姓名", *days(2)], [first.person.name.plain(), "√", "√"], [second.person.name.plain(), "√", ""]]
        )
        brought_in("attendance", item, cast, content, yes=True)
        assert Attendance.objects.get(enrolment=second, day=START + dt.timedelta(days=1)).mark == "absent"

    def test_two_of_one_name_are_told_apart_by_their_numbers(self, cast: Cast) -> None:
        item = small_class(cast)
        one, other = place_in(item, make_person(name="王芳")), place_in(item, make_person(name="王芳"))
        content = sheet([
            ["姓名", "身份证号", *days(1)],
            ["王芳", one.person.identity_no.plain(), "√"],
            ["王芳", other.person.identity_no.plain(), "×"],
        ])  # fmt: skip
        brought_in("attendance", item, cast, content)
        found = dict(Attendance.objects.values_list("enrolment_id", "mark"))
        assert found == {one.pk: "present", other.pk: "absent"}

    def test_the_number_of_a_record_that_was_merged_leads_to_the_trainee(self, cast: Cast) -> None:
        item = small_class(cast)
        place, old = place_in(item), make_person()
        merge_persons(actor=cast.intake, keep=place.person, drop=old, reason="旧证号，同一人")
        name, number = place.person.name.plain(), old.identity_no.plain()
        brought_in("attendance", item, cast, sheet([["姓名", "身份证号", *days(1)], [name, number, "√"]]))
        assert dict(Attendance.objects.values_list("enrolment_id", "mark")) == {place.pk: "present"}

    def test_under_both_numbers_somebody_stands_in_one_row(self, cast: Cast) -> None:
        item = small_class(cast)
        place, old = place_in(item), make_person()
        merge_persons(actor=cast.intake, keep=place.person, drop=old, reason="旧证号，同一人")
        numbers = [one.identity_no.plain() for one in (place.person, old)]
        rows = [["王", number, sign] for number, sign in zip(numbers, "√×", strict=True)]
        content = sheet([["姓名", "身份证号", *days(1)], *rows])
        _, found = imports.preview(
            actor=cast.clerk, kind="attendance", name="表.xlsx", content=content, target_id=str(item.public_id)
        )
        assert [finding.rule.id for finding in found.of(Severity.ERROR)] == ["R-DUP-02"]
        with pytest.raises(DomainError, match="要改"):
            brought_in("attendance", item, cast, content)

    def test_a_merged_record_of_somebody_who_is_not_in_the_class_is_nobody_here(self, cast: Cast) -> None:
        item = small_class(cast)
        place_in(item)
        old, elsewhere = make_person(), make_person()
        merge_persons(actor=cast.intake, keep=elsewhere, drop=old, reason="旧证号，同一人")
        content = sheet([["姓名", "身份证号", *days(1)], ["某", old.identity_no.plain(), "√"]])
        with pytest.raises(DomainError, match="要改"):
            brought_in("attendance", item, cast, content)

    def test_somebody_else_is_refused(self, cast: Cast) -> None:
        item = small_class(cast)
        place_in(item)
        content = sheet([["姓名", *days(1)], ["路过的人", "√"]])
        with pytest.raises(DomainError, match="要改"):
            brought_in("attendance", item, cast, content)

    def test_of_another_institution_nobody(self, cast: Cast) -> None:
        item = small_class(cast)
        place = place_in(item)
        with pytest.raises(NotFound):
            imports.preview(
                actor=make_actor("provider_clerk"),
                kind="attendance",
                name="a.xlsx",
                content=marks((place, "√")),
                target_id=str(item.public_id),
            )


class TestPresence:
    def test_a_day_in_halves_counts_by_its_halves(self, cast: Cast) -> None:
        item = small_class(cast)
        place = place_in(item)
        brought_in("attendance", item, cast, marks((place, "√×√√"), halves=True))
        (presence,) = attendance_summary(item)
        assert (presence.attended, presence.held, presence.share) == (Fraction(3, 2), Fraction(2), Fraction(3, 4))
        assert presence.words == "上课 2 天，到了 1.5 天"

    def test_one_sheet_by_days_beside_another_by_halves_takes_nobody_below_the_limit(self, cast: Cast) -> None:
        """Who joined late is on a sheet of whole days; the others were there for every half of the same days."""
        item = small_class(cast)
        early, late = place_in(item), place_in(item)
        brought_in("attendance", item, cast, marks((early, "√√√√√√√√√√"), halves=True))
        brought_in("attendance", item, cast, marks((late, "√√√√×")))
        found = {one.enrolment: one for one in attendance_summary(item)}
        assert (found[early].attended, found[early].held, found[early].enough) == (5, 5, True)
        assert (found[late].attended, found[late].held, found[late].enough) == (4, 5, True)

    @pytest.mark.parametrize(
        ("signs", "enough"), [("√√√√×", True), ("迟√√早×", True), ("√√√假×", False), ("×××××", False)]
    )
    def test_the_limit_itself_is_enough(self, cast: Cast, signs: str, enough: bool) -> None:
        item = small_class(cast)
        place = place_in(item)
        brought_in("attendance", item, cast, marks((place, signs)))
        (presence,) = attendance_summary(item)
        assert presence.enough is enough

    def test_each_is_measured_by_what_their_own_class_held(
        self, cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        halved, whole = small_class(cast), small_class(cast, name="另一个班")
        first, second, never = place_in(halved), place_in(whole), place_in(whole)
        brought_in("attendance", halved, cast, marks((first, "√×"), halves=True))
        brought_in("attendance", whole, cast, marks((second, "√√×"), (never, "×××")))
        places = list(Enrolment.objects.select_related("person", "training_class").order_by("-pk"))
        with django_assert_num_queries(3):
            found = presence_of(places)
        assert [one.enrolment for one in found] == [never, second, first]
        assert [(one.attended, one.held) for one in found] == [(0, 3), (2, 3), (Fraction(1, 2), 1)]

    def test_before_the_first_day_there_is_no_share(self, cast: Cast) -> None:
        item = small_class(cast)
        place_in(item)
        (presence,) = attendance_summary(item)
        assert (presence.share, presence.enough) == (None, False)


class TestCompletion:
    def ready(self, cast: Cast, *signs: str, **changes: object) -> tuple[TrainingClass, list[Enrolment]]:
        item = small_class(cast, **changes)
        places = [place_in(item) for _ in signs]
        brought_in("attendance", item, cast, marks(*zip(places, signs, strict=True)))
        return item, places

    def test_who_was_there_often_enough_completes_on_the_last_day(self, cast: Cast) -> None:
        item, (there, away) = self.ready(cast, "√√√√√", "√√×××")
        done = complete_class(actor=cast.clerk, item=item)
        assert (done.completed, done.fell_short) == (1, 1)
        there.refresh_from_db()
        away.refresh_from_db()
        assert (there.state, there.completed_on) == ("completed", item.end)
        assert (away.state, away.completed_on) == ("not_completed", None)
        assert item.state == "completed"

    def test_not_before_the_last_day(self, cast: Cast) -> None:
        item, _ = self.ready(cast, "√√√√√")
        with clock.travel_to(item.end - dt.timedelta(days=1)), pytest.raises(DomainError, match="才结班"):
            complete_class(actor=cast.clerk, item=item)

    def test_not_while_somebody_waits_for_a_decision(self, cast: Cast) -> None:
        item, _ = self.ready(cast, "√√√√√")
        place_in(item, state="applied")
        with pytest.raises(DomainError, match="还有 1 人的资格没核实"):
            complete_class(actor=cast.clerk, item=item)

    def test_not_with_fewer_days_than_the_hours_need(self, cast: Cast) -> None:
        item, _ = self.ready(cast, "√√√√")
        with pytest.raises(DomainError, match="至少要上 5 天，考勤表上只有 4 天"):
            complete_class(actor=cast.clerk, item=item)

    def test_not_without_attendance_or_people(self, cast: Cast) -> None:
        item = small_class(cast)
        with pytest.raises(DomainError, match="没有在读的学员"):
            complete_class(actor=cast.clerk, item=item)
        place_in(item)
        with pytest.raises(DomainError, match="先上传考勤表"):
            complete_class(actor=cast.clerk, item=item)

    def test_not_where_nobody_has_set_the_limit(self, cast: Cast) -> None:
        then = dt.date(2005, 3, 1)  # before the first parameter
        item = small_class(cast, on=then, start=then, end=then + dt.timedelta(days=4))
        place = place_in(item)
        content = sheet([["姓名", *(f"3.{day}" for day in range(1, 6))], [place.person.name.plain(), *"√√√√√"]])
        brought_in("attendance", item, cast, content)
        with pytest.raises(DomainError, match="个人出勤率下限"):
            complete_class(actor=cast.clerk, item=item)

    def test_once_only(self, cast: Cast) -> None:
        item, _ = self.ready(cast, "√√√√√")
        complete_class(actor=cast.clerk, item=item)
        with pytest.raises(DomainError, match="现在是“已结业”"):
            complete_class(actor=cast.clerk, item=item)

    def test_its_attendance_is_closed_then(self, cast: Cast) -> None:
        item, (place,) = self.ready(cast, "√√√√√")
        complete_class(actor=cast.clerk, item=item)
        with pytest.raises(DomainError, match="在上课的班才能记考勤"):
            brought_in("attendance", item, cast, marks((place, "√√√√√√")))
