"""What the audit proves: a change behind the product's back shows, whoever has the rights of the database."""

import time
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import SYSTEM

from qihang.foundation.core import audit
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.audit_reading import Point, Wanted, audited_models, read_audit, seal_state
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import AuditEntry, AuditSeal, CalendarDay, CalendarYear
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import current_actor, unit_of_work

CLERK = Actor(user_id=7, user_label="符晓", role="provider_clerk", region="460108")
OFFICER = Actor(user_id=8, user_label="林志远", role="intake_officer", region="460108")
AUDITOR = Actor(user_id=3, user_label="审计", role=Role.AUDIT_ADMIN)


def write(year: int, actor: Actor = CLERK) -> CalendarYear:
    with unit_of_work(actor):
        return CalendarYear.objects.create(year=year, source="国办发明电")


def seal_all() -> None:
    """Transactions of other tests on the server rightly hold the sealer back for a while."""
    deadline = time.monotonic() + 60
    while audit.seal() or audit.verify().unsealed:
        assert time.monotonic() < deadline, "some other transaction stays open"
        time.sleep(0.02)


def behind_its_back(table: str, *statements: str) -> None:
    """As somebody would who owns the tables."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


_TAMPERING: dict[str, tuple[str, str]] = {
    "another hand": ("core_auditcontext", "UPDATE core_auditcontext SET actor = jsonb_set(actor, '{user_id}', '99')"),
    "another day": ("core_auditcontext", "UPDATE core_auditcontext SET at = at - interval '1 microsecond'"),
    "another row": ("core_auditentry", "UPDATE core_auditentry SET row_id = row_id + 1"),
    "another table": ("core_auditentry", "UPDATE core_auditentry SET table_name = 'core_calendarday'"),
    "another act": ("core_auditentry", "UPDATE core_auditentry SET operation = 'U'"),
    "other values": ("core_auditentry", "UPDATE core_auditentry SET after = after - 'source'"),
    "values from nowhere": ("core_auditentry", "UPDATE core_auditentry SET before = '{}'"),
    "one taken away": (
        "core_auditentry",
        "DELETE FROM core_auditentry WHERE id = (SELECT max(id) FROM core_auditentry)",
    ),
    "one put in": (
        "core_auditentry",
        "INSERT INTO core_auditentry (context_id, table_name, operation, row_id, after, xact)"
        " SELECT context_id, table_name, 'I', 77, after, xact FROM core_auditentry LIMIT 1",
    ),
    "two changed over": (
        "core_auditentry",
        "UPDATE core_auditentry SET row_id = (SELECT sum(row_id) FROM core_auditentry) - row_id",
    ),
    "the digest": ("core_auditseal", "UPDATE core_auditseal SET digest = sha256('x')"),
    "the chain": ("core_auditseal", "UPDATE core_auditseal SET chain = sha256('x')"),
    "the count": ("core_auditseal", "UPDATE core_auditseal SET entries = entries + 1"),
    "the number": ("core_auditseal", "UPDATE core_auditseal SET number = number + 1"),
    "where it begins": ("core_auditseal", "UPDATE core_auditseal SET from_xact = '1'"),
}


@pytest.mark.django_db(transaction=True)
class TestSealed:
    @pytest.mark.parametrize("what", sorted(_TAMPERING))
    def test_whatever_is_changed_is_told(self, what: str) -> None:
        with unit_of_work(CLERK):
            for year in (2025, 2026):
                CalendarYear.objects.create(year=year, source="国办发明电")
        seal_all()
        assert audit.verify().broken == []
        behind_its_back(*_TAMPERING[what])
        assert audit.verify().broken != []

    def test_the_seals_after_a_change_still_hold_for_themselves(self) -> None:
        """The auditor must see which stretch was touched, not that everything is broken from there on."""
        for year in (2025, 2026, 2027):
            write(year)
            seal_all()
        table = "core_auditentry"
        behind_its_back(table, f"UPDATE {table} SET row_id = 0 WHERE xact = (SELECT min(xact) FROM {table})")
        assert [line for line in audit.verify().broken if "封条 1 " not in line] == []

    def test_seals_taken_from_the_end_show_by_the_value_kept_elsewhere(self) -> None:
        write(2025)
        seal_all()
        write(2026)
        seal_all()
        kept = audit.verify()
        behind_its_back("core_auditseal", "DELETE FROM core_auditseal WHERE number = 2")
        report = audit.verify()
        assert report.broken == [], "no chain shows that by itself"
        assert (report.seals, report.unsealed) == (1, 1)
        assert report.chain != kept.chain

    def test_nothing_new_makes_no_new_seal(self) -> None:
        write(2025)
        seal_all()
        before = AuditSeal.objects.count()
        assert audit.seal() == 0
        assert AuditSeal.objects.count() == before

    def test_what_was_rolled_back_leaves_nothing_to_seal(self) -> None:
        with pytest.raises(RuntimeError), transaction.atomic():
            write(2025)
            raise RuntimeError
        assert audit.seal() == 0
        report = audit.verify()
        assert (report.sealed, report.unsealed, report.chain) == (0, 0, "")

    def test_the_state_of_the_seal_says_how_much_waits_since_when(self) -> None:
        write(2025)
        seal_all()
        write(2026)
        state = seal_state(actor=AUDITOR)
        assert (state.number, state.entries, state.unsealed, state.beyond_counting) == (1, 1, 1, False)
        assert state.waiting_since is not None


@pytest.mark.django_db
class TestUnits:
    def test_after_a_unit_its_transaction_is_nobodys_again(self) -> None:
        with transaction.atomic():
            year = write(2025)
            with pytest.raises(DatabaseError, match="without an actor"), transaction.atomic():
                CalendarYear.objects.filter(pk=year.pk).update(source="没有人")
        assert CalendarYear.objects.get().source == "国办发明电"
        assert current_actor() is None

    @pytest.mark.parametrize(
        "actor", [ANONYMOUS, Actor.for_system("nightly"), Actor(user_id=1, user_label="'); DROP --")]
    )
    def test_every_actor_is_written_down_as_they_are(self, actor: Actor) -> None:
        write(2025, actor)
        kept = AuditEntry.objects.get(table_name="core_calendaryear").context.actor
        assert Actor.from_json(kept) == actor

    def test_three_deep_each_hand_signs_its_own(self) -> None:
        with unit_of_work(CLERK):
            write(2021)
            with unit_of_work(OFFICER):
                write(2022, OFFICER)
                with unit_of_work(CLERK):
                    write(2023)
                write(2024, OFFICER)
            write(2025)
        hands = AuditEntry.objects.filter(table_name="core_calendaryear").order_by("id")
        assert [one.context.actor["user_id"] for one in hands] == [7, 8, 7, 8, 7]

    def test_an_error_in_the_middle_takes_back_the_work_and_its_trail(self) -> None:
        with unit_of_work(CLERK):
            write(2021)
            with pytest.raises(DomainError), unit_of_work(OFFICER):
                write(2022, OFFICER)
                raise DomainError("不行")
            assert current_actor() == CLERK
        assert list(CalendarYear.objects.values_list("year", flat=True)) == [2021]
        assert AuditEntry.objects.filter(table_name="core_calendaryear").count() == 1

    def test_rows_that_go_with_another_are_recorded_too(self) -> None:
        year = write(2025)
        with unit_of_work(CLERK):
            CalendarDay.objects.create(year=year, day="2025-01-01", kind="holiday", name="元旦")
        with unit_of_work(OFFICER):
            year.delete()
        gone = AuditEntry.objects.filter(operation="D").order_by("id")
        assert {one.table_name for one in gone} == {"core_calendarday", "core_calendaryear"}
        assert {one.context.actor["user_id"] for one in gone} == {8}

    def test_only_the_columns_that_changed_stand_in_the_trail(self) -> None:
        year = write(2025)
        with unit_of_work(OFFICER):
            CalendarYear.objects.filter(pk=year.pk).update(source="更正", year=2025)
        entry = AuditEntry.objects.get(operation="U")
        assert set(entry.before or {}) == set(entry.after or {}) == {"source"}


@pytest.mark.django_db
class TestReading:
    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDIT_ADMIN])
    def test_nobody_else_reads(self, role: Role) -> None:
        for read in _readings(Actor(user_id=1, role=role)):
            with pytest.raises(NotAllowed):
                read()

    @pytest.mark.parametrize("xact", ["", "x", "1 OR 1=1", "-1", "１２", "9" * 19, "0x1"])
    def test_a_transaction_that_is_no_number_is_told(self, xact: str) -> None:
        with pytest.raises(DomainError) as refusal:
            read_audit(actor=AUDITOR, wanted=Wanted(xact=xact), size=5)
        assert refusal.value.field == "xact"

    def test_pages_go_back_and_forth_over_every_line_once(self) -> None:
        for year in range(2001, 2012):
            write(year)
        wanted, seen, older = Wanted(table="core_calendaryear"), [], None
        while True:
            page = read_audit(actor=AUDITOR, wanted=wanted, size=4, older_than=older)
            seen += [line.point for line in page.lines]
            if page.older is None:
                break
            older = page.older
        assert len(seen) == len(set(map(str, seen))) == 11
        back = read_audit(actor=AUDITOR, wanted=wanted, size=4, newer_than=page.lines[0].point)
        assert [line.point for line in back.lines] == seen[4:8]

    def test_nothing_is_found_for_nobody_and_no_table(self) -> None:
        write(2025)
        for wanted in (Wanted(user=-1), Wanted(table="auth_user"), Wanted(row=0, table="core_calendaryear")):
            assert read_audit(actor=AUDITOR, wanted=wanted, size=5).lines == []

    @pytest.mark.parametrize("text", ["", "-", "1", "1-", "-1", "a-b", "1-2-3", "１-２", "1-" + "9" * 19, " 1-2"])
    def test_an_address_that_is_no_point_is_none(self, text: str) -> None:
        assert Point.parse(text) is None

    def test_a_point_comes_back_from_its_address(self) -> None:
        assert Point.parse(str(Point(12, 345))) == Point(12, 345)


def _readings(actor: Actor) -> list[Callable[[], object]]:
    return [lambda: read_audit(actor=actor, wanted=Wanted(), size=1), lambda: seal_state(actor=actor)]


@pytest.mark.django_db
def test_every_audited_table_refuses_an_unsigned_write_and_emptying() -> None:
    """Of each by itself: a table whose triggers were forgotten in a migration would be written without a name."""
    tables = sorted(audited_models())
    assert len(tables) > 20
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(t.tgname::text) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled = 'O' GROUP BY c.relname"
        )
        present = dict(cursor.fetchall())
    for table in tables:
        for act in ("insert", "update", "delete", "truncate"):
            assert any(name.startswith(f"pgtrigger_audit_{act}") for name in present.get(table, ())), (table, act)
    with pytest.raises(DatabaseError, match="never truncated"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables[0]} CASCADE")
    assert SYSTEM.is_system
