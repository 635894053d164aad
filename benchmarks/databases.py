"""Databases for one run: a prepared one, and a copy of it for everything that is timed, so that all begin alike."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection
from django.db.backends.utils import CursorWrapper

T = TypeVar("T")
PREPARED, COPY = "qihang_bench_prepared", "qihang_bench_copy"


@contextmanager
def prepared(build: Callable[[], T]) -> Iterator[T]:
    """A migrated database filled by `build`, whose answer it gives; nothing is connected to it inside the block."""
    product = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = PREPARED
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        built = build()
        _turn_to(product)
        yield built
    finally:
        _turn_to(product)
        with _maintenance() as cursor:
            _drop(cursor, PREPARED)


@contextmanager
def copied() -> Iterator[None]:
    """Work in a fresh copy of the prepared database, thrown away afterwards."""
    product = connection.settings_dict["NAME"]
    with _maintenance() as cursor:
        _drop(cursor, COPY)
        cursor.execute(f'CREATE DATABASE "{COPY}" TEMPLATE "{PREPARED}"')
        cursor.execute("CHECKPOINT")
    _turn_to(COPY)
    try:
        yield
    finally:
        _turn_to(product)
        with _maintenance() as cursor:
            _drop(cursor, COPY)


def _turn_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


@contextmanager
def _maintenance() -> Iterator[CursorWrapper]:
    with connection._nodb_cursor() as cursor:
        yield cursor


def _drop(cursor: CursorWrapper, name: str) -> None:
    cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
