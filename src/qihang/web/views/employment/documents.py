"""Papers on work, for officers: which wait, and deciding on one."""

from collections.abc import Iterator
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import accept_claim, get_spell, reject_claim, take_back
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.models import Evidence, StoredFile
from qihang.registry.participants.own_case import own_persons
from qihang.web.access import roles
from qihang.web.formats import chinese_moment
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb, Event
from qihang.web.refusals import show_refusal
from qihang.web.views.employment.forms import DecisionForm, ReasonForm
from qihang.web.views.employment.roles import DECIDERS, LISTED

_A_PAGE = 50


@roles(*DECIDERS)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits for this officer, the oldest first."""
    actor = actor_of(request)
    waiting = WorkSpell.objects.visible_to(actor).awaiting_officer(actor).select_related("person", "region")
    page = Paginator(waiting.order_by("pk"), _A_PAGE).get_page(request.GET.get("page"))
    return render(request, "employment/documents.html", {"page": page})


@roles(*LISTED)
def spell(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One spell of work with its paper and its history; the officer whose turn it is decides here."""
    actor = actor_of(request)
    item = get_spell(actor=actor, public_id=public_id)
    steps = {step.name for step in WORK_SPELL_WORKFLOW.available(item, actor)}
    own = actor.role in DECIDERS and item.person_id in own_persons(actor)
    if own:
        steps -= {"accept", "reject", "take_back"}
    form = _form(request, steps)
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            said = _decide(actor, item, form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, said)
            return HttpResponseRedirect(reverse("work_spell", args=[public_id]))
    values = {
        "spell": item,
        "form": form,
        "own": own,
        "deciding": "accept" in steps,
        "may_withdraw": "withdraw" in steps and _handed_in_by(item, actor),
        "file": _file_of(item, actor),
        "classes": _classes(actor, item),
        "events": list(_events(item)),
        "crumbs": [
            Crumb("就业材料", reverse("work_documents"))
            if actor.role in DECIDERS
            else Crumb("学员就业", reverse("work_trainees")),
            Crumb(item.employer_name),
        ],
    }
    return render(request, "employment/spell.html", values)


def _form(request: HttpRequest, steps: set[str]) -> forms.Form | None:
    given = request.POST or None
    if "accept" in steps:
        return DecisionForm(given)
    return ReasonForm(given) if "take_back" in steps else None


def _decide(actor: Actor, item: WorkSpell, given: dict[str, str]) -> str:
    """Do what the form says; gives what to tell the officer."""
    if "decision" not in given:
        take_back(actor=actor, spell=item, comment=given["comment"])
        return "撤销了，据此算出的补贴会自动冲回"
    if given["decision"] == "accept":
        accept_claim(actor=actor, spell=item, comment=given["comment"])
        return "认可了，从今天起算作就业凭据"
    reject_claim(actor=actor, spell=item, comment=given["comment"])
    return "记下了，交的人会看到原因"


def _handed_in_by(item: WorkSpell, actor: Actor) -> bool:
    paper = item.evidence
    return paper is not None and (
        paper.user_id == actor.user_id
        or (actor.organization_id is not None and paper.organization_id == actor.organization_id)
    )


def _file_of(item: WorkSpell, actor: Actor) -> StoredFile | None:
    """The paper's file, where this reader may open it: a school not the one that its trainee sent by phone."""
    paper = Evidence.objects.visible_to(actor).filter(pk=item.evidence_id).select_related("file").first()
    return paper.file if paper else None


def _classes(actor: Actor, item: WorkSpell) -> list[Enrolment]:
    """The person's classes in the reader's sight: work counts from the day after one was completed."""
    places = Enrolment.objects.visible_to(actor).counted().filter(person_id=item.person_id)
    return list(places.select_related("training_class").order_by("-training_class__start"))


def _events(item: WorkSpell) -> Iterator[Event]:
    for entry in WORK_SPELL_WORKFLOW.history(item):
        seal = next((step.seal for step in WORK_SPELL_WORKFLOW.transitions if step.name == entry.transition), "")
        who = f"{entry.user_label}（{Role(entry.role).label if entry.role in Role.values else '系统'}）"
        yield Event(title=entry.label, when=chinese_moment(entry.at), who=who, why=entry.comment, seal=seal)
