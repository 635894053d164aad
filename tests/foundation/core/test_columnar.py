"""Rows that come as columns are stored as if each had been saved, and many values go as one parameter."""

import datetime as dt
import uuid

import polars as pl
import pytest
from django.db import connection
from tests.delivery.builders import approved_class, ground, make_cast, make_person
from tests.factories import MEILAN, SYSTEM, make_actor, make_region
from tests.identities import resident
from tests.persons import PersonEntry, claim_row, register

from qihang.delivery.training.models import Enrolment
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core.arrays import among, array_text
from qihang.foundation.core.copying import insert_frame, random_uuids
from qihang.foundation.core.errors import NotAllowed
from qihang.foundation.core.models import AuditEntry, TransitionLog
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.services import claim_categories
from qihang.registry.participants.workflows import PERSON_WORKFLOW

pytestmark = pytest.mark.django_db
NUMBER = resident("1982-03-15", order=77)


def one_person(**changes: object) -> pl.DataFrame:
    row = {
        "identity_no": NUMBER,
        "name": "符一\\符'\"",
        "sex": "female",
        "birth_date": dt.date(1982, 3, 15),
        "education": "",
        "hukou_region_id": MEILAN,
    }
    return pl.DataFrame([row | changes])


class TestInsertFrame:
    def test_stores_what_saving_would(self) -> None:
        make_region(MEILAN)
        ids = PERSON_WORKFLOW.enter_frame(one_person(phone="13800001111"), actor=SYSTEM, comment="试")
        (copied,) = Person.objects.filter(pk__in=ids.to_list())
        saved = Person(identity_no=resident(order=78), name="x", sex="female", birth_date=dt.date(1982, 3, 15))
        PERSON_WORKFLOW.enter(saved, actor=SYSTEM)
        assert (copied.name.plain(), copied.identity_no.plain()) == ("符一\\符'\"", NUMBER)
        assert Person.objects.with_identity([bytes(copied.identity_index)]).get() == copied
        assert copied.phone_index == Person._meta.get_field("phone_index").index_of("13800001111", Person)
        assert copied.state == saved.state
        assert copied.public_id.version == 4
        assert copied.created_at.tzinfo

    def test_what_is_not_given_is_null_or_the_default(self) -> None:
        make_region(MEILAN)
        PERSON_WORKFLOW.enter_frame(one_person(), actor=SYSTEM)
        person = Person.objects.get()
        assert (person.phone, person.phone_index, person.user_id, person.merged_into_id) == (None, None, None, None)

    def test_lists_keep_quotes_and_backslashes(self) -> None:
        ground()
        item = approved_class(make_cast())
        refusals = ['a"b', "c\\d", "{e,f}"]
        rows = pl.DataFrame(
            {
                "training_class_id": [item.pk],
                "person_id": [make_person().pk],
                "category": ["02"],
                "refusals": [refusals],
            }
        )
        ENROLMENT_WORKFLOW.enter_frame(rows, actor=SYSTEM)
        place = Enrolment.objects.get()
        assert place.refusals == refusals
        assert place.subsidised is True

    def test_is_audited_and_logged_like_one(self) -> None:
        make_region(MEILAN)
        (pk,) = PERSON_WORKFLOW.enter_frame(one_person(), actor=SYSTEM, comment=" 试 ")
        entry = AuditEntry.objects.get(table_name="participants_person", row_id=pk)
        assert entry.operation == "I"
        assert NUMBER not in str(entry.after)
        log = TransitionLog.objects.get(subject="participants.person", subject_id=pk)
        assert (log.transition, log.source, log.target, log.comment) == ("enter", "", "active", "试")

    def test_no_rows_are_no_statement(self) -> None:
        with unit_of_work(SYSTEM):
            assert insert_frame(Person, one_person().clear()).len() == 0

    def test_a_role_that_may_not_enter_is_refused(self) -> None:
        with pytest.raises(NotAllowed):
            PERSON_WORKFLOW.enter_frame(one_person(), actor=make_actor("leader", region=MEILAN))


class TestAmong:
    @pytest.mark.parametrize(
        ("values", "kind"),
        [([3, 1], "bigint"), (['a"b', "c\\d", "{e,f}", "", "NULL"], "text"), ([b"\x00\\\xff", b""], "bytea")],
    )
    def test_the_database_reads_back_every_value(self, values: list[int | str | bytes], kind: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT unnest(%s::{kind}[])", [array_text(values)])  # type: ignore[arg-type]
            found = [bytes(row[0]) if kind == "bytea" else row[0] for row in cursor.fetchall()]
        assert found == values

    def test_nothing_is_among_nothing(self) -> None:
        make_person()
        assert not Person.objects.filter(pk__in=among([])).exists()


def test_random_uuids_are_of_version_4_and_differ() -> None:
    made = [uuid.UUID(text) for text in random_uuids(300)]
    assert {one.version for one in made} == {4}
    assert {one.variant for one in made} == {uuid.RFC_4122}
    assert len(set(made)) == 300
    assert random_uuids(0).len() == 0


class TestClaims:
    def test_a_category_claimed_twice_in_one_file_is_written_once(self) -> None:
        person = make_person()
        row = claim_row(person, "02", dt.date(2026, 3, 1), MEILAN, "4600123")
        assert claim_categories(actor=SYSTEM, claims=pl.DataFrame([row, row])) == 1
        assert PersonCategory.objects.get().certificate_no.plain() == "4600123"

    def test_one_that_has_ended_is_claimed_anew(self) -> None:
        person = make_person()
        old = claim_row(person, "02", dt.date(2025, 1, 1), MEILAN)
        claim_categories(actor=SYSTEM, claims=pl.DataFrame([old]))
        with unit_of_work(SYSTEM):
            PersonCategory.objects.update(valid_to=dt.date(2025, 12, 31))
        assert claim_categories(actor=SYSTEM, claims=pl.DataFrame([old])) == 0
        new = old | {"valid_from": dt.date(2026, 1, 1)}
        assert claim_categories(actor=SYSTEM, claims=pl.DataFrame([new])) == 1


def test_a_number_twice_in_one_call_is_one_person_with_the_first_name() -> None:
    make_region(MEILAN)
    entries = [PersonEntry(NUMBER, name, "female", dt.date(1982, 3, 15)) for name in ("符一", "符二")]
    first, second = register(actor=SYSTEM, entries=entries)
    assert first == second
    assert first.name.plain() == "符一"
