"""One file on its way in: being checked, to be looked through, going in, in, given up."""

import uuid
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from qihang.foundation.core.actors import Actor
from qihang.foundation.imports import services
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.jobs import COMMIT_JOB
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of, may_import
from qihang.foundation.imports.unmasked import marked as marked_of
from qihang.foundation.imports.workflows import BATCH_WORKFLOW
from qihang.foundation.jobs.enums import JobState
from qihang.web.formats import short_moment
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, Event
from qihang.web.views.imports.answers import spreadsheet
from qihang.web.views.imports.bar import Bar, too_many
from qihang.web.views.imports.destinations import NO_TARGET, destination
from qihang.web.views.imports.progress import progress_values
from qihang.web.views.imports.settled import settled
from qihang.web.views.imports.shown import Shown

Values = dict[str, Any]
_TEMPLATES = {
    BatchState.UPLOADED: "imports/working.html",
    BatchState.CHECKED: "imports/preview.html",
    BatchState.COMMITTING: "imports/working.html",
    BatchState.COMMITTED: "imports/done.html",
    BatchState.DISCARDED: "imports/discarded.html",
}


@require_GET
def batch(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The file as it stands. 404 for one of another organisation."""
    actor = actor_of(request)
    found = services.get_batch(actor=actor, public_id=str(public_id))
    values = _common(request, actor, found)
    if found.state == BatchState.CHECKED:
        values.update(_preview(request, actor, found))
    elif found.state in {BatchState.UPLOADED, BatchState.COMMITTING}:
        values.update(progress_values(actor, found))
    elif found.state == BatchState.COMMITTED:
        values.update(_done(found))
    return render(request, _TEMPLATES[BatchState(found.state)], values)


@require_GET
def marked(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The file with its findings marked; that it was taken is written down."""
    actor = actor_of(request)
    found = services.get_batch(actor=actor, public_id=str(public_id))
    return spreadsheet(*marked_of(actor=actor, batch=found))


def _common(request: HttpRequest, actor: Actor, found: ImportBatch) -> Values:
    kind = kind_of(found.kind)
    into = destination(actor, kind, found.target_id)
    first = Crumb(into.name, into.url) if into.url else Crumb("导入的表", reverse("import_list"))
    return {
        "batch": found,
        "kind": kind,
        "into": into,
        "file_name": found.file.name.plain(),
        "crumbs": [first, Crumb(f"{kind.label}导入")],
        "start_url": reverse("import_start", args=[found.kind, found.target_id or NO_TARGET]),
        "may": may_import(actor, kind),
        "notes": list(get_messages(request)),
        "messages": (),  # said in the part that is exchanged, not above the page
    }


def _preview(request: HttpRequest, actor: Actor, found: ImportBatch) -> Values:
    kept = Kept.of(found)
    shown = Shown(kept, request.GET, reverse("import_batch", args=[found.public_id]))
    page = shown.page()
    fix = shown.fix()
    return {
        "shown": shown,
        "head": kept.head,
        "gates": shown.gates(),
        "tabs": shown.tabs(),
        "page": page,
        "rows": shown.rows(page),
        "columns": kept.columns,
        "fix": fix,
        "cards": shown.cards(),
        "settled": settled(found, kept),
        "left_out": len(kept.left_out),
        "bar": Bar.of(found, kept),
        "too_many": too_many(kept),
        "refused": _why_not_in(actor, found),
    }


def _why_not_in(actor: Actor, found: ImportBatch) -> str:
    """Why the last attempt to let the rows go in was refused; empty where there was none."""
    last = services.job_of(actor=actor, batch=found)
    return last.error if last is not None and last.kind == COMMIT_JOB and last.state == JobState.FAILED else ""


def _done(found: ImportBatch) -> Values:
    steps = [Event(step.label, short_moment(step.at), step.user_label) for step in BATCH_WORKFLOW.history(found)]
    return {"result": found.result, "events": steps}
