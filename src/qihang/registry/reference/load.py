"""Brings the packaged reference files into the database: all of it the first time, later only what differs.

Rows are COPYed into a temporary table and merged from there, so that a run costs the same for one changed row as for
none, and the audit log holds exactly what changed. A code that left the files stays, because rows may point at it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.db import connection, models
from psycopg.types.json import Jsonb

from qihang.foundation.core import calendars, clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import CalendarYear
from qihang.foundation.core.units import unit_of_work
from qihang.registry.reference.codes import read_codes, read_tables
from qihang.registry.reference.holidays import holiday_rows
from qihang.registry.reference.models import (
    CodeItem,
    CodeTable,
    DataRelease,
    Occupation,
    OccupationSuccession,
    Region,
    RegionPeriod,
)
from qihang.registry.reference.occupations import read_edition, read_successions
from qihang.registry.reference.regions import DATA, jurisdiction_table
from qihang.registry.reference.regions import RegionPeriod as Period

LOADER: Final = Actor.for_system("reference-loader")
_FORMAT: Final = "1"  # raise when the code reads the same files differently
_LOCK: Final = "qihang.reference.load"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Rows written by table; `up_to_date` when the files were already loaded and nothing was looked at."""

    up_to_date: bool
    changed: dict[str, int]


def data_digest() -> str:
    """The digest of all packaged files."""
    digest = hashlib.sha256(_FORMAT.encode())
    for path in sorted(DATA.glob("*.csv")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def load_reference_data() -> LoadReport:
    """Load what differs from the packaged files, once for each state of them. Two at once wait for each other.

    Holidays of a year are filled in only while the year is missing: officers keep their own calendar afterwards.
    """
    digest = data_digest()
    with unit_of_work(LOADER):
        _lock()
        newest = DataRelease.objects.values_list("digest", flat=True).first()
        if newest == digest:
            return LoadReport(True, {})
        changed = {
            "regions": _merge(Region, ["code"], _region_rows()),
            "region_periods": _merge(RegionPeriod, ["region_id", "since"], _period_rows()),
            "occupations": _merge(Occupation, ["edition", "code"], read_edition("2022") + read_edition("1999")),
            "occupation_successions": _merge(OccupationSuccession, ["old_id", "new_id"], _succession_rows()),
            **_load_codes(),
            "calendar_years": _fill_calendars(),
        }
        DataRelease.objects.create(digest=digest, loaded_at=clock.now(), changed=changed)
    return LoadReport(False, changed)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])


def _heirs(period: Period) -> list[str]:
    return [step.code for step in period.successions if not step.partial] if period.until else []


def _region_rows() -> Iterable[Row]:
    table = jurisdiction_table()
    for code in sorted(table.codes()):
        first, last = table.periods(code)[0], table.periods(code)[-1]
        yield {
            "code": code,
            "name": last.name,
            "full_name": last.full_name,
            "province": last.province,
            "level": last.level,
            "parent_code": last.parent_code,
            "since": first.since,
            "until": last.until,
            "successors": _heirs(last),
            "official": last.official,
        }


def _period_rows() -> Iterable[Row]:
    for period in jurisdiction_table():
        yield {
            "region_id": period.code,
            "name": period.name,
            "full_name": period.full_name,
            "since": period.since,
            "until": period.until,
            "successors": _heirs(period),
        }


def _succession_rows() -> Iterable[Row]:
    keys = {(edition, code): key for key, edition, code in Occupation.objects.values_list("id", "edition", "code")}
    for row in read_successions():
        yield {
            "old_id": keys[row["old_edition"], row["old_code"]],
            "new_id": keys[row["new_edition"], row["new_code"]],
            "verified": row["verified"],
        }


def _load_codes() -> dict[str, int]:
    tables = _merge(CodeTable, ["name", "edition"], [asdict(table) for table in read_tables()])
    keys = {(name, edition): key for key, name, edition in CodeTable.objects.values_list("id", "name", "edition")}
    rows = []
    for code in read_codes():
        row = asdict(code)
        row["table_id"] = keys[row.pop("table"), row.pop("edition")]
        rows.append({**row, "aliases": list(code.aliases), "attributes": Jsonb(code.attributes)})
    return {"code_tables": tables, "code_items": _merge(CodeItem, ["table_id", "code"], rows)}


def _fill_calendars() -> int:
    there = set(CalendarYear.objects.values_list("year", flat=True))
    years = defaultdict(list)
    for row in holiday_rows():
        if row.day.year not in there:
            years[row.day.year].append(row)
    for year, rows in years.items():
        days = [(row.day, row.kind, row.name) for row in rows]
        calendars.fill_year(actor=LOADER, year=year, source=rows[0].source, days=days)
    return len(years)


def _merge(model: type[models.Model], key: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert the rows that are new by their key and update those that differ; returns how many were written."""
    fresh = list(rows)
    columns = list(fresh[0])
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(map(quote, columns))
    others = [quote(column) for column in columns if column not in key]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE merged ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0")  # noqa: S608
        with cursor.copy(f"COPY merged ({names}) FROM STDIN") as copy:
            for row in fresh:
                copy.write_row([row[column] for column in columns])
        cursor.execute(
            f"INSERT INTO {table} AS t (public_id, created_at, {names})"  # noqa: S608 - names come from the models
            f" SELECT gen_random_uuid(), %s, {names} FROM merged"
            f" ON CONFLICT ({', '.join(map(quote, key))}) DO UPDATE SET"
            f" ({', '.join(others)}) = ROW({', '.join('EXCLUDED.' + other for other in others)})"
            f" WHERE ({', '.join('t.' + other for other in others)})"
            f" IS DISTINCT FROM ({', '.join('EXCLUDED.' + other for other in others)})",
            [clock.now()],
        )
        written = int(cursor.rowcount)
        cursor.execute("DROP TABLE merged")
    return written
