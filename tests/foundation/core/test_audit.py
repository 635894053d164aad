"""The audit trigger, the refusal of unsigned writes, and the seal's chain."""

import datetime as dt
import time

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from qihang.foundation.core import audit
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_objects, update_objects
from qihang.foundation.core.models import AuditContext, AuditEntry, CalendarDay, CalendarYear
from qihang.foundation.core.units import current_actor, unit_of_work

pytestmark = pytest.mark.django_db

CLERK = Actor(user_id=7, user_label="符晓", role="provider_clerk", region="460108")
OFFICER = Actor(user_id=8, user_label="林志远", role="intake_officer", region="460108")


def make_year(year: int = 2026) -> CalendarYear:
    return CalendarYear.objects.create(year=year, source="国办发明电")


def entries_of(table: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(table_name=table).select_related("context").order_by("id"))


@pytest.mark.parametrize("write", ["create", "update", "delete", "copy"])
def test_a_write_without_an_actor_is_refused(write: str) -> None:
    with unit_of_work(CLERK):
        year = make_year()
    with pytest.raises(DatabaseError, match="without an actor"), transaction.atomic():
        match write:
            case "create":
                make_year(2027)
            case "update":
                CalendarYear.objects.update(source="另一份文件")
            case "delete":
                CalendarYear.objects.filter(pk=year.pk).delete()
            case "copy":
                copy_objects([CalendarYear(year=2028, source="成批")])
    assert CalendarYear.objects.count() == 1


def test_each_operation_says_who_and_only_what_changed() -> None:
    with unit_of_work(CLERK):
        year = make_year()
    with unit_of_work(OFFICER):
        CalendarYear.objects.filter(pk=year.pk).update(source="更正")
        year.delete()
    insert, update, delete = entries_of("core_calendaryear")
    assert insert.context.actor["user_label"] == "符晓"
    assert insert.after is not None and insert.after["year"] == 2026
    assert (update.before, update.after) == ({"source": "国办发明电"}, {"source": "更正"})
    assert update.context.actor["user_label"] == delete.context.actor["user_label"] == "林志远"
    assert delete.before is not None and delete.before["source"] == "更正"


def test_an_update_that_changes_nothing_leaves_no_entry() -> None:
    with unit_of_work(CLERK):
        year = make_year()
        CalendarYear.objects.filter(pk=year.pk).update(source="国办发明电")
    assert len(entries_of("core_calendaryear")) == 1


def test_bulk_writes_are_recorded_row_by_row_under_one_context() -> None:
    with unit_of_work(CLERK):
        year = make_year()
        days = [CalendarDay(year=year, day=dt.date(2026, 1, n), kind="holiday") for n in range(1, 4)]
        copy_objects(days)
        for day in days:
            day.name = "元旦"
        assert update_objects(days, ["name"]) == 3
    entries = entries_of("core_calendarday")
    assert [entry.operation for entry in entries] == ["I"] * 3 + ["U"] * 3
    assert {entry.row_id for entry in entries} == {day.pk for day in days}
    assert AuditContext.objects.count() == 1


def test_a_nested_unit_of_another_actor_signs_its_own_writes_and_hands_back() -> None:
    with unit_of_work(CLERK):
        make_year(2025)
        with unit_of_work(OFFICER):
            assert current_actor() == OFFICER
            make_year(2026)
        make_year(2027)
    assert current_actor() is None
    assert [entry.context.actor["user_id"] for entry in entries_of("core_calendaryear")] == [7, 8, 7]


def test_a_failed_inner_unit_leaves_the_outer_one_signed() -> None:
    with unit_of_work(CLERK):
        make_year(2025)
        with pytest.raises(IntegrityError), unit_of_work(OFFICER):
            make_year(2025)
        make_year(2026)
    assert [entry.context.actor["user_id"] for entry in entries_of("core_calendaryear")] == [7, 7]


@pytest.mark.parametrize("statement", ["UPDATE core_auditentry SET row_id = 0", "DELETE FROM core_auditentry"])
def test_entries_are_append_only(statement: str) -> None:
    with unit_of_work(CLERK):
        make_year()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_audited_table_is_never_truncated() -> None:
    with pytest.raises(DatabaseError, match="never truncated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_calendaryear CASCADE")


def seal_when_others_have_ended() -> int:
    """Seal until no entry is left. Transactions of other tests on the server rightly hold the sealer back."""
    sealed, deadline = 0, time.monotonic() + 60
    while True:
        sealed += audit.seal()
        if not audit.verify().unsealed:
            return sealed
        assert time.monotonic() < deadline, "some other transaction stays open"
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
class TestSeal:
    def test_covers_ended_transactions_once_and_verifies(self) -> None:
        with unit_of_work(CLERK):
            make_year(2025)
        with unit_of_work(CLERK):
            make_year(2026)
        assert seal_when_others_have_ended() == 2
        assert audit.seal() == 0
        with unit_of_work(CLERK):
            make_year(2027)
        report = audit.verify()
        assert (report.seals, report.sealed, report.unsealed, report.broken) == (1, 2, 1, [])

    def test_does_not_pass_over_a_transaction_still_open(self) -> None:
        """An entry that commits after a later one was sealed must still fall under a later seal."""
        slow = connection.copy("slow")
        slow.connect()
        try:
            slow.set_autocommit(False)
            with slow.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
                with unit_of_work(CLERK):
                    make_year(2025)
                assert audit.seal() == 0  # the open transaction is older: its writes may still come
                slow.rollback()
        finally:
            slow.close()
        assert seal_when_others_have_ended() == 1

    def test_shows_a_changed_entry(self) -> None:
        with unit_of_work(CLERK):
            make_year(2025)
        seal_when_others_have_ended()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER USER")
            cursor.execute("UPDATE core_auditentry SET after = jsonb_set(after, '{source}', '\"假的\"')")
            cursor.execute("ALTER TABLE core_auditentry ENABLE TRIGGER USER")
        report = audit.verify()
        assert report.broken == ["封条 1 下的记录被改动：封存时 1 条，现在 1 条"]

    def test_shows_a_removed_seal(self) -> None:
        for year in (2025, 2026):
            with unit_of_work(CLERK):
                make_year(year)
            seal_when_others_have_ended()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_auditseal DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM core_auditseal WHERE number = 1")
            cursor.execute("ALTER TABLE core_auditseal ENABLE TRIGGER USER")
        assert any("不相接" in line for line in audit.verify().broken)
