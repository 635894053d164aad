"""Attendance of a class: everybody's marks day by day, what is below the limits, and the sheet to sign on paper."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from qihang.delivery.training.attendance_days import DayPresence, PersonDay, Register, register_of
from qihang.delivery.training.completing import Presence, attendance_summary
from qihang.delivery.training.enums import AttendanceMark, ClassState, Half
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.rules import may_complete
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core import clock
from qihang.registry.policy.engine.parameters import ParameterRow
from qihang.web.access import roles
from qihang.web.formats import percent
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.views.provider.access import MARKERS, PEOPLE_READERS, class_of, crumbs_of

# As teachers write them on their own sheets.
SIGNS = {
    AttendanceMark.PRESENT: "√",
    AttendanceMark.LATE: "迟",
    AttendanceMark.LEFT_EARLY: "早",
    AttendanceMark.ABSENT: "×",
    AttendanceMark.LEAVE: "假",
}


@roles(*PEOPLE_READERS)
def overview(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """People by days."""
    item = class_of(request, public_id)
    actor = actor_of(request)
    register = register_of(item)
    people = attendance_summary(item)
    open_now = item.state == ClassState.APPROVED
    works = actor.role in PROVIDERS and open_now
    marks = actor.role in MARKERS and open_now
    return render(
        request,
        "provider/attendance.html",
        {
            "item": item,
            "crumbs": crumbs_of(request, item, Crumb("考勤")),
            "register": register,
            "days": [_day(one) for one in register.days],
            "rows": [_row(one, register) for one in people],
            "short": [one for one in people if one.enough is False and one.held],
            "thin_days": [one for one in register.days if one.enough is False],
            "person_limit": _limit(register.person_limit),
            "day_limit": _limit(register.day_limit),
            "signs": [(SIGNS[mark], mark.label) for mark in AttendanceMark],
            "import_url": reverse("import_start", args=["attendance", item.public_id]) if marks else "",
            "works": works,
            "completes": works and may_complete(item, actor) is None,
        },
    )


def _limit(row: ParameterRow | None) -> str:
    """A ratio in words with its source."""
    if row is None:
        return ""
    return f"{percent(row.value, 0)}" + (f"（{row.law}）" if row.law else "")  # type: ignore[arg-type]  # a ratio


def _day(one: DayPresence) -> dict[str, Any]:
    return {"day": one.day, "share": float(one.share), "here": float(one.here), "thin": one.enough is False}


def _row(one: Presence, register: Register) -> dict[str, Any]:
    cells = [register.marks.get((one.enrolment.pk, day.day)) for day in register.days]
    return {
        "place": one.enrolment,
        "person": one.enrolment.person,
        "attended": float(one.attended),
        "held": float(one.held),
        "share": None if one.share is None else float(one.share),
        "short": one.enough is False and bool(one.held),
        "cells": [_cell(cell) for cell in cells],
    }


def _cell(cell: PersonDay | None) -> dict[str, Any]:
    """The sign, what it says aloud, and whether the person was missed."""
    if cell is None:
        return {"sign": "", "spoken": "没有记", "missed": False}
    marks = [(AttendanceMark(mark.mark), Half(mark.half)) for mark in cell.marks]
    signs = [SIGNS[mark] for mark, _ in marks]
    spoken = "，".join(f"{half.label if half else ''}{mark.label}" for mark, half in marks)
    missed = any(mark in {AttendanceMark.ABSENT, AttendanceMark.LEAVE} for mark, _ in marks)
    return {"sign": "".join(signs), "spoken": spoken, "missed": missed}


@roles(*PEOPLE_READERS)
def sheet(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The sign-in sheet of a day, to print: everybody who sits in class, with room for the signature."""
    item = class_of(request, public_id)
    day = _asked_day(request, item)
    places = item.enrolments.visible_to(actor_of(request)).in_class().select_related("person")
    return render(
        request,
        "provider/sign_sheet.html",
        {
            "item": item,
            "day": day,
            "before": day - dt.timedelta(days=1) if day > item.start else None,
            "after": day + dt.timedelta(days=1) if day < item.end else None,
            "places": list(places),
            "crumbs": crumbs_of(request, item, Crumb("签到表")),
        },
    )


def _asked_day(request: HttpRequest, item: TrainingClass) -> dt.date:
    """The day of the address, within the class; else today, or the nearest day of the class."""
    try:
        asked = dt.date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        asked = clock.today()
    return min(max(asked, item.start), item.end)
