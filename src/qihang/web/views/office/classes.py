"""Applications for classes: the list, the case, and what an officer decides on it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import (
    approve_class,
    extend_roster,
    get_class,
    pass_on_classes,
    review_class,
    send_back_class,
)
from qihang.delivery.training.waiting import classes_awaiting
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Transition
from qihang.web import parts
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, View
from qihang.web.refusals import show_refusal
from qihang.web.views.employment.roles import FOR_OTHERS
from qihang.web.views.employment.work_known import with_work
from qihang.web.views.office import opening
from qihang.web.views.office.addresses import is_public_id, kept_address, way_back, without
from qihang.web.views.office.decision_forms import BulkForm, DecisionForm, ExtendForm
from qihang.web.views.office.people_rows import place_rows
from qihang.web.views.office.roles import CASE_ROLES, DESKS
from qihang.web.views.office.sources import narrowed
from qihang.web.views.office.work import Narrowing, outcome_words
from qihang.web.views.provider.ways import doings, sitting_words, standing_of

_ROWS = 20
_PEOPLE = 50
_SHOWN_STATES = tuple(state for state in ClassState if state != ClassState.DRAFT)
_STEPS = {"review": review_class, "approve": approve_class, "send_back": send_back_class, "refuse": send_back_class}
_DONE = {
    "review": "初审通过了，已转审批",
    "approve": "批准了",
    "send_back": "退回给学校了，您写的话已经原样发出",
    "refuse": "退回给学校了，您写的话已经原样发出",
}


@roles(*CASE_ROLES)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """All classes within sight by state and words: also what the search box leads to."""
    actor = actor_of(request)
    words = request.GET.get("q", "").strip()
    rows = narrowed(TrainingClass.objects.visible_to(actor), Narrowing(words=words))
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    state = request.GET.get("state", "")
    shown = rows.filter(state=state) if state in _SHOWN_STATES else rows
    page = Paginator(shown.select_related("organization", "region"), _ROWS).get_page(request.GET.get("page"))
    views = [
        View("全部", without(request, "state", "page"), sum(counts.values()), current=state not in _SHOWN_STATES),
        *(
            View(one.label, kept_address(request, state=one), counts.get(one, 0), current=state == one)
            for one in _SHOWN_STATES
        ),
    ]
    chips = [parts.Chip(words, without(request, "q", "page"))] if words else []
    values = {"page": page, "views": views, "words": words, "chips": chips, "here": request.get_full_path()}
    return render(request, "office/classes.html", values)


@roles(*CASE_ROLES)
@require_GET
def case(request: HttpRequest, public_id: str) -> HttpResponse:
    actor = actor_of(request)
    return _case_page(request, get_class(actor=actor, public_id=public_id), None)


@roles(*DESKS)
@require_POST
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks once more with the seal before it, and the second time does it."""
    actor = actor_of(request)
    item = get_class(actor=actor, public_id=public_id)
    form = DecisionForm(request.POST, steps=_decisions(item, actor))
    last = CLASS_WORKFLOW.history(item).order_by("-id").values_list("pk", flat=True).first()
    if request.POST.get("seen") != str(last):
        return _moved_on(request, item)
    if not form.is_valid():
        return _case_page(request, item, form)
    step = form.steps[form.cleaned_data["decision"]]
    if "sure" not in request.POST:
        values = {"item": item, "step": step, "comment": form.cleaned_data["comment"], "kept": form.cleaned_data}
        return render(request, "office/class_confirm.html", {**values, "crumbs": _crumbs(request, item, "请再看一眼")})
    return _carry_out(request, actor, item, step.name, form)


def _carry_out(request: HttpRequest, actor: Actor, item: TrainingClass, step: str, form: DecisionForm) -> HttpResponse:
    try:
        _STEPS[step](actor=actor, item=item, comment=form.cleaned_data["comment"])
    except NotAllowed:
        raise
    except DomainError as refusal:
        if refusal.code == "state":
            return _moved_on(request, item)
        show_refusal(form, refusal)
        return _case_page(request, item, form)
    number = f"，备案号 {item.filing_no}" if step == "approve" else ""
    messages.success(request, f"{_DONE[step]}{number}。")
    return HttpResponseRedirect(_address(item))


def _moved_on(request: HttpRequest, item: TrainingClass) -> HttpResponse:
    """Somebody was quicker: nothing is done, and the officer sees the case as it stands now."""
    messages.warning(request, "您打开以后，别人已经办了这件。下面是现在的样子，您这次没有办成。")
    return HttpResponseRedirect(_address(item))


@roles(*DESKS)
@require_POST
def pass_many(request: HttpRequest) -> HttpResponse:
    """Several applications that meet every condition, after one more look; the rest come back with their reasons."""
    actor = actor_of(request)
    wanted = [one for one in request.POST.getlist("ids") if is_public_id(one)]
    items = list(
        classes_awaiting(actor).filter(public_id__in=wanted).select_related("organization", "region").order_by("pk")
    )
    if not items:
        messages.warning(request, "没有勾选，或者勾的都已经被别人办了。")
        return HttpResponseRedirect(reverse("office_home"))
    form = BulkForm(request.POST if "sure" in request.POST else None)
    if not form.is_valid():
        values = {"items": items, "form": form, "approves": actor.role == Role.APPROVER}
        return render(request, "office/classes_pass.html", values)
    outcome = pass_on_classes(actor=actor, items=items, comment=form.cleaned_data["comment"])
    done = "批准了" if actor.role == Role.APPROVER else "初审通过"
    held = [(item, outcome.refused[item.pk]) for item in items if item.pk in outcome.refused]
    (messages.warning if held else messages.success)(request, f"{outcome_words(outcome, done)}。")
    if not held:
        return HttpResponseRedirect(reverse("office_home"))
    return render(request, "office/classes_passed.html", {"held": held})


@roles(Role.INTAKE_OFFICER)
def extend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let the roster come in later, with the reason."""
    actor = actor_of(request)
    item = get_class(actor=actor, public_id=public_id)
    form = ExtendForm(request.POST or None)
    if form.is_valid():
        try:
            extend_roster(
                actor=actor, item=item, until=form.cleaned_data["until"], comment=form.cleaned_data["comment"]
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "放宽了，学校可以在那天以前交名单。")
            return HttpResponseRedirect(_address(item))
    values = {"item": item, "form": form, "crumbs": _crumbs(request, item, "放宽报名单的日子")}
    return render(request, "office/class_extend.html", values)


# ---- the page ----


def _case_page(request: HttpRequest, item: TrainingClass, form: DecisionForm | None) -> HttpResponse:
    actor = actor_of(request)
    log = list(CLASS_WORKFLOW.history(item))
    checks = opening.checks_of(item)
    deciding = [step for step in _decisions(item, actor) if _may(step.name, checks)]
    people = Enrolment.objects.visible_to(actor).filter(training_class=item)
    listed = with_work(people.order_by("roster_no", "pk").select_related("person"))
    page = Paginator(listed, _PEOPLE).get_page(request.GET.get("page"))
    standing = standing_of(item, actor)
    values: dict[str, Any] = {
        "item": item,
        "crumbs": [way_back(request, *_home(actor)), Crumb(item.filing_no or item.name)],
        "facts": opening.facts_of(item, sitting_words(standing.sitting, actor) if standing.sitting else ""),
        "rules": opening.rules_of(checks),
        "verdict": _verdict(checks),
        "record": opening.record_of(actor, item),
        "events": opening.timeline_of(item, log),
        "due": opening.due_of(item, log),
        "hands": opening.hands_note(item, actor, log),
        "may_extend": _may_extend(item, actor),
        "resit": standing.unpassed if standing.may_resit else 0,
        "may_plan": actor.role == Role.INTAKE_OFFICER and item.state in {ClassState.APPROVED, ClassState.COMPLETED},
        "page": page,
        "places": place_rows(page, may_claim=actor.role in FOR_OTHERS),
        "doings": doings(item, actor, standing),
        "waiting": people.filter(state=EnrolmentState.APPLIED).count(),
        "form": form or _fresh_form(deciding, log),
    }
    return render(request, "office/class.html", values)


def _may_extend(item: TrainingClass, actor: Actor) -> bool:
    return any(step.name == "extend_roster" for step in CLASS_WORKFLOW.possible(item, actor))


def _decisions(item: TrainingClass, actor: Actor) -> list[Transition]:
    """Of what this officer may do now, what decides the application."""
    return [step for step in CLASS_WORKFLOW.available(item, actor) if step.name in _STEPS]


def _fresh_form(steps: list[Any], log: list[TransitionLog]) -> DecisionForm | None:
    """An empty form, where there is anything this officer may do."""
    return DecisionForm(steps=steps, initial={"seen": log[-1].pk if log else 0}) if steps else None


def _may(step: str, checks: list[Any]) -> bool:
    """Nothing is passed on while a condition fails; it can be sent back."""
    return step not in {"review", "approve"} or all(check.passed is not False for check in checks)


def _verdict(checks: list[Any]) -> str:
    passed = sum(check.passed is True for check in checks)
    failed = sum(check.passed is False for check in checks)
    unset = len(checks) - passed - failed
    said = [
        f"{len(checks)} 条：{passed} 条过",
        f"{failed} 条不过" if failed else "",
        f"{unset} 条没设参数" if unset else "",
    ]
    return "，".join(filter(None, said))


def _home(actor: Actor) -> tuple[str, str]:
    return ("我的待办" if actor.role in DESKS else "在办的件", reverse("office_home"))


def _crumbs(request: HttpRequest, item: TrainingClass, here: str) -> list[Crumb]:
    return [Crumb(*_home(actor_of(request))), Crumb(item.name, _address(item)), Crumb(here)]


def _address(item: TrainingClass) -> str:
    return reverse("office_class", args=[item.public_id])
