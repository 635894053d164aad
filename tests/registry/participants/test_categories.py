"""What somebody is from which day to which: told, looked at, and never twice for one day."""

import datetime as dt

import polars as pl
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.delivery.builders import make_person
from tests.factories import MEILAN, SANYA, SYSTEM, make_actor, make_region, make_user
from tests.persons import claim_row

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.foundation.documents.models import Evidence
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.services import (
    Proof,
    claim_categories,
    confirm_categories,
    end_category,
    may_open_papers,
    reject_category,
)
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW

pytestmark = pytest.mark.django_db
NEW_YEAR = dt.date(2026, 1, 1)


def day(number: int) -> dt.date:
    return NEW_YEAR + dt.timedelta(days=number)


def claim(person: Person, *days: int, category: str = "02") -> int:
    return sum(
        claim_categories(actor=SYSTEM, claims=pl.DataFrame([claim_row(person, category, day(at), MEILAN)]))
        for at in days
    )


def end(person: Person, on: int) -> None:
    with unit_of_work(SYSTEM):
        PersonCategory.objects.filter(person=person, valid_to=None).update(valid_to=day(on))


def spans(person: Person) -> list[tuple[dt.date, dt.date | None]]:
    return list(person.categories.order_by("valid_from").values_list("valid_from", "valid_to"))


def test_one_that_begins_later_is_claimed_up_to_the_day_before() -> None:
    person = make_person()
    assert claim(person, 60) == 1
    assert claim(person, 10) == 1, "it does not stand on that day, so nobody could ever confirm it"
    assert spans(person) == [(day(10), day(59)), (day(60), None)]
    assert claim(person, 10, 30, 60, 90) == 0


def test_the_day_after_an_end_and_the_end_itself() -> None:
    person = make_person()
    claim(person, 10)
    end(person, 20)
    assert claim(person, 20) == 0
    assert claim(person, 21) == 1
    assert spans(person) == [(day(10), day(20)), (day(21), None)]


def test_a_rejected_one_stands_in_nobodys_way() -> None:
    person = make_person()
    claim(person, 10)
    reject_category(actor=make_actor(Role.INTAKE_OFFICER), category=person.categories.get(), reason="没有证")
    assert claim(person, 10) == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["claim", "end"])), max_size=7))
def test_whatever_comes_in_whatever_order_each_day_claimed_stands_once(steps: list[tuple[int, str]]) -> None:
    with transaction.atomic():
        person = make_person()
        for at, kind in steps:
            if kind == "claim":
                claim(person, at)
                assert person.categories.on(day(at)).count() == 1, "the day that was asked for stands"
            elif person.categories.filter(valid_to=None, valid_from__lte=day(at)).exists():
                end(person, at)
            assert all(person.categories.on(day(at)).count() <= 1 for at in range(15))
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("state", "step", "role", "words"),
    [
        ("claimed", "confirm", Role.INTAKE_OFFICER, ""),
        ("claimed", "reject", Role.INTAKE_OFFICER, ""),
        ("confirmed", "reject", Role.INTAKE_OFFICER, ""),
        ("confirmed", "confirm", Role.INTAKE_OFFICER, "现在是“已核实”，不能核实类别"),
        ("rejected", "confirm", Role.INTAKE_OFFICER, "现在是“不属于”，不能核实类别"),
        ("rejected", "reject", Role.INTAKE_OFFICER, "现在是“不属于”，不能认定不属于"),
        ("claimed", "confirm", Role.SECOND_REVIEWER, "由受理初审办"),
        ("claimed", "confirm", Role.PROVIDER_CLERK, "由受理初审办"),
        ("claimed", "confirm", Role.PARTICIPANT, "由受理初审办"),
        ("claimed", "reject", Role.APPROVER, "由受理初审办"),
        ("claimed", "reject", Role.PROVIDER_MANAGER, "由受理初审办"),
    ],
)
def test_who_confirms_and_rejects_from_where(state: str, step: str, role: Role, words: str) -> None:
    person, officer = make_person(), make_actor(Role.INTAKE_OFFICER)
    claim(person, 10)
    row = person.categories.get()
    if state != "claimed":
        act(officer, row, {"confirmed": "confirm", "rejected": "reject"}[state])
    actor = officer if role == Role.INTAKE_OFFICER else somebody(role)
    if not words:
        act(actor, row, step)
        assert PersonCategory.objects.get(pk=row.pk).state == {"confirm": "confirmed", "reject": "rejected"}[step]
    else:
        with pytest.raises((NotAllowed, Refused), match=words):
            act(actor, row, step)
        assert PersonCategory.objects.get(pk=row.pk).state == state


def somebody(role: Role) -> Actor:
    return Actor(role=role, user_id=1, person_id=1) if role == Role.PARTICIPANT else make_actor(role)


def act(actor: Actor, row: PersonCategory, step: str) -> None:
    if step == "reject":
        reject_category(actor=actor, category=row, reason="不是")
        return
    outcome = confirm_categories(actor=actor, ids=[row.pk], public_post=False)
    for reason in outcome.refused.values():
        raise Refused(reason)


def test_rejecting_asks_for_the_reason_that_the_person_reads() -> None:
    person = make_person()
    claim(person, 10)
    with pytest.raises(DomainError, match="写明原因"):
        reject_category(actor=make_actor(Role.INTAKE_OFFICER), category=person.categories.get(), reason="  ")


class TestEnding:
    """Somebody is no longer unemployed from a day on."""

    @pytest.fixture
    def officer(self) -> Actor:
        return make_actor(Role.INTAKE_OFFICER)

    @pytest.fixture
    def row(self, officer: Actor) -> PersonCategory:
        person = make_person()
        claim(person, 10)
        row: PersonCategory = person.categories.get()
        act(officer, row, "confirm")
        return row

    def test_it_holds_on_the_last_day_and_not_on_the_next(self, officer: Actor, row: PersonCategory) -> None:
        end_category(actor=officer, category=row, on=day(40), reason="5 日办了就业登记")
        held = row.person.categories
        assert held.on(day(40)).exists() and not held.on(day(41)).exists()
        last = CATEGORY_WORKFLOW.history(row).latest("pk")
        assert (last.transition, last.user_id, last.comment) == ("end", officer.user_id, "5 日办了就业登记")
        assert (row.state, claim(row.person, 41)) == ("confirmed", 1), "and may be claimed anew"

    def test_not_before_it_began_but_on_that_day(self, officer: Actor, row: PersonCategory) -> None:
        with pytest.raises(Refused, match="止日不能比它早"):
            end_category(actor=officer, category=row, on=day(9), reason="错了")
        assert end_category(actor=officer, category=row, on=day(10), reason="只有一天").valid_to == day(10)

    def test_sent_twice_it_is_written_once(self, officer: Actor, row: PersonCategory) -> None:
        end_category(actor=officer, category=row, on=day(40), reason="就业了")
        stale = PersonCategory(pk=row.pk, person=row.person)
        with pytest.raises(Refused, match="已经写明到"):
            end_category(actor=officer, category=stale, on=day(40), reason="就业了")
        assert CATEGORY_WORKFLOW.history(row).filter(transition="end").count() == 1

    def test_a_wrong_day_is_corrected_by_a_step_of_its_own(self, officer: Actor, row: PersonCategory) -> None:
        end_category(actor=officer, category=row, on=day(40), reason="就业了")
        with pytest.raises(Refused, match="写明原因"):
            end_category(actor=officer, category=row, on=day(50), reason="")
        end_category(actor=officer, category=row, on=day(50), reason="登记日看错")
        end_category(actor=officer, category=row, on=None, reason="单位又退了登记")
        assert spans(row.person) == [(day(10), None)]
        names = list(CATEGORY_WORKFLOW.history(row).values_list("transition", flat=True))
        assert names == ["enter", "confirm", "end", "correct_end", "correct_end"]
        with pytest.raises(Refused, match="请填到哪天为止"):
            end_category(actor=officer, category=row, on=None, reason="?")

    @pytest.mark.parametrize(("last", "fits"), [(59, True), (60, False), (None, False)])
    def test_a_correction_does_not_reach_into_days_that_were_claimed_anew(
        self, officer: Actor, row: PersonCategory, last: int | None, fits: bool
    ) -> None:
        end_category(actor=officer, category=row, on=day(40), reason="就业了")
        claim(row.person, 60)
        wanted = None if last is None else day(last)
        if fits:
            assert end_category(actor=officer, category=row, on=wanted, reason="看错").valid_to == wanted
        else:
            with pytest.raises(Refused, match="又登记过同一类"):
                end_category(actor=officer, category=row, on=wanted, reason="看错")

    def test_only_what_was_confirmed(self, officer: Actor) -> None:
        person = make_person()
        claim(person, 10)
        with pytest.raises(Refused, match="现在是“待核”"):
            end_category(actor=officer, category=person.categories.get(), on=day(40), reason="就业了")

    @pytest.mark.parametrize("role", [Role.SECOND_REVIEWER, Role.APPROVER, Role.INSPECTOR])
    def test_not_by_another_role(self, row: PersonCategory, role: Role) -> None:
        with pytest.raises(NotAllowed, match="由受理初审办"):
            end_category(actor=make_actor(role), category=row, on=day(40), reason="就业了")

    def test_not_by_another_region_nor_by_the_school(self, row: PersonCategory) -> None:
        make_region(SANYA)
        for actor in (make_actor(Role.INTAKE_OFFICER, region=SANYA), make_actor(Role.PROVIDER_MANAGER)):
            with pytest.raises(NotFound):
                end_category(actor=actor, category=row, on=day(40), reason="就业了")

    def test_nobody_their_own(self, row: PersonCategory) -> None:
        me = make_actor(Role.INTAKE_OFFICER, user=make_user(identity_no=row.person.identity_no.plain()))
        with pytest.raises(Refused, match="请同事来办"):
            end_category(actor=me, category=row, on=day(40), reason="我上班了")

    def test_a_proof_is_kept_with_it_or_nothing_is_done(self, officer: Actor, row: PersonCategory) -> None:
        said = Proof(EvidenceType.PHONE, day(41), "本人")
        end_category(actor=officer, category=row, on=day(40), reason="本人电话说 2 月 9 日上班了", proof=said)
        (evidence,) = Evidence.objects.of(row)
        assert (evidence.kind, evidence.note.plain()) == ("phone", "本人电话说 2 月 9 日上班了")
        paper = Proof(EvidenceType.EMPLOYMENT_REGISTRATION, day(41), "美兰区人社局")
        with pytest.raises(DomainError, match="要附上照片或文件"):
            end_category(actor=officer, category=row, on=day(45), reason="看错", proof=paper)
        assert PersonCategory.objects.get(pk=row.pk).valid_to == day(40)

    def test_its_papers_are_open_to_officers_who_see_the_person(self, officer: Actor, row: PersonCategory) -> None:
        end_category(
            actor=officer, category=row, on=day(40), reason="电话", proof=Proof(EvidenceType.PHONE, day(41), "本人")
        )
        evidence = Evidence.objects.get()
        assert may_open_papers(make_actor(Role.APPROVER), evidence)
        make_region(SANYA)
        for actor in (make_actor(Role.APPROVER, region=SANYA), make_actor(Role.PROVIDER_MANAGER)):
            assert not may_open_papers(actor, evidence)


_INSERT = (
    "INSERT INTO participants_personcategory"
    " (public_id, created_at, person_id, category, valid_from, valid_to, source, region_id, state)"
    " VALUES (gen_random_uuid(), now(), %s, '02', %s, %s, 'office', %s, %s)"
)


@pytest.mark.parametrize(
    ("first", "last", "state", "constraint"),
    [
        (30, 29, "claimed", "category_dates_in_order"),
        (20, 25, "claimed", "category_once_at_a_time"),
        (0, 10, "confirmed", "category_once_at_a_time"),
        (25, None, "confirmed", "category_once_at_a_time"),
        (0, 9, "claimed", ""),
        (26, 26, "claimed", ""),
        (10, 25, "rejected", ""),
    ],
)
def test_the_database_holds_to_it_whoever_writes(first: int, last: int | None, state: str, constraint: str) -> None:
    person = make_person()
    claim(person, 10)
    end(person, 25)
    values = [person.pk, day(first), None if last is None else day(last), MEILAN, state]

    def write() -> None:
        with transaction.atomic(), unit_of_work(SYSTEM), connection.cursor() as cursor:
            cursor.execute(_INSERT, values)

    if constraint:
        with pytest.raises(IntegrityError, match=constraint):
            write()
    else:
        write()


@pytest.mark.parametrize("sets", ["state = 'merged'", "merged_into_id = id"])
def test_a_merged_record_says_where_it_went(sets: str) -> None:
    person = make_person()
    with (
        pytest.raises(IntegrityError, match="merged_person_points_on"),
        transaction.atomic(),
        unit_of_work(SYSTEM),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE participants_person SET {sets} WHERE id = %s", [person.pk])
