"""Steps, checkpoints, stops and failures, each within one process."""

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from tests.foundation.jobs.conftest import CLERK, COLLEAGUE, KIND

from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import AuditEntry, CalendarYear
from qihang.foundation.jobs import running
from qihang.foundation.jobs.context import JobContext
from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.ports import JobHandler, job_finished
from qihang.foundation.jobs.services import enqueue, request_stop, resume, run_inline, run_now

pytestmark = pytest.mark.django_db

Handle = Callable[[JobHandler], None]
YEARS = [2031, 2032, 2033, 2034]


def write_years(ctx: JobContext, *, until: int = 9999) -> dict[str, Any]:
    """One audited row a step; stops with an error before `until`."""
    for at in range(ctx.checkpoint.get("next", 0), len(YEARS)):
        with ctx.step(done=at + 1, total=len(YEARS), message=f"写到 {YEARS[at]} 年", checkpoint={"next": at + 1}):
            CalendarYear.objects.create(year=YEARS[at], source="样子")
            if YEARS[at] >= until:
                raise RuntimeError("半路坏了")
    return {"years": len(YEARS)}


def start(**payload: Any) -> Job:
    return enqueue(kind=KIND, actor=CLERK, payload=payload)


def years() -> list[int]:
    return list(CalendarYear.objects.filter(source="样子").values_list("year", flat=True))


def test_runs_as_its_actor_and_keeps_the_result(handle: Handle, heard: list[str]) -> None:
    handle(write_years)
    job = run_now(start())
    assert (job.state, job.result, job.done, job.total, job.percent) == (JobState.DONE, {"years": 4}, 4, 4, 100)
    assert job.message == "写到 2034 年"
    assert years() == YEARS
    signed = AuditEntry.objects.filter(table_name="core_calendaryear").select_related("context")
    assert {entry.context.actor["user_label"] for entry in signed} == {"符晓"}
    assert heard == ["done"]


def test_the_payload_reaches_the_handler(handle: Handle) -> None:
    handle(lambda ctx: {"got": ctx.payload["class"]})
    assert run_now(start(**{"class": 12})).result == {"got": 12}


def test_a_failed_step_leaves_nothing_and_resuming_goes_on_after_the_last_whole_one(
    handle: Handle, heard: list[str]
) -> None:
    handle(lambda ctx: write_years(ctx, until=2033))
    job = run_now(start())
    assert (job.state, job.done, job.checkpoint, years()) == (JobState.FAILED, 2, {"next": 2}, YEARS[:2])
    handle(write_years)
    job = run_now(resume(actor=CLERK, job=job))
    assert (job.state, job.error, years()) == (JobState.DONE, "", YEARS)
    assert job.attempts == 2
    assert heard == ["failed", "done"]


def test_a_refusal_is_shown_as_it_stands(handle: Handle) -> None:
    def refuse(ctx: JobContext) -> dict[str, Any]:
        raise DomainError("班还没批，等批了再导名单")

    handle(refuse)
    job = run_now(start())
    assert (job.state, job.error, job.log_reference) == (JobState.FAILED, "班还没批，等批了再导名单", "")


def test_an_accident_gives_a_number_to_ask_with_and_no_personal_number_in_the_log(
    handle: Handle, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(ctx: JobContext) -> dict[str, Any]:
        raise ValueError("46010819820315424X 的电话 13912345678")

    handle(stumble)
    with caplog.at_level(logging.ERROR):
        job = run_now(start())
    assert job.log_reference in job.error
    assert job.log_reference in caplog.text
    assert "ValueError" in caplog.text
    assert "46010819820315424X" not in caplog.text
    assert "13912345678" not in caplog.text
    assert "ValueError" not in job.error


def test_an_unknown_kind_that_lies_in_the_queue_fails_with_a_number(handle: Handle) -> None:
    handle(write_years)
    job = start()
    Job.objects.filter(pk=job.pk).update(kind="tests.gone")
    job = run_now(job)
    assert job.state == JobState.FAILED
    assert job.log_reference


def test_a_stop_is_heeded_before_the_next_step_and_keeps_what_is_done(handle: Handle, heard: list[str]) -> None:
    def stop_in_the_middle(ctx: JobContext) -> dict[str, Any]:
        for year in YEARS:
            with ctx.step(done=year - 2030, checkpoint={"year": year}):
                CalendarYear.objects.create(year=year, source="样子")
                if year == 2032:
                    request_stop(actor=CLERK, job=ctx.job)
        return {}

    handle(stop_in_the_middle)
    job = run_now(start())
    assert (job.state, job.checkpoint, years()) == (JobState.CANCELLED, {"year": 2032}, YEARS[:2])
    assert heard == ["cancelled"]


def test_a_stop_within_a_long_step_rolls_that_step_back(handle: Handle) -> None:
    def long_step(ctx: JobContext) -> dict[str, Any]:
        request_stop(actor=CLERK, job=ctx.job)
        with ctx.step(checkpoint={"half": True}):
            CalendarYear.objects.create(year=2031, source="样子")
            ctx.report(done=1)
        return {}

    def long_step_first(ctx: JobContext) -> dict[str, Any]:
        with ctx.step(checkpoint={"half": True}):
            CalendarYear.objects.create(year=2031, source="样子")
            Job.objects.filter(pk=ctx.job.pk).update(cancel_requested=True)
            ctx.report(done=1)
        return {}

    for handler in (long_step, long_step_first):
        handle(handler)
        job = run_now(start())
        assert years() == []
        assert job.checkpoint == {}
        # The request of the second was made inside the step, and went with it.
        assert job.state == JobState.CANCELLED


def test_an_attempt_that_was_overtaken_keeps_nothing(handle: Handle) -> None:
    def overtaken(ctx: JobContext) -> dict[str, Any]:
        with ctx.step(checkpoint={"first": True}):
            pass
        Job.objects.filter(pk=ctx.job.pk).update(attempts=5)
        with ctx.step(checkpoint={"second": True}):
            CalendarYear.objects.create(year=2031, source="样子")
        return {}

    def overtaken_within(ctx: JobContext) -> dict[str, Any]:
        with ctx.step(checkpoint={"first": True}):
            CalendarYear.objects.create(year=2031, source="样子")
            ctx._attempt = 0
        return {}

    handle(overtaken)
    job = run_now(start())
    assert (job.state, job.checkpoint, job.attempts) == (JobState.RUNNING, {"first": True}, 5)
    handle(overtaken_within)
    job = run_now(start())
    assert (job.state, job.checkpoint, years()) == (JobState.RUNNING, {}, [])


def test_an_overtaken_attempt_does_not_end_the_job(handle: Handle, heard: list[str]) -> None:
    def ends_late(ctx: JobContext) -> dict[str, Any]:
        Job.objects.filter(pk=ctx.job.pk).update(attempts=2)
        return {"late": True}

    handle(ends_late)
    job = run_now(start())
    assert (job.state, job.result, heard) == (JobState.RUNNING, None, [])


def test_a_worker_that_is_told_to_end_puts_the_job_back(handle: Handle) -> None:
    told: list[bool] = []

    def told_in_the_middle(ctx: JobContext) -> dict[str, Any]:
        with ctx.step(done=1, checkpoint={"next": 1}):
            CalendarYear.objects.create(year=2031, source="样子")
            told.append(True)
        return write_years(ctx)

    handle(told_in_the_middle)
    job = start()
    with pytest.raises(running.Interrupted):
        running.execute(job.pk, should_stop=lambda: bool(told))
    job.refresh_from_db()
    assert (job.state, job.checkpoint, years()) == (JobState.QUEUED, {"next": 1}, [2031])
    handle(write_years)
    running.execute(job.pk)
    assert years() == YEARS


def test_losing_the_database_is_not_the_jobs_end_but_losing_it_for_ever_is(handle: Handle, heard: list[str]) -> None:
    def unlucky(ctx: JobContext) -> dict[str, Any]:
        raise OperationalError("server closed the connection unexpectedly")

    handle(unlucky)
    job = start()
    for _ in range(running.MAX_IDLE_ATTEMPTS):
        with pytest.raises(OperationalError):
            running.execute(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.RUNNING
    running.execute(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "同一处" in job.error
    assert heard == ["failed"]


def test_a_saved_step_gives_new_patience(handle: Handle) -> None:
    def step_then_lose(ctx: JobContext) -> dict[str, Any]:
        at = ctx.checkpoint.get("at", 0)
        if at == 9:
            return {"at": at}
        with ctx.step(checkpoint={"at": at + 1}):
            pass
        raise OperationalError("gone")

    handle(step_then_lose)
    job = start()
    for _ in range(9):
        with pytest.raises(OperationalError):
            running.execute(job.pk)
    running.execute(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 10)


def test_a_finished_job_is_not_done_again(handle: Handle) -> None:
    handle(write_years)
    job = run_now(start())
    running.execute(job.pk)
    job.refresh_from_db()
    assert (job.attempts, years()) == (1, YEARS)


def test_a_deaf_listener_does_not_undo_the_work(handle: Handle, heard: list[str]) -> None:
    def trip(job: Job) -> None:
        raise RuntimeError("消息没发出去")

    job_finished.register("tests.trip", trip)
    try:
        handle(write_years)
        job = run_now(start())
    finally:
        job_finished._handlers.pop("tests.trip")
    assert (job.state, heard) == (JobState.DONE, ["done"])


def test_a_step_may_set_its_checkpoint_as_it_goes(handle: Handle) -> None:
    def find_out(ctx: JobContext) -> dict[str, Any]:
        with ctx.step() as step:
            step.done, step.total, step.message, step.checkpoint = 3, 7, "比了 3 人", {"last_id": 30}
        return {}

    handle(find_out)
    job = run_now(start())
    assert (job.done, job.total, job.message, job.checkpoint) == (3, 7, "比了 3 人", {"last_id": 30})


@pytest.mark.parametrize("where", ["payload", "label", "checkpoint", "message", "report", "result"])
@pytest.mark.parametrize("number", ["46010819820315424X", "电话13912345678"])
def test_personal_numbers_are_kept_out(handle: Handle, where: str, number: str) -> None:
    def leak(ctx: JobContext) -> dict[str, Any]:
        if where == "report":
            ctx.report(done=0, message=number)
        with ctx.step(
            message=number if where == "message" else "",
            checkpoint={"rows": [{"no": number}]} if where == "checkpoint" else {},
        ):
            pass
        return {"who": number} if where == "result" else {}

    handle(leak)
    payload = {"who": number} if where == "payload" else {}
    label = number if where == "label" else ""
    if where in ("payload", "label"):
        with pytest.raises(ValueError, match="personal"):
            enqueue(kind=KIND, actor=CLERK, payload=payload, label=label)
    else:
        job = run_now(enqueue(kind=KIND, actor=CLERK, payload={}))
        assert job.state == JobState.FAILED
        assert "13912345678" not in f"{job.error}{job.message}{job.checkpoint}{job.result}"


def test_ids_and_digests_are_no_personal_numbers(handle: Handle) -> None:
    handle(lambda ctx: {})
    payload = {
        "file": "0190f3c2-1111-7222-8333-139123456789",
        "sha256": "1" * 64,
        "on": "2026-03-09",
        "class": 13912345678,
    }
    assert run_now(start(**payload)).state == JobState.DONE


def test_the_estimate_goes_by_the_pace_of_this_attempt() -> None:
    now = dt.datetime(2026, 3, 9, 10, tzinfo=dt.UTC)
    job = Job(state=JobState.RUNNING, total=1000, done=400, resumed_at=now, resumed_from=200, started_at=now)
    with clock.travel_to(now + dt.timedelta(seconds=20)):
        assert job.remaining == dt.timedelta(seconds=60)
        assert job.elapsed == dt.timedelta(seconds=20)
    assert job.percent == 40


@pytest.mark.parametrize(
    "fields",
    [
        {"state": JobState.QUEUED, "total": 10, "done": 5},
        {"state": JobState.RUNNING, "total": None, "done": 5},
        {"state": JobState.RUNNING, "total": 10, "done": 0},
        {"state": JobState.RUNNING, "total": 10, "done": 4, "resumed_from": 4},
    ],
)
def test_there_is_no_estimate_without_a_pace(fields: dict[str, Any]) -> None:
    assert Job(resumed_at=clock.now(), **fields).remaining is None


def test_percent_is_never_full_before_the_end() -> None:
    assert Job(state=JobState.RUNNING, total=3, done=3).percent == 99
    assert Job(state=JobState.RUNNING, total=None, done=3).percent is None


def test_inline_runs_at_once_without_a_worker(handle: Handle) -> None:
    handle(write_years)
    job = run_inline(kind=KIND, actor=COLLEAGUE, payload={}, label="导入花名册")
    assert (job.state, job.label, job.queue_id) == (JobState.DONE, "导入花名册", None)
