"""The sample score book into its class, corrections of it, and who may not write it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.delivery.appraisal.builders import (
    SITTING_DAY,
    complete_class,
    make_class,
    make_sitting,
    make_station,
    people_of_sample,
    register,
    reserve_subsidy,
)
from tests.delivery.builders import ground, place_in
from tests.factories import MEILAN, SYSTEM, make_actor, make_user
from tests.identities import resident
from tests.importing import SAMPLES, expectation
from tests.workbooks import sheet

from qihang.delivery.appraisal.imports import SCORES
from qihang.delivery.appraisal.models import Certificate, Score, Sitting
from qihang.delivery.appraisal.services import revoke_certificate
from qihang.delivery.training import completing
from qihang.delivery.training.enrolling import enrol_unsubsidised
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.teaching import set_trainers
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports.engine.examine import ALL, Examination
from qihang.foundation.imports.engine.rules import Severity
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.services import commit, confirm, examine_file, preview
from qihang.foundation.notifications.models import Message
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.services import add_membership
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person

pytestmark = pytest.mark.django_db

THREE = {resident(order=1): "韩丽", resident(order=2): "王明", resident(order=3): "陈小梅"}
ONE, TWO, THIRD = THREE
HEADER = ["准考证号", "姓名", "身份证号", "理论", "实操", "评定"]
ISSUED_ON = SITTING_DAY + dt.timedelta(days=2)


@pytest.fixture(autouse=True)
def _after_the_sitting() -> Iterator[None]:
    ground()
    with clock.travel_to(ISSUED_ON):
        yield


@pytest.fixture
def station() -> Organization:
    return make_station()


@pytest.fixture
def clerk(station: Organization) -> Actor:
    return make_actor(Role.STATION_CLERK, organization=station)


@pytest.fixture
def people() -> list[Person]:
    return register(THREE)


@pytest.fixture
def item(people: list[Person], station: Organization) -> TrainingClass:
    """Of the three the last one did not complete the class."""
    made = make_class(people)
    make_sitting(made, station)
    complete_class(made, but=people[2:])
    return made


def book(*scores: tuple[str, object, object], day: str = "2026年3月30日", name: str = "") -> bytes:
    rows = [
        ["2603", name or THREE.get(number, "韩丽"), number, theory, practice, ""]
        for number, theory, practice in scores
    ]
    return sheet([[f"鉴定日期：{day}"], HEADER, *rows])


GOOD = ((ONE, 85, 90), (TWO, 59.5, 88), (THIRD, 70, 60))


def examined(item: TrainingClass, actor: Actor, content: bytes) -> Examination:
    return examine_file(
        kind=SCORES.key, name="成绩册.xlsx", content=content, actor=actor, target_id=str(item.public_id)
    )


def said(found: Examination) -> dict[str, dict[str, str]]:
    return {
        severity.value: {finding.cell: finding.rule.id for finding in found.of(severity)}
        for severity in Severity
        if found.of(severity)
    }


def brought_in(
    item: TrainingClass, actor: Actor, content: bytes, *, yes: str = ALL, accept_valid: bool = False
) -> ImportBatch:
    batch, _ = preview(
        actor=actor, kind=SCORES.key, name="成绩册.xlsx", content=content, target_id=str(item.public_id)
    )
    if yes:
        batch = confirm(actor=actor, batch=batch, cells=[yes])
    return commit(actor=actor, batch=batch, accept_valid=accept_valid, wait=True)


def counts(batch: ImportBatch) -> tuple[int, int, int]:
    return tuple(batch.result[name] for name in ("written", "changed", "unchanged"))  # type: ignore[return-value,index]


def standing() -> dict[str, tuple[str, str, bool]]:
    rows = Score.objects.valid().select_related("enrolment__person")
    return {row.enrolment.person.name.plain(): (str(row.theory), str(row.practice), row.passed) for row in rows}


class TestTheSample:
    def test_goes_in_as_the_expectation_says(self, station: Organization, clerk: Actor) -> None:
        item = make_class(register(people_of_sample()))
        make_sitting(item, station)
        complete_class(item)
        expected = expectation(SCORES)
        content = (SAMPLES / expected["file"]).read_bytes()
        found = examined(item, clerk, content)
        assert said(found) == {"errors": expected["errors"], "cleaned": expected["cleaned"]}
        batch = brought_in(item, clerk, content, yes="", accept_valid=True)
        assert counts(batch) == (expected["accepted"], 0, 0)
        passed = Score.objects.passed().count()
        numbers = list(Certificate.objects.order_by("number").values_list("number", flat=True))
        assert numbers == [f"S000046108017265{running:06d}" for running in range(1, passed + 1)]
        assert Sitting.objects.get().state == "held"


class TestAMergedRecord:
    """The station wrote the number by which somebody was registered first."""

    @pytest.fixture
    def old(self, item: TrainingClass, people: list[Person]) -> str:
        (before,) = register({resident(order=9): "韩丽"})
        merge_persons(actor=make_actor(Role.INTAKE_OFFICER), keep=people[0], drop=before, reason="旧证号，同一人")
        return resident(order=9)

    def test_its_number_leads_to_the_trainee(self, item: TrainingClass, clerk: Actor, old: str) -> None:
        brought_in(item, clerk, book((old, 85, 90)))
        assert standing() == {"韩丽": ("85.00", "90.00", True)}
        assert Certificate.objects.get().person.identity_no.plain() == ONE

    def test_under_both_numbers_it_is_one_person_too_many(self, item: TrainingClass, clerk: Actor, old: str) -> None:
        content = book((old, 85, 90), (TWO, 70, 70), (ONE, 80, 90))
        assert said(examined(item, clerk, content))["errors"] == {"C5": "R-DUP-02"}
        brought_in(item, clerk, content, accept_valid=True)
        assert standing() == {"韩丽": ("85.00", "90.00", True), "王明": ("70.00", "70.00", True)}


class TestOneBook:
    def test_scores_and_certificates_in_one_step(self, item: TrainingClass, clerk: Actor) -> None:
        batch = brought_in(item, clerk, book(*GOOD))
        assert counts(batch) == (3, 0, 0)
        assert standing() == {
            "韩丽": ("85.00", "90.00", True),
            "王明": ("59.50", "88.00", False),
            "陈小梅": ("70.00", "60.00", True),
        }
        first, second = Certificate.objects.order_by("number")
        assert (first.person.name, first.number, first.state) == ("韩丽", "S000046108017265000001", "issued")
        assert (first.appraised_on, first.issued_on, first.region_id) == (SITTING_DAY, ISSUED_ON, MEILAN)
        assert second.person.name == "陈小梅"
        assert {row.transition for row in TransitionLog.objects.filter(subject="appraisal.certificate")} == {"enter"}

    def test_the_subsidy_is_enjoyed_by_those_who_completed(self, item: TrainingClass, clerk: Actor) -> None:
        for place in item.enrolments.select_related("person", "training_class"):
            reserve_subsidy(place)
        brought_in(item, clerk, book(*GOOD))
        states = {use.person.name.plain(): use.state for use in BenefitUse.objects.select_related("person")}
        assert states == {"韩丽": "enjoyed", "王明": "reserved", "陈小梅": "reserved"}

    def test_those_who_pay_themselves_enjoy_nothing(self, item: TrainingClass, clerk: Actor) -> None:
        with unit_of_work(SYSTEM):
            item.enrolments.update(subsidised=False)
        for place in item.enrolments.select_related("person", "training_class"):
            reserve_subsidy(place)
        brought_in(item, clerk, book(*GOOD))
        assert set(BenefitUse.objects.values_list("state", flat=True)) == {"reserved"}

    def test_who_did_not_complete_needs_a_yes(self, item: TrainingClass, clerk: Actor) -> None:
        assert said(examined(item, clerk, book(*GOOD))) == {"confirm": {"C5": "R-SCORE-07"}}
        batch = brought_in(item, clerk, book(*GOOD), yes="")
        assert counts(batch) == (2, 0, 0)
        assert "陈小梅" not in standing()

    def test_absent_in_one_part_is_no_pass_and_no_nought(self, item: TrainingClass, clerk: Actor) -> None:
        brought_in(item, clerk, book((ONE, "缺考", 100)))
        assert standing() == {"韩丽": ("None", "100.00", False)}
        assert not Certificate.objects.exists()

    def test_people_with_an_account_are_told(self, item: TrainingClass, clerk: Actor, people: list[Person]) -> None:
        with unit_of_work(SYSTEM):
            for person in people[:2]:
                Person.objects.filter(pk=person.pk).update(user=make_user())
        brought_in(item, clerk, book(*GOOD))
        assert sorted(Message.objects.values_list("title", flat=True)) == [
            "考试（鉴定）成绩出来了",
            "考试（鉴定）过了，证书发了",
        ]


class TestTwice:
    def test_the_same_rows_change_nothing_and_ask_nothing(self, item: TrainingClass, clerk: Actor) -> None:
        brought_in(item, clerk, book(*GOOD))
        again = book(*reversed(GOOD))
        assert said(examined(item, clerk, again)) == {}
        assert counts(brought_in(item, clerk, again, yes="")) == (0, 0, 3)
        assert Score.objects.count() == 3 and Certificate.objects.count() == 2

    def test_the_same_file_gives_the_first_result(self, item: TrainingClass, clerk: Actor) -> None:
        content = book(*GOOD)
        first = brought_in(item, clerk, content)
        assert brought_in(item, clerk, content).pk == first.pk

    def test_a_correction_needs_a_yes_and_leaves_the_old_score(self, item: TrainingClass, clerk: Actor) -> None:
        brought_in(item, clerk, book(*GOOD))
        mended = book((ONE, 85, 90), (TWO, 69.5, 88))
        (finding,) = examined(item, clerk, mended).of(Severity.CONFIRM)
        assert (finding.cell, finding.rule.id) == ("B4", "R-SAME-01")
        assert "理论 59.5 改成 69.5" in finding.note
        assert counts(brought_in(item, clerk, mended, yes="")) == (0, 0, 1)
        assert counts(brought_in(item, clerk, mended)) == (0, 1, 1)
        assert standing()["王明"] == ("69.50", "88.00", True)
        old = Score.objects.exclude(voided_on=None).get()
        assert (old.voided_on, old.void_reason) == (ISSUED_ON, "更正：理论 59.5 改成 69.5")

    def test_under_another_name_the_correction_says_whose_number_it_is(
        self, item: TrainingClass, clerk: Actor
    ) -> None:
        brought_in(item, clerk, book(*GOOD))
        swapped = book((ONE, 80, 90), name="韩莉")
        (finding,) = examined(item, clerk, swapped).of(Severity.CONFIRM)
        assert (finding.cell, finding.rule.id) == ("B3", "R-SAME-01")
        assert "理论 85 改成 80，这个号码登记的是韩丽" in finding.note
        assert counts(brought_in(item, clerk, swapped)) == (0, 1, 0)

    def test_a_correction_that_passes_brings_the_certificate(self, item: TrainingClass, clerk: Actor) -> None:
        brought_in(item, clerk, book(*GOOD))
        brought_in(item, clerk, book((TWO, 60, 60)))
        assert Certificate.objects.get(person__name_index__isnull=False, number__endswith="3").person.name == "王明"

    def test_a_better_mark_brings_no_second_certificate(self, item: TrainingClass, clerk: Actor) -> None:
        brought_in(item, clerk, book(*GOOD))
        brought_in(item, clerk, book((ONE, 95, 95)))
        assert Certificate.objects.count() == 2

    def test_a_certificate_stands_in_the_way_of_failing(self, item: TrainingClass, clerk: Actor) -> None:
        brought_in(item, clerk, book(*GOOD))
        failing = book((ONE, 35, 90))
        assert said(examined(item, clerk, failing)) == {"errors": {"C3": "R-SCORE-08"}, "confirm": {"B3": "R-SAME-01"}}
        certificate = Certificate.objects.order_by("number")[0]
        revoke_certificate(actor=make_actor(Role.APPROVER), certificate=certificate, reason="录错了")
        assert counts(brought_in(item, clerk, failing)) == (0, 1, 0)
        assert standing()["韩丽"] == ("35.00", "90.00", False)

    def test_a_second_sitting_keeps_the_first(self, item: TrainingClass, clerk: Actor, station: Organization) -> None:
        brought_in(item, clerk, book(*GOOD))
        later = SITTING_DAY + dt.timedelta(days=14)
        make_sitting(item, station, later)
        with clock.travel_to(later):
            brought_in(item, clerk, book((TWO, 66, 88), day="2026年4月13日"))
        assert Score.objects.valid().count() == 4
        assert Certificate.objects.order_by("-number")[0].appraised_on == later


class TestRefusedApplicants:
    """Who was refused and does not pay for the class is none of its trainees."""

    @pytest.fixture
    def refused(self, people: list[Person], station: Organization) -> Enrolment:
        item = make_class(people[:2])
        place = place_in(item, people[2], state="refused")
        make_sitting(item, station)
        return place

    def completed(self, item: TrainingClass) -> None:
        marks = [
            Attendance(enrolment=row, day=item.end, mark="present") for row in item.enrolments.filter(state="enrolled")
        ]
        with clock.travel_to(item.end + dt.timedelta(days=1)), unit_of_work(SYSTEM):
            Attendance.objects.bulk_create(marks)
            completing.complete_class(actor=SYSTEM, item=item)

    def test_are_not_examined_in_it(self, refused: Enrolment, clerk: Actor) -> None:
        item = refused.training_class
        self.completed(item)
        found = examined(item, clerk, book(*GOOD))
        assert said(found) == {"errors": {"C5": "R-SCORE-09"}}
        assert "这个人没有进这个班" in next(one.message(reveal=False) for one in found.findings)
        with pytest.raises(DomainError, match="1 处要改"):
            brought_in(item, clerk, book(*GOOD), yes="")
        assert counts(brought_in(item, clerk, book(*GOOD), yes="", accept_valid=True)) == (2, 0, 0)
        assert not Certificate.objects.filter(person=refused.person).exists()

    def test_who_comes_at_their_own_cost_is(self, refused: Enrolment, clerk: Actor) -> None:
        item = refused.training_class
        with clock.travel_to(item.start):
            enrol_unsubsidised(actor=SYSTEM, enrolment=refused, comment="自费")
        self.completed(item)
        assert said(examined(item, clerk, book(*GOOD))) == {}
        brought_in(item, clerk, book(*GOOD), yes="")
        assert Certificate.objects.filter(person=refused.person).exists()


class TestRefusals:
    def test_a_day_other_than_the_sittings(self, item: TrainingClass, clerk: Actor) -> None:
        with pytest.raises(DomainError, match="鉴定日是 2026-03-31，安排的是 2026-03-30"):
            examined(item, clerk, book(*GOOD, day="2026年3月31日"))

    def test_a_class_that_sits_elsewhere_or_not_at_all(self, item: TrainingClass, clerk: Actor) -> None:
        other = make_actor(Role.STATION_CLERK, organization=make_station("108099"))
        for actor, target in ((other, str(item.public_id)), (clerk, str(make_class().public_id)), (clerk, "7")):
            with pytest.raises(NotFound):
                examine_file(kind=SCORES.key, name="成绩册.xlsx", content=book(*GOOD), actor=actor, target_id=target)

    def test_before_the_day_and_before_the_class_is_completed(self, clerk: Actor, station: Organization) -> None:
        item = make_class(register(THREE))
        make_sitting(item, station)
        with clock.travel_to(SITTING_DAY - dt.timedelta(days=1)), pytest.raises(DomainError, match="到那天再录"):
            examined(item, clerk, book(*GOOD))
        with pytest.raises(DomainError, match="还没办结业"):
            examined(item, clerk, book(*GOOD))

    @pytest.mark.parametrize("role", [Role.PROVIDER_MANAGER, Role.INTAKE_OFFICER])
    def test_other_roles(self, item: TrainingClass, role: Role) -> None:
        own = item.organization if role == Role.PROVIDER_MANAGER else None
        with pytest.raises(NotAllowed):
            examined(item, make_actor(role, organization=own), book(*GOOD))

    def test_whoever_taught_there_does_not_judge(self, item: TrainingClass, station: Organization) -> None:
        user = make_user()
        add_membership(actor=SYSTEM, user=user, organization=item.organization, role=Role.TRAINER)
        appraiser = make_actor(Role.APPRAISER, organization=station, user=user)
        with pytest.raises(NotAllowed, match="任过职"):
            examined(item, appraiser, book(*GOOD))

    def test_whoever_taught_the_class_never_judges_it(self, item: TrainingClass, station: Organization) -> None:
        """Also when the class was taken back from them."""
        user = make_user()
        trainer = make_actor(Role.TRAINER, organization=item.organization, user=user)
        clerk = make_actor(Role.PROVIDER_CLERK, organization=item.organization)
        teacher = Membership.objects.get(pk=trainer.membership_id)
        for trainers in ([teacher.public_id], []):
            set_trainers(actor=clerk, item=item, trainers=trainers)
        appraiser = make_actor(Role.APPRAISER, organization=station, user=user)
        with pytest.raises(NotAllowed, match="教过这个班"):
            examined(item, appraiser, book(*GOOD))

    def test_nobody_judges_the_own_class(self, item: TrainingClass, station: Organization) -> None:
        appraiser = make_actor(Role.APPRAISER, organization=station, user=make_user(identity_no=TWO))
        with pytest.raises(NotAllowed, match="您自己在这个班里"):
            examined(item, appraiser, book(*GOOD))

    def test_an_appraiser_without_such_ties_does(self, item: TrainingClass, station: Organization) -> None:
        appraiser = make_actor(Role.APPRAISER, organization=station, user=make_user(identity_no=resident(order=9)))
        assert counts(brought_in(item, appraiser, book(*GOOD))) == (3, 0, 0)


def test_a_book_costs_no_query_a_row(item: TrainingClass, clerk: Actor) -> None:
    """The same number of statements for a hundred trainees as for three."""
    with CaptureQueriesContext(connection) as few:
        brought_in(item, clerk, book(*GOOD))
    crowd = dict.fromkeys((resident(order=order) for order in range(20, 120)), "韩丽")
    large = make_class(register(crowd), name="二班", planned_heads=50)
    make_sitting(large, make_station("108020"))
    complete_class(large)
    other = make_actor(Role.STATION_CLERK, organization=Organization.objects.get(station_code="108020"))
    with CaptureQueriesContext(connection) as many:
        brought_in(large, other, book(*((number, 80, 80) for number in crowd)))
    assert len(many) <= len(few) + 5
