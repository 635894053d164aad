"""The work calendar: which years are filled in, what a year looks like, filling in the next one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.roles import Role
from qihang.registry.reference.calendar import (
    YearState,
    check_keeper,
    check_year,
    days_of,
    fill_calendar,
    last_fillable_year,
    may_keep_calendar,
    unfilled_years,
    year_states,
)
from qihang.registry.reference.holiday_notice import NoticeDay, read_notice, write_notice
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.manage_policy.forms import HolidayForm
from qihang.web.views.manage_policy.pictures import lines_of, months_of
from qihang.web.views.manage_policy.readers import READERS


@roles(*READERS)
def years(request: HttpRequest) -> HttpResponse:
    """Every year with its state, the latest first."""
    values = {
        "years": year_states(),
        "may_fill": may_keep_calendar(actor_of(request)),
        "last": last_fillable_year(),
        "lacking": unfilled_years(on=clock.today()),
    }
    return render(request, "manage_policy/calendar.html", values)


@roles(*READERS)
def year_page(request: HttpRequest, year: int) -> HttpResponse:
    """The days of a year that differ from the week's rule, as a list and as a picture."""
    state = _state(year)
    days = days_of(year)
    values = {
        "state": state,
        "may_fill": may_keep_calendar(actor_of(request)) and year <= last_fillable_year(),
        "crumbs": [Crumb("工作日历", reverse("manage_calendar")), Crumb(f"{year} 年")],
        **_picture(year, days),
    }
    return render(request, "manage_policy/year.html", values)


@roles(Role.POLICY_OFFICER, Role.SYSTEM_ADMIN)
def fill(request: HttpRequest, year: int) -> HttpResponse:
    """The form; then the year's picture; then, once that has been looked at, the calendar."""
    actor, state = actor_of(request), _state(year)
    check_keeper(actor)
    if request.method != "POST":
        known = {"source": state.source, "days": write_notice(days_of(year))}
        return _form_page(request, state, HolidayForm(initial=known))
    form = HolidayForm(request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _form_page(request, state, form)
    notice = read_notice(year, form.cleaned_data["days"])
    for problem in notice.problems:
        form.add_error("days", problem)
    if notice.problems:
        return _form_page(request, state, form)
    try:
        return _checked(request, actor, state, form, notice.days)
    except DomainError as refusal:
        show_refusal(form, refusal)
        return _form_page(request, state, form)


def _checked(
    request: HttpRequest, actor: Actor, state: YearState, form: HolidayForm, days: list[NoticeDay]
) -> HttpResponse:
    """The picture to look at, or the year filled in. DomainError where the service refuses."""
    if "sure" in request.POST:
        fill_calendar(actor=actor, year=state.year, source=form.cleaned_data["source"], days=days)
        messages.success(request, f"{state.year} 年的日历录好了，期限从现在起按它算")
        return HttpResponseRedirect(reverse("manage_calendar_year", args=[state.year]))
    check_year(actor=actor, year=state.year, days=days)
    form.hide()
    values = {"state": state, "form": form, "crumbs": _crumbs(state.year), **_picture(state.year, days)}
    return render(request, "manage_policy/year_preview.html", values)


def _form_page(request: HttpRequest, state: YearState, form: HolidayForm) -> HttpResponse:
    values = {"state": state, "form": form, "crumbs": _crumbs(state.year)}
    return render(request, "manage_policy/year_fill.html", values)


def _picture(year: int, days: list[NoticeDay]) -> dict[str, Any]:
    return {"months": months_of(year, days), "lines": lines_of(days)}


def _state(year: int) -> YearState:
    state = next((state for state in year_states() if state.year == year), None)
    if state is None:
        raise NotFound(f"日历里没有 {year} 年")
    return state


def _crumbs(year: int) -> list[Crumb]:
    year_url = reverse("manage_calendar_year", args=[year])
    return [Crumb("工作日历", reverse("manage_calendar")), Crumb(f"{year} 年", year_url), Crumb("录入")]
