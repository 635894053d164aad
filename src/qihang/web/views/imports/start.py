"""The page that takes a file, and the empty one to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.imports import services
from qihang.foundation.imports.engine.blank import blank_file
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.likeness import WrongKind
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import importers, kind_of, may_import, require_may_import
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.imports.answers import spreadsheet
from qihang.web.views.imports.destinations import NO_TARGET, Destination, destination
from qihang.web.views.imports.forms import StartForm

CHECK_AT_ONCE_BYTES = 512 * 1024  # a larger file takes longer than a person waits for a page
_ALIASES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column of a kind, as the page tells of it."""

    label: str
    need: str
    also: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a file of another kind belongs: the address that takes it, or whose it is."""

    label: str
    url: str = ""
    whose: str = ""


def start(request: HttpRequest, kind: str, target: str) -> HttpResponse:
    """Choose a file; sent, it is kept and checked, and its preview opens."""
    actor = actor_of(request)
    target_id = "" if target == NO_TARGET else target
    chosen = kind_of(kind)
    require_may_import(actor, chosen)
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    into = destination(actor, chosen, target_id)
    form = StartForm(*given, kind=chosen, day=into.day)
    closed = _why_closed(actor, kind, target_id)
    elsewhere = None
    if not closed and form.is_valid():
        try:
            batch = _take(actor, kind, target_id, form.cleaned_data)
        except (NotAllowed, NotFound):
            raise
        except DomainError as refusal:
            show_refusal(form, _at_the_file(refusal))
            elsewhere = _elsewhere(actor, refusal.meant, target_id) if isinstance(refusal, WrongKind) else None
        else:
            return HttpResponseRedirect(reverse("import_batch", args=[batch.public_id]))
    return render(request, "imports/start.html", {**_page(chosen, into, form, closed), "elsewhere": elsewhere})


def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty sheet with the kind's columns, to fill in."""
    chosen = kind_of(kind)
    require_may_import(actor_of(request), chosen)
    return spreadsheet(f"{chosen.label}（空白）.xlsx", blank_file(chosen))


def _take(actor: Actor, kind: str, target_id: str, given: dict[str, Any]) -> ImportBatch:
    """A small file is checked while the person waits, a large one in the background."""
    file = given["file"]
    what: dict[str, Any] = {
        "kind": kind,
        "name": file.name,
        "content": file.read(),
        "target_id": target_id,
        "on": given.get("on"),
        "sheet": given["sheet"].strip(),
    }
    if file.size <= CHECK_AT_ONCE_BYTES:
        batch, _ = services.preview(actor=actor, **what)
        return batch
    return services.preview_later(actor=actor, **what)


def _why_closed(actor: Actor, kind: str, target_id: str) -> str:
    """Why no file may be brought in here today; "" where one may."""
    try:
        services.require_open(actor=actor, kind=kind, target_id=target_id)
    except (NotAllowed, NotFound):
        raise
    except DomainError as refusal:
        return refusal.message
    return ""


def _at_the_file(refusal: DomainError) -> DomainError:
    """What is wrong with a file is said at the file."""
    if refusal.code.startswith(("file", "layout")):
        return DomainError(refusal.message, code=refusal.code, field="file")
    return refusal


def _elsewhere(actor: Actor, meant: ImportKind, target_id: str) -> Elsewhere:
    """A file that goes into a class goes into the one at hand, if there is one."""
    if not may_import(actor, meant):
        return Elsewhere(meant.label, whose=f"{meant.label}由{importers(meant)}导入，请交给他们")
    if meant.has_class and not target_id:
        return Elsewhere(meant.label, whose=f"{meant.label}要归到一个班，请从那个班的页面进去导入")
    into = target_id if meant.has_class else NO_TARGET
    return Elsewhere(meant.label, url=reverse("import_start", args=[meant.key, into]))


def _page(kind: ImportKind, into: Destination, form: StartForm, closed: str) -> dict[str, Any]:
    crumbs = [Crumb("导入的表", reverse("import_list")), Crumb(f"导入{kind.label}")]
    if into.url:
        crumbs = [Crumb(into.name, into.url), Crumb(f"导入{kind.label}")]
    return {
        "kind": kind,
        "into": into,
        "form": form,
        "closed": closed,
        "columns": _columns(kind),
        "crumbs": crumbs,
    }


def _columns(kind: ImportKind) -> Sequence[ColumnLine]:
    """What the file should have, the needed columns first."""
    choices = {name for choice in kind.one_of for names in choice for name in names}
    used = [field for field in kind.fields if field.parse]
    lines = [
        ColumnLine(
            field.label, _need(field.required, field.name in choices), "、".join(field.aliases[:_ALIASES_SHOWN])
        )
        for field in used
    ]
    lines += [ColumnLine(family.label, _need(family.required, False), family.example) for family in kind.families]
    return sorted(lines, key=lambda line: line.need != _NEEDED)


_NEEDED = "要有"


def _need(required: bool, choice: bool) -> str:
    return _NEEDED if required else "几种写法选一种" if choice else "有就读"
