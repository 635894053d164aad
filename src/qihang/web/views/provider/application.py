"""The application to open a class, on two pages: what is taught, then when and where.

The first page of a new application is kept in the session until the second is filled in; only then is it a draft. Its
identifier goes along in the address, so that two applications filled in side by side stay two.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.opening import opening_limits
from qihang.delivery.training.services import draft_class, revise_class
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core import clock
from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.engine.parameters import ParameterRow, Verified
from qihang.registry.policy.enums import VerifiedMark
from qihang.web.access import roles
from qihang.web.formats import NBSP, chinese_date, full_date, weekday
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.provider.access import class_of, crumbs_of, returned_words
from qihang.web.views.provider.forms import DetailsForm, WhatForm

_KEPT, _MOST_KEPT = "class_applications", 5


@dataclass(frozen=True, slots=True)
class Kept:
    """The first page of an application not finished, as it was filled in."""

    id: str
    initial: dict[str, Any]

    @property
    def query(self) -> str:
        return f"?draft={self.id}"


def kept_draft(request: HttpRequest) -> Kept | None:
    """The one that the address names, or else the latest; None where there is none."""
    kept: dict[str, Any] = request.session.get(_KEPT, {})
    wanted = request.GET.get("draft") or next(reversed(kept), "")
    return Kept(wanted, kept[wanted]) if wanted in kept else None


def _keep(request: HttpRequest, draft: Kept) -> None:
    others = {key: value for key, value in request.session.get(_KEPT, {}).items() if key != draft.id}
    latest = [*others.items(), (draft.id, draft.initial)]
    request.session[_KEPT] = dict(latest[-_MOST_KEPT:])


def _forget(request: HttpRequest, draft: Kept) -> None:
    request.session[_KEPT] = {key: value for key, value in request.session[_KEPT].items() if key != draft.id}


def _named(request: HttpRequest) -> str:
    """The identifier of the application at hand: that of the address, or a new one."""
    try:
        return str(uuid.UUID(request.GET.get("draft", "")))
    except ValueError:
        return str(uuid.uuid4())


def _searching(request: HttpRequest) -> bool:
    """The button that only looks the occupation up, for browsers without scripts."""
    return "find" in request.POST


def _filled_what(request: HttpRequest, initial: dict[str, Any]) -> WhatForm:
    if request.method != "POST":
        return WhatForm(initial=initial)
    return WhatForm(initial=request.POST.dict()) if _searching(request) else WhatForm(request.POST)


@roles(*PROVIDERS)
def new_what(request: HttpRequest) -> HttpResponse:
    """First page: what is taught. Kept in the session."""
    kept = kept_draft(request) if request.method != "POST" else None
    draft = kept or Kept(_named(request), {})
    form = _filled_what(request, draft.initial)
    if form.is_valid():
        _keep(request, Kept(draft.id, form.answers()))
        return HttpResponseRedirect(reverse("class_new_details") + draft.query)
    crumbs = [Crumb("班级", reverse("provider_home")), Crumb("申请开班")]
    values = {"form": form, "crumbs": crumbs, "new": True, "here": draft.query, "heading": "申请开班：教什么"}
    return render(request, "provider/class_what.html", values)


@roles(*PROVIDERS)
def new_details(request: HttpRequest) -> HttpResponse:
    """Second page: when, where, how many. Saves the draft, once, however often it is sent."""
    kept = kept_draft(request)
    if kept is None:
        messages.info(request, "这份申请已经存好，或者还没有填第一页")
        return HttpResponseRedirect(f"{reverse('provider_home')}?view=draft")
    actor = actor_of(request)
    what = WhatForm(kept.initial)
    if not what.is_valid():
        return HttpResponseRedirect(reverse("class_new") + kept.query)
    form = DetailsForm(request.POST if request.method == "POST" else None, home=actor.region)
    if form.is_valid():
        fields = {**what.fields_of(), **form.cleaned_data}
        try:
            item = draft_class(actor=actor, fields=fields, public_id=uuid.UUID(kept.id))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            _forget(request, kept)
            messages.success(request, "草稿存好了。看一遍，没问题就交上去")
            return HttpResponseRedirect(reverse("class_page", args=[item.public_id]))
    crumbs = [
        Crumb("班级", reverse("provider_home")),
        Crumb("申请开班", reverse("class_new") + kept.query),
        Crumb("时间和地点"),
    ]
    values = {
        "form": form,
        "crumbs": crumbs,
        "name": what.cleaned_data["name"],
        "back": reverse("class_new") + kept.query,
        "heading": "申请开班：时间和地点",
        "submit": "存成草稿",
    }
    return render(request, "provider/class_details.html", values | _limits(actor.region))


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule of today beside the form, with where it comes from."""

    label: str
    value: str
    source: str


def _limits(region: str) -> dict[str, Any]:
    limits = opening_limits(region=region, on=clock.today())
    earliest = f"{chinese_date(limits.earliest)}，{weekday(limits.earliest)}" if limits.earliest else limits.gap
    shown = [
        _limit("每班人数", limits.heads, "最多{}人"),
        _limit("每天课时", limits.hours_per_day, "最多{}课时"),
        _limit("提前多久", limits.lead, "{}个工作日"),
    ]
    return {"limits": [*shown, *([Limit("最早开班", earliest, "")] if earliest else [])]}


def _limit(label: str, row: ParameterRow | None, words: str) -> Limit:
    if row is None:
        return Limit(label, "还没有设定", "")
    mark = "" if row.verified is Verified.TRUE else VerifiedMark(str(row.verified)).label
    source = "，".join(part for part in (row.law, f"{full_date(row.valid_from)}起", mark) if part)
    return Limit(label, words.format(f"{NBSP}{row.number}{NBSP}").strip(NBSP), source)


@roles(*PROVIDERS)
def occupations(request: HttpRequest) -> HttpResponse:
    """The occupations that a title may mean, for the first page while it is filled in."""
    form = WhatForm(initial={"title": request.GET.get("title", "")})
    return render(request, "provider/occupations.html", {"form": form, "found": form.has_suggestions})


# -- changing an application that is not with the officers --


@roles(*PROVIDERS)
def edit_what(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """First page of an application that exists."""
    item = class_of(request, public_id)
    if closed := _not_ours_now(request, item):
        return closed
    form = _filled_what(request, _initial_what(item))
    if form.is_valid():
        try:
            revise_class(actor=actor_of(request), item=item, fields=form.fields_of())
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _after_saving(request, item, "class_edit_details")
    crumbs = crumbs_of(request, item, Crumb("改申请"))
    values = {"form": form, "crumbs": crumbs, "returned": returned_words(item), "heading": "改申请：教什么"}
    return render(request, "provider/class_what.html", values)


@roles(*PROVIDERS)
def edit_details(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Second page of an application that exists."""
    item = class_of(request, public_id)
    if closed := _not_ours_now(request, item):
        return closed
    data = request.POST if request.method == "POST" else None
    form = DetailsForm(data, home=item.region_id, initial=_initial_details(item))
    if form.is_valid():
        try:
            revise_class(actor=actor_of(request), item=item, fields=form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return _after_saving(request, item, "class_page")
    crumbs = crumbs_of(request, item, Crumb("改申请"))
    values = {
        "form": form,
        "crumbs": crumbs,
        "name": item.name,
        "back": reverse("class_edit", args=[item.public_id]),
        "heading": "改申请：时间和地点",
        "submit": "存下，回到这个班",
        "returned": returned_words(item),
    }
    return render(request, "provider/class_details.html", values | _limits(item.region_id))


def _not_ours_now(request: HttpRequest, item: TrainingClass) -> HttpResponse | None:
    """Back to the class with a word, once the application is with the officers."""
    if item.state in {ClassState.DRAFT, ClassState.RETURNED}:
        return None
    messages.warning(request, "申请已经交上去了，现在不能改。要改请先让县里退回")
    return HttpResponseRedirect(reverse("class_page", args=[item.public_id]))


def _after_saving(request: HttpRequest, item: TrainingClass, following: str) -> HttpResponse:
    messages.success(request, "改好存下了")
    target = "class_page" if "stay" in request.POST else following
    return HttpResponseRedirect(reverse(target, args=[item.public_id]))


def _initial_what(item: TrainingClass) -> dict[str, Any]:
    occupation = item.occupation
    return {
        "name": item.name,
        "title": occupation.name if occupation else "",
        "occupation": occupation.code if occupation else "",
        "level": item.level,
        "format": item.format,
        "kind": item.kind,
        "order_employer": item.order_employer,
    }


def _initial_details(item: TrainingClass) -> dict[str, Any]:
    names = ("hours", "start", "end", "appraisal_on", "region_id", "place", "contact_name", "planned_heads")
    return {**{name: getattr(item, name) for name in names}, "contact_phone": item.contact_phone.plain()}
