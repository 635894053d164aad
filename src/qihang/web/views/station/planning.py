"""Giving a class its sitting, moving it, taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qihang.delivery.appraisal.enums import SittingState
from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.appraisal.rules import last_day
from qihang.delivery.appraisal.services import cancel_sitting, get_sitting, move_sitting, plan_sitting
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.services import get_class
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.web.access import roles
from qihang.web.formats import chinese_date
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.station.access import MOVERS
from qihang.web.views.station.forms import CancelForm, MoveForm, PlanForm


@roles(Role.INTAKE_OFFICER)
def plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The officer chooses station, day and room. While a sitting is planned there is no form, only that sitting."""
    actor = actor_of(request)
    item = get_class(actor=actor, public_id=str(public_id))
    form = PlanForm(request.POST or None, item=item, initial={"on": item.appraisal_on})
    if form.is_valid():
        try:
            made = plan_sitting(actor=actor, item=item, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"安排好了：{chinese_date(made.on)}，{made.station.name}")
            return HttpResponseRedirect(_page_of(made))
    rows = list(Sitting.objects.visible_to(actor).filter(training_class=item).select_related("station"))
    values = {
        "item": item,
        "form": form,
        "sittings": rows,
        "open": any(row.state == SittingState.PLANNED for row in rows),
        "latest": _latest(item),
        "crumbs": [Crumb("鉴定和证书", reverse("station")), Crumb("安排鉴定")],
    }
    return render(request, "station/plan.html", values)


def _latest(item: TrainingClass) -> str:
    """The last day in words, or which value is missing."""
    try:
        return f"这个班 {chinese_date(item.end)}结班，最晚 {chinese_date(last_day(item))}鉴定。"
    except DomainError as missing:
        return missing.message


@roles(*MOVERS)
def move(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = get_sitting(actor=actor, public_id=str(public_id))
    form = MoveForm(request.POST or None, initial={"on": found.on, "place": found.place})
    if form.is_valid():
        try:
            moved = move_sitting(actor=actor, sitting=found, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, f"改好了：{chinese_date(moved.on)}，{moved.place}")
            return HttpResponseRedirect(_page_of(moved))
    values = {"sitting": found, "form": form, "latest": _latest(found.training_class), "crumbs": _crumbs(found)}
    return render(request, "station/move.html", values)


@roles(Role.INTAKE_OFFICER)
def cancel(request: HttpRequest, public_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = get_sitting(actor=actor, public_id=str(public_id))
    form = CancelForm(request.POST or None)
    if form.is_valid():
        try:
            cancel_sitting(actor=actor, sitting=found, comment=form.cleaned_data["comment"])
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "这场鉴定取消了，可以另外安排")
            return HttpResponseRedirect(reverse("office_class_sitting", args=[found.training_class.public_id]))
    values = {"sitting": found, "form": form, "back": _page_of(found)}
    return render(request, "station/cancel.html", values)


def _page_of(sitting: Sitting) -> str:
    return reverse("station_sitting", args=[sitting.public_id])


def _crumbs(sitting: Sitting) -> list[Crumb]:
    return [
        Crumb("鉴定", reverse("station")),
        Crumb(sitting.training_class.name, _page_of(sitting)),
        Crumb("改时间或考场"),
    ]
