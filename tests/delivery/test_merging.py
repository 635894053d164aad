"""Two records of one person become one: nothing of either is lost, and no number leads into the void."""

import datetime as dt
from collections.abc import Callable, Iterator

import polars as pl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.delivery.appraisal.builders import make_station
from tests.delivery.belongings import give_certificate, give_spell, give_use
from tests.delivery.builders import Cast, approved_class, ground, make_cast, make_person, place_in
from tests.delivery.subsidies.builders import completed_class, hold, reserve, run_jobs, sitting_of
from tests.factories import MEILAN, SANYA, SYSTEM, make_actor, make_region, make_user
from tests.persons import PersonEntry, claim_row, register
from tests.registry.policy.cases import decide

from qihang.delivery.appraisal.models import Certificate
from qihang.delivery.appraisal.services import revoke_certificate
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.training.enrolling import withdraw
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Attendance, Enrolment
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.foundation.jobs.models import Job
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.services import claim_categories, everyone_of, find_person, ids_by_identity
from qihang.registry.policy.models import Decision

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 12, 1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    ground()
    with clock.travel_to(TODAY):
        yield make_cast()


def number_of(person: Person) -> str:
    return person.identity_no.plain()


def merge(actor: Actor, keep: Person, drop: Person) -> None:
    merge_persons(actor=actor, keep=keep, drop=drop, reason="同一个人，旧证号")
    drop.refresh_from_db()


class TestEverythingGoesAlong:
    def test_places_work_certificates_uses_categories_and_what_stays_for_ever(self, cast: Cast) -> None:
        keep, drop = make_person(), make_person()
        item, other = approved_class(cast), approved_class(cast, name="二班")
        decision = decide(person_id=drop.pk)
        place, own = place_in(item, drop, state="completed", decision=decision), place_in(other, keep)
        with unit_of_work(SYSTEM):
            mark = Attendance.objects.create(enrolment=place, day=item.start, mark="present")
        certificate = give_certificate(place, make_station())
        spell, use = give_spell(drop), give_use(drop, place)
        claim_categories(
            actor=SYSTEM, claims=pl.DataFrame([claim_row(drop, "02", item.start, MEILAN, "4600000000000001")])
        )
        merge(cast.intake, keep, drop)
        assert set(keep.enrolments.all()) == {place, own}
        assert list(keep.certificates.all()) == [certificate]
        assert list(keep.work.all()) == [spell]
        assert list(keep.benefit_uses.all()) == [use]
        assert [row.certificate_no.plain() for row in keep.categories.all()] == ["4600000000000001"]
        assert mark.enrolment.person_id == place.person_id or Enrolment.objects.get(pk=place.pk).person == keep
        assert Decision.objects.get(pk=decision.pk).person == drop, "written once and never changed"
        trainee = Actor(role=Role.PARTICIPANT, person_id=keep.pk)
        assert decision in Decision.objects.visible_to(trainee)

    def test_the_work_of_one_and_the_class_of_the_other_are_settled_together(self, cast: Cast) -> None:
        item, (place,) = completed_class(cast)
        other = make_person()
        give_spell(other)
        before = Job.objects.count()
        merge(cast.intake, place.person, other)
        job = Job.objects.latest("pk")
        assert Job.objects.count() == before + 1
        assert (job.kind, job.payload) == ("subsidies.settle", {"classes": [item.pk]})

    def test_a_class_that_the_officer_does_not_see_is_settled_too(self, cast: Cast) -> None:
        """A person of this county sat in a class of another; the officer who merges has no say over that class."""
        make_region(SANYA)
        far, (place,) = completed_class(make_cast(SANYA), region=make_region(SANYA))
        with unit_of_work(SYSTEM):
            Person.objects.filter(pk=place.person_id).update(hukou_region=MEILAN)
        hold(sitting_of(far), place)
        run_jobs()
        assert earned(place) == ["certified"]
        other = make_person()
        give_spell(other)
        merge(cast.intake, place.person, other)
        job = Job.objects.latest("pk")
        assert job.payload == {"classes": [far.pk]} and job.actor["system"], "by the rule's hand, not by the officer's"
        run_jobs()
        assert earned(place) == ["certified", "employed"]


def earned(place: Enrolment) -> list[str]:
    rows = EarnedTranche.objects.earned().filter(enrolment=place)
    return sorted(rows.values_list("tranche", flat=True))


class TestOneClass:
    """A number with a slip in it put the same person into a class twice."""

    @pytest.fixture
    def places(self, cast: Cast) -> tuple[Enrolment, Enrolment]:
        item = approved_class(cast)
        return place_in(item), place_in(item)

    def test_both_sitting_in_it_is_for_a_human_who_is_told_what_to_do(
        self, cast: Cast, places: tuple[Enrolment, Enrolment]
    ) -> None:
        right, wrong = places
        with pytest.raises(DomainError, match="先把要并掉的那条退班"):
            merge(cast.intake, right.person, wrong.person)
        withdraw(actor=cast.clerk, enrolment=wrong, on=wrong.training_class.end, comment="登记了两次")
        merge(cast.intake, right.person, wrong.person)
        assert wrong.person.merged_into == right.person
        assert Enrolment.objects.get(pk=wrong.pk).person == wrong.person, "the class knows one place a person"
        assert Enrolment.objects.get(pk=right.pk).person == right.person

    def test_the_place_that_stays_must_be_the_one_of_the_record_that_stays(
        self, cast: Cast, places: tuple[Enrolment, Enrolment]
    ) -> None:
        right, wrong = places
        withdraw(actor=cast.clerk, enrolment=wrong, on=wrong.training_class.end, comment="登记了两次")
        with pytest.raises(DomainError, match="请换个方向"):
            merge(cast.intake, wrong.person, right.person)

    @pytest.mark.parametrize("state", ["refused", "completed", "not_completed", "applied"])
    def test_only_a_place_that_came_to_nothing_stays_behind(self, cast: Cast, state: str) -> None:
        item = approved_class(cast)
        right, wrong = place_in(item), place_in(item, state=state)
        if state == EnrolmentState.REFUSED:
            merge(cast.intake, right.person, wrong.person)
            assert wrong.person.merged_into == right.person
        else:
            with pytest.raises(DomainError, match="两条记录都在"):
                merge(cast.intake, right.person, wrong.person)


@pytest.mark.parametrize(
    ("give", "words"),
    [
        (lambda one: give_spell(one), "工作重叠"),
        (lambda one: give_use(one), "都用过职业培训补贴"),
    ],
)
def test_what_both_have_is_for_a_human_and_nothing_moves(
    cast: Cast, give: Callable[[Person], object], words: str
) -> None:
    keep, drop = make_person(), make_person()
    place = place_in(approved_class(cast), drop)
    give(keep), give(drop)
    with pytest.raises(DomainError, match=words):
        merge(cast.intake, keep, drop)
    assert Enrolment.objects.get(pk=place.pk).person == drop
    drop.refresh_from_db()
    assert drop.state == "active"


class TestUsedTwice:
    """The state paid twice, or once for two courses that both took place: only a human can tell."""

    def test_where_both_are_right_they_stand_and_caps_count_two(self, cast: Cast) -> None:
        keep, drop = make_person(), make_person()
        uses = {give_use(keep), give_use(drop)}
        merge_persons(actor=cast.intake, keep=keep, drop=drop, reason="同一人，两期都上过", both_stand=True)
        assert set(keep.benefit_uses.counted()) == uses

    def test_that_settles_nothing_else(self, cast: Cast) -> None:
        keep, drop = make_person(), make_person()
        give_use(keep), give_use(drop)
        give_spell(keep), give_spell(drop)
        with pytest.raises(DomainError, match="工作重叠") as refused:
            merge_persons(actor=cast.intake, keep=keep, drop=drop, reason="同一人", both_stand=True)
        assert "都用过" not in str(refused.value)
        assert drop.benefit_uses.count() == 1, "nothing half done"

    def test_where_one_was_given_back_nothing_is_twice(self, cast: Cast) -> None:
        item, (place,) = completed_class(cast)
        reserve(place)
        (paper,) = hold(sitting_of(item), place)
        twin = make_person()
        give_use(twin, occupation=item.occupation.code, level=item.level)
        with pytest.raises(DomainError, match="都用过职业培训补贴"):
            merge(cast.intake, place.person, twin)
        revoke_certificate(actor=cast.approver, certificate=paper, reason="同一个人拿了两次")
        run_jobs()
        merge(cast.intake, place.person, twin)
        assert twin.merged_into == place.person


class TestNumbers:
    def test_the_number_of_a_merged_record_leads_on(self, cast: Cast) -> None:
        keep, drop = make_person(), make_person()
        merge(cast.intake, keep, drop)
        assert find_person(actor=cast.intake, identity_no=number_of(drop)) == keep
        assert ids_by_identity([number_of(drop), number_of(keep)]) == {
            number_of(drop): keep.pk,
            number_of(keep): keep.pk,
        }

    def test_a_roster_with_the_old_number_makes_no_third_record(self, cast: Cast) -> None:
        keep, drop = make_person(), make_person()
        merge(cast.intake, keep, drop)
        entry = PersonEntry(number_of(drop), "谁", "female", drop.birth_date, hukou_region=MEILAN)
        assert register(actor=SYSTEM, entries=[entry]) == [keep]
        assert Person.objects.count() == 2

    def test_an_active_record_comes_before_an_alias_of_the_same_number(self, cast: Cast) -> None:
        keep, drop = make_person(), make_person()
        merge(cast.intake, keep, drop)
        with unit_of_work(SYSTEM):
            twin = Person(name="王", identity_no=number_of(drop), sex="female", birth_date=drop.birth_date)
            twin.save()
        assert ids_by_identity([number_of(drop)]) == {number_of(drop): twin.pk}

    def test_nobody_outside_their_sight_is_found_by_it(self, cast: Cast) -> None:
        keep, drop = make_person(), make_person()
        merge(cast.intake, keep, drop)
        with pytest.raises(NotFound):
            find_person(actor=make_actor(Role.INTAKE_OFFICER, region=SANYA), identity_no=number_of(drop))


class TestWhoAndWhen:
    @pytest.mark.parametrize("own", ["keep", "drop"])
    def test_nobody_merges_their_own_record(self, cast: Cast, own: str) -> None:
        people = {"keep": make_person(), "drop": make_person()}
        me = make_actor(Role.INTAKE_OFFICER, user=make_user(identity_no=number_of(people[own])))
        with pytest.raises(Refused, match="请同事来办"):
            merge(me, **people)
        assert not Person.objects.exclude(state="active").exists()

    @pytest.mark.parametrize("role", [Role.APPROVER, Role.LEADER, Role.PROVIDER_MANAGER, Role.SECURITY_ADMIN])
    def test_only_those_who_review(self, cast: Cast, role: Role) -> None:
        item = approved_class(cast)
        one, two = place_in(item).person, make_person()
        actor = cast.manager if role == Role.PROVIDER_MANAGER else make_actor(role)
        with pytest.raises((NotAllowed, NotFound)):
            merge(actor, one, two)

    def test_a_reason_is_asked_for(self, cast: Cast) -> None:
        with pytest.raises(DomainError, match="写明原因"):
            merge_persons(actor=cast.intake, keep=make_person(), drop=make_person(), reason=" ")

    @pytest.mark.parametrize("foreign", ["keep", "drop"])
    def test_both_must_be_in_the_officers_sight(self, cast: Cast, foreign: str) -> None:
        make_region(SANYA)
        people = {"keep": make_person(), "drop": make_person()} | {foreign: make_person(hukou_region=SANYA)}
        with pytest.raises(NotFound):
            merge(cast.intake, **people)
        assert not Person.objects.exclude(state="active").exists()

    def test_not_into_a_record_that_was_merged_itself(self, cast: Cast) -> None:
        """Two officers, each with the other record as the good one: the later would leave nobody active."""
        one, two = make_person(), make_person()
        stale = Person.objects.get(pk=one.pk)
        merge(cast.intake, two, one)
        with pytest.raises(DomainError, match="已经并到别处"):
            merge(cast.intake, stale, two)
        assert Person.objects.get(state="active") == two

    def test_nor_twice(self, cast: Cast) -> None:
        one, two, three = make_person(), make_person(), make_person()
        merge(cast.intake, two, one)
        with pytest.raises(DomainError, match="已并入另一条"):
            merge(cast.intake, three, one)
        one.refresh_from_db()
        assert one.merged_into == two


_RELATIONS = (Enrolment, WorkSpell, BenefitUse, PersonCategory, Certificate)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owners=st.lists(st.integers(0, 3), min_size=4, max_size=4),
    merges=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=5),
)
def test_whatever_is_merged_into_whom_every_row_stays_within_reach(
    cast: Cast, owners: list[int], merges: list[tuple[int, int]]
) -> None:
    with transaction.atomic():
        people = [make_person() for _ in range(4)]
        place = place_in(approved_class(cast), people[owners[0]], state="completed")
        give_certificate(place, make_station())
        give_spell(people[owners[1]])
        give_use(people[owners[2]])
        claim = claim_row(people[owners[3]], "02", dt.date(2026, 3, 1), MEILAN)
        claim_categories(actor=SYSTEM, claims=pl.DataFrame([claim]))
        group = {person.pk: {person.pk} for person in people}
        for keep, drop in merges:
            try:
                merge(cast.intake, Person.objects.get(pk=people[keep].pk), Person.objects.get(pk=people[drop].pk))
            except DomainError:
                continue
            group[people[keep].pk] |= group.pop(people[drop].pk)
        active = {person.pk: person for person in Person.objects.filter(state="active")}
        assert {pk: set(everyone_of(person)) for pk, person in active.items()} == group
        for relation in _RELATIONS:
            assert relation.objects.get().person_id in active, f"{relation.__name__} of a record that is gone"
        for person in people:
            (standing,) = ids_by_identity([number_of(person)]).values()
            assert person.pk in group[standing]
        transaction.set_rollback(True)
