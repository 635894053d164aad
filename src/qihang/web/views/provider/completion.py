"""Completing a class: who has been there often enough, who has not and why, then the one button."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qihang.delivery.appraisal.rules import last_day_if_set
from qihang.delivery.training.attendance_days import register_of
from qihang.delivery.training.completing import attendance_summary, complete_class
from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.rules import may_complete
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core.errors import DomainError
from qihang.web.access import roles
from qihang.web.formats import percent
from qihang.web.forms import PageForm
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.provider.access import class_of, crumbs_of


@roles(*PROVIDERS)
def complete(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """What will come of it, and the confirmation."""
    item, actor = class_of(request, public_id), actor_of(request)
    back = reverse("class_page", args=[item.public_id])
    if item.state != ClassState.APPROVED:
        label = ClassState(item.state).label
        messages.warning(request, f"这个班现在是“{label}”，结业已经办过，或者还不能办")
        return HttpResponseRedirect(back)
    form = PageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            done = complete_class(actor=actor, item=item)
        except DomainError as refusal:
            if refusal.code == "state":
                messages.warning(request, refusal.message)
                return HttpResponseRedirect(back)
            show_refusal(form, refusal)
        else:
            messages.success(request, f"结业办好了：{done.completed} 人学完，{done.fell_short} 人没学完")
            return HttpResponseRedirect(back)
    sitting = [one for one in attendance_summary(item) if one.enrolment.state == EnrolmentState.ENROLLED]
    limit = register_of(item).person_limit
    reason = may_complete(item, actor)
    if reason is None and limit is None:
        reason = "还没有设定“个人出勤率下限”，请省里的政策录入、政策复核两人补上，再来办结业"
    return render(
        request,
        "provider/completion.html",
        {
            "item": item,
            "form": form,
            "back": back,
            "crumbs": crumbs_of(request, item, Crumb("办结业")),
            "reason": reason,
            "limit": percent(limit.value, 0) if limit else "",  # type: ignore[arg-type]  # a ratio
            "law": limit.law if limit else "",
            "last_sitting": last_day_if_set(item),
            "passing": [one for one in sitting if one.enough],
            "short": [one for one in sitting if not one.enough],
        },
    )
