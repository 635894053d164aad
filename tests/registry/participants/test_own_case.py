"""Whose case is somebody's own: by number, by account, over merged records; and who of many works somewhere."""

import datetime as dt

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.delivery.builders import make_person
from tests.factories import MEILAN, SYSTEM, make_actor, make_organization, make_user
from tests.identities import resident
from tests.persons import claim_row

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.organizations.models import Membership
from qihang.registry.organizations.services import end_membership
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.own_case import OWN_CASE, not_own, own_persons, require_not_own, staff_among
from qihang.registry.participants.services import (
    claim_categories,
    confirm_categories,
    correct_public_posts,
    reject_category,
)

pytestmark = pytest.mark.django_db


def officer(person: Person | None = None, role: str = Role.INTAKE_OFFICER) -> Actor:
    """An officer, with the identity number of a person."""
    fields = {"identity_no": person.identity_no.plain()} if person else {}
    return make_actor(role, user=make_user(**fields))


def user_for(person: Person) -> User:
    return make_user(identity_no=person.identity_no.plain())


def join(person: Person, actor: Actor) -> None:
    """The person signs in with this account."""
    with unit_of_work(SYSTEM):
        Person.objects.filter(pk=person.pk).update(user=actor.user_id)


def claimed(person: Person, category: str = "02") -> PersonCategory:
    row = claim_row(person, category, dt.date(2026, 1, 1), MEILAN)
    claim_categories(actor=SYSTEM, claims=pl.DataFrame([row]))
    return PersonCategory.objects.get(person=person, category=category)


class TestWhoseCase:
    def test_by_the_identity_number(self) -> None:
        person, other = make_person(), make_person()
        assert own_persons(officer(person)) == {person.pk}
        assert other.pk not in own_persons(officer(person=None))

    def test_by_the_account_without_a_number(self) -> None:
        person, actor = make_person(), officer()
        assert own_persons(actor) == frozenset()
        join(person, actor)
        assert own_persons(actor) == {person.pk}

    def test_nobody_for_the_system_visitors_and_people_not_in_the_register(self) -> None:
        stranger = make_actor(Role.INTAKE_OFFICER, user=make_user(identity_no=resident(order=7)))
        assert [own_persons(one) for one in (SYSTEM, ANONYMOUS, stranger)] == [frozenset()] * 3

    @pytest.mark.parametrize("known_as", ["keep", "drop"])
    def test_a_merged_record_and_what_it_became_are_one_person(self, known_as: str) -> None:
        people = {"keep": make_person(), "drop": make_person()}
        merge_persons(actor=officer(), keep=people["keep"], drop=people["drop"], reason="同一个人")
        assert own_persons(officer(people[known_as])) == {people["keep"].pk, people["drop"].pk}

    def test_a_record_of_another_number_and_one_of_the_account_are_both_theirs(self) -> None:
        by_number, by_account = make_person(), make_person()
        actor = officer(by_number)
        join(by_account, actor)
        assert own_persons(actor) == {by_number.pk, by_account.pk}

    def test_required(self) -> None:
        person = make_person()
        require_not_own(officer(), person.pk)
        with pytest.raises(Refused, match=OWN_CASE):
            require_not_own(officer(person), person.pk)

    def test_a_hundred_rows_cost_no_more_than_one(self) -> None:
        person = make_person()
        rows = [claimed(person), *(PersonCategory(pk=-number, person_id=-number) for number in range(1, 100))]
        actor, guard = officer(person), not_own()
        with CaptureQueriesContext(connection) as captured:
            assert guard(rows, actor) == {rows[0].pk: OWN_CASE}
        assert len(captured) == 3


class TestCategories:
    def test_an_officer_confirms_everybodys_but_the_own(self) -> None:
        mine, other = claimed(make_person()), claimed(make_person())
        actor = officer(mine.person)
        outcome = confirm_categories(actor=actor, ids=[mine.pk, other.pk], public_post=False)
        assert outcome.done == [other.pk] and outcome.refused == {mine.pk: OWN_CASE}
        colleague = officer()
        assert confirm_categories(actor=colleague, ids=[mine.pk], public_post=False).done == [mine.pk]

    def test_nor_corrects_or_rejects_it(self) -> None:
        mine = claimed(make_person())
        actor = officer(mine.person)
        confirm_categories(actor=officer(), ids=[mine.pk], public_post=True)
        outcome = correct_public_posts(actor=actor, ids=[mine.pk], public_post=False, comment="查过")
        assert outcome.refused == {mine.pk: OWN_CASE}
        with pytest.raises(Refused, match=OWN_CASE):
            reject_category(actor=actor, category=mine, reason="不是")
        mine.refresh_from_db()
        assert (mine.state, mine.public_post) == ("confirmed", True)

    def test_also_under_the_number_of_a_record_that_was_merged(self) -> None:
        keep, drop = make_person(), make_person()
        mine = claimed(drop)
        merge_persons(actor=officer(), keep=keep, drop=drop, reason="同一个人")
        for known_as in (keep, drop):
            outcome = confirm_categories(actor=officer(known_as), ids=[mine.pk], public_post=False)
            assert outcome.refused == {mine.pk: OWN_CASE}


class TestStaff:
    def test_those_who_work_or_worked_there_are_found(self) -> None:
        school = make_organization()
        now, before, elsewhere, nobody = (make_person() for _ in range(4))
        make_actor(Role.PROVIDER_CLERK, organization=school, user=user_for(now))
        past = make_actor(Role.TRAINER, organization=school, user=user_for(before))
        manager = make_actor(Role.PROVIDER_MANAGER, organization=school)
        end_membership(actor=manager, membership=Membership.objects.get(pk=past.membership_id))
        make_actor(Role.PROVIDER_CLERK, user=user_for(elsewhere))
        found = staff_among([one.pk for one in (now, before, elsewhere, nobody)], school.pk)
        assert {person: [row.role for row in rows] for person, rows in found.items()} == {
            now.pk: [Role.PROVIDER_CLERK],
            before.pk: [Role.TRAINER],
        }

    def test_by_a_number_that_an_account_keeps_in_another_writing(self) -> None:
        school, person = make_organization(), make_person()
        user = user_for(person)
        user.identity_no = user.identity_no.plain().lower() + " "
        with unit_of_work(SYSTEM):
            user.save()
        make_actor(Role.PROVIDER_CLERK, organization=school, user=user)
        assert list(staff_among([person.pk], school.pk)) == [person.pk]

    def test_by_the_account_where_there_is_no_number(self) -> None:
        school, person = make_organization(), make_person()
        clerk = make_actor(Role.PROVIDER_CLERK, organization=school)
        join(person, clerk)
        assert list(staff_among([person.pk], school.pk)) == [person.pk]

    def test_by_the_number_of_a_record_that_was_merged(self) -> None:
        school, keep, drop = make_organization(), make_person(), make_person()
        make_actor(Role.PROVIDER_CLERK, organization=school, user=user_for(drop))
        merge_persons(actor=officer(), keep=keep, drop=drop, reason="同一个人")
        assert list(staff_among([keep.pk], school.pk)) == [keep.pk]

    def test_nobody_of_nobody(self) -> None:
        assert staff_among([], make_organization().pk) == {}
