"""The audit trail for the audit administrator: who changed which row when, and how far it is sealed."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from qihang.foundation.core.audit_reading import (
    AuditLine,
    AuditPage,
    Point,
    Wanted,
    audited_models,
    read_audit,
    seal_state,
)
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.roles import Role
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Chip
from qihang.web.refusals import show_refusal
from qihang.web.requests import show
from qihang.web.views.manage.asking import days_asked, user_id_of
from qihang.web.views.manage.forms import AuditFilter
from qihang.web.views.manage.listing import address

_LINES = 50
_NO_PAGE = AuditPage([], None, None)


@roles(Role.AUDIT_ADMIN)
def listing(request: HttpRequest) -> HttpResponse:
    """Changes newest first, from any point on, by table, person, day, row and transaction."""
    tables = sorted(((name, _label(name)) for name in audited_models()), key=lambda item: item[1])
    form = AuditFilter(request.GET, tables=tables)
    found = _read(request, form) if form.is_valid() else _NO_PAGE
    values = {
        "form": form,
        "seal": seal_state(actor=actor_of(request)),
        "lines": [_row(request, line) for line in found.lines],
        "newer": address(request, after=found.newer, before="") if found.newer else "",
        "older": address(request, before=found.older, after="") if found.older else "",
        "newest": address(request, before="", after=""),
        "away": "before" in request.GET or "after" in request.GET,
        "chips": _chips(request, form),
    }
    return show(request, "manage/audit.html", values)


def _label(table: str) -> str:
    return str(audited_models()[table]._meta.verbose_name)


def _read(request: HttpRequest, form: AuditFilter) -> AuditPage:
    try:
        return read_audit(
            actor=actor_of(request),
            wanted=_wanted(form.cleaned_data),
            size=_LINES,
            older_than=Point.parse(request.GET.get("before", "")),
            newer_than=Point.parse(request.GET.get("after", "")),
        )
    except DomainError as refusal:
        show_refusal(form, refusal)
        return _NO_PAGE


def _wanted(asked: dict[str, Any]) -> Wanted:
    since, until = days_asked(asked)
    return Wanted(
        table=asked["table"] or None,
        row=asked["row"],
        user=user_id_of(asked["login"]) if asked["login"] else None,
        since=since,
        until=until,
        xact=asked["xact"] or None,
    )


def _row(request: HttpRequest, line: AuditLine) -> dict[str, Any]:
    return {
        "line": line,
        "operation": AuditEntry.Operation(line.operation).label,
        "who": line.actor.user_label or "未登录",
        "role": Role(line.actor.role).label if line.actor.role in Role else "系统",
        "same_row": address(request, table=line.table, row=line.row, before="", after="", xact=""),
        "same_unit": address(request, xact=line.xact, before="", after="", row=""),
    }


def _chips(request: HttpRequest, form: AuditFilter) -> list[Chip]:
    row, xact = request.GET.get("row"), request.GET.get("xact")
    chips = [Chip(f"第 {row} 行", address(request, row="", before="", after=""))] if row else []
    return [*chips, *([Chip(f"事务 {xact}", address(request, xact="", before="", after=""))] if xact else [])]
