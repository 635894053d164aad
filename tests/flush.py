"""Emptying the database after a transactional test. The product forbids it (append-only logs, no TRUNCATE), so the tests
switch those triggers off for the moment of the flush, as only a table's owner can.

Django would truncate every table and write the content types and permissions anew: hundreds of files made for a handful
of rows. Here only the tables that hold rows are emptied, all by one statement, and what migrating wrote stays.
"""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

# What a freshly migrated database holds.
_MIGRATED = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(autouse=True, scope="session")
def _flush_by_deleting() -> Iterator[None]:
    original = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: empty_database()  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]


def empty_database() -> None:
    """Delete every row that a test wrote. Constraints are checked at the end of the one statement, whatever the order."""
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _tables_with_rows(cursor)
        if not tables:
            return
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _switch_triggers(cursor, tables, "DISABLE")
        deleted = ", ".join(f"d{number} AS (DELETE FROM {table})" for number, table in enumerate(tables))
        cursor.execute(f"WITH {deleted} SELECT")
        _switch_triggers(cursor, tables, "ENABLE")


def _tables_with_rows(cursor: CursorWrapper) -> list[str]:
    names = sorted(set(connection.introspection.table_names(cursor)) - _MIGRATED)
    quoted = [connection.ops.quote_name(name) for name in names]
    cursor.execute("SELECT ARRAY[" + ", ".join(f"EXISTS (SELECT FROM {table})" for table in quoted) + "]")
    return [table for table, filled in zip(quoted, cursor.fetchone()[0], strict=True) if filled]


def _switch_triggers(cursor: CursorWrapper, tables: list[str], to: str) -> None:
    cursor.execute(";".join(f"ALTER TABLE {table} {to} TRIGGER USER" for table in tables))
