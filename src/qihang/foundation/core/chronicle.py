"""What many hands did on many days, written at once and yet each in its own name.

The bulk services write what one actor does at one moment. Years of work by hundreds of people would take as many
statements as they took steps; here the steps are collected as columns, brought over by COPY, and carried out by one
loop inside the database: unit by unit in the order of time, each under its own audit context, so that triggers and
constraints see what they would have seen.
"""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection, models, transaction
from django.utils import timezone

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import NULL, copy_frame, csv_of, reserve_ids, stored_frame
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import AuditContext, TransitionLog
from qihang.foundation.core.units import NONE_IGNORED
from qihang.foundation.core.workflow import Transition, Workflow

UNIT, ID, SOURCE, COMMENT, DUE = "unit", "id", "from_state", "comment", "due_on"
_CONTEXT, _OP = "qihang_context", "qihang_op"
_SAID = (UNIT, SOURCE, COMMENT, DUE)  # told about a row, and no columns of its table
_HAND: dict[str, Any] = {
    "user_id": pl.Int64,
    "user_label": pl.String,
    "organization_id": pl.Int64,
    "organization_label": pl.String,
    "role": pl.String,
    "region": pl.String,
}
_NOON = dt.time(12)

# What `str.strip` takes away, which is more than the engine does by itself.
_BLANKS = "".join(filter(str.isspace, map(chr, range(ord("\u3000") + 1))))


@dataclass(frozen=True, slots=True)
class _Op:
    """One kind of statement, run once a unit over the rows that the unit has in `rows` (database columns)."""

    model: type[models.Model]
    rows: pl.DataFrame
    sets: tuple[str, ...] = ()  # empty: an insert
    state: str = ""  # of an update that moves a state: the column whose old value is `from_state`


class Chronicle:
    """Steps of many actors, collected by `enter`, `move`, `insert` and `update`, then written by `write`.

    Frames have a column `unit` (from `unit`), `id`, and database columns. `id`s are reserved by the caller, who also
    answers for scope, guards and different hands; roles, sources and comments are held against the workflow here.
    """

    def __init__(self) -> None:
        self._actors: list[Actor] = []
        self._moments: list[dt.datetime] = []
        self._ops: list[_Op] = []
        self._logs: list[pl.DataFrame] = []

    def unit(self, actor: Actor, on: dt.date) -> int:
        """A new unit of work of an actor at noon of a day: what `unit_of_work` opens for one."""
        self._actors.append(actor)
        self._moments.append(timezone.make_aware(dt.datetime.combine(on, _NOON)))
        return len(self._actors) - 1

    def enter(self, workflow: Workflow[Any], rows: pl.DataFrame) -> None:
        """New things in their first state. A column `comment` may say something of each."""
        if not rows.height:
            return
        self._check(workflow, workflow.entering, rows)
        entered = rows.with_columns(pl.lit(workflow.initial).alias(workflow.field))
        self._log(workflow, workflow.entering, entered.with_columns(pl.lit("").alias(SOURCE)))
        self.insert(workflow.model, entered)

    def move(self, workflow: Workflow[Any], name: str, rows: pl.DataFrame, *, source: str | None = None) -> None:
        """Make one transition of each row, from the state in its column `from_state` (or all from one).

        Beside `unit` and `id`, columns `comment` and `due_on` are logged, all others are written with the state.
        """
        if not rows.height:
            return
        step = workflow.transition(name)
        moved = rows if source is None else rows.with_columns(pl.lit(source).alias(SOURCE))
        self._check(workflow, step, moved)
        self._log(workflow, step, moved)
        moved = moved.with_columns(pl.lit(step.target).alias(workflow.field))
        sets = tuple(name for name in moved.columns if name not in {ID, *_SAID})
        self._ops.append(_Op(workflow.model, moved.drop(COMMENT, DUE, strict=False), sets, workflow.field))

    def insert(self, model: type[models.Model], rows: pl.DataFrame) -> None:
        """New rows of any audited table, as for `copying.insert_frame`; `created_at` is the unit's moment."""
        if rows.height:
            told = rows.drop(SOURCE, COMMENT, DUE, strict=False)
            if "created_at" not in told.columns:
                told = told.with_columns(self._times.gather(told[UNIT]).alias("created_at"))
            self._ops.append(_Op(model, stored_frame(model, told).with_columns(told[UNIT])))

    def update(self, model: type[models.Model], rows: pl.DataFrame) -> None:
        """Change columns of rows that were there, or were entered, before."""
        if rows.height:
            self._ops.append(_Op(model, rows, tuple(name for name in rows.columns if name not in {ID, UNIT})))

    def hands(self, units: pl.Series) -> pl.DataFrame:
        """Who acts in these units, and when: `unit`, what a TransitionLog keeps of an actor, and `at`."""
        wanted = units.unique().to_list()
        actors = [self._actors[unit] for unit in wanted]
        columns = {name: pl.Series([getattr(one, name) for one in actors], dtype=kind) for name, kind in _HAND.items()}
        at = self._times.gather(wanted)
        return pl.DataFrame({UNIT: pl.Series(wanted, dtype=pl.Int64), **columns, "at": at})

    def write(self) -> int:
        """Carry everything out, oldest unit first; returns how many units there were. Empty afterwards.

        DatabaseError, and nothing written, where a row is not there or not in the state that its step starts from.
        """
        if not self._ops:
            return 0
        with transaction.atomic():
            contexts = self._open_contexts()
            tables = [_stage(at, op, contexts) for at, op in enumerate(self._ops)]
            _run(self._ops, tables, contexts)
            self._write_logs(contexts)
        self.__init__()  # type: ignore[misc]
        return contexts.height

    # -- parts ---

    def _check(self, workflow: Workflow[Any], step: Transition, rows: pl.DataFrame) -> None:
        for unit in rows[UNIT].unique():
            workflow.check_role(self._actors[unit], step.roles, step.label)
        if step is not workflow.entering and (wrong := set(rows[SOURCE].unique()) - set(step.sources)):
            raise DomainError(f"不能从{'、'.join(map(workflow.state_label, sorted(wrong)))}{step.label}", code="state")
        if step.needs_comment and (COMMENT not in rows.columns or (_said(rows[COMMENT]) == "").any()):
            raise DomainError(f"{step.label}要写明原因", code="comment")

    def _log(self, workflow: Workflow[Any], step: Transition, rows: pl.DataFrame) -> None:
        have = rows.columns
        self._logs.append(
            rows.select(
                UNIT,
                pl.lit(len(self._ops), pl.Int64).alias(_OP),
                pl.lit(workflow.subject).alias("subject"),
                pl.col(ID).alias("subject_id"),
                pl.lit(step.name).alias("transition"),
                pl.lit(step.label).alias("label"),
                pl.col(SOURCE).cast(pl.String).alias("source"),
                pl.lit(str(step.target)).alias("target"),
                _said(rows[COMMENT]) if COMMENT in have else pl.lit("").alias(COMMENT),
                pl.col(DUE) if DUE in have else pl.lit(None, pl.Date).alias(DUE),
            )
        )

    @property
    def _times(self) -> pl.Series:
        """The moment of each unit as PostgreSQL reads it, by the unit's number."""
        return pl.Series([moment.isoformat() for moment in self._moments], dtype=pl.String)

    def _open_contexts(self) -> pl.DataFrame:
        """The units that did something, with the ids of their contexts in the order of time."""
        used = pl.concat([op.rows[UNIT] for op in self._ops]).unique().to_list()
        order = sorted(used, key=lambda unit: (self._moments[unit], unit))
        ids = reserve_ids(AuditContext, len(order))
        frame = pl.DataFrame(
            {
                "id": ids,
                "actor": [json.dumps(self._actors[unit].as_json(), ensure_ascii=False) for unit in order],
                "at": self._times.gather(order),
            },
            schema_overrides={"id": pl.Int64},
        )
        copy_frame(AuditContext, frame)
        return pl.DataFrame({UNIT: order, _CONTEXT: ids}, schema={UNIT: pl.Int64, _CONTEXT: pl.Int64})

    def _write_logs(self, contexts: pl.DataFrame) -> None:
        """Told in the order of the units: a log row's number says what came first."""
        if not self._logs:
            return
        rows = pl.concat(self._logs).join(contexts, on=UNIT).sort(_CONTEXT, _OP, maintain_order=True)
        signed = rows.join(self.hands(rows[UNIT]), on=UNIT, maintain_order="left")
        copy_frame(TransitionLog, signed.drop(UNIT, _CONTEXT, _OP))


def _said(comments: pl.Series) -> pl.Series:
    """As the workflow keeps what somebody said of a step: nothing is an empty text."""
    return comments.fill_null("").str.strip_chars(_BLANKS)


def _stage(at: int, op: _Op, contexts: pl.DataFrame) -> str:
    """Bring an operation's rows into a table of this session; gives its name."""
    quote = connection.ops.quote_name
    table, target = f"qihang_op_{at}", quote(op.model._meta.db_table)
    columns = [name for name in op.rows.columns if name not in {UNIT, SOURCE}]
    rows = op.rows.join(contexts, on=UNIT, maintain_order="left").sort(_CONTEXT, maintain_order=True)
    wanted = [_CONTEXT, *columns, *([SOURCE] if op.state else [])]
    typed = ", ".join(map(quote, columns)) + (f", {quote(op.state)} AS {SOURCE}" if op.state else "")
    content = csv_of(rows.select(wanted))
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE {table} ON COMMIT DROP AS"  # noqa: S608 - names come from models
            f" SELECT 0::bigint AS {_CONTEXT}, {typed} FROM {target} WITH NO DATA"
        )
        with cursor.copy(f"COPY {table} FROM STDIN WITH (FORMAT csv, NULL '{NULL}')") as copy:
            copy.write(content)
        cursor.execute(f"CREATE INDEX ON {table} ({_CONTEXT})")
        cursor.execute(f"ANALYZE {table}")
    return table


def _statement(op: _Op, table: str) -> str:
    quote = connection.ops.quote_name
    target = quote(op.model._meta.db_table)
    if not op.sets:
        names = ", ".join(quote(name) for name in op.rows.columns if name != UNIT)
        return f"INSERT INTO {target} ({names}) SELECT {names} FROM {table} WHERE {_CONTEXT} = step.context"  # noqa: S608
    sets = ", ".join(f"{quote(name)} = s.{quote(name)}" for name in op.sets)
    stands = f" AND t.{quote(op.state)} = s.{SOURCE}" if op.state else ""
    return (
        f"UPDATE {target} AS t SET {sets} FROM {table} AS s"  # noqa: S608
        f" WHERE s.{_CONTEXT} = step.context AND t.id = s.id{stands}"
    )


def _run(ops: list[_Op], tables: list[str], contexts: pl.DataFrame) -> None:
    agenda = pl.concat(
        [
            op.rows.group_by(UNIT).len().join(contexts, on=UNIT).select(_CONTEXT, pl.lit(at, pl.Int64), "len")
            for at, op in enumerate(ops)
        ]
    )
    cases = "\n".join(
        f"WHEN {at} THEN {_statement(op, table)};" for at, (op, table) in enumerate(zip(ops, tables, strict=True))
    )
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE qihang_agenda (context bigint, op int, rows bigint) ON COMMIT DROP")
        with cursor.copy("COPY qihang_agenda FROM STDIN WITH (FORMAT csv)") as copy:
            copy.write(agenda.write_csv(include_header=False))
        cursor.execute(f"SELECT {NONE_IGNORED}")
        cursor.execute(_LOOP.format(cases=cases))
        cursor.execute(f"DROP TABLE qihang_agenda, {', '.join(tables)}")


_LOOP = """
DO $qihang$
DECLARE
    step record;
    done bigint;
    outer_unit text := coalesce(current_setting('qihang.audit', true), '');
BEGIN
    FOR step IN SELECT context, op, rows FROM qihang_agenda ORDER BY context, op LOOP
        PERFORM set_config('qihang.audit', step.context::text, true);
        CASE step.op
        {cases}
        END CASE;
        GET DIAGNOSTICS done = ROW_COUNT;
        IF done <> step.rows THEN
            RAISE EXCEPTION 'qihang: step % of unit % found % rows, not %', step.op, step.context, done, step.rows;
        END IF;
    END LOOP;
    PERFORM set_config('qihang.audit', outer_unit, true);
END
$qihang$
"""
