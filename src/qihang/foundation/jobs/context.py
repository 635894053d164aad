"""What a job's handler works with: its actor, its payload, where it was, and steps that cannot be done twice."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from qihang.foundation.core.units import unit_of_work
from qihang.foundation.jobs.endings import Cancelled, Interrupted, Superseded
from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.personal import refuse_personal

_REPORT_SECONDS = 0.5


@dataclass(slots=True)
class Step:
    """What is saved together with the step's work; a handler may still change it inside the block."""

    done: int
    total: int | None
    message: str
    checkpoint: dict[str, Any]


class JobContext:
    """One attempt at one job."""

    def __init__(self, job: Job, should_stop: Callable[[], bool] = lambda: False) -> None:
        self.job = job
        self.actor = job.started_by
        self.payload: Mapping[str, Any] = job.payload
        self.checkpoint: dict[str, Any] = dict(job.checkpoint)
        self._attempt = job.attempts
        self._should_stop = should_stop
        self._reported = 0.0
        self._side: BaseDatabaseWrapper | None = None
        # Within somebody's open transaction (a test) nobody could see a report, and the row is locked by ourselves.
        self._watched = not connection.in_atomic_block

    @contextmanager
    def step(
        self,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
        checkpoint: Mapping[str, Any] | None = None,
    ) -> Iterator[Step]:
        """Run the block and save `checkpoint` in one transaction, signed by the job's actor.

        After a crash the handler is called again with the last saved `ctx.checkpoint`: of a step, all or nothing is
        kept. `done` and `total` count the same things as the page shows; what is left out stays as it was. Leaving
        the job between steps (a person's stop, the worker's end) keeps the steps made.
        """
        self._look()
        job = self.job
        step = Step(
            done=job.done if done is None else done,
            total=job.total if total is None else total,
            message=job.message if message is None else message,
            checkpoint=dict(self.checkpoint if checkpoint is None else checkpoint),
        )
        with unit_of_work(self.actor):
            yield step
            self._save(step)
        job.done, job.total, job.message = step.done, step.total, step.message
        self.checkpoint = step.checkpoint

    def report(self, *, done: int, total: int | None = None, message: str = "") -> None:
        """Show progress within a long step, or in work that writes nothing. Cheap enough to call for every row.

        Raises the stop that a person asked for, so the step it is called in is rolled back.
        """
        if time.monotonic() - self._reported < _REPORT_SECONDS:
            return
        refuse_personal(message, "message")
        self._tell(done, total, message)
        self._reported = time.monotonic()

    def close(self) -> None:
        """Let go of the connection that reports went through."""
        if self._side is not None:
            self._side.close()

    def _look(self) -> None:
        asked = self._mine().values_list("cancel_requested", flat=True).first()
        self._heed(asked)

    def _heed(self, cancel_requested: bool | None) -> None:
        if cancel_requested is None:
            raise Superseded
        if cancel_requested:
            raise Cancelled
        if self._should_stop():
            raise Interrupted

    def _save(self, step: Step) -> None:
        refuse_personal(step.checkpoint, "checkpoint")
        refuse_personal(step.message, "message")
        saved = self._mine().update(
            done=step.done,
            total=step.total,
            message=step.message,
            checkpoint=step.checkpoint,
            idle_attempts=0,
        )
        if not saved:
            raise Superseded

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, attempts=self._attempt, state=JobState.RUNNING).order_by()

    def _tell(self, done: int, total: int | None, message: str) -> None:
        if not self._watched:
            self._look()
            return
        with self._outside().cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET done = %s, total = coalesce(%s, total), message = %s"
                " WHERE id = %s AND attempts = %s AND state = %s RETURNING cancel_requested",
                [done, total, message, self.job.pk, self._attempt, JobState.RUNNING],
            )
            row = cursor.fetchone()
        self._heed(row[0] if row else None)

    def _outside(self) -> BaseDatabaseWrapper:
        """A connection whose writes show at once: a second one while a step's transaction is open."""
        if not connection.in_atomic_block:
            return connection
        if self._side is None:
            self._side = connection.copy()
        return self._side
