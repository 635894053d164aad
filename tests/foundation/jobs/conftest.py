"""A kind of job that exists only for the test at hand."""

from collections.abc import Callable, Iterator

import pytest

from qihang.foundation.core.actors import Actor
from qihang.foundation.jobs.ports import JobHandler, JobKind, job_finished, job_kinds

CLERK = Actor(user_id=7, user_label="符晓", role="provider_clerk", organization_id=3, region="460108")
COLLEAGUE = Actor(user_id=8, user_label="林志远", role="provider_clerk", organization_id=3, region="460108")
ADMIN = Actor(user_id=9, user_label="管理员", role="system_admin")
KIND = "tests.sample"


@pytest.fixture
def handle() -> Iterator[Callable[[JobHandler], None]]:
    """Have a function do the jobs of KIND within this test."""

    def give(handler: JobHandler) -> None:
        job_kinds._handlers[KIND] = JobKind(KIND, "做样子", handler)

    yield give
    job_kinds._handlers.pop(KIND, None)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The states of the jobs that ended, as the port told of them."""
    states: list[str] = []
    job_finished.register("tests", lambda job: states.append(job.state))
    yield states
    job_finished._handlers.pop("tests")
