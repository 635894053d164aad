"""What a person decides about a file: each cell, each row, the whole."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports import services, unmasked
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of, require_may_import
from qihang.web.navigation import actor_of
from qihang.web.reveal import reveal_with
from qihang.web.step_up import step_up
from qihang.web.views.imports.acting import act

COMMIT_AT_ONCE_ROWS = 300  # more rows take longer than a person waits for a page


def correct(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Put another text in a cell."""
    cell = request.POST.get("cell", "")

    def do(actor: Actor, batch: ImportBatch) -> str:
        found = services.correct_cell(actor=actor, batch=batch, cell=cell, text=request.POST.get("text", ""))
        left = next((one for one in found.findings if one.cell == cell and one.severity != "cleaned"), None)
        row = services.place_of_cell(cell)[0]
        return f"第 {row} 行改了，还要看一眼：{left.words(reveal=False).what}" if left else f"第 {row} 行改好了"

    return act(request, public_id, do, level=messages.SUCCESS)


def undo(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let the file's own text stand again."""
    cell = request.POST.get("cell", "")

    def do(actor: Actor, batch: ImportBatch) -> str:
        services.undo_correction(actor=actor, batch=batch, cell=cell)
        return f"{cell} 恢复成文件里的样子了"

    return act(request, public_id, do)


def confirm(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that a cell is right as it stands; with `alike` all that the same rule asks about."""
    cell = request.POST.get("cell", "")

    def do(actor: Actor, batch: ImportBatch) -> str:
        cells = _alike(batch, cell) if "alike" in request.POST else [cell]
        services.confirm(actor=actor, batch=batch, cells=cells)
        return f"记下了：您确认 {len(cells):,} 处没错" if len(cells) > 1 else f"记下了：您确认 {cell} 没错"

    return act(request, public_id, do, level=messages.SUCCESS)


def _alike(batch: ImportBatch, cell: str) -> list[str]:
    kept = Kept.of(batch)
    finding = kept.questions().get(cell)
    if finding is None:
        return [cell]
    return [place.cell for place in kept.places(kept.alike(kept.place(finding)))]


def take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a yes back."""
    cell = request.POST.get("cell", "")

    def do(actor: Actor, batch: ImportBatch) -> str:
        services.take_back(actor=actor, batch=batch, cell=cell)
        return f"{cell} 的确认收回了"

    return act(request, public_id, do)


def leave_out(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set a row aside."""
    return _set_aside(request, public_id, out=True)


def take_in(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take a row in again."""
    return _set_aside(request, public_id, out=False)


def _set_aside(request: HttpRequest, public_id: uuid.UUID, *, out: bool) -> HttpResponse:
    def do(actor: Actor, batch: ImportBatch) -> str:
        row = _row_number(request.POST.get("row", ""))
        services.leave_out(actor=actor, batch=batch, row=row, out=out)
        return f"第 {row} 行先不导入，在下面“您办过的”里能找回" if out else f"第 {row} 行放回来了"

    return act(request, public_id, do)


def _row_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 7:
        raise DomainError("没有这一行，请刷新再看", field="row")
    return int(text)


@require_POST
@step_up
def reveal(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What the file has in a masked cell, once a reason is given."""
    actor = actor_of(request)
    batch = services.get_batch(actor=actor, public_id=str(public_id))
    require_may_import(actor, kind_of(batch.kind))
    cell = request.POST.get("cell", "")

    def read(reason: str) -> str:
        return unmasked.reveal_cell(actor=actor, batch=batch, cell=cell, reason=reason)

    back = f"{reverse('import_batch', args=[public_id])}?cell={cell}#finding-t"
    return reveal_with(request, read=read, label=f"{cell} 原来填的", back=back, kept={"cell": cell})


def commit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let the accepted rows go in: few at once, many in the background."""
    gone: dict[str, Any] = {}

    def do(actor: Actor, batch: ImportBatch) -> str:
        at_once = batch.rows <= COMMIT_AT_ONCE_ROWS
        accept = request.POST.get("accept_valid") == "1"
        gone["batch"] = services.commit(actor=actor, batch=batch, accept_valid=accept, wait=at_once)
        return "这个文件以前导入过，这是那一次的结果" if gone["batch"].pk != batch.pk else ""

    answer = act(request, public_id, do)
    earlier = gone.get("batch")
    return HttpResponseRedirect(reverse("import_batch", args=[earlier.public_id])) if earlier else answer


def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask first; then give the file up."""
    actor = actor_of(request)
    batch = services.get_batch(actor=actor, public_id=str(public_id))
    kind = kind_of(batch.kind)
    require_may_import(actor, kind)
    if request.method == "POST" or batch.state not in {BatchState.UPLOADED, BatchState.CHECKED}:
        return act(request, public_id, _give_up)
    values = {"batch": batch, "kind": kind, "file_name": batch.file.name.plain()}
    return render(request, "imports/discard.html", values)


def _give_up(actor: Actor, batch: ImportBatch) -> str:
    services.discard(actor=actor, batch=batch)
    return ""
