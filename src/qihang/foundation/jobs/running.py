"""One attempt at a job: take it, run its handler, write down how it ended."""

import logging
import secrets
import traceback
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.jobs.context import JobContext
from qihang.foundation.jobs.endings import Cancelled, Interrupted, Superseded
from qihang.foundation.jobs.enums import FINAL, JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.personal import refuse_personal, strip_personal
from qihang.foundation.jobs.ports import job_finished, job_kinds
from qihang.foundation.jobs.queueing import only_runner

logger = logging.getLogger(__name__)

# A job that dies this often without one more step saved is not tried again.
MAX_IDLE_ATTEMPTS = 5
# The database went away or asks for another try: the attempt ends, the job does not.
TRANSIENT = (OperationalError, InterfaceError)


class StillHeld(Exception):
    """A runner that has not quite ended holds the job; try again in a moment."""


def execute(job_id: int, should_stop: Callable[[], bool] = lambda: False) -> None:
    """Make one attempt. Does nothing for a job that has ended.

    Raises StillHeld, Interrupted or a database error when the job is to be taken up again later.
    """
    with only_runner(job_id) as mine:
        if not mine:
            raise StillHeld(job_id)
        job = _take(job_id)
        if job is None:
            return
        context = JobContext(job, should_stop)
        try:
            _run(context)
        finally:
            context.close()


def end(job: Job, state: JobState, **outcome: Any) -> None:
    """Write the end of the job down and tell who listens, in one transaction; a superseded attempt writes nothing."""
    with unit_of_work(job.started_by):
        mine = Job.objects.filter(pk=job.pk, attempts=job.attempts).exclude(state__in=FINAL).order_by()
        if not mine.update(state=state, finished_at=clock.now(), **outcome):
            return
        job.refresh_from_db()
        for name, listen in job_finished.items():
            try:
                with transaction.atomic():
                    listen(job)
            except Exception:
                # The work is done whether or not the news of it got out.
                logger.exception("job %s: listener %s failed", job.pk, name)


def _take(job_id: int) -> Job | None:
    with transaction.atomic():
        job: Job | None = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.is_finished:
            return None
        job.attempts += 1
        job.idle_attempts += 1
        job.state = JobState.RUNNING
        job.resumed_at, job.resumed_from = clock.now(), job.done
        job.started_at = job.started_at or job.resumed_at
        job.save(update_fields=["attempts", "idle_attempts", "state", "resumed_at", "resumed_from", "started_at"])
    if job.idle_attempts > MAX_IDLE_ATTEMPTS:
        end(
            job,
            JobState.FAILED,
            error="连着几次都在同一处中断，先停在这里。做好的都在，请联系管理员看日志后再接着做。",
        )
        return None
    return job


def _run(context: JobContext) -> None:
    job = context.job
    try:
        result = dict(job_kinds.get(job.kind).handler(context))
        refuse_personal(result, "result")
    except Cancelled:
        end(job, JobState.CANCELLED)
    except Superseded:
        logger.warning("job %s: attempt %s was superseded", job.pk, job.attempts)
    except Interrupted:
        Job.objects.filter(pk=job.pk, attempts=job.attempts).update(state=JobState.QUEUED, idle_attempts=0)
        raise
    except TRANSIENT:
        logger.warning("job %s: the database went away, to be tried again", job.pk)
        raise
    except DomainError as refusal:
        end(job, JobState.FAILED, error=refusal.message)
    except Exception as fault:
        _fail(job, fault)
    else:
        end(job, JobState.DONE, result=result)


def _fail(job: Job, fault: Exception) -> None:
    reference = secrets.token_hex(4)
    trace = strip_personal("".join(traceback.format_exception(fault)))
    logger.error("job %s (%s) failed, reference %s\n%s", job.pk, job.kind, reference, trace)
    end(
        job,
        JobState.FAILED,
        error=f"出了意外，没有做完。做好的都在，可以接着做；还不行就把编号 {reference} 告诉管理员。",
        log_reference=reference,
    )
