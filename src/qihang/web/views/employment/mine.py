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
from qihang.delivery.employment.workflows import WORK_SPELL_WORKFLOW
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import Person
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.views.employment.forms import ClaimForm
from qihang.web.views.employment.roles import PROVIDERS


@roles(Role.PARTICIPANT)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is known of my work, newest first."""
    rows = WorkSpell.objects.visible_to(actor_of(request)).exclude(state=SpellState.ABSORBED).order_by("-start")
    spells = list(rows.select_related("last_list"))
    return render(request, "employment/mine.html", {"spells": [(spell, _answer(spell)) for spell in spells]})


def _answer(spell: WorkSpell) -> str:
    """What an officer wrote when it was not accepted, or no longer."""
    if spell.state not in {SpellState.REJECTED, SpellState.TAKEN_BACK}:
        return ""
    last = WORK_SPELL_WORKFLOW.history(spell).last()
    return last.comment if last else ""


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
