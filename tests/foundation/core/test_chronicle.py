"""Steps of many hands written at once: each in its own name, in the order of time, and none that could not be."""

import datetime as dt

import polars as pl
import pytest
from django.db import DatabaseError, connection, transaction
from tests.factories import MEILAN, SANYA, SYSTEM, make_actor, make_organization

from qihang.foundation.core.chronicle import Chronicle
from qihang.foundation.core.copying import reserve_ids
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import AuditContext, AuditEntry, CalendarYear, TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.workflows import ORGANIZATION_WORKFLOW

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, FRIDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3), dt.date(2026, 3, 6)
TABLE = "organizations_organization"


def rows(*columns: tuple[str, list[object]]) -> pl.DataFrame:
    return pl.DataFrame(dict(columns))


def entered(chronicle: Chronicle, units: list[int]) -> list[int]:
    """One school a unit; their ids."""
    ids = reserve_ids(Organization, len(units))
    frame = rows(
        ("unit", list(units)),
        ("id", list(ids)),
        ("kind", ["training_institution"] * len(units)),
        ("region_id", [MEILAN] * len(units)),
        ("name", [f"第{at}培训学校" for at in ids]),
    )
    chronicle.enter(ORGANIZATION_WORKFLOW, frame)
    return list(ids)


def suspended(chronicle: Chronicle, units: list[int], ids: list[int], source: str = "active") -> None:
    said: list[object] = [f"消防整改 {pk}" for pk in ids]
    frame = rows(("unit", list(units)), ("id", list(ids)), ("comment", said))
    chronicle.move(ORGANIZATION_WORKFLOW, "suspend", frame, source=source)


def trail(operation: str) -> list[tuple[int, str, dt.date]]:
    entries = AuditEntry.objects.filter(table_name=TABLE, operation=operation).select_related("context").order_by("pk")
    return [(one.row_id, one.context.actor["user_label"], one.context.at.date()) for one in entries]


def test_each_step_stands_under_its_own_hand_and_day_in_the_order_of_time() -> None:
    admin, other, chronicle = make_actor(Role.SYSTEM_ADMIN), make_actor(Role.SYSTEM_ADMIN), Chronicle()
    late, early, last = (
        chronicle.unit(admin, TUESDAY),
        chronicle.unit(other, MONDAY),
        chronicle.unit(other, FRIDAY),
    )
    first, second = entered(chronicle, [late, early])
    suspended(chronicle, [last], [second])
    assert chronicle.write() == 3
    assert trail("I")[-2:] == [(second, other.user_label, MONDAY), (first, admin.user_label, TUESDAY)]
    assert trail("U") == [(second, other.user_label, FRIDAY)]
    logs = TransitionLog.objects.filter(subject_id__in=[first, second]).order_by("pk")
    assert [(log.subject_id, log.transition, log.source, log.target, log.user_id) for log in logs] == [
        (second, "enter", "", "active", other.user_id),
        (first, "enter", "", "active", admin.user_id),
        (second, "suspend", "active", "suspended", other.user_id),
    ]
    assert logs[2].comment == f"消防整改 {second}" and logs[2].at.date() == FRIDAY
    assert Organization.objects.get(pk=second).state == "suspended"


def test_columns_left_out_have_what_a_saved_row_would_have() -> None:
    chronicle = Chronicle()
    (pk,) = entered(chronicle, [chronicle.unit(make_actor(Role.SYSTEM_ADMIN), MONDAY)])
    chronicle.write()
    made, saved = Organization.objects.get(pk=pk), make_organization()
    assert made.created_at.date() == MONDAY and made.public_id.version == 4
    same = ["short_name", "station_code", "address", "contact_phone", "uscc", "contact_name"]
    fresh = Organization(kind=saved.kind, region_id=saved.region_id, name="x")
    assert [getattr(made, name) for name in same] == [getattr(fresh, name) for name in same]


def test_tables_without_states_are_written_and_changed_too() -> None:
    chronicle, (pk,) = Chronicle(), reserve_ids(CalendarYear, 1)
    unit, next_day = chronicle.unit(SYSTEM, MONDAY), chronicle.unit(SYSTEM, TUESDAY)
    chronicle.insert(CalendarYear, rows(("unit", [unit]), ("id", [pk]), ("year", [2031]), ("source", ["一号通知"])))
    chronicle.update(CalendarYear, rows(("unit", [next_day]), ("id", [pk]), ("source", ["二号通知"])))
    chronicle.write()
    assert CalendarYear.objects.get(pk=pk).source == "二号通知"
    change = AuditEntry.objects.get(table_name="core_calendaryear", operation="U", row_id=pk)
    assert (change.before, change.after) == ({"source": "一号通知"}, {"source": "二号通知"})


def test_a_role_that_may_not_is_told_so() -> None:
    chronicle = Chronicle()
    with pytest.raises(NotAllowed, match="系统管理员"):
        entered(chronicle, [chronicle.unit(make_actor(Role.INTAKE_OFFICER, region=SANYA), MONDAY)])


def test_a_step_starts_only_from_its_sources() -> None:
    chronicle, school = Chronicle(), make_organization()
    with pytest.raises(DomainError, match="不能从"):
        suspended(chronicle, [chronicle.unit(SYSTEM, MONDAY)], [school.pk], source="closed")


def test_a_step_that_needs_a_comment_has_one() -> None:
    chronicle, school = Chronicle(), make_organization()
    frame = rows(("unit", [chronicle.unit(SYSTEM, MONDAY)]), ("id", [school.pk]))
    for told in (frame, frame.with_columns(pl.lit("  ").alias("comment"))):
        with pytest.raises(DomainError, match="写明原因"):
            chronicle.move(ORGANIZATION_WORKFLOW, "suspend", told, source="active")


def test_a_row_that_stands_elsewhere_takes_everything_back() -> None:
    school, chronicle = make_organization(), Chronicle()
    ORGANIZATION_WORKFLOW.apply(school, "close", actor=SYSTEM, comment="停办")
    before = (Organization.objects.count(), TransitionLog.objects.count(), AuditContext.objects.count())
    entered(chronicle, [chronicle.unit(SYSTEM, MONDAY)])
    suspended(chronicle, [chronicle.unit(SYSTEM, TUESDAY)], [school.pk])
    with pytest.raises(DatabaseError, match="found 0 rows, not 1"), transaction.atomic():
        chronicle.write()
    assert before == (Organization.objects.count(), TransitionLog.objects.count(), AuditContext.objects.count())


def test_the_unit_around_it_goes_on_in_its_own_name() -> None:
    chronicle, clerk = Chronicle(), make_actor(Role.PROVIDER_CLERK)
    with unit_of_work(clerk):
        entered(chronicle, [chronicle.unit(SYSTEM, MONDAY)])
        chronicle.write()
        Organization.objects.filter(pk=clerk.organization_id).update(short_name="新简称")
    assert trail("U")[-1][:2] == (clerk.organization_id, clerk.user_label)


def test_what_was_written_is_not_written_twice() -> None:
    chronicle, _ = Chronicle(), make_organization()
    entered(chronicle, [chronicle.unit(SYSTEM, MONDAY)])
    assert [chronicle.write(), chronicle.write()] == [1, 0]


def test_frames_without_rows_open_no_unit() -> None:
    chronicle, before = Chronicle(), AuditContext.objects.count()
    unit = chronicle.unit(SYSTEM, MONDAY)
    frame = rows(("unit", [unit]), ("id", [1]), ("comment", ["x"])).clear()
    chronicle.enter(ORGANIZATION_WORKFLOW, frame)
    chronicle.move(ORGANIZATION_WORKFLOW, "suspend", frame, source="active")
    chronicle.insert(CalendarYear, frame)
    chronicle.update(CalendarYear, frame)
    assert chronicle.write() == 0 and AuditContext.objects.count() == before


def test_in_a_unit_the_triggers_find_that_none_of_them_is_ignored() -> None:
    with unit_of_work(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone()[0] == "{}"
