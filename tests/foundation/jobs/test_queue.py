"""What lies in the queue and what does not, who sees it, and how abandoned work is found again."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.foundation.jobs.conftest import ADMIN, CLERK, COLLEAGUE, KIND

from qihang.foundation.core import audit
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.jobs import queueing, running, tasks
from qihang.foundation.jobs.context import JobContext
from qihang.foundation.jobs.enums import Cadence, JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.ports import JobHandler, chores, register_chore
from qihang.foundation.jobs.queueing import (
    adopt_orphans,
    only_runner,
    retry_left,
    retry_stalled,
    take_up_abandoned,
)
from qihang.foundation.jobs.services import enqueue, request_stop, resume, run_inline, run_now

pytestmark = pytest.mark.django_db

Handle = Callable[[JobHandler], None]


def nothing(ctx: JobContext) -> dict[str, Any]:
    return {}


def start(actor: Actor = CLERK) -> Job:
    return enqueue(kind=KIND, actor=actor, payload={})


def rows(job: Job) -> list[str]:
    return list(ProcrastinateJob.objects.filter(args={"job_id": job.pk}).values_list("status", flat=True))


def take(job: Job) -> None:
    """As a worker does that then dies: the queue row is being done by nobody."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [job.queue_id])


def test_a_job_is_queued_with_the_callers_transaction(handle: Handle) -> None:
    handle(nothing)
    with pytest.raises(RuntimeError), transaction.atomic():
        start()
        raise RuntimeError
    assert not Job.objects.exists()
    assert not ProcrastinateJob.objects.exists()
    assert rows(start()) == ["todo"]


def test_an_unregistered_kind_is_refused_at_once() -> None:
    with pytest.raises(LookupError, match="job_kinds"):
        enqueue(kind="tests.unheard_of", actor=CLERK, payload={}, label="随便")
    assert not Job.objects.exists()


def test_running_it_here_takes_it_out_of_the_queue(handle: Handle) -> None:
    handle(nothing)
    job = run_now(start())
    assert job.state == JobState.DONE
    assert rows(job) == []


def test_what_a_worker_has_is_not_run_here_too(handle: Handle) -> None:
    handle(nothing)
    job = start()
    take(job)
    with pytest.raises(DomainError, match="后台已经在做"):
        run_now(job)


def test_one_sees_ones_own_jobs_and_administrators_all(handle: Handle) -> None:
    handle(nothing)
    mine, other, systems = start(), start(COLLEAGUE), start(Actor.for_system("schedule"))
    assert list(Job.objects.visible_to(CLERK)) == [mine]
    assert set(Job.objects.visible_to(ADMIN)) == {mine, other, systems}
    assert set(Job.objects.visible_to(Actor.for_system("schedule"))) == {mine, other, systems}
    assert not Job.objects.visible_to(Actor()).exists()


def test_a_waiting_job_stops_at_once(handle: Handle, heard: list[str]) -> None:
    handle(nothing)
    job = request_stop(actor=CLERK, job=start())
    assert (job.state, rows(job), heard) == (JobState.CANCELLED, [], ["cancelled"])
    running.execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_nobody_stops_or_resumes_anothers_job(handle: Handle) -> None:
    handle(nothing)
    job = start()
    for act in (request_stop, resume):
        with pytest.raises(NotFound):
            act(actor=COLLEAGUE, job=job)
    assert request_stop(actor=ADMIN, job=job).state == JobState.CANCELLED


def test_what_has_ended_is_neither_stopped_nor_resumed(handle: Handle) -> None:
    handle(nothing)
    job = run_now(start())
    with pytest.raises(DomainError, match="已经结束"):
        request_stop(actor=CLERK, job=job)
    with pytest.raises(DomainError, match="不用再接着做"):
        resume(actor=CLERK, job=job)


def test_a_stopped_job_can_be_taken_up_again(handle: Handle) -> None:
    handle(nothing)
    job = resume(actor=CLERK, job=request_stop(actor=CLERK, job=start()))
    assert (job.state, job.cancel_requested, rows(job)) == (JobState.QUEUED, False, ["todo"])
    assert run_now(job).state == JobState.DONE


def test_work_of_a_worker_without_a_heartbeat_is_queued_anew(handle: Handle) -> None:
    handle(nothing)
    dead, alive = start(), start()
    with connection.cursor() as cursor:
        for job, age in ((dead, "1 minute"), (alive, "1 second")):
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id", [age]
            )
            worker = cursor.fetchone()[0]
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s", [worker, job.queue_id]
            )
    assert retry_stalled(15) == 1
    assert (rows(dead), rows(alive)) == (["todo"], ["doing"])
    assert retry_stalled(15) == 0


@contextmanager
def held_elsewhere(job: Job) -> Iterator[None]:
    """Another connection holds the job, as its runner does."""
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('qihang.jobs'), %s)", [job.pk])
        yield
        cursor.execute("SELECT pg_advisory_unlock_all()")  # at once: closing takes the server a moment
    other.close()


def test_a_running_job_whose_runner_is_gone_is_queued_anew_without_waiting(handle: Handle) -> None:
    handle(nothing)
    left, held, waiting = start(), start(), start()
    for job in (left, held):
        take(job)
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    with held_elsewhere(held):
        assert retry_left() == 1
    assert (rows(left), rows(held), rows(waiting)) == (["todo"], ["doing"], ["todo"])
    left.refresh_from_db()
    assert left.state == JobState.QUEUED
    take(left)  # by the next worker, which has not begun yet
    Job.objects.filter(pk=held.pk).update(state=JobState.DONE, finished_at=left.created_at)
    assert retry_left() == 0


def test_a_job_that_a_worker_is_about_to_begin_is_not_left(handle: Handle) -> None:
    handle(nothing)
    job = start()
    take(job)
    assert retry_left() == 0
    assert rows(job) == ["doing"]


def test_whatever_is_abandoned_is_taken_up_at_one_look(handle: Handle, caplog: pytest.LogCaptureFixture) -> None:
    handle(nothing)
    left, lost, fetched = start(), start(), start()
    take(left)
    take(fetched)  # by a worker that no row names any more
    Job.objects.filter(pk=left.pk).update(state=JobState.RUNNING)
    ProcrastinateJob.objects.filter(pk=lost.queue_id).delete()
    assert take_up_abandoned(15) == 3
    assert "3 jobs were left" in caplog.text
    assert (rows(left), rows(lost), rows(fetched)) == (["todo"], ["todo"], ["todo"])
    assert take_up_abandoned(15) == 0


@pytest.mark.django_db(transaction=True)
def test_a_worker_frozen_while_looking_does_not_keep_the_others_from_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queueing, "MAX_IDLE_HOLD", "300ms")
    holding, thaw = threading.Event(), threading.Event()

    def frozen() -> None:
        try:
            with queueing._one_at_a_time("tests.turn") as mine:
                assert mine
                holding.set()
                thaw.wait(30)
        except DatabaseError:
            pass  # its connection was closed over its head
        finally:
            connection.close()

    other = threading.Thread(target=frozen)
    other.start()
    assert holding.wait(30)
    deadline = time.monotonic() + 30
    turns = []
    while not any(turns):
        assert time.monotonic() < deadline, "the frozen worker keeps its turn"
        with queueing._one_at_a_time("tests.turn") as mine:
            turns.append(mine)
        time.sleep(0.05)
    thaw.set()
    other.join()
    assert turns[0] is False


def test_an_unfinished_job_that_no_queue_row_stands_for_is_adopted(handle: Handle) -> None:
    handle(nothing)
    queued, lost, ended = start(), start(), run_now(start())
    ProcrastinateJob.objects.filter(pk=lost.queue_id).delete()
    Job.objects.filter(pk=lost.pk).update(state=JobState.RUNNING)
    assert adopt_orphans() == 1
    assert (rows(queued), rows(lost), rows(ended)) == (["todo"], ["todo"], [])
    assert adopt_orphans() == 0


def test_an_inline_job_under_way_is_no_orphan(handle: Handle) -> None:
    """Another connection looks while the command runs: the lock says that somebody is at it."""
    found: list[bool] = []

    def look_from_outside(ctx: JobContext) -> dict[str, Any]:
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtext('qihang.jobs'), %s)", [ctx.job.pk])
            found.append(cursor.fetchone()[0])
        other.close()
        return {}

    handle(look_from_outside)
    job = run_inline(kind=KIND, actor=CLERK, payload={})
    assert (job.state, found) == (JobState.DONE, [False])


def test_a_job_that_another_connection_holds_is_tried_later(handle: Handle) -> None:
    handle(nothing)
    job = start()
    with held_elsewhere(job):
        with pytest.raises(running.StillHeld):
            running.execute(job.pk)
        with pytest.raises(DomainError, match="后台已经在做"):
            run_now(job)
    running.execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_the_lock_goes_with_the_block(handle: Handle) -> None:
    with only_runner(1) as first:
        assert first
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('qihang.jobs'), 1)")
        assert cursor.fetchone()[0]
    other.close()


@pytest.mark.parametrize(
    ("fault", "again"),
    [
        (running.StillHeld(), True),
        (running.TRANSIENT[0]("gone"), True),
        (tasks.JobAborted(), True),
        (ValueError("ours"), False),
    ],
)
def test_only_what_was_cut_short_is_tried_again(fault: BaseException, again: bool) -> None:
    task = app.tasks[tasks.RUN_JOB]
    queued = tasks.QueuedJob(
        id=1, queue="jobs", lock=None, queueing_lock=None, task_name=task.name, attempts=3, task_kwargs={}
    )
    assert (tasks.TryAgain().get_retry_decision(exception=fault, job=queued) is not None) is again


class TestChores:
    def test_each_cadence_runs_its_own_and_one_failing_does_not_hold_up_the_rest(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        ran: list[str] = []

        def trip() -> None:
            raise RuntimeError("坏了")

        register_chore("tests.trip", every=Cadence.HOUR)(trip)
        register_chore("tests.hourly", every=Cadence.HOUR)(lambda: ran.append("hour"))
        register_chore("tests.daily", every=Cadence.DAY)(lambda: ran.append("day"))
        try:
            tasks.run_chores(Cadence.HOUR)
        finally:
            for name in ("tests.trip", "tests.hourly", "tests.daily"):
                chores._handlers.pop(name)
        assert ran == ["hour"]
        assert "tests.trip failed" in caplog.text

    def test_the_queue_knows_a_task_for_every_cadence(self) -> None:
        periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
        assert periodic == {
            "qihang.every_minute": "* * * * *",
            "qihang.every_hour": "17 * * * *",
            "qihang.every_day": "23 3 * * *",
        }

    def test_old_rows_of_the_queue_are_cleared(self, handle: Handle) -> None:
        handle(nothing)
        old, new = start(), start()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'failed' WHERE id = ANY(%s)", [[old.queue_id, new.queue_id]]
            )
            cursor.execute(
                "UPDATE procrastinate_events SET at = now() - interval '31 days' WHERE job_id = %s", [old.queue_id]
            )
        tasks.run_chores(Cadence.DAY)
        assert (rows(old), rows(new)) == ([], ["failed"])


def test_the_sealer_is_a_chore_of_every_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed: list[int] = []
    monkeypatch.setattr(audit, "seal", lambda: sealed.append(1))
    tasks.run_chores(Cadence.MINUTE)
    assert sealed == [1]


@pytest.mark.django_db(transaction=True)
class TestWatching:
    def test_a_report_shows_while_the_step_is_still_open(self, handle: Handle) -> None:
        seen: list[tuple[int, int | None, str]] = []

        def long_step(ctx: JobContext) -> dict[str, Any]:
            with ctx.step(done=100, total=100, message="写完"):
                ctx.report(done=40, total=100, message="已比 40 人")
                other = connection.copy()
                with other.cursor() as cursor:
                    cursor.execute("SELECT done, total, message FROM jobs_job WHERE id = %s", [ctx.job.pk])
                    seen.append(cursor.fetchone())
                other.close()
                ctx.report(done=41)  # too soon after the last: left out
            return {}

        handle(long_step)
        job = run_now(start())
        assert seen == [(40, 100, "已比 40 人")]
        assert (job.done, job.message) == (100, "写完")

    def test_a_report_outside_a_step_shows_too_and_heeds_a_stop(self, handle: Handle) -> None:
        def read(ctx: JobContext) -> dict[str, Any]:
            ctx.report(done=5, total=10)
            request_stop(actor=CLERK, job=ctx.job)
            ctx._reported = 0.0
            ctx.report(done=6)
            return {}

        handle(read)
        job = run_now(start())
        assert (job.state, job.done, job.total) == (JobState.CANCELLED, 6, 10)

    def test_a_step_is_on_disk_when_the_next_begins(self, handle: Handle) -> None:
        def two(ctx: JobContext) -> dict[str, Any]:
            with ctx.step(checkpoint={"n": 1}):
                pass
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute("SELECT checkpoint->>'n' FROM jobs_job WHERE id = %s", [ctx.job.pk])
                found = cursor.fetchone()[0]
            other.close()
            return {"found": found}

        handle(two)
        assert run_now(start()).result == {"found": "1"}


def test_no_event_loop_is_left_behind() -> None:
    retry_stalled(15)
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()
