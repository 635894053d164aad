"""Proposing a value: write it down, look at what it changes, hand it to the checker."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.policy.engine.parameters import KeySpec
from qihang.registry.policy.models import LegalInstrument, Parameter
from qihang.registry.policy.services import change_of, draft_parameter, propose_parameter
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.manage_policy.forms import DATALIST, ProposalForm, starting_value, typed
from qihang.web.views.manage_policy.parameters import home_region, known_key
from qihang.web.views.manage_policy.showing import change_values


@roles(Role.POLICY_OFFICER)
def propose(request: HttpRequest, key: str) -> HttpResponse:
    """The form; then the change it makes; then, once that has been looked at, the draft."""
    actor, spec = actor_of(request), known_key(key)
    if request.method != "POST":
        return _form_page(request, spec, ProposalForm(spec, actor, initial=_initial(request, actor, spec)))
    form = ProposalForm(spec, actor, request.POST)
    if not form.is_valid() or "edit" in request.POST:
        return _form_page(request, spec, form)
    try:
        draft = draft_parameter(actor=actor, **form.proposal())
        change = change_of(draft)
        if change.refusal:
            raise change.refusal
        if "sure" in request.POST:
            return _proposed(request, propose_parameter(actor=actor, **form.proposal()))
    except DomainError as refusal:
        if refusal.field == "instrument":
            refusal.field = "source"
        show_refusal(form, refusal)
        return _form_page(request, spec, form)
    form.hide()
    values = {"spec": spec, "form": form, "crumbs": _crumbs(spec), **change_values(draft, change)}
    return render(request, "manage_policy/propose_preview.html", values)


def _proposed(request: HttpRequest, parameter: Parameter) -> HttpResponse:
    messages.success(request, "草案提出了，等另一个人复核。复核以前，大家还按老值算")
    return HttpResponseRedirect(reverse("manage_parameter", args=[parameter.public_id]))


def _form_page(request: HttpRequest, spec: KeySpec, form: ProposalForm) -> HttpResponse:
    numbers = LegalInstrument.objects.values_list("number", "title")
    values = {"spec": spec, "form": form, "numbers": numbers, "datalist": DATALIST, "crumbs": _crumbs(spec)}
    return render(request, "manage_policy/propose.html", values)


def _crumbs(spec: KeySpec) -> list[Crumb]:
    key_page = reverse("manage_parameter_key", args=[spec.key])
    return [Crumb("参数", reverse("manage_parameters")), Crumb(spec.label, key_page), Crumb("提出新值")]


def _initial(request: HttpRequest, actor: Actor, spec: KeySpec) -> dict[str, Any]:
    """What is known already: a value that came back, in full; else the place and kind that were asked for."""
    earlier = request.GET.get("again", "")
    found = Parameter.objects.visible_to(actor).filter(key=spec.key)
    row = next((row for row in found.select_related("instrument") if str(row.public_id) == earlier), None)
    if row is None:
        asked = {"region": request.GET.get("region") or home_region(actor), "by": request.GET.get("by", "")}
        return {**asked, "value": starting_value(spec)}
    return {
        "by": row.by,
        "region": row.region,
        "value": typed(spec, row.value),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "source": row.instrument.number if row.instrument else row.source,
        "article": row.article,
        "verified": row.verified,
        "note": row.note,
    }
