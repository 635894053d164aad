"""The test database of each worker is a copy of one that was migrated once.

`CREATE DATABASE … TEMPLATE` takes a tenth of a second, migrating many. The migrated one is kept for later runs under a
name that changes with the migrations; `--create-db` makes it anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.db.backends.utils import CursorWrapper
from pytest_django import DjangoDbBlocker

from qihang.launcher.stamps import schema_fingerprint


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Replaces the fixture of pytest-django; the database's name has the worker's suffix as there."""
    name = connection.creation._get_test_db_name()
    with django_db_blocker.unblock():
        with _maintenance() as cursor:
            template = _template(cursor, anew=request.config.getoption("create_db"))
            _drop(cursor, name)
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        _turn_to(name)
    yield
    with django_db_blocker.unblock():
        connection.close()
        with _maintenance() as cursor:
            _drop(cursor, name)


@contextmanager
def _maintenance() -> Iterator[CursorWrapper]:
    """A cursor beside the product's database; the workers of all runs come in one after another."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('qihang test databases'))")
        yield cursor


def _template(cursor: CursorWrapper, *, anew: bool) -> str:
    """The name of the migrated database for the migrations at hand; made if it is missing."""
    prefix = f"test_{connection.settings_dict['NAME']}_template_"
    name = prefix + schema_fingerprint()[:12]
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    present = {row[0] for row in cursor.fetchall()}
    for old in present if anew else present - {name}:
        _drop(cursor, old)
    if anew or name not in present:
        _make_template(cursor, name)
    return name


def _make_template(cursor: CursorWrapper, name: str) -> None:
    """Migrate under another name first: a run killed in the middle leaves nothing that looks whole."""
    product = connection.settings_dict["NAME"]
    given = connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{name}_new"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    connection.close()
    connection.settings_dict["TEST"]["NAME"] = given
    _turn_to(product)
    cursor.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')


def _turn_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _drop(cursor: CursorWrapper, name: str) -> None:
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
