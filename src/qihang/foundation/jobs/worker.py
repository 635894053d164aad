"""The worker process: takes jobs and chores off the queue until told to end, and looks after the dead."""

import asyncio
import contextlib
import logging
import signal
import time
from dataclasses import dataclass
from typing import Any

from django.db import Error, connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from qihang.foundation.jobs.queueing import CHORES_QUEUE, JOBS_QUEUE, MAX_IDLE_HOLD, take_up_abandoned

logger = logging.getLogger(__name__)

RESTART_SECONDS = 1.0
# New jobs are told by NOTIFY; those that go back to the queue are found by looking.
POLL_SECONDS = 1.0
_LOST_DATABASE = (ConnectorException, PoolTimeout, Error)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How many jobs at once; seconds between signs of life; seconds without one after which a worker is dead."""

    concurrency: int = 2
    heartbeat: float = 3.0
    stalled_after: float = 15.0


def work(options: WorkerOptions) -> None:
    """Serve until SIGTERM or SIGINT, through restarts of the database.

    Told to end, it lets running jobs finish the step at hand and puts them back.
    """
    while True:
        try:
            if asyncio.run(_serve(options)):
                return
        except _LOST_DATABASE as fault:
            logger.warning("the worker lost the database (%s), trying again", type(fault).__name__)
        time.sleep(RESTART_SECONDS)


async def _serve(options: WorkerOptions) -> bool:
    """One round, up to the loss of the database (False) or the request to end (True)."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4, configure=_hold_briefly)
    with app.replace_connector(connector):
        async with app.open_async():
            tasks = [
                asyncio.create_task(_worker(options, [JOBS_QUEUE], options.concurrency)),
                asyncio.create_task(_worker(options, [CHORES_QUEUE], 1)),
                asyncio.create_task(_watch(options.stalled_after)),
                asyncio.create_task(told.wait()),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            faults = await asyncio.gather(*tasks, return_exceptions=True)
    for fault in faults:
        if isinstance(fault, Exception) and not told.is_set():
            raise fault
    return told.is_set()


async def _hold_briefly(connection: AsyncConnection[Any]) -> None:
    """A worker frozen within a sign of life holds its row, and no other could start until the row is free."""
    await connection.execute(f"SET idle_in_transaction_session_timeout = '{MAX_IDLE_HOLD}'")
    await connection.commit()


async def _worker(options: WorkerOptions, queues: list[str], concurrency: int) -> None:
    await app.run_worker_async(
        queues=queues,
        name="-".join(queues),
        concurrency=concurrency,
        install_signal_handlers=False,
        shutdown_graceful_timeout=0,  # running jobs are told at once, and leave after their step
        fetch_job_polling_interval=POLL_SECONDS,
        update_heartbeat_interval=options.heartbeat,
        stalled_worker_timeout=options.stalled_after,
        delete_jobs="successful",  # the Job row is the record
    )


async def _watch(stalled_after: float) -> None:
    """At the start and then regularly take up what dead workers, pages and commands left."""
    while True:
        await asyncio.to_thread(_take_up_abandoned, stalled_after)
        await asyncio.sleep(stalled_after / 3)


def _take_up_abandoned(stalled_after: float) -> None:
    try:
        take_up_abandoned(stalled_after)
    except _LOST_DATABASE:
        logger.warning("could not look for abandoned jobs; the database is away")
    finally:
        with contextlib.suppress(Error):
            connections.close_all()
