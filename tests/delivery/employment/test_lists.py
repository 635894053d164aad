"""Contribution lists go in by import: what each says beyond earlier ones is written, and nothing twice."""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.delivery.builders import Cast, approved_class, ground, make_cast, make_person, place_in
from tests.factories import LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_organization
from tests.importing import SAMPLES
from tests.persons import PersonEntry, register
from tests.workbooks import text

from qihang.delivery.employment.models import ContributionList, WorkSpell
from qihang.delivery.employment.ports import spells_changed
from qihang.delivery.employment.services import take_back
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import services as imports
from qihang.foundation.imports.models import ImportBatch
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person
from qihang.registry.reference.identity import parse_resident

pytestmark = pytest.mark.django_db

OCTOBER, NOVEMBER = dt.date(2026, 10, 31), dt.date(2026, 11, 30)
HEADER = ["证件号码", "姓名", "单位名称", "缴费起始年月", "缴费截止年月"]
EMPLOYER = "椰家家政"


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(dt.date(2026, 12, 1)):
        yield make_cast()


@pytest.fixture
def item(cast: Cast) -> TrainingClass:
    return approved_class(cast)


@pytest.fixture
def place(item: TrainingClass) -> Enrolment:
    """Somebody who completed on 27 March."""
    return place_in(item, state="completed")


def line(place: Enrolment, first: str, last: str, employer: str = EMPLOYER) -> list[object]:
    person = place.person
    return [person.identity_no.plain(), person.name.plain(), employer, first, last]


def bring(
    actor: Actor, *rows: list[object], on: dt.date = OCTOBER, yes: bool = False, accept_valid: bool = False
) -> ImportBatch:
    content = text([HEADER, *rows], "utf-8")
    batch, found = imports.preview(actor=actor, kind="contributions", name="名单.csv", content=content, on=on)
    if yes:
        imports.confirm(actor=actor, batch=batch, cells=["all"], examination=found)
    return imports.commit(actor=actor, batch=batch, accept_valid=accept_valid, wait=True)


def counted(batch: ImportBatch) -> tuple[int, int, int]:
    return batch.result["written"], batch.result["changed"], batch.result["unchanged"]


def spells(state: str = "accepted") -> list[tuple[str, str | None, str | None]]:
    rows = WorkSpell.objects.filter(state=state).order_by("start", "id")
    return [tuple(str(day) if day else None for day in (one.start, one.end, one.end_recorded_on)) for one in rows]  # type: ignore[misc]


class TestOneList:
    def test_the_sample_is_written_down_for_the_people_of_the_class(self, cast: Cast, item: TrainingClass) -> None:
        content = (SAMPLES / "社保缴费比对名单.csv").read_bytes()
        for number, name in _sample_people(content):
            kind = parse_resident(number, on=OCTOBER)
            assert kind.sex is not None and kind.birth is not None
            entry = PersonEntry(number, name, kind.sex, kind.birth, hukou_region=MEILAN)
            place_in(item, register(actor=SYSTEM, entries=[entry])[0], state="completed")
        batch, found = imports.preview(
            actor=cast.intake, kind="contributions", name="名单.csv", content=content, on=OCTOBER
        )
        early = {"F5", "F9", "F10", "F14"}  # 202602, before completion on 27 March
        assert {one.cell for one in found.findings if one.rule.id == "R-SI-10"} == early
        done = imports.commit(actor=cast.intake, batch=batch, wait=True)
        assert counted(done) == (12, 0, 0)
        imports.confirm(actor=cast.intake, batch=_again(cast, content), cells=["all"])
        assert WorkSpell.objects.filter(end=None).count() == 4  # of October, the list's month
        listed = ContributionList.objects.get()
        assert (listed.office_id, listed.region_id, str(listed.source_id)) == (
            cast.intake.organization_id,
            MEILAN,
            str(done.public_id),
        )

    def test_a_spell_is_accepted_by_the_officers_act_and_says_whose(self, cast: Cast, place: Enrolment) -> None:
        assert counted(bring(cast.intake, line(place, "202605", "202610"))) == (1, 0, 0)
        spell = WorkSpell.objects.get()
        assert (spell.start, spell.end, spell.recorded_on) == (dt.date(2026, 5, 1), None, OCTOBER)
        assert (spell.state, spell.evidence_kind, spell.rank, spell.region_id) == (
            "accepted",
            "insurance",
            "甲",
            MEILAN,
        )
        steps = WORK_SPELL_WORKFLOW.history(spell).values_list("transition", "user_id")
        assert list(steps) == [("enter", cast.intake.user_id), ("list", cast.intake.user_id)]

    def test_the_month_of_completion_counts_from_the_day_after(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202603", "202605"))
        assert spells() == [("2026-03-28", "2026-05-31", "2026-10-31")]

    def test_work_from_before_is_written_once_somebody_says_yes(self, cast: Cast, place: Enrolment) -> None:
        assert bring(cast.intake, line(place, "202602", "202605")).result["held"] == 1
        assert counted(bring(cast.intake, line(place, "202602", "202605"), yes=True)) == (1, 0, 0)
        assert spells() == [("2026-02-01", "2026-05-31", "2026-10-31")]

    def test_only_people_of_the_officers_classes_are_matched(self, cast: Cast, place: Enrolment) -> None:
        make_organization(region=SANYA)
        elsewhere = make_actor("intake_officer", region=SANYA)
        found = imports.examine_file(
            kind="contributions",
            name="名单.csv",
            content=text([HEADER, line(place, "202605", "202605")], "utf-8"),
            actor=elsewhere,
            on=OCTOBER,
        )
        assert [one.rule.id for one in found.findings] == ["R-SI-09"]

    @pytest.mark.parametrize("state", ["applied", "enrolled", "not_completed", "completed"])
    def test_whoever_is_in_class_is_known(self, cast: Cast, item: TrainingClass, state: str) -> None:
        """Also while the county still looks at their case: their work is no stranger's."""
        assert counted(bring(cast.intake, line(place_in(item, state=state), "202605", "202605"), yes=True))[0] == 1

    def test_a_refused_applicant_is_known_once_they_sat_there(self, cast: Cast, item: TrainingClass) -> None:
        place = place_in(item, state="refused")
        with pytest.raises(DomainError, match="1 处要改"):
            bring(cast.intake, line(place, "202605", "202605"))
        with unit_of_work(SYSTEM):
            Attendance.objects.create(enrolment=place, day=item.start, mark="absent")
        with pytest.raises(DomainError, match="1 处要改"):
            bring(cast.intake, line(place, "202605", "202605"))
        with unit_of_work(SYSTEM):
            Attendance.objects.create(enrolment=place, day=item.end, mark="late")
        assert counted(bring(cast.intake, line(place, "202605", "202605")))[0] == 1

    def test_somebody_never_in_a_class_is_unknown(self, cast: Cast) -> None:
        stranger = Enrolment(person=make_person())
        with pytest.raises(DomainError, match="1 处要改"):
            bring(cast.intake, line(stranger, "202605", "202605"))

    def test_a_list_of_a_day_to_come_is_refused(self, cast: Cast, place: Enrolment) -> None:
        today = clock.today()
        with pytest.raises(DomainError, match="名单日期 2026-12-02 还没到") as refusal:
            bring(cast.intake, line(place, "202605", "202605"), on=today + dt.timedelta(days=1))
        assert refusal.value.field == "on"
        assert bring(cast.intake, line(place, "202605", "202605"), on=today).result["written"] == 1

    def test_another_office_does_not_get_our_result(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202605", "202605"))
        elsewhere = make_actor("intake_officer", region=SANYA)
        with pytest.raises(DomainError, match="1 处要改"):
            bring(elsewhere, line(place, "202605", "202605"))

    def test_an_office_is_needed(self, cast: Cast, place: Enrolment) -> None:
        nowhere = Actor(user_id=1, role="intake_officer", region=MEILAN)
        with pytest.raises(NotAllowed, match="市县经办机构"):
            imports.examine_file(
                kind="contributions",
                name="名单.csv",
                content=text([HEADER, line(place, "202605", "202605")], "utf-8"),
                actor=nowhere,
                on=OCTOBER,
            )


class TestLaterLists:
    def test_the_same_lines_again_say_nothing_new(self, cast: Cast, place: Enrolment) -> None:
        rows = line(place, "202605", "202606"), line(place, "202608", "202610")
        assert counted(bring(cast.intake, *rows, yes=True)) == (2, 0, 0)
        assert counted(bring(cast.intake, rows[1], rows[0], yes=True)) == (0, 0, 2)
        assert WorkSpell.objects.count() == 2
        assert ContributionList.objects.count() == 1

    def test_it_extends_and_closes(self, cast: Cast, item: TrainingClass, place: Enrolment) -> None:
        other = place_in(item, state="completed")
        bring(cast.intake, line(place, "202605", "202608"), line(other, "202604", "202610", "好帮手"))
        done = bring(cast.intake, line(place, "202609", "202611"), on=NOVEMBER)
        assert counted(done) == (0, 1, 0)
        assert spells() == [("2026-04-01", "2026-10-31", "2026-11-30"), ("2026-05-01", None, None)]

    def test_a_row_held_back_neither_moves_its_spell_nor_ends_it(
        self, cast: Cast, item: TrainingClass, place: Enrolment
    ) -> None:
        bring(cast.intake, line(place, "202602", "202610"), yes=True)
        rows = line(place, "202602", "202611"), line(place_in(item, state="completed"), "202605", "202611")
        assert bring(cast.intake, *rows, on=NOVEMBER).result["held"] == 1
        assert spells()[0] == ("2026-02-01", None, None), "the list does say something of this person"
        assert WorkSpell.objects.order_by("start").first().last_list.listed_on == OCTOBER
        assert counted(bring(cast.intake, *rows, on=NOVEMBER, yes=True)) == (0, 0, 2)
        assert WorkSpell.objects.order_by("start").first().last_list.listed_on == NOVEMBER

    def test_who_stands_in_a_row_with_an_error_is_not_taken_for_gone(
        self, cast: Cast, item: TrainingClass, place: Enrolment
    ) -> None:
        other = place_in(item, state="completed")
        bring(cast.intake, line(place, "202605", "202610"), line(other, "202605", "202610"))
        rows = line(place, "202611", "202605"), line(place_in(item, state="completed"), "202611", "202611")
        bring(cast.intake, *rows, on=NOVEMBER, accept_valid=True)
        ends = dict(WorkSpell.objects.filter(start=dt.date(2026, 5, 1)).values_list("person_id", "end"))
        assert ends == {place.person_id: None, other.person_id: dt.date(2026, 10, 31)}

    def test_what_it_continues_stays_open_and_is_unchanged(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202605", "202610"))
        assert counted(bring(cast.intake, line(place, "202605", "202611"), on=NOVEMBER)) == (0, 0, 1)
        assert spells() == [("2026-05-01", None, None)]
        assert WorkSpell.objects.get().last_list.listed_on == NOVEMBER

    def test_another_office_closes_nothing(self, cast: Cast, item: TrainingClass, place: Enrolment) -> None:
        city = make_actor("intake_officer", region="460100")
        bring(cast.intake, line(place, "202605", "202610"))
        bring(city, line(place_in(item, state="completed"), "202611", "202611"), on=NOVEMBER)
        assert spells()[0] == ("2026-05-01", None, None)

    def test_an_end_told_earlier_than_before_needs_a_yes(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202605", "202608"))
        shorter = line(place, "202605", "202606")
        assert bring(cast.intake, shorter, on=NOVEMBER).result["held"] == 1
        assert spells() == [("2026-05-01", "2026-08-31", "2026-10-31")]
        assert counted(bring(cast.intake, shorter, on=NOVEMBER, yes=True)) == (0, 1, 0)
        assert spells() == [("2026-05-01", "2026-06-30", "2026-11-30")]

    def test_a_line_that_bridges_two_spells_makes_them_one(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202604", "202605"), line(place, "202609", "202610"), yes=True)
        assert counted(bring(cast.intake, line(place, "202604", "202611"), on=NOVEMBER)) == (0, 1, 0)
        assert spells() == [("2026-04-01", None, None)]
        assert spells("absorbed") == [("2026-09-01", None, None)]

    def test_a_list_that_comes_late_is_laid_underneath(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202611", "202611"), on=NOVEMBER)
        assert counted(bring(cast.intake, line(place, "202608", "202610"))) == (0, 1, 0)
        assert spells() == [("2026-08-01", None, None)]

    def test_what_only_a_late_list_shows_was_closed_by_the_next(
        self, cast: Cast, item: TrainingClass, place: Enrolment
    ) -> None:
        bring(cast.intake, line(place_in(item, state="completed"), "202611", "202611"), on=NOVEMBER)
        bring(cast.intake, line(place, "202608", "202610"))
        assert spells()[0] == ("2026-08-01", "2026-10-31", "2026-11-30")

    def test_a_completion_learnt_of_later_moves_the_first_day(self, cast: Cast, item: TrainingClass) -> None:
        place = place_in(item)
        bring(cast.intake, line(place, "202603", "202610"))
        assert spells()[0][0] == "2026-03-01"
        from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW

        ENROLMENT_WORKFLOW.apply(place, "complete", actor=SYSTEM, fields={"completed_on": item.end})
        bring(cast.intake, line(place, "202603", "202611"), on=NOVEMBER)
        assert spells() == [("2026-03-28", None, None)]

    def test_a_spell_taken_back_is_no_ground_for_later_ones(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202605", "202610"))
        reviewer = make_actor("second_reviewer")
        spell = take_back(actor=reviewer, spell=WorkSpell.objects.get(), comment="单位说没有这个人")
        assert spell.state == "taken_back"
        with pytest.raises(NotAllowed):
            take_back(actor=cast.intake, spell=spell, comment="我来")


class TestAround:
    def test_listeners_hear_whose_spells_it_showed(self, cast: Cast, item: TrainingClass, place: Enrolment) -> None:
        heard: list[tuple[set[int], str]] = []

        def listen(actor: Actor, persons: Collection[int], listed: ContributionList | None) -> None:
            heard.append((set(persons), str(listed)))

        spells_changed.register("tests", listen)
        try:
            other = place_in(item, state="completed")
            bring(cast.intake, line(place, "202605", "202610"), line(other, "202604", "202610"))
            bring(cast.intake, line(place, "202605", "202611"), on=NOVEMBER)
        finally:
            spells_changed._handlers.pop("tests")
        both = {place.person_id, other.person_id}
        assert heard == [(both, "社保缴费名单 2026-10-31"), (both, "社保缴费名单 2026-11-30")]

    def test_the_number_of_queries_does_not_grow_with_the_list(self, cast: Cast, item: TrainingClass) -> None:
        def queries(count: int, on: dt.date) -> int:
            rows = [line(place_in(item, state="completed"), "202605", "202608") for _ in range(count)]
            with CaptureQueriesContext(connection) as seen:
                bring(cast.intake, *rows, on=on)
            return len(seen)

        queries(1, dt.date(2026, 8, 31))
        few = queries(2, dt.date(2026, 9, 30))
        assert queries(20, OCTOBER) <= few + 2

    def test_who_sees_a_spell(self, cast: Cast, place: Enrolment) -> None:
        bring(cast.intake, line(place, "202605", "202610"))

        def sees(actor: Any) -> bool:
            return bool(WorkSpell.objects.visible_to(actor).exists())

        assert sees(cast.clerk) and sees(cast.intake) and sees(make_actor("leader", region="460100"))
        assert sees(Actor(role="participant", person_id=place.person_id))
        others: list[Any] = [
            Actor(role="participant", person_id=place.person_id + 1),
            make_actor("provider_clerk"),
            make_actor("intake_officer", region=LONGHUA),
            make_actor("station_clerk"),
            make_actor("system_admin"),
            Actor(),
        ]
        assert not any(sees(actor) for actor in others)

    def test_merging_a_person_takes_the_work_along_unless_it_overlaps(
        self, cast: Cast, item: TrainingClass, place: Enrolment
    ) -> None:
        other = place_in(approved_class(cast, name="又一期"), state="completed")
        reviewer = make_actor("second_reviewer")
        bring(cast.intake, line(place, "202605", "202610"), line(other, "202608", "202609"))
        with pytest.raises(DomainError, match="椰家家政的工作重叠"):
            merge_persons(actor=reviewer, keep=place.person, drop=other.person, reason="同一个人")
        take_back(actor=reviewer, spell=WorkSpell.objects.get(person=other.person), comment="重复")
        merge_persons(actor=reviewer, keep=place.person, drop=other.person, reason="同一个人")
        assert WorkSpell.objects.filter(person=place.person).count() == 2
        assert not WorkSpell.objects.filter(person=Person.objects.get(pk=other.person_id)).exists()


def _sample_people(content: bytes) -> list[tuple[str, str]]:
    rows = content.decode("gb18030").splitlines()[1:]
    return [(cells[0].strip(), cells[1]) for cells in (row.split(",") for row in rows if row)]


def _again(cast: Cast, content: bytes) -> ImportBatch:
    batch, _ = imports.preview(actor=cast.intake, kind="contributions", name="名单.csv", content=content, on=OCTOBER)
    return batch
