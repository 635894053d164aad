"""Confirming what people of a class are: many at once on proof seen, a refusal one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qihang.delivery.training.categories import category_name
from qihang.delivery.training.crosschecks import CrossFacts, cross_facts
from qihang.delivery.training.deciding import BENEFIT, decide_waiting
from qihang.delivery.training.enrolling import confirm_categories, waiting_claims
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import get_class
from qihang.delivery.training.waiting import places_awaiting
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import PersonCategory
from qihang.registry.participants.own_case import OWN_CASE, own_persons
from qihang.registry.policy.services import explain
from qihang.registry.reference.codes import codes
from qihang.registry.reference.identity import age_on
from qihang.web.access import roles
from qihang.web.formats import with_unit
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.requests import next_address
from qihang.web.reveal import reveal_page
from qihang.web.step_up import step_up
from qihang.web.views.office.addresses import is_public_id, way_back
from qihang.web.views.office.decision_forms import CommentForm
from qihang.web.views.office.people_rows import category_label
from qihang.web.views.office.roles import CASE_ROLES

_SETTLED = "settled_places"
_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One person who waits: what they are said to be, on which paper, and what the registers say."""

    id: str
    name: str
    identity: str
    age: int
    category: str
    certificate: PersonCategory | None
    proof: str
    notes: Sequence[tuple[str, str]]
    url: str
    claimed: bool
    own: bool


@roles(*CASE_ROLES)
@require_GET
def overview(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everybody of the class who waits."""
    actor = actor_of(request)
    item = get_class(actor=actor, public_id=public_id)
    page = Paginator(_waiting(actor, item), _A_PAGE).get_page(request.GET.get("page"))
    values = {
        "item": item,
        "page": page,
        "rows": claim_rows(actor, item, list(page)),
        "may": actor.role == Role.INTAKE_OFFICER,
        "crumbs": [
            way_back(request, "我的待办", reverse("office_home")),
            Crumb(item.name, reverse("office_class", args=[item.public_id])),
            Crumb("核实类别"),
        ],
    }
    return render(request, "office/categories.html", values)


@roles(Role.INTAKE_OFFICER)
@require_POST
def confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Asks once more, then confirms all that were ticked and decides their places."""
    actor = actor_of(request)
    item = get_class(actor=actor, public_id=public_id)
    wanted = [one for one in request.POST.getlist("ids") if is_public_id(one)]
    places = list(_waiting(actor, item).filter(public_id__in=wanted))
    chosen = [row for row in claim_rows(actor, item, places) if row.claimed]
    if not chosen:
        messages.warning(request, "没有勾选，或者勾的人已经核实过了。")
        return HttpResponseRedirect(reverse("office_categories", args=[item.public_id]))
    form = CommentForm(request.POST if "sure" in request.POST else None)
    if not form.is_valid():
        return render(request, "office/categories_confirm.html", {"item": item, "rows": chosen, "form": form})
    ids = (
        Enrolment.objects.visible_to(actor)
        .filter(public_id__in=[row.id for row in chosen])
        .values_list("pk", flat=True)
    )
    try:
        confirm_categories(
            actor=actor, item=item, enrolment_ids=ids, public_post=False, comment=form.cleaned_data["comment"]
        )
    except DomainError as refusal:
        messages.warning(request, f"{refusal.message}。这次没有办成。")
        return HttpResponseRedirect(reverse("office_categories", args=[item.public_id]))
    return settled(request, item, [row.id for row in chosen])


@roles(Role.INTAKE_OFFICER)
@require_POST
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Decide everybody who waits anew: a parameter was set, or a record corrected, since they were last decided."""
    actor = actor_of(request)
    item = get_class(actor=actor, public_id=public_id)
    ids = [str(one) for one in places_awaiting(actor).filter(training_class=item).values_list("public_id", flat=True)]
    decide_waiting(actor=actor, item=item)
    return settled(request, item, ids)


def settled(request: HttpRequest, item: TrainingClass, ids: Sequence[str]) -> HttpResponse:
    """On to the page that says what became of these places."""
    request.session[_SETTLED] = list(ids)
    return HttpResponseRedirect(reverse("office_categories_outcome", args=[item.public_id]))


@roles(Role.INTAKE_OFFICER)
@require_GET
def outcome(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who is in now, who was refused by which condition, and who still waits for what."""
    actor = actor_of(request)
    item = get_class(actor=actor, public_id=public_id)
    rows = Enrolment.objects.visible_to(actor).filter(
        training_class=item, public_id__in=request.session.get(_SETTLED, [])
    )
    places = list(rows.select_related("person", "decision__basis"))
    mine = own_persons(actor)
    values = {
        "item": item,
        "admitted": [place for place in places if place.state == EnrolmentState.ENROLLED],
        "refused": [(place, _conditions(place, False)) for place in places if place.state == EnrolmentState.REFUSED],
        "waiting": [
            (place, OWN_CASE if place.person_id in mine else _conditions(place, None))
            for place in places
            if place.state == EnrolmentState.APPLIED
        ],
        "left": places_awaiting(actor).filter(training_class=item).count(),
    }
    return render(request, "office/categories_outcome.html", values)


@roles(Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER)
@require_POST
@step_up
def reveal_certificate(request: HttpRequest, public_id: str) -> HttpResponse:
    """The number of the paper, for a reason that is kept."""
    claim = get_object_or_404(PersonCategory.objects.visible_to(actor_of(request)), public_id=public_id)
    return reveal_page(
        request, obj=claim, field="certificate_no", label="证件号", back=next_address(request, reverse("office_home"))
    )


def _waiting(actor: Actor, item: TrainingClass) -> QuerySet[Any]:
    """Those who wait, in the roster's order."""
    return places_awaiting(actor).filter(training_class=item).select_related("person").order_by("roster_no", "pk")


def claim_rows(actor: Actor, item: TrainingClass, places: Sequence[Enrolment]) -> list[ClaimRow]:
    """What there is to know of those who wait. The same few queries for five people and for fifty."""
    claims = waiting_claims(item, [place.pk for place in places])
    facts = cross_facts(actor=actor, item=item, places=places, benefit=BENEFIT)
    proofs = {code.code: str(code.attributes.get("proof", "")) for code in codes("person_category")}
    mine = own_persons(actor)
    return [
        _row(item, place, claims.get(place.pk, []), facts[place.person_id], proofs, own=place.person_id in mine)
        for place in places
    ]


def _row(
    item: TrainingClass,
    place: Enrolment,
    claims: Sequence[PersonCategory],
    facts: CrossFacts,
    proofs: dict[str, str],
    *,
    own: bool,
) -> ClaimRow:
    claim = next((claim for claim in claims if claim.category == place.category), None)
    return ClaimRow(
        id=str(place.public_id),
        name=str(place.person.name),
        identity=str(place.person.identity_no),
        age=age_on(place.person.birth_date, item.start),
        category=category_name(place.category),
        certificate=claim if claim and claim.certificate_no else None,
        proof=proofs.get(place.category, ""),
        notes=_notes(place, facts),
        url=reverse("office_case", args=[place.public_id]),
        claimed=claim is not None and not own,
        own=own,
    )


def _notes(place: Enrolment, facts: CrossFacts) -> list[tuple[str, str]]:
    """What the registers say, each with a tone; the doubtful things first."""
    others = [code for code in facts.claimed if code != place.category]
    notes = [("hold", doubt) for doubt in facts.doubts]
    notes += [("hold", f"在本班学校任职：{role}") for role in facts.staff]
    notes += [("hold", f"在本班学校任过职：{role}") for role in facts.former_staff]
    notes += [("hold", f"在“{name}”里") for name in facts.other_classes]
    if facts.hidden_classes:
        notes.append(("hold", f"辖区外还在 {with_unit(facts.hidden_classes, '个班')}里"))
    notes += [("err", f"认定过不属于：{category_label(code)}") for code in facts.rejected]
    notes += [("hold", f"还报过：{category_label(code)}") for code in others]
    notes += [("ok", f"核实过：{category_label(code)}") for code in facts.confirmed]
    if facts.uses:
        notes.append(("line", f"培训补贴用过 {with_unit(facts.uses, '次')}"))
    return notes


def _conditions(place: Any, passed: bool | None) -> str:
    """The conditions of the place's decision that came out so, in words."""
    if place.decision is None:
        return ""
    lines = [line for line in explain(place.decision, "officer") if line.passed is passed]
    return "；".join(f"{line.condition}（{line.situation}）" for line in lines)
