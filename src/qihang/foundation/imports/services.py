"""Bringing a file in: send it, see what is found, decide, commit. One function for each step."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.documents.services import store_file
from qihang.foundation.imports.access import PURPOSE
from qihang.foundation.imports.engine.examine import ALL, Examination, Options, examine
from qihang.foundation.imports.engine.grid import cell_place
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.read import read_file
from qihang.foundation.imports.engine.rules import Severity
from qihang.foundation.imports.enums import Answer, BatchState
from qihang.foundation.imports.jobs import CHECK_JOB, COMMIT_JOB
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import (
    CellCorrection,
    ImportBatch,
    ImportDecision,
    ImportReport,
    ImportReportPart,
    packed,
)
from qihang.foundation.imports.perms import kind_of, require_may_import
from qihang.foundation.imports.preview import head_of, parts_of
from qihang.foundation.imports.reading import (
    answers_of,
    examination_of,
    other_kinds,
    parameters_for,
    register_opener,
)
from qihang.foundation.imports.workflows import BATCH_WORKFLOW
from qihang.foundation.jobs import services as jobs
from qihang.foundation.jobs.models import Job

_LONGEST_CORRECTION = 500


def examine_file(
    *,
    kind: str,
    name: str,
    content: bytes,
    actor: Actor | None = None,
    target_id: str = "",
    on: dt.date | None = None,
    sheet: str = "",
) -> Examination:
    """A dry run: judge a file and keep nothing. Without `actor` the file alone is judged."""
    chosen = kind_of(kind)
    if actor:
        require_may_import(actor, chosen)
    return examine(
        chosen,
        name,
        content,
        Options(
            today=clock.today(),
            on=on,
            parameters=parameters_for(actor),
            open_register=register_opener(chosen, actor, target_id),
            sheet=sheet,
            others=other_kinds(chosen),
        ),
    )


def upload(
    *,
    actor: Actor,
    kind: str,
    name: str,
    content: bytes,
    target_id: str = "",
    on: dt.date | None = None,
    sheet: str = "",
) -> ImportBatch:
    """Keep a file to be checked. DomainError at once for one that is no table; the rest waits for `check`."""
    chosen = kind_of(kind)
    require_may_import(actor, chosen)
    target_id = _target_of(chosen, target_id)
    read_file(name, content)
    file = store_file(actor=actor, purpose=PURPOSE, name=name, content=content)
    batch = ImportBatch(
        kind=kind,
        target_id=target_id,
        file=file,
        file_sha256=file.sha256,
        sheet=sheet,
        given_day=on,
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        user_label=actor.user_label,
        region=actor.region,
    )
    with unit_of_work(actor):
        BATCH_WORKFLOW.enter(batch, actor=actor)
    return batch


def check(*, actor: Actor, batch: ImportBatch) -> Examination:
    """Judge the file as it stands now, with its corrections and answers, and keep the report."""
    examination = examination_of(batch, actor)
    with unit_of_work(actor):
        row = _locked(batch, actor, BatchState.UPLOADED, BatchState.CHECKED)
        _keep_report(row, examination)
        fields = _counts(row, examination)
        if row.state == BatchState.UPLOADED:
            BATCH_WORKFLOW.apply(row, "check", actor=actor, fields=fields)
        else:
            for name, value in fields.items():
                setattr(row, name, value)
            row.save(update_fields=list(fields))
    batch.refresh_from_db()
    return examination


def check_later(*, actor: Actor, batch: ImportBatch) -> Job:
    """`check` as a job, for a file of which the check takes longer than a person waits for a page."""
    with unit_of_work(actor):
        row = _locked(batch, actor, BatchState.UPLOADED, BatchState.CHECKED)
        job = jobs.enqueue(
            kind=CHECK_JOB,
            actor=actor,
            payload={"batch": str(row.public_id)},
            label=f"检查{kind_of(row.kind).label}",
        )
        row.job_id = job.pk
        row.save(update_fields=["job_id"])
    return job


def preview(
    *,
    actor: Actor,
    kind: str,
    name: str,
    content: bytes,
    target_id: str = "",
    on: dt.date | None = None,
    sheet: str = "",
) -> tuple[ImportBatch, Examination]:
    """`upload` and `check` in one, for a file that is checked while the person waits; nothing is kept of a bad one."""
    with unit_of_work(actor):
        batch = upload(actor=actor, kind=kind, name=name, content=content, target_id=target_id, on=on, sheet=sheet)
        examination = check(actor=actor, batch=batch)
    return batch, examination


def preview_later(
    *,
    actor: Actor,
    kind: str,
    name: str,
    content: bytes,
    target_id: str = "",
    on: dt.date | None = None,
    sheet: str = "",
) -> ImportBatch:
    """`upload` and `check_later` in one, for a large file: what is kept will be checked, whatever dies in between."""
    with unit_of_work(actor):
        batch = upload(actor=actor, kind=kind, name=name, content=content, target_id=target_id, on=on, sheet=sheet)
        check_later(actor=actor, batch=batch)
    batch.refresh_from_db()
    return batch


def confirm(
    *, actor: Actor, batch: ImportBatch, cells: Collection[str], examination: Examination | None = None
) -> ImportBatch:
    """Say yes to findings that need one, by cell (`ALL` for every one); each yes is written down with its hand.

    DomainError for a cell that has no such finding. Who has just checked the file passes its examination; else the
    kept report says what was asked.
    """
    with unit_of_work(actor):
        row = _locked(batch, actor, BatchState.CHECKED)
        questions = _questions(row, examination)
        wanted = set(questions) if ALL in cells else {cell.upper() for cell in cells}
        if unknown := sorted(wanted - set(questions)):
            raise DomainError(f"{'、'.join(unknown)} 没有要确认的，请照最新的检查结果再看", field="cells")
        fresh = sorted(wanted - answers_of(row).yes)
        copy_objects([_yes(row, cell, questions[cell], actor) for cell in fresh])
        row.every_yes = row.every_yes or ALL in cells
        _count_anew(row)
    batch.refresh_from_db()
    return batch


def take_back(*, actor: Actor, batch: ImportBatch, cell: str) -> ImportBatch:
    """Take a yes back."""
    with unit_of_work(actor):
        row = _locked(batch, actor, BatchState.CHECKED)
        if cell not in answers_of(row).yes:
            raise DomainError(f"{cell} 没有确认过，请刷新再看", field="cell")
        _decision(row, actor, Answer.TAKEN_BACK, row=place_of_cell(cell)[0], cell=cell).save()
        row.every_yes = False
        _count_anew(row)
    batch.refresh_from_db()
    return batch


def leave_out(*, actor: Actor, batch: ImportBatch, row: int, out: bool = True) -> Examination:
    """Set a row aside for now (or take it in again): it counts as if it did not stand in the file."""
    with unit_of_work(actor):
        locked = _locked(batch, actor, BatchState.CHECKED)
        _decision(locked, actor, Answer.LEAVE_OUT if out else Answer.TAKE_IN, row=row).save()
        return check(actor=actor, batch=batch)


def correct_cell(*, actor: Actor, batch: ImportBatch, cell: str, text: str) -> Examination:
    """Put `text` in place of a cell's and judge the file again; an earlier yes to that cell no longer holds."""
    if len(text) > _LONGEST_CORRECTION:
        raise DomainError(f"一格最多 {_LONGEST_CORRECTION} 个字", field="text")
    with unit_of_work(actor):
        locked = _locked(batch, actor, BatchState.CHECKED)
        number, column = place_of_cell(cell)
        correction = locked.corrections.filter(row=number, column=column).first()
        correction = correction or CellCorrection(batch=locked, row=number, column=column)
        correction.text = text.strip()
        correction.user_id, correction.user_label = actor.user_id, actor.user_label
        correction.save()
        if cell in answers_of(locked).yes:
            _decision(locked, actor, Answer.TAKEN_BACK, row=number, cell=cell).save()
        return check(actor=actor, batch=batch)


def undo_correction(*, actor: Actor, batch: ImportBatch, cell: str) -> Examination:
    """Let the file's own text stand again; the audit keeps the correction."""
    with unit_of_work(actor):
        locked = _locked(batch, actor, BatchState.CHECKED)
        number, column = place_of_cell(cell)
        undone, _ = locked.corrections.filter(row=number, column=column).delete()
        if not undone:
            raise DomainError(f"{cell} 没有改过，请刷新再看", field="cell")
        return check(actor=actor, batch=batch)


def discard(*, actor: Actor, batch: ImportBatch) -> ImportBatch:
    """Give the file up. It is kept as long as files that were sent in are kept; the report goes."""
    with unit_of_work(actor):
        BATCH_WORKFLOW.apply(batch, "discard", actor=actor)
        ImportReport.objects.filter(batch=batch).delete()
    return batch


def commit(*, actor: Actor, batch: ImportBatch, accept_valid: bool = False, wait: bool = False) -> ImportBatch:
    """Let the accepted rows go in, as a job; with `wait` here and now.

    The batch that comes back is an earlier one where the same file has gone from this organisation to the same target
    already and nothing more was said yes to. DomainError where no row may go in, and while errors remain unless
    `accept_valid`.
    """
    kind = kind_of(batch.kind)
    require_may_import(actor, kind)
    if kind.storage is None:
        raise DomainError(f"{kind.label}现在只能检查，还不能导入")
    if earlier := _committed_before(actor, batch):
        if earlier.pk != batch.pk and batch.state == BatchState.CHECKED:
            discard(actor=actor, batch=batch)
        return earlier

    def begin(job: Job) -> None:
        _start(actor, batch, job, accept_valid=accept_valid)

    what: dict[str, Any] = {
        "actor": actor,
        "payload": {"batch": str(batch.public_id)},
        "label": f"导入{kind.label}",
    }
    if wait:
        _raise_failure(jobs.run_inline(kind=COMMIT_JOB, begin=begin, **what))
    else:
        with unit_of_work(actor):
            begin(jobs.enqueue(kind=COMMIT_JOB, **what))
    batch.refresh_from_db()
    return batch


def _start(actor: Actor, batch: ImportBatch, job: Job, *, accept_valid: bool) -> None:
    """The file is going in, by this job: neither is ever without the other."""
    with unit_of_work(actor):
        row = _locked(batch, actor, BatchState.CHECKED)
        _require_rows(row)
        if row.errors and not accept_valid:
            raise DomainError(
                f"还有 {_still_wrong(row)}。请先改好，或者选择先导入没有问题的 {row.accepted} 行",
                code="errors_remain",
            )
        BATCH_WORKFLOW.apply(row, "start", actor=actor, fields={"job_id": job.pk})


def back_to_check(*, actor: Actor, batch: ImportBatch) -> ImportBatch:
    """Give up going in, where the commit failed or was stopped, and look at the findings again.

    What went in stays in; the file checked anew knows it as there already.
    """
    with unit_of_work(actor):
        row = _locked(batch, actor, BatchState.COMMITTING)
        job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
        if job is not None and not job.is_finished:
            raise DomainError("还在导入，请先停下来", code="state")
        BATCH_WORKFLOW.apply(row, "reopen", actor=actor)
        check_later(actor=actor, batch=row)
    row.refresh_from_db()
    return row


def resume(*, actor: Actor, batch: ImportBatch, wait: bool = False) -> ImportBatch:
    """Go on with a commit that failed or was stopped, from the part it had reached."""
    row = get_batch(actor=actor, public_id=str(batch.public_id))
    job = Job.objects.filter(pk=row.job_id).first() if row.job_id else None
    if row.state != BatchState.COMMITTING or job is None:
        raise DomainError(f"这个文件{BatchState(row.state).label}，不用接着导入", code="state")
    jobs.resume(actor=actor, job=job)
    if wait:
        job.refresh_from_db()
        _raise_failure(jobs.run_now(job))
    row.refresh_from_db()
    return row


def _raise_failure(job: Job) -> None:
    if job.error:
        raise DomainError(job.error)


def job_of(*, actor: Actor, batch: ImportBatch) -> Job | None:
    """The job that last worked on a file of the actor's own organisation, whoever of it started the job."""
    visible = get_batch(actor=actor, public_id=str(batch.public_id))
    return Job.objects.filter(pk=visible.job_id).first() if visible.job_id else None


def require_open(*, actor: Actor, kind: str, target_id: str) -> ImportKind:
    """The kind, if the actor may bring such a file in here; else NotAllowed, NotFound or a DomainError that says why
    not (a class that is closed). What is wrong with the day (field `on`) is not: the file will say its own."""
    chosen = kind_of(kind)
    require_may_import(actor, chosen)
    target_id = _target_of(chosen, target_id)
    if opener := register_opener(chosen, actor, target_id):
        try:
            opener(clock.today())
        except DomainError as refusal:
            if refusal.field != "on":
                raise
    return chosen


def get_batch(*, actor: Actor, public_id: str) -> ImportBatch:
    """The batch by its opaque id, if the actor may see it; else NotFound."""
    batch: ImportBatch | None = ImportBatch.objects.visible_to(actor).filter(public_id=public_id).first()
    if batch is None:
        raise NotFound("没有这次导入，或者不归您的单位")
    return batch


def place_of_cell(cell: str) -> tuple[int, int]:
    """Row number (from 1) and column (from 0) of a cell's name. DomainError for what names no cell."""
    place = cell_place(cell)
    if place is None:
        raise DomainError(f"没有“{cell}”这一格", field="cell")
    return place


# --- parts ---------------------------------------------------------------------------------------------------------


def _target_of(kind: ImportKind, target_id: str) -> str:
    """The class that a file goes into; none for a kind that belongs to none, whatever was said beside it."""
    if not kind.has_class:
        return ""
    if not target_id:
        raise DomainError(f"请说明{kind.label}归哪个班", field="target_id")
    return target_id


def _locked(batch: ImportBatch, actor: Actor, *states: str) -> ImportBatch:
    row: ImportBatch | None = ImportBatch.objects.visible_to(actor).select_for_update().filter(pk=batch.pk).first()
    if row is None:
        raise NotFound("没有这次导入，或者不归您的单位")
    require_may_import(actor, kind_of(row.kind))
    if row.state not in states:
        raise DomainError(f"这个文件{BatchState(row.state).label}，不能再改。刷新看看是不是别人已经办了", code="state")
    return row


def _keep_report(batch: ImportBatch, examination: Examination) -> None:
    ImportReport.objects.filter(batch=batch).delete()
    kept = ImportReport(batch=batch, body=packed(head_of(examination, answers_of(batch).yes)))
    kept.save()
    parts = enumerate(parts_of(examination))
    copy_objects([ImportReportPart(report=kept, number=number, body=packed(part)) for number, part in parts])


def _counts(batch: ImportBatch, examination: Examination) -> dict[str, Any]:
    return {
        "business_day": examination.on,
        "sheet": examination.table.grid.name[:100],
        "rows": examination.rows.height,
        "accepted": len(examination.outcome(answers_of(batch).yes).accepted),
        "errors": len(examination.of(Severity.ERROR)),
        "confirms": len(examination.of(Severity.CONFIRM)),
        "cleaned": len(examination.of(Severity.CLEANED)),
    }


def _count_anew(batch: ImportBatch) -> None:
    """After another yes, or one less: how many rows may go in."""
    batch.accepted = int(Kept.of(batch).accepted.sum())
    batch.save(update_fields=["every_yes", "accepted"])


def _require_rows(batch: ImportBatch) -> None:
    """DomainError for an empty table, and for one of which every row is wrong: it will be another class's, or none."""
    kept = Kept.of(batch)
    if not kept.numbers.size:
        raise DomainError("没有读到一行，没有可以导入的", code="nothing_to_commit")
    if batch.errors and not (kept.accepted | kept.refused).any():
        which = "班或者文件" if kind_of(batch.kind).has_class else "文件"
        raise DomainError(
            f"还有 {_still_wrong(batch)}，一行都不能导入。请先看看是不是选错了{which}", code="nothing_to_commit"
        )


def _still_wrong(batch: ImportBatch) -> str:
    gates = Kept.of(batch).gates()
    counts = ((sum(gate.errors for gate in gates), "要改"), (sum(gate.refused for gate in gates), "没通过"))
    return "、".join(f"{count} 处{what}" for count, what in counts if count)


def _questions(batch: ImportBatch, examination: Examination | None) -> dict[str, str]:
    """By cell, the rule of every finding that a yes settles."""
    if examination is not None:
        return {finding.cell: finding.rule.id for finding in examination.of(Severity.CONFIRM)}
    kept = Kept.of(batch)
    return {cell: kept.rules[kept.place(finding).rule].id for cell, finding in kept.questions().items()}


def _yes(batch: ImportBatch, cell: str, rule: str, actor: Actor) -> ImportDecision:
    return _decision(batch, actor, Answer.YES, row=place_of_cell(cell)[0], cell=cell, rule=rule)


def _decision(
    batch: ImportBatch, actor: Actor, answer: Answer, *, row: int, cell: str = "", rule: str = ""
) -> ImportDecision:
    return ImportDecision(
        batch=batch, row=row, cell=cell, rule=rule, answer=answer, user_id=actor.user_id, user_label=actor.user_label
    )


def _committed_before(actor: Actor, batch: ImportBatch) -> ImportBatch | None:
    """The first batch of the same file for the same target and day, where this one would let no more rows in."""
    if batch.corrections.exists():
        return None
    mine = answers_of(batch)
    same_day = Q(given_day=batch.given_day) | Q(business_day=batch.business_day)
    same = ImportBatch.objects.visible_to(actor).into(kind=batch.kind, target_id=batch.target_id).committed()
    for earlier in same.filter(same_day, file_sha256=batch.file_sha256).order_by("id"):
        said_no_more = earlier.every_yes or mine.yes <= answers_of(earlier).yes
        if said_no_more and batch.accepted <= earlier.result["accepted"]:
            found: ImportBatch = earlier
            return found
    return None
