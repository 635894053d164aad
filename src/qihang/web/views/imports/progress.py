"""A check or an import at work in the background: how far it is, stop it, go on."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qihang.foundation.core.actors import Actor
from qihang.foundation.imports import services
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of
from qihang.foundation.jobs import services as jobs
from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.web.navigation import actor_of
from qihang.web.parts import Progress
from qihang.web.views.imports.acting import act

_UNDER_WAY = (BatchState.UPLOADED, BatchState.COMMITTING)


@require_GET
def job(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the progress bar asks for every two seconds; once it is over the whole page comes anew."""
    actor = actor_of(request)
    found = services.get_batch(actor=actor, public_id=str(public_id))
    if "HX-Request" not in request.headers:
        return HttpResponseRedirect(reverse("import_batch", args=[public_id]))
    values = progress_values(actor, found)
    answer = render(request, "imports/job.html", values)
    if found.state not in _UNDER_WAY or values["ended"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


def check(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Check a file that waits for it, or whose check failed."""

    def start(actor: Actor, batch: ImportBatch) -> str:
        services.check_later(actor=actor, batch=batch)
        return ""

    return act(request, public_id, start)


def stop(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop after the step at hand; what went in stays in."""

    def end(actor: Actor, batch: ImportBatch) -> str:
        running = services.job_of(actor=actor, batch=batch)
        if running is not None:
            jobs.request_stop(actor=actor, job=running)
        return "好，做完手上这一步就停"

    return act(request, public_id, end)


def resume(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Go on with an import that failed or was stopped."""

    def go_on(actor: Actor, batch: ImportBatch) -> str:
        services.resume(actor=actor, batch=batch)
        return "接着导入了"

    return act(request, public_id, go_on, level=messages.SUCCESS)


def back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Give up an import that failed or was stopped, and look at the findings again."""

    def reopen(actor: Actor, batch: ImportBatch) -> str:
        services.back_to_check(actor=actor, batch=batch)
        return "正在重新检查，已经导入的行认得出"

    return act(request, public_id, reopen)


def progress_values(actor: Actor, batch: ImportBatch) -> dict[str, Any]:
    """`ended` where nothing is at work any more, be it that it failed; `mine` where the actor may stop it or go on."""
    found = services.job_of(actor=actor, batch=batch)
    return {
        "batch": batch,
        "job": _progress(batch, found),
        "ended": found is None or found.is_finished,
        "mine": found is not None and found.user_id == actor.user_id,
        "committing": batch.state == BatchState.COMMITTING,
        "stopping": found is not None and found.cancel_requested,
    }


def _progress(batch: ImportBatch, found: Job | None) -> Progress:
    label = kind_of(batch.kind).label
    verb = "导入" if batch.state == BatchState.COMMITTING else "检查"
    if found is None:
        return Progress(f"{label}还没有检查", message="点“开始检查”就开始", failed=True)
    if found.state in {JobState.FAILED, JobState.CANCELLED}:
        return _broken_off(found, label, verb)
    title = f"正在{verb}{label}" if found.state == JobState.RUNNING else f"{label}等着{verb}"
    return Progress(
        title,
        done=found.done,
        total=found.total or 0,
        message=found.message or ("在排队，前面的做完就轮到" if found.state == JobState.QUEUED else "刚开始"),
        remaining=_duration(found.remaining),
        finished=found.state == JobState.DONE,
    )


def _broken_off(found: Job, label: str, verb: str) -> Progress:
    reached = f"做到第 {found.done:,} 行，共 {found.total:,} 行。" if found.total else ""
    why = found.error or ("您让它停了。" if found.state == JobState.CANCELLED else "没有做完。")
    return Progress(
        f"{label}没有{verb}完", done=found.done, total=found.total or 0, message=f"{why}{reached}", failed=True
    )


def _duration(left: dt.timedelta | None) -> str:
    if left is None:
        return ""
    seconds = max(1, round(left.total_seconds()))
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
