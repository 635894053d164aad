"""What `./qihang import` does, once settings and database are there."""

import argparse
import sys
from pathlib import Path
from typing import Any

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.commands import print_json
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports import services
from qihang.foundation.imports.engine.examine import ALL, Examination
from qihang.foundation.imports.engine.report import report
from qihang.foundation.imports.engine.rules import Severity
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of
from qihang.foundation.imports.ports import import_actors

DONE, WRONG_USAGE = 0, 2
_LABELS = {Severity.ERROR: "要改", Severity.CONFIRM: "要确认", Severity.CLEANED: "已自动整理"}


def run(options: argparse.Namespace) -> int:
    """Judge each file, and commit it where that is asked for. The exit code."""
    if wrong := _wrong_usage(options):
        print(f"qihang：{wrong}", file=sys.stderr)
        return WRONG_USAGE
    kind = kind_of(options.kind)
    actor = import_actors.get("login")(options.login, kind.roles) if options.login else None
    documents = [_one(options, actor, file) for file in options.files]
    if options.json:
        print_json(documents[0] if len(documents) == 1 else documents)
    else:
        for file, document in zip(options.files, documents, strict=True):
            print(_as_text(file, document))
    return DONE


def _wrong_usage(options: argparse.Namespace) -> str:
    if options.commit and not options.login:
        return "--commit 要有 --as，写明以谁的名义导入"
    if options.commit and kind_of(options.kind).has_class and not options.target:
        return "--commit 要有 --class，写明归哪个班"
    if not options.commit and (options.accept_valid or options.yes):
        return "--accept-valid 和 --yes 只和 --commit 一起用"
    return ""


def _one(options: argparse.Namespace, actor: Actor | None, file: Path) -> dict[str, Any]:
    what: dict[str, Any] = {
        "kind": options.kind,
        "name": file.name,
        "content": file.read_bytes(),
        "target_id": options.target,
        "on": options.on,
        "sheet": options.sheet,
    }
    try:
        if actor is None or not options.commit:
            return report(services.examine_file(actor=actor, **what), reveal=options.reveal)
        return _committed(options, actor, what)
    except DomainError as refusal:
        if refusal.code == "on.required":
            raise DomainError(f"{refusal.message}请加上 --on 年-月-日", code=refusal.code, field="on") from refusal
        raise


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
        return _as_kept(done)
    return _as_committed(done, examination, cells, reveal=options.reveal)


def _as_committed(batch: ImportBatch, examination: Examination, cells: set[str], *, reveal: bool) -> dict[str, Any]:
    yes = [ALL] if ALL in cells else sorted(cells)
    return {**report(examination, yes=yes, reveal=reveal), **_outcome(batch)}


def _as_kept(batch: ImportBatch) -> dict[str, Any]:
    """The first result of a file that went in before: its report as it was kept, masked."""
    return {**batch.report.document, **_outcome(batch)}


def _outcome(batch: ImportBatch) -> dict[str, Any]:
    return {"batch": str(batch.public_id), "state": batch.state, **(batch.result or {})}


def _as_text(file: Path, document: dict[str, Any]) -> str:
    lines = [f"{file.name}：工作表“{document['sheet']}”{document['rows']} 行，{document['accepted']} 行可以导入"]
    lines += [f"没有读入：{name}（{why}）" for name, why in document["header"]["sheets"].items()]
    lines += [f"没有读入：第 {skip['row']} 行（{skip['why']}）" for skip in document["skipped_rows"]]
    for severity, label in _LABELS.items():
        lines += [f"{label} {finding['cell']} {finding['message']}" for finding in document[severity.value]]
    lines += document["header"].get("undecided", [])
    if "written" in document:
        lines.append(
            f"导入 {document['written']} 行，改 {document['changed']} 行，原来就有 {document['unchanged']} 行"
        )
    return "\n".join(lines)
