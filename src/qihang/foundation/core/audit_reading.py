"""Reading the audit trail: page by page from any point, by indexed conditions only, with values masked.

Entries are walked newest first by (context, entry), two numbers that only grow, so that the millionth page costs what
the first does. Values are shown for states, and for the columns that a model names in `audit_readable`; of every other
column the reader learns that it changed, not from what to what.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from django.apps import apps
from django.db import connection, models
from django.utils import timezone

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.fields import BlindIndexField, StateField
from qihang.foundation.core.roles import Role

# Units are numbered when they open and dated a moment before; this much apart at most.
_SKEW = dt.timedelta(hours=1)
_COUNTED_TAIL = 100_000

_COLUMNS = """
    SELECT e.context_id, e.id, c.at, c.actor, e.table_name, e.operation, e.row_id, e.before, e.after, e.xact::text,
           e.xact < (SELECT coalesce(max(to_xact), '0'::xid8) FROM core_auditseal)
    FROM core_auditentry e JOIN core_auditcontext c ON c.id = e.context_id
"""

# Client-side binding puts the values in as literals: conditions that are not asked for vanish before planning.
_WHERE = """
    WHERE (%(table)s::text IS NULL OR e.table_name = %(table)s)
      AND (%(row)s::bigint IS NULL OR e.row_id = %(row)s)
      AND (%(user)s::bigint IS NULL OR (c.actor ->> 'user_id')::bigint = %(user)s)
      AND (%(xact)s::text IS NULL OR e.xact = %(xact)s::text::xid8)
      AND (%(since)s::timestamptz IS NULL OR c.at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR c.at < %(until)s)
      AND (%(first)s::bigint IS NULL OR e.context_id >= %(first)s)
      AND (%(last)s::bigint IS NULL OR e.context_id <= %(last)s)
"""
_OLDER = (
    _COLUMNS
    + _WHERE
    + """ AND (%(context)s::bigint IS NULL OR (e.context_id, e.id) < (%(context)s, %(entry)s))
    ORDER BY e.context_id DESC, e.id DESC LIMIT %(limit)s"""
)
_NEWER = (
    _COLUMNS
    + _WHERE
    + """ AND (e.context_id, e.id) > (%(context)s, %(entry)s)
    ORDER BY e.context_id, e.id LIMIT %(limit)s"""
)
_OF_ROWS = (
    _COLUMNS
    + """ WHERE e.table_name = %s AND e.row_id = ANY(%s)
    ORDER BY e.context_id DESC, e.id DESC LIMIT %s"""
)
_FIRST_SINCE = """
    SELECT coalesce((SELECT id FROM core_auditcontext WHERE at >= %s ORDER BY at, id LIMIT 1), 9223372036854775807)
"""
_LAST_BEFORE = """
    SELECT coalesce((SELECT id FROM core_auditcontext WHERE at < %s ORDER BY at DESC, id DESC LIMIT 1), 0)
"""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a page of the trail begins or ends."""

    context: int
    entry: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """A point as an address carries it; None for anything else."""
        context, _, entry = text.partition("-")
        fits = all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (context, entry))
        return cls(int(context), int(entry)) if fits else None

    def __str__(self) -> str:
        return f"{self.context}-{self.entry}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Conditions, all optional: a table, a row of it, who acted, from when up to before when, one transaction."""

    table: str | None = None
    row: int | None = None
    user: int | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    xact: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A column that changed. The values are None where they are not for reading."""

    label: str
    before: str | None
    after: str | None

    @property
    def readable(self) -> bool:
        return self.before is not None or self.after is not None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One row of one table, changed once, by whom and when."""

    point: Point
    at: dt.datetime
    actor: Actor
    table: str
    operation: str
    row: int
    before: dict[str, Any]
    after: dict[str, Any]
    xact: str
    sealed: bool

    @property
    def table_label(self) -> str:
        model = audited_models().get(self.table)
        return str(model._meta.verbose_name) if model else self.table

    @property
    def changes(self) -> list[Change]:
        """Column by column, in the model's order; columns that were empty and stayed so are left out."""
        model = audited_models().get(self.table)
        if model is None:
            return []
        return [
            self._change(field)
            for field in model._meta.concrete_fields
            if not _is_machinery(field) and self._says_something(field.column or "")
        ]

    @property
    def shown(self) -> list[Change]:
        """Of an update every column; of a row that came or went those that may be read."""
        return [change for change in self.changes if change.readable or self.operation == "U"]

    @property
    def withheld(self) -> int:
        """How many columns of a row that came or went are not for reading."""
        return len(self.changes) - len(self.shown)

    def _says_something(self, column: str) -> bool:
        return self.before.get(column) not in (None, "") or self.after.get(column) not in (None, "")

    def _change(self, field: "models.Field[Any, Any]") -> Change:
        column = field.column or ""
        was, now = self.before.get(column), self.after.get(column)
        if not _is_readable(field):
            return Change(str(field.verbose_name), None, None)
        return Change(str(field.verbose_name), _words(field, was), _words(field, now))


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Lines, newest first, and the points from which the pages before and after them are asked for."""

    lines: Sequence[AuditLine]
    newer: Point | None
    older: Point | None


@dataclass(frozen=True, slots=True)
class SealState:
    """How far the trail is sealed. `unsealed` stops counting at `more_than`; `waiting_since` is its oldest entry's."""

    number: int
    sealed_at: dt.datetime | None
    entries: int
    unsealed: int
    waiting_since: dt.datetime | None

    @property
    def beyond_counting(self) -> bool:
        return self.unsealed > _COUNTED_TAIL


@cache
def audited_models() -> dict[str, type[models.Model]]:
    """The models whose tables are audited, by table."""
    return {
        model._meta.db_table: model
        for model in apps.get_models()
        if any(item.name == "audit_insert" for item in getattr(model._meta, "triggers", ()))
    }


def read_audit(
    *, actor: Actor, wanted: Wanted, size: int, older_than: Point | None = None, newer_than: Point | None = None
) -> AuditPage:
    """A page of `size` lines. Audit administrators only; DomainError for a transaction number that is none."""
    _require_auditor(actor)
    values = {**_conditions(wanted), "limit": size + 1}
    if newer_than:
        found = _fetch(_NEWER, {**values, "context": newer_than.context, "entry": newer_than.entry})
        lines = found[:size][::-1]
        return AuditPage(lines, lines[0].point if len(found) > size else None, lines[-1].point if lines else None)
    start = {"context": older_than.context if older_than else None, "entry": older_than.entry if older_than else None}
    found = _fetch(_OLDER, {**values, **start})
    lines = found[:size]
    newer = lines[0].point if older_than and lines else None
    return AuditPage(lines, newer, lines[-1].point if len(found) > size else None)


def history_of(rows: Mapping[type[models.Model], Sequence[int]], limit: int) -> list[AuditLine]:
    """The last `limit` changes to these rows, newest first. The caller has found the rows within the actor's sight."""
    found = [
        line
        for model, ids in rows.items()
        if ids
        for line in _fetch(_OF_ROWS, [model._meta.db_table, list(ids), limit])
    ]
    found.sort(key=lambda line: (line.point.context, line.point.entry), reverse=True)
    return found[:limit]


def seal_state(*, actor: Actor) -> SealState:
    """The last seal and what lies beyond it. Audit administrators only."""
    _require_auditor(actor)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, sealed_at, to_xact::text, (SELECT coalesce(sum(entries), 0) FROM core_auditseal)"
            " FROM core_auditseal ORDER BY number DESC LIMIT 1"
        )
        number, sealed_at, edge, entries = cursor.fetchone() or (0, None, "0", 0)
        cursor.execute(
            "SELECT count(*) FROM (SELECT FROM core_auditentry WHERE xact >= %s::text::xid8 LIMIT %s) tail",
            [edge, _COUNTED_TAIL + 1],
        )
        unsealed = cursor.fetchone()[0]
        cursor.execute(
            "SELECT c.at FROM core_auditentry e JOIN core_auditcontext c ON c.id = e.context_id"
            " WHERE e.xact >= %s::text::xid8 ORDER BY e.xact LIMIT 1",
            [edge],
        )
        oldest = cursor.fetchone()
    return SealState(number, sealed_at, int(entries), unsealed, oldest[0] if oldest else None)


def _require_auditor(actor: Actor) -> None:
    if actor.role != Role.AUDIT_ADMIN and not actor.is_system:
        raise NotAllowed("审计记录由审计管理员看")


def _conditions(wanted: Wanted) -> dict[str, Any]:
    if wanted.xact is not None and not (wanted.xact.isascii() and wanted.xact.isdigit() and len(wanted.xact) <= 18):
        raise DomainError("事务号是一串数字，点记录里的事务号就能带过来", field="xact")
    first = _FIRST_SINCE, wanted.since and wanted.since - _SKEW
    last = _LAST_BEFORE, wanted.until and wanted.until + _SKEW
    return {
        "table": wanted.table,
        "row": wanted.row,
        "user": wanted.user,
        "xact": wanted.xact,
        "since": wanted.since,
        "until": wanted.until,
        "first": _context_at(*first),
        "last": _context_at(*last),
    }


def _context_at(sql: str, moment: dt.datetime | None) -> int | None:
    """The unit of work nearest to a moment, so that a day far back is not looked for from today on.

    Where there is none, a bound that nothing meets.
    """
    if moment is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment])
        return int(cursor.fetchone()[0])


def _fetch(sql: str, values: Any) -> list[AuditLine]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_line(row) for row in cursor.fetchall()]


def _line(row: Sequence[Any]) -> AuditLine:
    context, entry, at, actor, table, operation, row_id, before, after, xact, sealed = row
    return AuditLine(
        Point(context, entry),
        at,
        Actor.from_json(_json(actor)),
        table,
        operation,
        row_id,
        _json(before),
        _json(after),
        xact,
        sealed,
    )


def _json(value: Any) -> dict[str, Any]:
    """A raw cursor hands jsonb over as text."""
    return json.loads(value) if isinstance(value, str) else value or {}


def _is_machinery(field: "models.Field[Any, Any]") -> bool:
    """Numbers, the time of writing and search keys, which say nothing that the line does not say already."""
    return field.primary_key or field.name in {"public_id", "created_at"} or isinstance(field, BlindIndexField)


def _is_readable(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, StateField) or field.name in getattr(field.model, "audit_readable", ())


def _words(field: "models.Field[Any, Any]", value: Any) -> str:
    if value is None or value == "":
        return "空"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(field, models.DateTimeField):
        return f"{timezone.localtime(dt.datetime.fromisoformat(value)):%Y-%m-%d %H:%M}"
    return str(dict(field.flatchoices).get(value, value))
