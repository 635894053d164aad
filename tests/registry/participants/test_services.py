"""One person once in the province; categories on somebody's word until an officer confirms; merging with a human's eye."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from tests.factories import LONGHUA, MEILAN, make_actor, make_region
from tests.persons import PersonEntry, claim_row
from tests.persons import register as registered

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.merging import Collision, MergeHandler, merge_persons, person_merges
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.services import (
    claim_categories,
    confirm_categories,
    everyone_of,
    find_person,
    reject_category,
)

pytestmark = pytest.mark.django_db

WANG = PersonEntry(
    "460108198203154249", "王小燕", "female", dt.date(1982, 3, 15), "13812342291", "senior_high", MEILAN
)
CHEN = PersonEntry("460106198512143622", "陈春梅", "female", dt.date(1985, 12, 14), hukou_region=LONGHUA)


@pytest.fixture
def clerk() -> Actor:
    make_region(LONGHUA)
    return make_actor(Role.PROVIDER_CLERK)


def register(actor: Actor, *entries: PersonEntry) -> list[Person]:
    return registered(actor=actor, entries=entries)


def claim(actor: Actor, person: Person, category: str = "02", start: str = "2026-01-01") -> PersonCategory:
    claimed = claim_row(person, category, dt.date.fromisoformat(start), MEILAN)
    claim_categories(actor=actor, claims=pl.DataFrame([claimed]))
    return PersonCategory.objects.filter(person=person, category=category).latest("pk")


def test_registering_finds_known_persons_and_makes_the_rest(clerk: Actor) -> None:
    (wang,) = register(clerk, WANG)
    first, second, third = register(clerk, CHEN, WANG, CHEN)
    assert second == wang
    assert first == third
    assert Person.objects.count() == 2


def test_a_known_person_keeps_the_registered_name(clerk: Actor) -> None:
    register(clerk, WANG)
    other_spelling = PersonEntry(WANG.identity_no, "王晓燕", WANG.sex, WANG.birth_date)
    (person,) = register(clerk, other_spelling)
    assert Person.objects.get(pk=person.pk).name.plain() == "王小燕"


def test_nothing_personal_is_stored_in_the_clear(clerk: Actor) -> None:
    (wang,) = register(clerk, WANG)
    stored = Person.objects.filter(pk=wang.pk).extra(select={"raw": "encode(identity_no, 'escape')"}).values("raw")[0]
    assert WANG.identity_no not in stored["raw"]
    assert str(Person.objects.get().identity_no) == "460108**********49"


def test_the_database_holds_one_active_record_a_number(clerk: Actor) -> None:
    register(clerk, WANG)
    twin = Person(identity_no=WANG.identity_no, name="别人", sex="female", birth_date=WANG.birth_date)
    with pytest.raises(IntegrityError, match="one_person_once"), transaction.atomic(), unit_of_work(clerk):
        twin.save()


@pytest.mark.parametrize(("region", "sees"), [(MEILAN, True), (LONGHUA, False)])
def test_an_officer_finds_the_people_of_the_region(clerk: Actor, region: str, sees: bool) -> None:
    (wang,) = register(clerk, WANG)
    officer = make_actor(Role.INTAKE_OFFICER, region=region)
    if sees:
        assert find_person(actor=officer, identity_no=WANG.identity_no) == wang
    else:
        with pytest.raises(NotFound):
            find_person(actor=officer, identity_no=WANG.identity_no)


def test_a_participant_sees_only_themselves(clerk: Actor) -> None:
    wang, _ = register(clerk, WANG, CHEN)
    actor = Actor(user_id=1, user_label="王小燕", role=Role.PARTICIPANT, person_id=wang.pk)
    assert list(Person.objects.visible_to(actor)) == [wang]


def test_a_category_stands_once_and_is_confirmed_by_an_officer_in_bulk(clerk: Actor) -> None:
    wang, chen = register(clerk, WANG, CHEN)
    rows = [claim(clerk, wang), claim(clerk, chen)]
    claim(clerk, wang)
    assert PersonCategory.objects.count() == 2
    officer = make_actor(Role.INTAKE_OFFICER)
    outcome = confirm_categories(actor=officer, ids=[row.pk for row in rows], public_post=False, comment="看过证")
    assert outcome.done == [rows[0].pk], "陈春梅 is of another district"
    assert PersonCategory.objects.get(pk=rows[0].pk).state == "confirmed"
    assert PersonCategory.objects.get(pk=rows[1].pk).state == "claimed"
    with pytest.raises(NotAllowed):
        confirm_categories(actor=clerk, ids=[rows[1].pk], public_post=False)


def test_the_database_refuses_the_same_category_twice_at_a_time(clerk: Actor) -> None:
    (wang,) = register(clerk, WANG)
    claim(clerk, wang)
    twin = PersonCategory(
        person=wang, category="02", valid_from=dt.date(2026, 6, 1), source="office", region_id=MEILAN, state="claimed"
    )
    with pytest.raises(IntegrityError, match="category_once_at_a_time"), transaction.atomic(), unit_of_work(clerk):
        twin.save()


def test_the_database_takes_no_finding_about_somebody_whom_nobody_has_looked_at(clerk: Actor) -> None:
    (wang,) = register(clerk, WANG)
    row = claim(clerk, wang)
    with (
        pytest.raises(IntegrityError, match="post_found_with_the_category"),
        transaction.atomic(),
        unit_of_work(clerk),
    ):
        PersonCategory.objects.filter(pk=row.pk).update(public_post=False)


@pytest.fixture
def merging() -> Iterator[list[str]]:
    """A relation whose handler objects with what stands in the list."""
    objections: list[str] = []
    check = lambda keep, drop: [Collision(words) for words in objections]  # noqa: E731
    person_merges.register("tests", MergeHandler(move=lambda keep, drop, actor: None, check=check))
    yield objections
    person_merges._handlers.pop("tests")


def test_merging_leaves_an_alias(clerk: Actor, merging: list[str]) -> None:
    wang, other = register(
        clerk, WANG, PersonEntry("460108820315424", "王小燕", "female", WANG.birth_date, hukou_region=MEILAN)
    )
    officer = make_actor(Role.INTAKE_OFFICER)
    merge_persons(actor=officer, keep=wang, drop=other, reason="旧证号，同一人")
    alias = Person.objects.get(pk=other.pk)
    assert (alias.state, alias.merged_into) == ("merged", wang)
    assert everyone_of(wang) == [wang.pk, other.pk]


def test_a_collision_goes_to_a_human_and_moves_nothing(clerk: Actor, merging: list[str]) -> None:
    wang, chen = register(
        clerk, WANG, PersonEntry(CHEN.identity_no, "陈春梅", "female", CHEN.birth_date, hukou_region=MEILAN)
    )
    merging.append("两个人在同一个班里")
    with pytest.raises(DomainError, match="两个人在同一个班里"):
        merge_persons(actor=make_actor(Role.INTAKE_OFFICER), keep=wang, drop=chen, reason="像")
    assert Person.objects.get(pk=chen.pk).state == "active"


def old_record(actor: Actor) -> Person:
    return register(actor, PersonEntry("460108820315424", "王小燕", "female", WANG.birth_date, hukou_region=MEILAN))[0]


def test_merging_brings_categories_and_earlier_aliases_along(clerk: Actor) -> None:
    (wang,) = register(clerk, WANG)
    first, second = old_record(clerk), register(clerk, replace(CHEN, hukou_region=MEILAN))[0]
    claim(clerk, first, category="02")
    claim(clerk, wang, category="04")
    officer = make_actor(Role.INTAKE_OFFICER)
    merge_persons(actor=officer, keep=second, drop=first, reason="旧证号，同一人")
    merge_persons(actor=officer, keep=wang, drop=second, reason="同一人")
    assert sorted(everyone_of(wang)) == sorted([wang.pk, first.pk, second.pk])
    assert sorted(wang.categories.values_list("category", flat=True)) == ["02", "04"]


@pytest.mark.parametrize(("start", "collides"), [("2025-06-01", True), ("2026-05-01", True), ("2024-01-01", False)])
def test_the_same_category_on_the_same_days_goes_to_a_human(clerk: Actor, start: str, collides: bool) -> None:
    (wang,), old = register(clerk, WANG), old_record(clerk)
    claim(clerk, wang)
    row = claim(clerk, old, start=start)
    with unit_of_work(clerk):
        end = dt.date.fromisoformat(start) + dt.timedelta(days=300)
        PersonCategory.objects.filter(pk=row.pk).update(valid_to=end)
    officer = make_actor(Role.INTAKE_OFFICER)
    if collides:
        with pytest.raises(DomainError, match="都登记了“"):
            merge_persons(actor=officer, keep=wang, drop=old, reason="旧证号，同一人")
        reject_category(actor=officer, category=row, reason="重复登记")
    merge_persons(actor=officer, keep=wang, drop=old, reason="旧证号，同一人")
    assert wang.categories.count() == 2


def test_a_person_is_not_merged_into_itself(clerk: Actor) -> None:
    (wang,) = register(clerk, WANG)
    with pytest.raises(DomainError, match="同一条"):
        merge_persons(actor=make_actor(Role.INTAKE_OFFICER), keep=wang, drop=wang, reason="?")
