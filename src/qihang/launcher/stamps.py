"""What was already done to a database and for which version of the sources, so that a start does nothing twice."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from qihang.foundation.database.cluster import NAME
from qihang.launcher.failures import PROJECT_ROOT

SOURCES = PROJECT_ROOT / "src" / "qihang"
# Any number will do, as long as every starting command uses the same.
ADVISORY_LOCK = 0x51_48
TABLE = "CREATE TABLE IF NOT EXISTS launcher_stamp (name text PRIMARY KEY, value text NOT NULL)"


class Stamps:
    """A small table of the launcher's own, beside Django's."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def get(self, name: str) -> str | None:
        """The stamp of that name, None before the first."""
        try:
            row = self._connection.execute("SELECT value FROM launcher_stamp WHERE name = %s", [name]).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
        return row[0] if row else None

    def set(self, name: str, value: str) -> None:
        """Set a stamp."""
        self._connection.execute(TABLE)
        self._connection.execute(
            "INSERT INTO launcher_stamp VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            [name, value],
        )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one starting command at a time goes in; the lock ends with its connection, however that ends."""
        self._connection.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            self._connection.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


@contextmanager
def open_stamps() -> Iterator[Stamps]:
    """The stamps of the database at hand."""
    address = os.environ.get("DATABASE_URL") or make_conninfo(host=os.environ["QIHANG_SOCKET"], user=NAME, dbname=NAME)
    with psycopg.connect(address, autocommit=True) as connection:
        yield Stamps(connection)


def schema_fingerprint() -> str:
    """Changes with what shapes tables and reference data: migrations, data files, their loader, packages."""
    wanted = {".csv", ".json", ".sql", ".toml", ".yaml", ".yml"}
    files = [
        *SOURCES.glob("*/*/migrations/*.py"),
        *(SOURCES / "registry" / "reference").rglob("*.py"),
        *(file for file in SOURCES.rglob("*") if file.suffix in wanted and "static" not in file.parts),
        PROJECT_ROOT / "requirements" / "base.txt",
    ]
    return _digest(f"{file.relative_to(PROJECT_ROOT)}\0{_content(file)}" for file in sorted(set(files)))


def static_fingerprint() -> str:
    """Changes with the front-end files of ours and, through the lock, with those of packages."""
    files = (file for folder in SOURCES.rglob("static") for file in folder.rglob("*") if file.is_file())
    rows = [f"{file.relative_to(SOURCES)}\0{file.stat().st_size}\0{file.stat().st_mtime_ns}" for file in files]
    return _digest([*sorted(rows), _content(PROJECT_ROOT / "requirements" / "base.txt")])


def _content(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _digest(parts: Iterable[str]) -> str:
    summed = hashlib.sha256()
    for part in parts:
        summed.update(part.encode() + b"\n")
    return summed.hexdigest()
