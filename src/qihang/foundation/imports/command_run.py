"""What `./qihang import` does, once settings and database are there."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.commands import WrongUsage, content_of, print_json
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.imports import services, unmasked
from qihang.foundation.imports.engine.examine import ALL, Examination
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.likeness import WrongKind
from qihang.foundation.imports.engine.report import report
from qihang.foundation.imports.engine.rules import VERDICTS
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of
from qihang.foundation.imports.ports import import_actors

DONE, REFUSED = 0, 1
_ROWS_NAMED = 8  # of those that were not read for one reason
_HINTS = {
    "on.required": "请加上 --on 年-月-日",
    "errors_remain": "（加上 --accept-valid）；去掉 --commit 再运行一次，就列出是哪几处",
    "nothing_to_commit": "；去掉 --commit 再运行一次，就列出是哪几处",
}
_OUTCOMES = {
    "written": "导入",
    "changed": "改",
    "unchanged": "原来就有",
    "refused": "没通过，留作报名",
    "held": "没有导入",
}


@dataclass(frozen=True)
class Answer:
    """What became of one file: its report, or why it was refused."""

    file: Path
    document: dict[str, Any]
    refusal: DomainError | None = None


def run(options: argparse.Namespace) -> int:
    """Judge each file, and commit it where that is asked for. The exit code.

    Of several files each has its own fate; a single one that is refused raises its `DomainError`.
    """
    kind = _kind(options)
    actor = import_actors.get("login")(options.login, kind.roles) if options.login else None
    answers = [_answer(options, actor, file) for file in options.files]
    if len(answers) == 1:
        if answers[0].refusal:
            raise answers[0].refusal
        _print_one(options, answers[0])
        return DONE
    return _print_several(options, answers)


def _kind(options: argparse.Namespace) -> ImportKind:
    try:
        kind = kind_of(options.kind)
    except NotFound as unknown:
        raise WrongUsage(unknown.message) from unknown
    if options.commit and kind.has_class and not options.target:
        raise WrongUsage("--commit 要有 --class，写明归哪个班")
    return kind


def _answer(options: argparse.Namespace, actor: Actor | None, file: Path) -> Answer:
    try:
        return Answer(file, _one(options, actor, file))
    except DomainError as refusal:
        return Answer(file, {"file": str(file), "refused": refusal.message}, refusal)


def _print_one(options: argparse.Namespace, answer: Answer) -> None:
    if options.json:
        print_json(answer.document)
    else:
        print(_as_text(answer.file, answer.document))


def _print_several(options: argparse.Namespace, answers: Sequence[Answer]) -> int:
    """Reports to stdout in the order of the files, refusals with the file's name to stderr."""
    if options.json:
        print_json([answer.document for answer in answers])
    refused = [answer for answer in answers if answer.refusal]
    for answer in answers:
        if not options.json and not answer.refusal:
            _print_one(options, answer)
    sys.stdout.flush()
    for answer in refused:
        print(f"qihang：{answer.file}：{answer.document['refused']}", file=sys.stderr)
    return REFUSED if refused else DONE


def _one(options: argparse.Namespace, actor: Actor | None, file: Path) -> dict[str, Any]:
    what: dict[str, Any] = {
        "kind": options.kind,
        "name": file.name,
        "content": content_of(file),
        "target_id": options.target,
        "on": options.on,
        "sheet": options.sheet,
    }
    try:
        if actor is None or not options.commit:
            return report(services.examine_file(actor=actor, **what), reveal=options.reveal)
        return _committed(options, actor, what)
    except DomainError as refusal:
        if hint := _hint(refusal, file):
            raise DomainError(f"{refusal.message}{hint}", code=refusal.code, field=refusal.field) from refusal
        raise


def _hint(refusal: DomainError, file: Path) -> str:
    """What to add to the command line, where that is the way on."""
    if isinstance(refusal, WrongKind):
        return f"命令：./qihang import {refusal.meant.key} {file}"
    return _HINTS.get(refusal.code, "")


def _committed(options: argparse.Namespace, actor: Actor, what: dict[str, Any]) -> dict[str, Any]:
    batch, examination = services.preview(actor=actor, **what)
    cells = {cell.strip() for cell in options.yes.split(",") if cell.strip()}
    try:
        if cells:
            services.confirm(actor=actor, batch=batch, cells=cells)
        done = services.commit(actor=actor, batch=batch, accept_valid=options.accept_valid, wait=True)
    except DomainError:
        # A refused command leaves no file behind; the next try sends it again.
        batch.refresh_from_db()
        if batch.state == BatchState.CHECKED:
            services.discard(actor=actor, batch=batch)
        raise
    if done.pk != batch.pk:
        if not options.json:
            print(f"{what['name']}以前导入过（{done.created_at:%Y-%m-%d}），这是那一次的结果：")
        return _as_kept(done, actor, reveal=options.reveal)
    return _as_committed(done, examination, cells, reveal=options.reveal)


def _as_committed(batch: ImportBatch, examination: Examination, cells: set[str], *, reveal: bool) -> dict[str, Any]:
    yes = [ALL] if ALL in cells else sorted(cells)
    return {**report(examination, yes=yes, reveal=reveal), **_outcome(batch)}


def _as_kept(batch: ImportBatch, actor: Actor, *, reveal: bool) -> dict[str, Any]:
    """The first result of a file that went in before, with its report as it was kept."""
    document = unmasked.revealed_report(actor=actor, batch=batch) if reveal else batch.report.document
    return {**document, **_outcome(batch)}


def _outcome(batch: ImportBatch) -> dict[str, Any]:
    return {"batch": str(batch.public_id), "state": batch.state, **(batch.result or {})}


def _as_text(file: Path, document: dict[str, Any]) -> str:
    lines = [f"{file.name}：工作表“{document['sheet']}”{document['rows']} 行，{document['accepted']} 行可以导入"]
    lines += [f"没有读入：{name}（{why}）" for name, why in document["header"]["sheets"].items()]
    lines += _skipped(document["skipped_rows"])
    for severity, label in VERDICTS.items():
        lines += [f"{label} {finding['cell']} {finding['message']}" for finding in document[severity.value]]
    lines += document["header"].get("undecided", [])
    if "written" in document:
        lines.append("，".join(f"{label} {document[name]} 行" for name, label in _OUTCOMES.items()))
    return "\n".join(lines)


def _skipped(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The rows that were not read, by reason; of many the first are named."""
    by_reason: dict[str, list[int]] = {}
    for skip in rows:
        by_reason.setdefault(skip["why"], []).append(skip["row"])
    for why, numbers in by_reason.items():
        named = "、".join(map(str, numbers[:_ROWS_NAMED]))
        many = f" 等 {len(numbers):,}" if len(numbers) > _ROWS_NAMED else ""
        yield f"没有读入：第 {named}{many} 行（{why}）"
