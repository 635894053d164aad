"""The tasks procrastinate knows: one that runs a job, and one for each cadence of chores."""

import datetime as dt
import logging

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job as QueuedJob
from procrastinate.utils import utcnow

from qihang.foundation.jobs.endings import Interrupted
from qihang.foundation.jobs.enums import Cadence
from qihang.foundation.jobs.ports import chores
from qihang.foundation.jobs.queueing import CHORES_QUEUE, RUN_JOB
from qihang.foundation.jobs.running import TRANSIENT, StillHeld, execute

logger = logging.getLogger(__name__)

# Cadence -> cron. Hours and days avoid the full hour, when everything else starts.
CRON = {Cadence.MINUTE: "* * * * *", Cadence.HOUR: "17 * * * *", Cadence.DAY: "23 3 * * *"}


class TryAgain(BaseRetryStrategy):
    """Queue rows of jobs that were cut short go back; how often in vain is counted by the job itself."""

    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        if isinstance(exception, JobAborted):
            return RetryDecision(retry_at=utcnow())
        if isinstance(exception, (StillHeld, *TRANSIENT)):
            return RetryDecision(retry_at=utcnow() + dt.timedelta(seconds=min(2 * (job.attempts + 1), 60)))
        return None


@app.task(name=RUN_JOB, pass_context=True, retry=TryAgain())
def run_job(context: JobContext, *, job_id: int) -> None:
    try:
        execute(job_id, should_stop=context.should_abort)
    except Interrupted:
        raise JobAborted from None


def run_chores(cadence: Cadence) -> None:
    """Run all chores of a cadence; one that fails is logged and does not hold up the others."""
    for name, chore in chores.items():
        if chore.cadence == cadence:
            try:
                chore.run()
            except Exception:
                logger.exception("chore %s failed", name)


@app.periodic(cron=CRON[Cadence.MINUTE])
@app.task(name="qihang.every_minute", queue=CHORES_QUEUE, queueing_lock="every_minute")
def every_minute(timestamp: int) -> None:
    run_chores(Cadence.MINUTE)


@app.periodic(cron=CRON[Cadence.HOUR])
@app.task(name="qihang.every_hour", queue=CHORES_QUEUE, queueing_lock="every_hour")
def every_hour(timestamp: int) -> None:
    run_chores(Cadence.HOUR)


@app.periodic(cron=CRON[Cadence.DAY])
@app.task(name="qihang.every_day", queue=CHORES_QUEUE, queueing_lock="every_day")
def every_day(timestamp: int) -> None:
    run_chores(Cadence.DAY)
