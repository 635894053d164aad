"""The unit of work: one transaction in which the database knows who acts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor

# The actor of the innermost open unit and the id of its AuditContext row, as the triggers read it.
_open_unit: ContextVar[tuple[Actor, str] | None] = ContextVar("qihang_unit", default=None)

# The triggers also look whether some of them are to be ignored: where nothing says so, each look is an error that
# PostgreSQL takes back, and that walks through all the checks the transaction still has to make.
NONE_IGNORED = "set_config('pgtrigger.ignore', '{}', true)"

_OPEN = f"""
    WITH opened AS (INSERT INTO core_auditcontext (actor, at) VALUES (%s::jsonb, %s) RETURNING id)
    SELECT set_config('qihang.audit', id::text, true), {NONE_IGNORED} FROM opened
"""  # noqa: S608 - nothing of it comes from outside


def current_actor() -> Actor | None:
    """Who acts in the innermost open unit, for code that must log but is not handed an actor."""
    unit = _open_unit.get()
    return unit[0] if unit else None


@contextmanager
def unit_of_work(actor: Actor) -> Iterator[None]:
    """Run the block atomically and let audited tables accept its writes in `actor`'s name.

    A nested unit of the same actor joins the outer one; one of another actor signs its own writes, then hands back.
    """
    outer = _open_unit.get()
    with transaction.atomic():
        if outer and outer[0] == actor:
            yield
            return
        token = _open_unit.set((actor, _open_context(actor)))
        try:
            yield
            # On an exception the rollback to the savepoint restores the setting by itself.
            _sign_as(outer[1] if outer else "")
        finally:
            _open_unit.reset(token)


def _open_context(actor: Actor) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [json.dumps(actor.as_json(), ensure_ascii=False), clock.now()])
        return str(cursor.fetchone()[0])


def _sign_as(context: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('qihang.audit', %s, true)", [context])
