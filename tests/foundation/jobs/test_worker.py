"""Real worker processes against a real queue: killed in mid-step, told to end, and robbed of their connections."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from tests.foundation.jobs.conftest import CLERK
from tests.foundation.jobs.sample import CAUGHT_IN, GATE, STEPS, stepped

from qihang.foundation.core.models import CalendarYear, TransitionLog
from qihang.foundation.jobs import worker as worker_module
from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.ports import register_job
from qihang.foundation.jobs.services import enqueue

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PATIENCE = 60.0
Worker = subprocess.Popen[bytes]


@pytest.fixture(scope="session", autouse=True)
def _kind() -> None:
    register_job("tests.stepped", label="分步的样子")(stepped)


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[[], Worker]]:
    """Start worker processes on the test database; all are gone at the end."""
    workers: list[Worker] = []
    root = Path(__file__).parents[3]
    environment = {
        **os.environ,
        "DATABASE_URL": test_database(),
        "DJANGO_SETTINGS_MODULE": "tests.foundation.jobs.worker_settings",
        "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)]),
        "QIHANG_HOME": str(settings.QIHANG_HOME),
    }

    def start() -> Worker:
        command = [sys.executable, "-m", "django", "run_worker", "--heartbeat", "0.3", "--stalled-after", "1.5"]
        with (tmp_path / f"worker-{len(workers)}.log").open("wb") as log:
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()
    for path in sorted(tmp_path.glob("worker-*.log")):
        print(path.name, path.read_text(), sep="\n")


@pytest.fixture
def gate() -> Iterator[Callable[[], None]]:
    """Closed: the sample job waits in the middle of a step. Call it to open."""
    holder = connection.copy()
    with holder.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [GATE])

    def open_gate() -> None:
        with holder.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")

    yield open_gate
    holder.close()


def test_database() -> str:
    given = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts: dict[str, Any] = {key: str(given[name]) for key, name in names.items() if given[name]}
    return make_conninfo(**parts, **given["OPTIONS"])


test_database.__test__ = False  # type: ignore[attr-defined]


def wait_until(what: str, happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def wait_for_state(job: Job, state: JobState) -> None:
    def there() -> bool:
        job.refresh_from_db()
        return job.state == state

    wait_until(f"the job is {state}", there)


def waiting_at_the_gate() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [GATE],
        )
        return [row[0] for row in cursor.fetchall()]


def assert_done_exactly_once(job: Job) -> None:
    steps = list(range(1, STEPS + 1))
    logged = TransitionLog.objects.filter(subject="tests.stepped").order_by("subject_id")
    assert list(logged.values_list("subject_id", flat=True)) == steps
    years = CalendarYear.objects.filter(source="样子").order_by("year").values_list("year", flat=True)
    assert list(years) == [2030 + at for at in steps]
    assert (job.result, job.done, job.checkpoint) == ({"steps": STEPS}, STEPS, {"next": STEPS + 1})


def start_and_catch(start_worker: Callable[[], Worker]) -> tuple[Job, Worker]:
    job = enqueue(kind="tests.stepped", actor=CLERK, payload={})
    worker = start_worker()
    wait_until("the job is in mid-step", lambda: len(waiting_at_the_gate()) == 1)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.RUNNING, CAUGHT_IN - 1)
    return job, worker


def test_a_killed_workers_job_goes_on_with_another_and_does_nothing_twice(
    start_worker: Callable[[], Worker], gate: Callable[[], None]
) -> None:
    job, worker = start_and_catch(start_worker)
    worker.kill()
    worker.wait()
    start_worker()
    gate()  # the dead worker's last statement goes through now, and must come to nothing
    wait_for_state(job, JobState.DONE)
    assert_done_exactly_once(job)
    assert job.attempts == 2
    wait_until("the queue is empty", lambda: not ProcrastinateJob.objects.filter(args={"job_id": job.pk}).exists())


def test_a_frozen_worker_that_wakes_up_after_being_replaced_writes_nothing(
    start_worker: Callable[[], Worker], gate: Callable[[], None]
) -> None:
    job, worker = start_and_catch(start_worker)
    worker.send_signal(signal.SIGSTOP)
    with connection.cursor() as cursor:  # its connection goes too, so that the job may be taken
        cursor.execute("SELECT pg_terminate_backend(%s)", waiting_at_the_gate())
    gate()
    start_worker()
    wait_for_state(job, JobState.DONE)
    worker.send_signal(signal.SIGCONT)
    worker.send_signal(signal.SIGTERM)
    worker.wait(PATIENCE)
    assert_done_exactly_once(job)


def test_a_worker_told_to_end_leaves_after_its_step_and_the_next_goes_on(
    start_worker: Callable[[], Worker], gate: Callable[[], None], tmp_path: Path
) -> None:
    job, worker = start_and_catch(start_worker)
    worker.send_signal(signal.SIGTERM)
    wait_until("the job is told", lambda: "Aborting them" in (tmp_path / "worker-0.log").read_text())
    gate()
    assert worker.wait(PATIENCE) == 0
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.QUEUED, CAUGHT_IN)
    start_worker()
    wait_for_state(job, JobState.DONE)
    assert_done_exactly_once(job)


def test_a_worker_outlives_the_loss_of_all_its_connections(
    start_worker: Callable[[], Worker], gate: Callable[[], None]
) -> None:
    job, worker = start_and_catch(start_worker)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND query NOT LIKE '%%pg_advisory_lock(%s)%%'",
            [GATE],
        )
    gate()
    wait_for_state(job, JobState.DONE)
    assert_done_exactly_once(job)
    assert worker.poll() is None


def test_a_worker_frozen_within_a_sign_of_life_does_not_keep_others_from_clearing_its_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each worker clears away the rows of the dead when it starts."""
    monkeypatch.setattr(worker_module, "MAX_IDLE_HOLD", "200ms")

    async def freeze_and_clear() -> int:
        frozen = await AsyncConnection.connect(test_database())
        await worker_module._hold_briefly(frozen)
        await frozen.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat")
        try:
            return await asyncio.to_thread(clear)
        finally:
            await frozen.close()

    def clear() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{PATIENCE:.0f}s'")
            cursor.execute("DELETE FROM procrastinate_workers")
            count = int(cursor.rowcount)
        connection.close()
        return count

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 day')")
    assert asyncio.run(freeze_and_clear()) == 1
