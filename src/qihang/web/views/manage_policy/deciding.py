"""One value: what it changes, who had it in hand, and the next step of whoever may take it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Transition
from qihang.registry.policy.catalogue import CATALOGUE
from qihang.registry.policy.enums import ParameterState
from qihang.registry.policy.models import Parameter
from qihang.registry.policy.perms import may_set_for
from qihang.registry.policy.services import (
    ask_parameter_back,
    change_of,
    confirm_parameter,
    keep_parameter,
    left_without,
    send_back_parameter,
    withdraw_parameter,
)
from qihang.registry.policy.workflows import PARAMETER_WORKFLOW
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.views.manage_policy.forms import DecisionForm, ReasonForm, RevokeForm
from qihang.web.views.manage_policy.parameters import next_to_propose
from qihang.web.views.manage_policy.readers import POLICY_HANDS, READERS
from qihang.web.views.manage_policy.showing import change_values, events_of, holds_text, span_text

# What each step of taking back is called on the page that leads to it.
_TAKING_BACK = {"withdraw": "撤回", "ask_back": "提出撤回", "revoke": "定撤不撤"}
_OVER = (ParameterState.RETURNED, ParameterState.WITHDRAWN)
_SEALS = {step.name: step.seal for step in PARAMETER_WORKFLOW.transitions}


@roles(*READERS)
def version(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A value with its change and history; by POST the checker's decision."""
    actor = actor_of(request)
    parameter = _visible(actor, public_id)
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _decide(request, actor, parameter, form)
        except DomainError as refusal:
            show_refusal(form, refusal)
    steps = {step.name for step in _steps(parameter, actor)}
    values = {
        "parameter": parameter,
        "span": span_text(parameter.valid_from, parameter.valid_to),
        "events": events_of(list(PARAMETER_WORKFLOW.history(parameter)), _SEALS),
        "form": form if "confirm" in steps or form.errors else None,
        "withdraw": next((words for name, words in _TAKING_BACK.items() if name in steps), ""),
        "again": actor.role == Role.POLICY_OFFICER and parameter.state in _OVER,
        "crumbs": _crumbs(parameter),
    }
    if parameter.state == ParameterState.DRAFT:
        values |= {**change_values(parameter, change_of(parameter)), "next": next_to_propose(actor)}
    return render(request, "manage_policy/version.html", values)


@roles(*POLICY_HANDS)
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask why; then take a draft back, ask a value in force back, or decide on one that was."""
    actor = actor_of(request)
    parameter = _visible(actor, public_id)
    if not may_set_for(actor, parameter.region):
        raise NotFound(f"{parameter.place}的值不归您的辖区撤")
    step = next((step.name for step in _steps(parameter, actor) if step.name in _TAKING_BACK), "")
    if not step:
        raise NotAllowed(
            "这个值不归您撤回：草案由政策录入撤；生效的值先由政策录入提出撤回，再由没有提过它的政策复核定"
        )
    form = (RevokeForm if step == "revoke" else ReasonForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _taken_back(step, actor, parameter, form.cleaned_data))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return HttpResponseRedirect(reverse("manage_parameter", args=[parameter.public_id]))
    in_force = parameter.state == ParameterState.CONFIRMED
    values = {
        "parameter": parameter,
        "form": form,
        "step": step,
        "in_force": in_force,
        "instead": holds_text(left_without(parameter)) if in_force else "",
        "span": span_text(parameter.valid_from, parameter.valid_to),
        "crumbs": _crumbs(parameter),
    }
    return render(request, "manage_policy/withdraw.html", values)


def _taken_back(step: str, actor: Actor, parameter: Parameter, given: dict[str, Any]) -> str:
    """Makes the step; what is said afterwards."""
    if step == "ask_back":
        ask_parameter_back(actor=actor, parameter=parameter, comment=given["comment"])
        return "提出撤回了，政策复核定了才算；在那以前还按这个值办"
    if given.get("decision") == "keep":
        keep_parameter(actor=actor, parameter=parameter, comment=given["comment"])
        return "没有撤，这个值照旧"
    withdraw_parameter(actor=actor, parameter=parameter, comment=given["comment"])
    return "撤回了。经过都留着，要改的请提一个新值"


def _decide(request: HttpRequest, actor: Actor, parameter: Parameter, form: DecisionForm) -> HttpResponse:
    comment = form.cleaned_data["comment"]
    if form.cleaned_data["decision"] == "confirm":
        confirm_parameter(actor=actor, parameter=parameter, comment=comment)
        messages.success(request, f"“{parameter.label}”的新值生效了：{parameter.value_text}")
    else:
        send_back_parameter(actor=actor, parameter=parameter, comment=comment)
        messages.success(request, f"“{parameter.label}”退回了，提出的人会看到您写的原因")
    return HttpResponseRedirect(reverse("manage_parameters_waiting"))


def _visible(actor: Actor, public_id: uuid.UUID) -> Parameter:
    mine = Parameter.objects.visible_to(actor).select_related("instrument")
    found: Parameter | None = mine.filter(public_id=public_id).first()
    if found is None or found.key not in CATALOGUE:
        raise NotFound("没有这个值，或者它还是草案，不给别的岗位看")
    return found


def _steps(parameter: Parameter, actor: Actor) -> list[Transition]:
    return PARAMETER_WORKFLOW.possible(parameter, actor) if may_set_for(actor, parameter.region) else []


def _crumbs(parameter: Parameter) -> list[Crumb]:
    key_page = reverse("manage_parameter_key", args=[parameter.key])
    return [Crumb("参数", reverse("manage_parameters")), Crumb(parameter.spec.label, key_page), Crumb("一个值")]
