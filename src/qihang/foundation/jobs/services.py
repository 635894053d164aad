"""Starting, watching and stopping background work."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from django.db import transaction

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.jobs import queueing, running
from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.personal import refuse_personal
from qihang.foundation.jobs.ports import job_kinds
from qihang.foundation.jobs.querysets import JobQuerySet


def enqueue(*, kind: str, actor: Actor, payload: Mapping[str, Any], label: str = "") -> Job:
    """Have the worker do a job in `actor`'s name. It starts once the caller's transaction commits.

    `payload` holds ids and settings as JSON, never names or numbers of people (ValueError); `label` says more than the
    kind's own name does. LookupError for an unregistered kind.
    """
    with transaction.atomic():
        job = _make(kind, actor, payload, label)
        queueing.put(job)
    return job


def run_now(job: Job) -> Job:
    """Do a queued job here and now, in this process. DomainError when a worker already has it."""
    taken = DomainError("后台已经在做这件事了，到“任务”里看进度", code="taken")
    if not queueing.withdraw(job):
        raise taken
    try:
        _execute(job)
    except running.StillHeld:
        raise taken from None
    return job


def run_inline(
    *,
    kind: str,
    actor: Actor,
    payload: Mapping[str, Any],
    label: str = "",
    begin: Callable[[Job], None] = lambda job: None,
) -> Job:
    """Make a job and do it in this process, as a command does; killed, the worker takes it up from its checkpoint.

    `begin` writes what must not be without the job, in the transaction that makes it.
    """
    with ExitStack() as held:
        with transaction.atomic():
            job = _make(kind, actor, payload, label)
            held.enter_context(queueing.only_runner(job.pk))  # before the commit shows it: it is not abandoned
            begin(job)
        _execute(job)
    return job


def request_stop(*, actor: Actor, job: Job) -> Job:
    """Stop a job: at once if it still waits, else after the step at hand. What is done stays done."""
    with transaction.atomic():
        row: Job = _visible(actor, job).select_for_update().get(pk=job.pk)
        if row.is_finished:
            raise DomainError(f"任务已经结束：{row.get_state_display()}，不用停了", code="finished")
        if row.state == JobState.QUEUED:
            queueing.withdraw(row)
            running.end(row, JobState.CANCELLED)
        else:
            row.cancel_requested = True
            row.save(update_fields=["cancel_requested"])
    return row


def resume(*, actor: Actor, job: Job) -> Job:
    """Have a failed or stopped job go on from its checkpoint. DomainError for one that is done or under way."""
    with transaction.atomic():
        row: Job = _visible(actor, job).select_for_update().get(pk=job.pk)
        if not row.can_resume:
            raise DomainError(f"任务{row.get_state_display()}，不用再接着做", code="not_resumable")
        row.state = JobState.QUEUED
        row.cancel_requested, row.idle_attempts = False, 0
        row.error, row.log_reference, row.finished_at = "", "", None
        row.save()
        queueing.put(row)
    return row


def _make(kind: str, actor: Actor, payload: Mapping[str, Any], label: str) -> Job:
    refuse_personal(dict(payload), "payload")
    refuse_personal(label, "label")
    usual = job_kinds.get(kind).label
    return Job.objects.create(
        kind=kind,
        label=label or usual,
        actor=actor.as_json(),
        user_id=actor.user_id,
        payload=dict(payload),
    )


def _execute(job: Job) -> None:
    running.execute(job.pk)
    job.refresh_from_db()


def _visible(actor: Actor, job: Job) -> JobQuerySet:
    rows = Job.objects.visible_to(actor)
    if not rows.filter(pk=job.pk).exists():
        raise NotFound("没有这个任务，或者不是您发起的")
    return rows
