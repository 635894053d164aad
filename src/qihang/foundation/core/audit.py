"""Who changed what: statement-level triggers write it, a sealer chains it, `verify` recomputes it.

Rows are written unchained (a chain inside the trigger makes writers wait for each other); the sealer takes the
entries of all transactions that have ended, and chains them batch by batch.
"""

import hashlib
from dataclasses import dataclass

import pgtrigger
from django.db import connection, transaction

from qihang.foundation.core import clock

_GUARD = """
    IF NOT EXISTS (SELECT FROM {rows}) THEN
        RETURN NULL;
    ELSIF coalesce(current_setting('qihang.audit', true), '') = '' THEN
        RAISE EXCEPTION 'qihang: a write to % without an actor', TG_TABLE_NAME USING ERRCODE = 'QH001';
    END IF;
"""

_WRITE = """
    INSERT INTO core_auditentry (xact, context_id, table_name, operation, row_id, before, after)
    SELECT pg_current_xact_id(), current_setting('qihang.audit')::bigint, TG_TABLE_NAME, {operation}, {source}
"""


def audit_triggers() -> list[pgtrigger.Trigger]:
    """The triggers of an audited table: one for each operation, and none may truncate it."""
    return [
        _trigger("insert", pgtrigger.Insert, None, "new_rows", "'I'", "n.id, NULL, to_jsonb(n) FROM new_rows n"),
        _trigger("update", pgtrigger.Update, "old_rows", "new_rows", "'U'", _CHANGES),
        _trigger("delete", pgtrigger.Delete, "old_rows", None, "'D'", "o.id, to_jsonb(o), NULL FROM old_rows o"),
        pgtrigger.Trigger(
            name="audit_truncate",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'qihang: % is never truncated', TG_TABLE_NAME;",
        ),
    ]


# Of an updated row only the columns that changed are kept.
_CHANGES = """o.id, d.before, d.after
    FROM old_rows o JOIN new_rows n ON n.id = o.id
    CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(b.key, b.value) AS before, jsonb_object_agg(b.key, a.value) AS after
        FROM jsonb_each(to_jsonb(o)) b JOIN jsonb_each(to_jsonb(n)) a ON a.key = b.key
        WHERE a.value IS DISTINCT FROM b.value
    ) d
    WHERE d.after IS NOT NULL"""


def _trigger(
    name: str, operation: pgtrigger.Operation, old: str | None, new: str | None, code: str, source: str
) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"audit_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(old=old, new=new),  # type: ignore[no-untyped-call]
        func=_GUARD.format(rows=new or old) + _WRITE.format(operation=code, source=source) + ";\n    RETURN NULL;",
    )


# One digest a row, of its stored text; jsonb's text form is canonical, so an auditor can recompute it with SQL alone.
_DIGEST = """
    SELECT count(*), coalesce(max(e.id), 0), sha256(coalesce(string_agg(sha256(convert_to(concat_ws('|',
               e.id, e.context_id, c.actor, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), e.table_name,
               e.operation, e.row_id, coalesce(e.before::text, '-'), coalesce(e.after::text, '-')), 'UTF8')),
           ''::bytea ORDER BY e.xact, e.id), ''::bytea))
    FROM core_auditentry e JOIN core_auditcontext c ON c.id = e.context_id
    WHERE e.xact >= %s::text::xid8 AND e.xact < %s::text::xid8
"""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What `verify` found: seals checked, entries under them, entries not yet sealed, and what does not hold.

    `chain` is the last seal's value in hexadecimal: kept elsewhere, it shows later whether seals were taken away.
    """

    seals: int
    sealed: int
    unsealed: int
    broken: list[str]
    chain: str = ""


def seal() -> int:
    """Chain all entries of transactions that have ended; returns how many entries the new seal covers.

    One sealer at a time (advisory lock); running it twice changes nothing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.audit.seal'))")
        cursor.execute("SELECT number, to_xact::text, chain FROM core_auditseal ORDER BY number DESC LIMIT 1")
        number, start, chain = cursor.fetchone() or (0, "0", b"")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        end = cursor.fetchone()[0]
        count, last, digest = _digest(start, end)
        if not count:
            return 0
        cursor.execute(
            "INSERT INTO core_auditseal (number, from_xact, to_xact, entries, last_entry, digest, chain, sealed_at)"
            " VALUES (%s, %s::text::xid8, %s::text::xid8, %s, %s, %s, %s, %s)",
            [number + 1, start, end, count, last, digest, _link(bytes(chain), digest, number + 1), clock.now()],
        )
        return count


def verify() -> AuditReport:
    """Recompute every seal from the stored entries and the chain from the seals; report what does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, from_xact::text, to_xact::text, entries, digest, chain FROM core_auditseal ORDER BY number"
        )
        seals = cursor.fetchall()
    broken, before, edge, sealed = [], b"", "0", 0
    for position, (number, start, end, entries, digest, chain) in enumerate(seals, 1):
        count, _, actual = _digest(start, end)
        if number != position or start != edge:
            broken.append(f"封条 {number} 与前一张不相接")
        if count != entries or actual != bytes(digest):
            broken.append(f"封条 {number} 下的记录被改动：封存时 {entries} 条，现在 {count} 条")
        if _link(before, bytes(digest), number) != bytes(chain):
            broken.append(f"封条 {number} 的链值不对")
        before, edge, sealed = bytes(chain), end, sealed + entries
    return AuditReport(len(seals), sealed, _count_from(edge), broken, before.hex())


def _digest(start: str, end: str) -> tuple[int, int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute(_DIGEST, [start, end])
        count, last, digest = cursor.fetchone()
    return count, last, bytes(digest)


def _count_from(edge: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditentry WHERE xact >= %s::text::xid8", [edge])
        return int(cursor.fetchone()[0])


def _link(before: bytes, digest: bytes, number: int) -> bytes:
    return hashlib.sha256(before + digest + str(number).encode()).digest()
