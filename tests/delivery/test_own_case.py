"""Nobody decides their own case, whoever they are: places in classes, work, certificates. A colleague does."""

import datetime as dt
from collections.abc import Iterator

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.delivery.appraisal.builders import complete_class as completed
from tests.delivery.appraisal.builders import make_class, make_sitting
from tests.delivery.builders import END, START, Cast, approved_class, ground, make_cast, make_person, place_in
from tests.factories import SYSTEM, make_actor, make_user
from tests.foundation.documents.conftest import picture
from tests.identities import resident
from tests.persons import claim_row
from tests.workbooks import sheet

from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.appraisal.services import issue_many, revoke_certificate
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import accept_claim, claim_work, reject_claim, take_back
from qihang.delivery.training.completing import complete_class
from qihang.delivery.training.crosschecks import cross_facts
from qihang.delivery.training.deciding import BENEFIT, SOURCE, Settled, decide_waiting
from qihang.delivery.training.enrolling import (
    confirm_categories,
    correct_category,
    reconsider,
    reject_category,
    withdraw,
)
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.rules import may_complete
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.foundation.imports import services as imports
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.organizations.models import Organization
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.own_case import OWN_CASE
from qihang.registry.participants.services import claim_categories
from qihang.registry.participants.services import confirm_categories as confirm_claims

pytestmark = pytest.mark.django_db
own_refused = pytest.raises(Refused, match=OWN_CASE)
HEADER = ["姓名", "性别", "身份证号", "文化程度", "人员类别", "就业创业证号", "联系电话", "备注"]


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(START - dt.timedelta(days=1)):
        yield make_cast()


@pytest.fixture
def item(cast: Cast) -> TrainingClass:
    return approved_class(cast, hours=8)


def as_staff(person: Person, role: str, organization: Organization | None = None) -> Actor:
    """Somebody in a role who is this person."""
    return make_actor(role, organization=organization, user=make_user(identity_no=person.identity_no.plain()))


def waiting(item: TrainingClass, person: Person | None = None) -> Enrolment:
    """A place whose category is said and not confirmed."""
    person = person or make_person()
    claim_categories(actor=SYSTEM, claims=pl.DataFrame([claim_row(person, "02", item.start, item.region_id)]))
    place = place_in(item, person, state="applied")
    decide_waiting(actor=SYSTEM, item=item, ids=[place.pk])
    return Enrolment.objects.get(pk=place.pk)


def state(place: Enrolment) -> str:
    return str(Enrolment.objects.get(pk=place.pk).state)


def confirm(actor: Actor, item: TrainingClass, *places: Enrolment) -> Settled:
    return confirm_categories(
        actor=actor, item=item, enrolment_ids=[place.pk for place in places], public_post=False, comment="看过"
    )


class TestPlaces:
    def test_among_many_only_the_own_waits_for_a_colleague(self, item: TrainingClass, cast: Cast) -> None:
        mine, other = waiting(item), waiting(item)
        officer = as_staff(mine.person, Role.INTAKE_OFFICER)
        assert confirm(officer, item, mine, other) == Settled(admitted=1, waiting=1)
        assert (state(mine), state(other)) == ("applied", "enrolled")
        assert PersonCategory.objects.get(person=mine.person).state == "claimed"
        assert confirm(cast.intake, item, mine) == Settled(admitted=1)

    def test_alone_it_is_refused(self, item: TrainingClass) -> None:
        mine = waiting(item)
        officer = as_staff(mine.person, Role.INTAKE_OFFICER)
        with own_refused:
            confirm(officer, item, mine)
        with own_refused:
            reject_category(actor=officer, enrolment=mine, reason="不是")
        with own_refused:
            correct_category(actor=officer, enrolment=mine, category="03", public_post=False, comment="看了证")
        assert state(mine) == "applied"
        assert not PersonCategory.objects.filter(person=mine.person, category="03").exists()

    def test_deciding_everybody_anew_leaves_the_own_and_reserves_nothing_for_it(
        self, item: TrainingClass, cast: Cast
    ) -> None:
        mine = waiting(item)
        claim = PersonCategory.objects.get(person=mine.person)
        confirm_claims(actor=cast.intake, ids=[claim.pk], public_post=False)
        officer = as_staff(mine.person, Role.INTAKE_OFFICER)
        assert decide_waiting(actor=officer, item=item) == Settled(waiting=1)
        assert not BenefitUse.objects.exists()
        assert decide_waiting(actor=cast.intake, item=item) == Settled(admitted=1)
        assert BenefitUse.objects.get().source_ref == str(mine.public_id)

    def test_a_refusal_is_not_taken_up_again_by_who_was_refused(self, item: TrainingClass, cast: Cast) -> None:
        mine = waiting(item)
        reject_category(actor=cast.intake, enrolment=mine, reason="查不到")
        assert state(mine) == "refused"
        with own_refused:
            reconsider(actor=as_staff(mine.person, Role.INTAKE_OFFICER), enrolment=mine, comment="再看")
        assert reconsider(actor=cast.intake, enrolment=mine, comment="再看").admitted == 0

    @pytest.mark.parametrize(("step", "comment"), [("admit", ""), ("refuse", "不够"), ("self_pay", "")])
    def test_the_institutions_hand_neither_admits_nor_refuses_itself(
        self, item: TrainingClass, step: str, comment: str
    ) -> None:
        mine = place_in(item, state="applied")
        clerk = as_staff(mine.person, Role.PROVIDER_CLERK, item.organization)
        with own_refused:
            ENROLMENT_WORKFLOW.apply(mine, step, actor=clerk, comment=comment, fields={"enrolled_on": START})

    def test_nobody_takes_themselves_out_of_a_class(self, item: TrainingClass, cast: Cast) -> None:
        mine = place_in(item)
        with clock.travel_to(START), own_refused:
            withdraw(
                actor=as_staff(mine.person, Role.PROVIDER_CLERK, item.organization),
                enrolment=mine,
                on=clock.today(),
                comment="有事",
            )
        assert state(mine) == "enrolled"

    def test_people_without_a_number_are_nobodys_case(self, item: TrainingClass, cast: Cast) -> None:
        assert confirm(cast.intake, item, waiting(item), waiting(item)) == Settled(admitted=2)


class TestRosters:
    def person_rows(self, count: int) -> list[list[object]]:
        numbers = [resident("1982-03-15", order=order) for order in range(300, 300 + count)]
        return [["符桂兰", "女", number, "初中", "登记失业", "", "", ""] for number in numbers]

    def bring(self, clerk: Actor, item: TrainingClass, rows: list[list[object]]) -> None:
        batch, examination = imports.preview(
            actor=clerk,
            kind="roster",
            name="名单.xlsx",
            content=sheet([HEADER, *rows]),
            target_id=str(item.public_id),
        )
        imports.confirm(actor=clerk, batch=batch, cells=["all"], examination=examination)
        imports.commit(actor=clerk, batch=batch, accept_valid=True, wait=True)

    def test_the_own_row_of_who_brings_the_list_waits(self, item: TrainingClass, cast: Cast) -> None:
        """Were the category confirmed before, the others are in at once."""
        rows = self.person_rows(3)
        people = [make_person(identity_no=str(row[2]), name="符桂兰") for row in rows]
        claims = [claim_row(person, "02", item.start, item.region_id) for person in people]
        claim_categories(actor=SYSTEM, claims=pl.DataFrame(claims))
        confirm_claims(actor=cast.intake, ids=PersonCategory.objects.values_list("pk", flat=True), public_post=False)
        clerk = as_staff(people[1], Role.PROVIDER_CLERK, item.organization)
        self.bring(clerk, item, rows)
        states = {place.person_id: place.state for place in item.enrolments.all()}
        assert states == {people[0].pk: "enrolled", people[1].pk: "applied", people[2].pk: "enrolled"}
        assert BenefitUse.objects.filter(source_kind=SOURCE).count() == 2

    def test_no_query_a_row(self, cast: Cast) -> None:
        counts = []
        for size in (2, 40):
            item = approved_class(cast, name=f"{size} 人的班")
            rows = self.person_rows(size + 41)[41:] if size == 40 else self.person_rows(2)
            clerk = as_staff(make_person(), Role.PROVIDER_CLERK, item.organization)
            with CaptureQueriesContext(connection) as captured:
                self.bring(clerk, item, rows)
            counts.append(len(captured))
        assert counts[1] <= counts[0] + 5


class TestCompleting:
    def test_who_sits_in_the_class_does_not_complete_it(self, item: TrainingClass, cast: Cast) -> None:
        mine, other = place_in(item), place_in(item)
        with unit_of_work(SYSTEM):
            Attendance.objects.bulk_create(
                Attendance(enrolment=place, day=START, mark="present") for place in (mine, other)
            )
        manager = as_staff(mine.person, Role.PROVIDER_MANAGER, item.organization)
        with clock.travel_to(END + dt.timedelta(days=1)):
            assert may_complete(item, manager) == "您自己在这个班里，结业请同事来办"
            with pytest.raises(Refused, match="结业请同事来办"):
                complete_class(actor=manager, item=item)
            assert state(mine) == "enrolled"
            assert complete_class(actor=cast.clerk, item=item).completed == 2

    def test_who_has_left_it_may(self, item: TrainingClass) -> None:
        place_in(item)
        gone = place_in(item, state="refused")
        manager = as_staff(gone.person, Role.PROVIDER_MANAGER, item.organization)
        with clock.travel_to(END + dt.timedelta(days=1)):
            assert may_complete(item, manager) == "还没有考勤，先上传考勤表"


class TestWork:
    @pytest.fixture
    def spell(self, item: TrainingClass) -> Iterator[WorkSpell]:
        place = place_in(item, state="completed")
        with clock.travel_to(END + dt.timedelta(days=60)):
            yield claim_work(
                actor=make_actor(Role.PROVIDER_CLERK, organization=item.organization),
                person=place.person,
                kind=EvidenceType.CONTRACT,
                employer_name="海南椰家家政服务有限公司",
                start=END + dt.timedelta(days=10),
                file_name="合同.jpg",
                content=picture(),
            )

    @pytest.mark.parametrize("role", [Role.INTAKE_OFFICER, Role.SECOND_REVIEWER])
    def test_nobody_accepts_or_rejects_their_own(self, spell: WorkSpell, role: str) -> None:
        officer = as_staff(spell.person, role)
        assert not WorkSpell.objects.all().awaiting_officer(officer).exists()
        with own_refused:
            accept_claim(actor=officer, spell=spell)
        with own_refused:
            reject_claim(actor=officer, spell=spell, comment="不行")
        fresh = WorkSpell.objects.select_related("evidence").get(pk=spell.pk)
        assert (fresh.state, fresh.evidence.state) == ("claimed", "submitted")
        assert accept_claim(actor=make_actor(role), spell=spell).state == "accepted"

    def test_nor_takes_it_back(self, spell: WorkSpell) -> None:
        accept_claim(actor=make_actor(Role.INTAKE_OFFICER), spell=spell)
        with own_refused:
            take_back(actor=as_staff(spell.person, Role.SECOND_REVIEWER), spell=spell, comment="假的")


class TestCertificates:
    def test_nobody_revokes_their_own(self) -> None:
        ground()
        person = make_person()
        item = make_class([person])
        sitting = make_sitting(item)
        completed(item)
        with clock.travel_to(sitting.on):
            (paper,) = issue_many(actor=SYSTEM, sitting=sitting, enrolments=list(item.enrolments.all()))
            with own_refused:
                revoke_certificate(actor=as_staff(person, Role.APPROVER), certificate=paper, reason="错了")
            revoke_certificate(actor=make_actor(Role.APPROVER), certificate=paper, reason="错了")
        assert Certificate.objects.get().state == "revoked"


class TestStaffInTheClass:
    def test_the_officer_is_told_and_may_go_on(self, item: TrainingClass, cast: Cast) -> None:
        place, other = waiting(item), waiting(item)
        as_staff(place.person, Role.PROVIDER_CLERK, item.organization)
        as_staff(other.person, Role.PROVIDER_CLERK)
        facts = cross_facts(actor=cast.intake, item=item, places=[place, other], benefit=BENEFIT)
        assert facts[place.person_id].staff == ("培训机构教务",)
        assert (facts[other.person_id].staff, facts[other.person_id].former_staff) == ((), ())
        assert confirm(cast.intake, item, place) == Settled(admitted=1)
