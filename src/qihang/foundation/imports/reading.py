"""From a stored batch to its examination: file, corrections, answers, and the register of its kind."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.imports.engine.examine import Examination, Options, examine
from qihang.foundation.imports.engine.kinds import ImportKind, Target
from qihang.foundation.imports.engine.rules import Parameters
from qihang.foundation.imports.enums import Answer
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of
from qihang.foundation.imports.ports import import_kinds, import_values


@dataclass(frozen=True)
class Answers:
    """What people decided about a batch so far: cells with a yes, rows left out."""

    yes: frozenset[str]
    left_out: frozenset[int]


def answers_of(batch: ImportBatch) -> Answers:
    """The latest answer for each place."""
    yes: dict[str, bool] = {}
    left: dict[int, bool] = {}
    for row, cell, answer in batch.decisions.order_by("id").values_list("row", "cell", "answer"):
        if cell:
            yes[cell] = answer == Answer.YES
        else:
            left[row] = answer == Answer.LEAVE_OUT
    return Answers(
        frozenset(cell for cell, said in yes.items() if said), frozenset(row for row, out in left.items() if out)
    )


def corrections_of(batch: ImportBatch) -> dict[tuple[int, int], str]:
    """(row, column), both from 0, to the clerk's text."""
    return {(one.row - 1, one.column): one.text.plain() for one in batch.corrections.all()}


def content_of(batch: ImportBatch) -> bytes:
    """The file as it was sent."""
    with batch.file.open() as stream:
        return stream.read()


def examination_of(batch: ImportBatch, actor: Actor) -> Examination:
    """Read and judge the batch's file anew, as `actor` may see class and province today."""
    kind = kind_of(batch.kind)
    return examine(
        kind,
        batch.file.name.plain(),
        content_of(batch),
        Options(
            today=clock.today(),
            on=batch.given_day,
            parameters=parameters_for(actor),
            open_register=register_opener(kind, actor, batch.target_id),
            corrections=corrections_of(batch),
            left_out=answers_of(batch).left_out,
            sheet=batch.sheet,
            others=other_kinds(kind),
        ),
    )


def other_kinds(kind: ImportKind) -> list[ImportKind]:
    """What a file may be that is not of this kind."""
    return [other for key, other in sorted(import_kinds.items()) if key != kind.key]


def parameters_for(actor: Actor | None) -> Parameters:
    """The values in force at the actor's place; none where no app provides them."""
    if "values" not in import_values:
        return Parameters.none()
    return Parameters(import_values.get("values")(actor.region if actor else ""))


def register_opener(kind: ImportKind, actor: Actor | None, target_id: str) -> Callable[[dt.date], object] | None:
    """How the kind's view of class and province is opened; None where only the file itself can be judged."""
    storage = kind.storage
    if storage is None or actor is None or (kind.has_class and not target_id):
        return None
    return lambda on: storage.open_register(Target(actor, target_id, on))
