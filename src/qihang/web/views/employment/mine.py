"""A person's own work: what counts, what is being looked at, and handing in a paper."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.delivery.employment.enums import SpellState
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import claim_work, get_spell, withdraw_claim
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import Person
from qihang.web.access import roles
from qihang.web.formats import chinese_date
from qihang.web.navigation import actor_of
from qihang.web.parts import NOTHING_TO_DO, NextStep
from qihang.web.refusals import show_refusal
from qihang.web.views.employment.forms import ClaimForm
from qihang.web.views.employment.own_work import OwnWork, answer_to, own_work, refused_step, waiting_step
from qihang.web.views.employment.roles import PROVIDERS


@roles(Role.PARTICIPANT)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is known of my work, newest first."""
    actor = actor_of(request)
    rows = WorkSpell.objects.visible_to(actor).exclude(state=SpellState.ABSORBED).order_by("-start")
    spells = list(rows.select_related("last_list"))
    values = {"spells": [(spell, answer_to(spell)) for spell in spells], "next": _next(own_work(actor))}
    return render(request, "employment/mine.html", values)


def _next(work: OwnWork) -> NextStep:
    claim = reverse("work_claim")
    known = refused_step(work, "重新交材料", "work_claim") or waiting_step(work, "还有别的工作，再报一份", claim)
    if known is not None:
        return known
    papers = "拍一张劳动合同、就业登记证明或营业执照就行。单位给您交了社保的，县里每月自己核对，不报也算。"
    if work.now is not None:
        return NextStep(NOTHING_TO_DO, "记着您现在有工作", f"换了单位，再报一次：{papers}", "我换单位了", claim)
    head = f"上一份工作记到 {chinese_date(work.lost.end)}" if work.lost else "现在没有您的工作记录"
    return NextStep(head, "找到工作了，报给县里", papers, "我找到工作了", claim)


@roles(Role.PARTICIPANT)
def claim(request: HttpRequest) -> HttpResponse:
    """I have found work: who employs me, since when, and a photograph of the paper."""
    actor = actor_of(request)
    form = ClaimForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            claim_work(actor=actor_of(request), person=Person.objects.visible_to(actor).get(), **form.facts)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "收到了。县里看过以后，结果写在这里")
            return HttpResponseRedirect(reverse("work_mine"))
    return render(request, "employment/claim.html", {"form": form})


@roles(Role.PARTICIPANT, *PROVIDERS, Role.INTAKE_OFFICER)
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a paper away again, before anybody has decided on it."""
    actor = actor_of(request)
    spell = get_spell(actor=actor, public_id=public_id)
    own = actor.role == Role.PARTICIPANT
    back = reverse("work_mine") if own else reverse("work_spell", args=[public_id])
    if request.method == "POST":
        withdraw_claim(actor=actor, spell=spell)
        messages.success(request, "撤回了。要重交，随时可以再报")
        return HttpResponseRedirect(back)
    layout = "portal_base.html" if own else "office_base.html"
    return render(request, "employment/withdraw.html", {"spell": spell, "back": back, "layout": layout})
