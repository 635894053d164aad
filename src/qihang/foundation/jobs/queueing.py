"""Our side of procrastinate's queue: putting jobs in with the caller's transaction, and finding those left behind."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from asgiref.sync import async_to_sync
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task
from procrastinate.utils import utcnow

from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job

RUN_JOB = "qihang.run_job"
JOBS_QUEUE = "jobs"
CHORES_QUEUE = "chores"
# A process frozen while it holds the turn loses it after this long, or nobody else would ever look.
MAX_IDLE_HOLD = "5s"

logger = logging.getLogger(__name__)
# Always Django's connection of this thread: a worker's own manager has another, outside the caller's transaction.
_manager = JobManager(DjangoConnector())


def put(job: Job) -> None:
    """Queue the job; it can be taken once the caller's transaction commits, never if that rolls back."""
    deferrer = configure_task(
        name=RUN_JOB, job_manager=_manager, queue=JOBS_QUEUE, queueing_lock=f"job-{job.pk}", task_kwargs={}
    )
    job.queue_id = deferrer.defer(job_id=job.pk)
    job.save(update_fields=["queue_id"])


def withdraw(job: Job) -> bool:
    """Take a waiting job out of the queue; False when a worker already has it."""
    return job.queue_id is None or _manager.cancel_job_by_id(job.queue_id, delete_job=True)


def take_up_abandoned(stalled_after: float) -> int:
    """Queue anew what nobody works on any more, however its runner ended; returns how many jobs. One worker at a time."""
    with _one_at_a_time("qihang.jobs.take_up_abandoned") as mine:
        found = retry_left() + retry_stalled(stalled_after) + adopt_orphans() if mine else 0
    if found:
        logger.warning("%s jobs were left by a dead runner and are queued anew", found)
    return found


def retry_left() -> int:
    """Hand jobs to others that say they run while no connection holds them; how many.

    The lock of a dead runner's connection goes with it: this finds them at once, a missing heartbeat only later.
    """
    taken = ProcrastinateJob.objects.filter(status="doing").values("id")
    running = Job.objects.filter(state=JobState.RUNNING, queue_id__in=taken).order_by()
    left = 0
    for job in running.order_by("id"):
        with only_runner(job.pk) as free:
            # Asked again under the lock: an attempt may have ended since. Queued, it is not found a second time when
            # a worker has it and has not begun yet.
            if free and job.queue_id and running.filter(pk=job.pk).update(state=JobState.QUEUED):
                _manager.retry_job_by_id(job.queue_id, retry_at=utcnow())
                left += 1
    return left


def retry_stalled(stalled_after: float) -> int:
    """Hand the work of workers without a heartbeat for `stalled_after` seconds to others; returns how many.

    Finds what a worker took and did not begin, and what a frozen one holds.
    """
    stalled = [
        queued.id
        for queued in async_to_sync(_manager.get_stalled_jobs)(seconds_since_heartbeat=stalled_after)
        if queued.id is not None
    ]
    for queue_id in stalled:
        _manager.retry_job_by_id(queue_id, retry_at=utcnow())
    return len(stalled)


def adopt_orphans() -> int:
    """Queue unfinished jobs that no queue row stands for and nobody runs (a page or command that was killed); how many."""
    live = ProcrastinateJob.objects.filter(status__in=("todo", "doing")).values("id")
    adopted = 0
    for job in Job.objects.unfinished().exclude(queue_id__in=live):
        with only_runner(job.pk) as free:
            if free and Job.objects.unfinished().filter(pk=job.pk).order_by().update(state=JobState.QUEUED):
                put(job)
                adopted += 1
    return adopted


@contextmanager
def only_runner(job_id: int) -> Iterator[bool]:
    """Hold the job for this connection. False while another holds it, be it only a dead runner's last statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('qihang.jobs'), %s)", [job_id])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            # A broken connection has let go of the lock by itself.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('qihang.jobs'), %s)", [job_id])


@contextmanager
def _one_at_a_time(name: str) -> Iterator[bool]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [MAX_IDLE_HOLD])
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [name])
        yield bool(cursor.fetchone()[0])
