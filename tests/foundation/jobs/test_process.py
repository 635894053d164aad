"""The worker's own loop, without a worker: what ends it and what it lives through."""

import asyncio
import logging
import os
import signal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError

from qihang.foundation.jobs import worker
from qihang.foundation.jobs.worker import WorkerOptions


def play(monkeypatch: pytest.MonkeyPatch, rounds: list[Any]) -> list[int]:
    """Let each round of `work` end as told: a value it returns, or a fault it raises."""
    made: list[int] = []

    async def serve(options: WorkerOptions) -> bool:
        made.append(len(made))
        outcome = rounds[len(made) - 1]
        if isinstance(outcome, BaseException):
            raise outcome
        return bool(outcome)

    monkeypatch.setattr(worker, "_serve", serve)
    monkeypatch.setattr(worker, "RESTART_SECONDS", 0)
    return made


def test_it_begins_anew_after_losing_the_database_and_ends_when_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = play(monkeypatch, [OperationalError("gone"), False, worker.PoolTimeout("away"), True])
    with caplog.at_level(logging.WARNING):
        worker.work(WorkerOptions())
    assert made == [0, 1, 2, 3]
    assert caplog.text.count("lost the database") == 2
    assert "gone" not in caplog.text


def test_a_fault_of_our_own_is_not_lived_through(monkeypatch: pytest.MonkeyPatch) -> None:
    made = play(monkeypatch, [ValueError("ours"), True])
    with pytest.raises(ValueError, match="ours"):
        worker.work(WorkerOptions())
    assert made == [0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_on_a_signal_and_gives_the_queue_its_connector_back(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before = worker.app.connector
    started: list[list[str]] = []

    async def wait(options: WorkerOptions, queues: list[str], concurrency: int) -> None:
        started.append(queues)
        if len(started) == 2:
            os.kill(os.getpid(), number)
        await asyncio.Event().wait()

    async def watch(stalled_after: float) -> None:
        await asyncio.Event().wait()

    class NoPool:
        async def __aenter__(self) -> None: ...
        async def __aexit__(self, *fault: object) -> None: ...

    monkeypatch.setattr(worker, "_worker", wait)
    monkeypatch.setattr(worker, "_watch", watch)
    monkeypatch.setattr(worker.app, "open_async", NoPool, raising=False)
    worker.work(WorkerOptions())
    assert started == [["jobs"], ["chores"]]
    assert worker.app.connector is before


def test_a_worker_that_fails_while_nobody_told_it_to_end_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(options: WorkerOptions, queues: list[str], concurrency: int) -> None:
        raise ValueError("ours")

    class NoPool:
        async def __aenter__(self) -> None: ...
        async def __aexit__(self, *fault: object) -> None: ...

    monkeypatch.setattr(worker, "_worker", fail)
    monkeypatch.setattr(worker, "_take_up_abandoned", lambda stalled_after: None)
    monkeypatch.setattr(worker.app, "open_async", NoPool, raising=False)
    with pytest.raises(ValueError, match="ours"):
        worker.work(WorkerOptions())


def test_looking_for_abandoned_jobs_bears_an_absent_database(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(stalled_after: float) -> int:
        raise OperationalError("away")

    class NoConnections:
        def close_all(self) -> None: ...

    monkeypatch.setattr(worker, "take_up_abandoned", away)
    monkeypatch.setattr(worker, "connections", NoConnections())
    worker._take_up_abandoned(15)
    assert "the database is away" in caplog.text


def test_the_command_hands_its_options_on(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[WorkerOptions] = []
    monkeypatch.setattr("qihang.foundation.jobs.management.commands.run_worker.work", given.append)
    call_command("run_worker")
    call_command("run_worker", "--concurrency", "4", "--heartbeat", "1", "--stalled-after", "9")
    assert given == [WorkerOptions(2, 3.0, 15.0), WorkerOptions(4, 1.0, 9.0)]
