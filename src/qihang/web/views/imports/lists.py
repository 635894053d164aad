"""The files that an organisation brought in, and what may be brought in next."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import NotFound
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of, may_import
from qihang.foundation.imports.ports import import_kinds
from qihang.foundation.imports.workflows import IMPORTERS
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import View
from qihang.web.views.imports.destinations import NO_TARGET

_A_PAGE = 20
_VIEWS = {
    "open": ("没办完", Q(state__in=(BatchState.UPLOADED, BatchState.CHECKED, BatchState.COMMITTING))),
    "done": ("已导入", Q(state=BatchState.COMMITTED)),
    "given_up": ("已放弃", Q(state=BatchState.DISCARDED)),
    "all": ("全部", Q()),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One file of the list."""

    batch: ImportBatch
    label: str
    file_name: str
    said: str
    button: str


@roles(*IMPORTERS)
def overview(request: HttpRequest) -> HttpResponse:
    """The newest first."""
    actor = actor_of(request)
    rows = ImportBatch.objects.visible_to(actor)
    counts = rows.aggregate(**{key: Count("pk", filter=which) for key, (_, which) in _VIEWS.items()})
    wanted = request.GET.get("view", "")
    view = wanted if wanted in _VIEWS else ("open" if counts["open"] else "all")
    page = Paginator(rows.filter(_VIEWS[view][1]).select_related("file"), _A_PAGE).get_page(request.GET.get("page"))
    page.object_list = [_line(batch) for batch in page.object_list]
    return render(
        request,
        "imports/list.html",
        {"page": page, "tabs": _tabs(counts, view), "starts": _starts(actor), "view": view, "why": _why(actor)},
    )


def _tabs(counts: dict[str, Any], view: str) -> list[View]:
    return [View(label, f"?view={key}", counts[key], current=key == view) for key, (label, _) in _VIEWS.items()]


def _line(batch: ImportBatch) -> Line:
    return Line(batch, _label(batch.kind), batch.file.name.plain(), _said(batch), _BUTTONS[BatchState(batch.state)])


def _label(kind: str) -> str:
    try:
        return kind_of(kind).label
    except NotFound:  # a kind of an app that this installation no longer has
        return kind


def _said(batch: ImportBatch) -> str:
    if batch.state == BatchState.COMMITTED:
        result = batch.result or {}
        parts = [("写入", result["written"]), ("改动", result["changed"]), ("没导入", result["held"])]
    elif batch.state == BatchState.UPLOADED:
        return ""
    else:
        parts = [("可以导入", batch.accepted), ("有问题", batch.rows - batch.accepted)]
    first, *others = parts
    return "，".join(f"{label} {count:,} 行" for label, count in [first, *(one for one in others if one[1])])


_BUTTONS = {
    BatchState.UPLOADED: "看进度",
    BatchState.CHECKED: "接着办",
    BatchState.COMMITTING: "看进度",
    BatchState.COMMITTED: "看结果",
    BatchState.DISCARDED: "看一眼",
}


def _why(actor: Actor) -> str:
    """What to do where there is nothing, as far as this role can do anything."""
    if _starts(actor):
        return "点上面的按钮，选一个文件就能开始。"
    if any(may_import(actor, kind) for _, kind in import_kinds.items()):
        return "在班级的页面上选“导入”，就会列在这里。"
    return "您的岗位不导入表。本单位的人导入的，会列在这里。"


def _starts(actor: Actor) -> list[tuple[str, str]]:
    """(label, address) of what the actor may bring in without naming a class."""
    return [
        (kind.label, reverse("import_start", args=[key, NO_TARGET]))
        for key, kind in sorted(import_kinds.items())
        if not kind.has_class and may_import(actor, kind)
    ]
