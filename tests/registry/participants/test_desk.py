"""The register as accounts know it: whom a counter code lets in, and whose account an account is."""

import pytest
from tests.factories import SYSTEM, make_actor, make_user
from tests.foundation.accounts.doors import CLIENT, PASSWORD
from tests.registry.participants.test_services import WANG, old_record, register

from qihang.foundation.accounts.models import EntryCode
from qihang.foundation.accounts.services.entry_codes import issue_entry_code, newcomer_of, use_entry_code
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.roles import Role
from qihang.registry.organizations.services import actor_for_self
from qihang.registry.participants.desk import DESK
from qihang.registry.participants.merging import merge_persons
from qihang.registry.participants.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.INTAKE_OFFICER)


@pytest.fixture
def wang(officer: Actor) -> Person:
    return register(officer, WANG)[0]


def come_in(officer: Actor, person: Person, login: str = "wangxiaoyan") -> Actor:
    issue_entry_code(actor=officer, subject_id=person.pk)
    code = EntryCode.objects.get(used_at=None)
    return actor_for_self(use_entry_code(code_id=code.pk, login=login, password=PASSWORD, client=CLIENT))


def test_a_counter_code_makes_a_person_a_participant(officer: Actor, wang: Person) -> None:
    actor = come_in(officer, wang)
    assert (actor.role, actor.person_id, actor.user_label) == (Role.PARTICIPANT, wang.pk, "王小燕")
    assert Person.objects.visible_to(actor).get() == wang


def test_who_has_an_account_keeps_it(officer: Actor, wang: Person) -> None:
    first, again = come_in(officer, wang), come_in(officer, wang, "another")
    assert (again.user_id, again.person_id) == (first.user_id, wang.pk)


def test_an_account_of_a_merged_record_is_the_kept_persons(officer: Actor, wang: Person) -> None:
    old = old_record(officer)
    account = come_in(officer, old).user_id
    merge_persons(actor=officer, keep=wang, drop=old, reason="旧证号，同一人")
    assert account is not None
    assert DESK.person_of(account) == wang.pk
    assert DESK.account_of(wang.pk) == DESK.account_of(old.pk) == account
    assert come_in(officer, wang).user_id == account


def test_an_account_without_a_person_is_nobodys() -> None:
    assert DESK.person_of(make_user().pk) is None


def test_a_code_for_nobody_in_the_register_opens_nothing(officer: Actor) -> None:
    issue_entry_code(actor=officer, subject_id=404)
    with pytest.raises(NotFound, match="没有这个人"):
        newcomer_of(EntryCode.objects.get())


def test_system_actors_write_it_down_too(wang: Person) -> None:
    user = make_user()
    DESK.entry_code_used(subject_id=wang.pk, user=user, actor=SYSTEM)
    assert DESK.account_of(wang.pk) == user.pk


def test_a_code_given_for_an_old_record_lets_in_the_person_it_became(officer: Actor, wang: Person) -> None:
    """The slip was handed out at the counter; the records were merged before it was used."""
    old = old_record(officer)
    issue_entry_code(actor=officer, subject_id=old.pk)
    merge_persons(actor=officer, keep=wang, drop=old, reason="旧证号，同一人")
    code = EntryCode.objects.get(used_at=None)
    actor = actor_for_self(use_entry_code(code_id=code.pk, login="wang", password=PASSWORD, client=CLIENT))
    assert actor.person_id == wang.pk
    wang.refresh_from_db()
    old.refresh_from_db()
    assert (wang.user_id, old.user_id) == (actor.user_id, None)


def test_of_two_accounts_the_one_of_the_record_that_stays_is_meant(officer: Actor, wang: Person) -> None:
    old = old_record(officer)
    first, second = come_in(officer, old, "old"), come_in(officer, wang, "new")
    assert first.user_id != second.user_id
    merge_persons(actor=officer, keep=wang, drop=old, reason="旧证号，同一人")
    assert DESK.account_of(old.pk) == second.user_id
    assert DESK.person_of(first.user_id or 0) == wang.pk, "the other one still leads to the same person"


def test_the_name_on_the_slip_is_the_standing_records(officer: Actor, wang: Person) -> None:
    old = old_record(officer)
    merge_persons(actor=officer, keep=wang, drop=old, reason="旧证号，同一人")
    assert DESK.name_of(old.pk) == DESK.name_of(wang.pk) == "王小燕"
