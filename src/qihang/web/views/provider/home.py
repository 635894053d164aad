"""The institution's classes: what to do first, and all of them by what is going on."""

import datetime as dt
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qihang.delivery.training.enums import ClassFormat, ClassState, Programme
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.querysets import over, running, to_do
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core import clock
from qihang.foundation.core.calendars import WorkCalendar
from qihang.foundation.core.roles import Role
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Chip, View
from qihang.web.views.provider.application import kept_draft
from qihang.web.views.provider.tasks import Task, due_of, tasks_for

_PAGE = 20
_TASKS = 5


def _views(on: dt.date, role: str) -> dict[str, tuple[str, Q]]:
    """Each tab's label and condition."""
    return {
        "todo": ("要办的", to_do(on, role)),
        "running": ("在上课", running(on)),
        "over": ("等结业", over(on)),
        "coming": ("等开班", Q(state=ClassState.APPROVED, start__gt=on)),
        "review": ("等审批", Q(state__in=[ClassState.SUBMITTED, ClassState.REVIEWED])),
        "draft": ("草稿", Q(state=ClassState.DRAFT)),
        "done": ("已结业", Q(state=ClassState.COMPLETED)),
        "all": ("全部", Q()),
    }


@roles(*PROVIDERS, Role.TRAINER)
def overview(request: HttpRequest) -> HttpResponse:
    """What to do next, and the list."""
    actor, today = actor_of(request), clock.today()
    works = actor.role in PROVIDERS
    tasks = tasks_for(actor) if works else []
    mine = TrainingClass.objects.visible_to(actor)
    views = _views(today, actor.role)
    if not works:
        del views["todo"]
    counts = mine.aggregate(**{key: Count("pk", filter=condition) for key, (_, condition) in views.items()})
    chosen = request.GET.get("view", "")
    if chosen not in views:
        chosen = "todo" if counts.get("todo") else "all"
    rows = _filtered(request, mine.filter(views[chosen][1]))
    calendar = WorkCalendar()
    return render(
        request,
        "provider/home.html",
        {
            "works": works,
            "teaches_none": not works and not counts["all"],
            "task": tasks[0] if tasks else None,
            "task_due": due_of(tasks[0], calendar) if tasks else None,
            "others": [(task, due_of(task, calendar)) for task in tasks[1:_TASKS]],
            "more_tasks": max(0, len(tasks) - _TASKS),
            "kept": works and kept_draft(request) is not None,
            "page": _page(request, rows, tasks),
            "views": [
                View(label, _address(request, view=key), counts[key], current=key == chosen)
                for key, (label, _) in views.items()
            ],
            "view": chosen,
            **_filter_values(request),
        },
    )


def _page(request: HttpRequest, rows: QuerySet[Any], tasks: list[Task]) -> Page[Any]:
    """A page of classes, each with its task where it has one."""
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    task_of = {task.item.pk: task for task in tasks}
    for item in page:
        item.task = task_of.get(item.pk)
    return page


def _filtered(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    words = request.GET.get("q", "").strip()
    if words:
        rows = rows.filter(
            Q(name__icontains=words) | Q(filing_no__icontains=words) | Q(occupation__name__icontains=words)
        )
    for name, choices in (("programme", Programme), ("format", ClassFormat)):
        if (value := request.GET.get(name, "")) in choices.values:
            rows = rows.filter(**{name: value})
    counted = rows.select_related("occupation").annotate(heads=Count("enrolments", filter=_IN))
    ordered: QuerySet[Any] = counted.order_by("-start", "-pk")
    return ordered


_IN = Q(enrolments__state__in=["applied", "enrolled", "completed", "not_completed"])


def _filter_values(request: HttpRequest) -> dict[str, Any]:
    words = request.GET.get("q", "").strip()
    chips = [Chip(f"含“{words}”", _address(request, q=""))] if words else []
    chosen = {}
    for name, choices in (("programme", Programme), ("format", ClassFormat)):
        value = request.GET.get(name, "")
        chosen[name] = value
        if value in choices.values:
            chips.append(Chip(str(choices(value).label), _address(request, **{name: ""})))
    return {
        "q": words,
        "programme": chosen["programme"],
        "format": chosen["format"],
        "programmes": Programme.choices,
        "formats": ClassFormat.choices,
        "chips": chips,
    }


def _address(request: HttpRequest, **changes: str) -> str:
    """The list as it is filtered now, with some filters changed; "" drops one. It begins at its first page."""
    query = request.GET.copy()
    query.pop("page", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{reverse('provider_home')}?{query.urlencode()}"
