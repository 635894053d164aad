"""One class: how far it is, the one thing to do next, who is in it, who did what. Officers read it too."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from qihang.delivery.training.enums import ClassKind, ClassState, EnrolmentState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.rules import days_held
from qihang.delivery.training.teaching import trainers_of
from qihang.delivery.training.workflows import CLASS_WORKFLOW, PROVIDERS
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import WorkCalendar
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.workflow import Refused, Transition
from qihang.web.access import roles
from qihang.web.formats import NOTHING, chinese_date, date_span, with_unit
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.refusals import show_refusal
from qihang.web.reveal import reveal_page
from qihang.web.step_up import step_up
from qihang.web.views.provider.access import (
    CLASS_READERS,
    PEOPLE_READERS,
    REVEALERS,
    class_of,
    crumbs_of,
    returned_words,
)
from qihang.web.views.provider.class_steps import STEP_PAGES, form_for
from qihang.web.views.provider.steps import class_steps, history_of
from qihang.web.views.provider.tasks import due_of, task_of
from qihang.web.views.provider.ways import doings, rest_of, sitting_words, standing_of

_OPEN_NUMBERS = ("applied", "enrolled", "refused", "withdrawn", "completed", "not_completed")


@roles(*CLASS_READERS)
def overview(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The workspace."""
    item = class_of(request, public_id)
    actor = actor_of(request)
    counts = _counts(item)
    standing = standing_of(item, actor)
    task = task_of(item, actor) if actor.role in PROVIDERS else None
    return render(
        request,
        "provider/class.html",
        {
            "item": item,
            "crumbs": crumbs_of(request, item),
            "steps": class_steps(item, _heads(counts), days_held(item), standing.sitting),
            "task": task,
            "task_due": due_of(task, WorkCalendar()) if task else None,
            "numbers": _numbers(request, item, counts),
            "rest": rest_of(item, standing) if actor.role in PROVIDERS and not task else None,
            "doings": doings(item, actor, standing),
            "buttons": _buttons(item, actor, task.url if task else ""),
            "edits": actor.role in PROVIDERS and item.state in {ClassState.DRAFT, ClassState.RETURNED},
            "returned": returned_words(item),
            "trainers": [one.user.name for one in trainers_of(item)],
            "staffs": actor.role in PROVIDERS and item.state != ClassState.CANCELLED,
            "facts": _facts(item, sitting_words(standing.sitting, actor) if standing.sitting else ""),
            "reveals": actor.role in REVEALERS,
            "events": history_of(CLASS_WORKFLOW, item),
        },
    )


def _counts(item: TrainingClass) -> dict[str, int]:
    found = item.enrolments.values_list("state").annotate(Count("pk"))
    return dict(found.order_by("state"))


def _heads(counts: dict[str, int]) -> int:
    """Everyone who has a place or had one."""
    return sum(count for state, count in counts.items() if state != EnrolmentState.REFUSED)


def _numbers(request: HttpRequest, item: TrainingClass, counts: dict[str, int]) -> list[tuple[str, int, str, str]]:
    """Label, number, tone and, for those who may see them, the people behind it."""
    people = reverse("class_people", args=[item.public_id]) if actor_of(request).role in PEOPLE_READERS else ""
    tones = {EnrolmentState.APPLIED: "hold", EnrolmentState.REFUSED: "err", EnrolmentState.NOT_COMPLETED: "err"}
    shown = [("计划", item.planned_heads, "", "")]
    shown.append(("报名", sum(counts.values()), "", people if counts else ""))
    for state in map(EnrolmentState, _OPEN_NUMBERS):
        number = counts.get(state, 0)
        if number or state in {EnrolmentState.ENROLLED, EnrolmentState.APPLIED}:
            url = f"{people}?state={state}" if people and number else ""
            shown.append((state.label, number, tones.get(state, "") if number else "", url))
    return shown


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    url: str
    kind: str


def _buttons(item: TrainingClass, actor: Actor, main: str) -> list[Button]:
    """What the reader may do now; `main` is where the page's main button leads already."""
    steps = CLASS_WORKFLOW.available(item, actor)
    if actor.role not in PROVIDERS:
        url = reverse("office_class", args=[item.public_id]) if steps else ""
        return [Button(f"去办：{'、'.join(step.label for step in steps)}", url, "btn-primary")] if url else []
    free = [step for step in steps if not any(guard(item, actor) for guard in step.guards)]
    return [button for button in (_button(item, step) for step in free) if button.url != main]


def _button(item: TrainingClass, step: Transition) -> Button:
    """Of an institution's step; completing has a page of its own."""
    page = STEP_PAGES.get(step.name)
    if page is None:
        return Button(step.label, reverse("class_complete", args=[item.public_id]), "btn-outline-primary")
    url = reverse("class_step", args=[item.public_id, step.name])
    return Button(step.label, url, "btn-stop" if page.danger else "btn-outline-primary")


def _facts(item: TrainingClass, exam: str) -> list[tuple[str, str]]:
    if item.occupation:
        taught = f"{item.occupation.name}（{item.occupation.code}），{item.get_level_display()}"
    else:
        taught = item.get_module_display()
    kind = item.get_kind_display()
    return [
        ("教什么", taught),
        ("计划", item.get_programme_display()),
        ("班型", item.get_format_display()),
        ("性质", f"{kind}：{item.order_employer}" if item.kind == ClassKind.ORDER else kind),
        ("课时", with_unit(item.hours, "课时")),
        ("上课", date_span(item.start, item.end)),
        ("考试（鉴定）", exam or chinese_date(item.appraisal_on)),
        ("计划人数", with_unit(item.planned_heads, "人")),
        ("地点", f"{item.region.full_name}，{item.place}"),
        ("培训机构", item.organization.name),
        ("备案", f"{item.filing_no}，{chinese_date(item.filed_on)}" if item.filing_no else NOTHING),
        ("联系人", item.contact_name),
    ]


@roles(*PROVIDERS)
def step(request: HttpRequest, public_id: uuid.UUID, step: str) -> HttpResponse:
    """The page before a step of the class: what follows, and a word where one is needed."""
    item = class_of(request, public_id)
    actor = actor_of(request)
    back = reverse("class_page", args=[item.public_id])
    transition = next((known for known in CLASS_WORKFLOW.available(item, actor) if known.name == step), None)
    if transition is None or step not in STEP_PAGES:
        label = CLASS_WORKFLOW.state_label(item.state)
        messages.warning(request, f"这个班现在是“{label}”，这一步不用您办，或者已经办过了")
        return HttpResponseRedirect(back)
    page = STEP_PAGES[step]
    form = form_for(transition, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            page.act(actor, item, form.cleaned_data)
        except Refused as refusal:
            if refusal.code == "state":
                messages.warning(request, refusal.message)
                return HttpResponseRedirect(back)
            show_refusal(form, refusal)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, page.done)
            return HttpResponseRedirect(back)
    crumbs = crumbs_of(request, item, Crumb(transition.label))
    values = {"item": item, "form": form, "page": page, "back": back, "crumbs": crumbs}
    return render(request, "provider/step.html", values)


@roles(*REVEALERS)
@require_POST
@step_up
def reveal_contact(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The telephone number of whom to ask about the class."""
    item = class_of(request, public_id)
    back = reverse("class_page", args=[item.public_id])
    return reveal_page(request, obj=item, field="contact_phone", label="联系电话", back=back)
