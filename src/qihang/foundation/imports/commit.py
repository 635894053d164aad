"""The job that lets rows go in: part by part, each part in one transaction with its checkpoint."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl
from django.db import transaction

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.examine import Examination, Outcome
from qihang.foundation.imports.engine.kinds import CommitOutcome, CommitRows, ImportKind, Storage, Target
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of
from qihang.foundation.imports.reading import answers_of, examination_of
from qihang.foundation.imports.workflows import BATCH_WORKFLOW
from qihang.foundation.jobs.context import JobContext

ROWS_A_PART = 20_000


@dataclass(frozen=True)
class Part:
    """Rows `start` to `stop` of the table, counted from 0, as far as they may go in."""

    start: int
    stop: int
    rows: CommitRows


def run_commit(ctx: JobContext) -> Mapping[str, Any]:
    """Handler of `imports.commit`: payload `{"batch": public id}`. After a kill it goes on with the next part."""
    batch = ImportBatch.objects.get(public_id=ctx.payload["batch"])
    if batch.state == BatchState.COMMITTED:
        return dict(batch.result or {})
    try:
        return _bring_in(ctx, batch)
    except DomainError as refusal:
        with ctx.step():
            _reopen(ctx.actor, batch, refusal)
        raise


def _reopen(actor: Actor, batch: ImportBatch, refusal: DomainError) -> None:
    """What the province does not take is the clerk's to mend: the findings lie open again, judged anew."""
    from qihang.foundation.imports import services  # they enqueue this job

    BATCH_WORKFLOW.apply(batch, "reopen", actor=actor, comment=refusal.message)
    with suppress(DomainError), transaction.atomic():  # a class closed meanwhile: the findings stay as they were
        services.check(actor=actor, batch=batch)


def _bring_in(ctx: JobContext, batch: ImportBatch) -> Mapping[str, Any]:
    storage = _storage(kind_of(batch.kind))
    examination = examination_of(batch, ctx.actor)
    outcome = examination.outcome(answers_of(batch).yes)
    target = Target(ctx.actor, batch.target_id, examination.on, str(batch.public_id))
    register = storage.open_register(target)
    total = examination.rows.height
    for part in _parts(examination, outcome, int(ctx.checkpoint.get("next", 0)), storage):
        with ctx.step(done=part.stop, total=total, message=f"导入到第 {part.stop} 行") as step:
            done = _counted(ctx.checkpoint) + storage.commit(target, part.rows, register)
            step.checkpoint = {"next": part.stop, **asdict(done)}
    result = {
        **asdict(_counted(ctx.checkpoint)),
        "rows": total,
        "accepted": len(outcome.accepted),
        "held": len(outcome.held),
        "left_out": len(examination.left_out),
    }
    with ctx.step(done=total, total=total):
        BATCH_WORKFLOW.apply(batch, "finish", actor=ctx.actor, fields={"result": result})
    return result


def _storage(kind: ImportKind) -> Storage:
    if kind.storage is None:
        raise DomainError(f"{kind.label}现在只能检查，还不能导入")
    return kind.storage


def _counted(checkpoint: Mapping[str, Any]) -> CommitOutcome:
    return CommitOutcome(**{name: int(checkpoint.get(name, 0)) for name in CommitOutcome.__dataclass_fields__})


def _parts(examination: Examination, outcome: Outcome, start: int, storage: Storage) -> Iterator[Part]:
    """Parts by position in the table, so that a resumed job cuts where the first one did."""
    height = examination.rows.height
    size = height if storage.at_once else ROWS_A_PART
    for first in range(start, height, max(size, 1)):
        stop = min(first + size, height)
        rows = examination.rows.slice(first, stop - first)
        yield Part(
            first,
            stop,
            CommitRows(
                rows=_only(rows, outcome.accepted),
                refused=_only(rows, outcome.refused),
                held=_except(rows, {*outcome.accepted, *outcome.refused}),
                confirmed=outcome.confirmed,
                refusals=outcome.refusals,
            ),
        )


def _only(rows: pl.DataFrame, numbers: Sequence[int]) -> pl.DataFrame:
    return rows.filter(pl.col("_row").is_in(pl.Series(numbers, dtype=pl.Int64).implode()))


def _except(rows: pl.DataFrame, numbers: Collection[int]) -> pl.DataFrame:
    return rows.filter(~pl.col("_row").is_in(pl.Series(list(numbers), dtype=pl.Int64).implode()))
