"""What other apps bring to the queue: kinds of jobs, chores, and ears for finished jobs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qihang.foundation.core.ports import Port
from qihang.foundation.jobs.enums import Cadence

if TYPE_CHECKING:
    from qihang.foundation.jobs.context import JobContext
    from qihang.foundation.jobs.models import Job

# Does the work in steps and returns the result: ids and counts, as JSON.
JobHandler = Callable[["JobContext"], Mapping[str, Any]]
Chore = Callable[[], None]


@dataclass(frozen=True, slots=True)
class JobKind:
    """What a kind of job is called and who does it."""

    kind: str
    label: str
    handler: JobHandler


@dataclass(frozen=True, slots=True)
class RegularChore:
    """Housekeeping that nobody starts. It may run twice or be killed at any point, and must bear both."""

    cadence: Cadence
    run: Chore


job_kinds: Port[JobKind] = Port("job_kinds")
chores: Port[RegularChore] = Port("chores")
# Called in the transaction that ends the job, once for every end: done, failed or cancelled.
job_finished: Port[Callable[["Job"], None]] = Port("job_finished")


def register_job(kind: str, *, label: str) -> Callable[[JobHandler], JobHandler]:
    """Make `handler` do the jobs of `kind`; `label` is what a person sees. Call it in `AppConfig.ready()`."""

    def register(handler: JobHandler) -> JobHandler:
        job_kinds.register(kind, JobKind(kind, label, handler))
        return handler

    return register


def register_chore(name: str, *, every: Cadence) -> Callable[[Chore], Chore]:
    """Have a function run by the worker, again and again."""

    def register(run: Chore) -> Chore:
        chores.register(name, RegularChore(every, run))
        return run

    return register
