"""Work of trainees, for their institution and the offices: who works, by what proof; and handing in a paper for one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.delivery.employment.enums import STANDING
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import claim_work
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.parts import Chip, Crumb, View
from qihang.web.refusals import show_refusal
from qihang.web.views.employment.forms import TraineeClaimForm
from qihang.web.views.employment.roles import FOR_OTHERS, LISTED, PROVIDERS
from qihang.web.views.employment.work_known import Found, counted, with_work
from qihang.web.views.office.addresses import is_public_id, kept_address, without

_A_PAGE = 50
_VIEWS = {"found": "查到工作", "open": "还没查到"}


@roles(*LISTED)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Everyone in sight who completed a class, with the work that is known of them since."""
    actor = actor_of(request)
    item, words = _class(request, actor), request.GET.get("q", "").strip()
    places = with_work(_narrowed(Enrolment.objects.visible_to(actor).completed(), item, words))
    found = counted(places)
    view = request.GET.get("view", "")
    shown = places.filter(works=view == "found") if view in _VIEWS else places
    known = WorkSpell.objects.visible_to(actor).filter(state__in=STANDING).order_by("-start")
    rows = shown.select_related("training_class__organization", "person").prefetch_related(
        Prefetch("person__work", queryset=known, to_attr="known_work")
    )
    page = Paginator(_ordered(rows), _A_PAGE).get_page(request.GET.get("page"))
    values = {
        "page": page,
        "rows": [_row(place) for place in page],
        "views": _views(request, found, view),
        "found": found,
        "chips": _chips(request, item, words),
        "item": item,
        "words": words,
        "view": view if view in _VIEWS else "",
        "for_office": actor.role not in PROVIDERS,
        "may_claim": actor.role in FOR_OTHERS,
    }
    return render(request, "employment/trainees.html", values)


def _class(request: HttpRequest, actor: Actor) -> TrainingClass | None:
    chosen = request.GET.get("class", "")
    if not is_public_id(chosen):
        return None
    taught = TrainingClass.objects.visible_to(actor).filter(enrolments__state=EnrolmentState.COMPLETED)
    found: TrainingClass | None = taught.filter(public_id=chosen).first()
    return found


def _narrowed(places: QuerySet[Enrolment], item: TrainingClass | None, words: str) -> QuerySet[Enrolment]:
    if item is not None:
        places = places.filter(training_class=item)
    by_words = Q(training_class__name__icontains=words) | Q(training_class__organization__name__icontains=words)
    return places.filter(by_words) if words else places


def _views(request: HttpRequest, found: Found, view: str) -> list[View]:
    counts = {"found": found.working, "open": found.open}
    everyone = View("学完的", without(request, "view", "page"), found.completed, current=view not in _VIEWS)
    return [
        everyone,
        *(
            View(label, kept_address(request, view=key), counts[key], current=view == key)
            for key, label in _VIEWS.items()
        ),
    ]


def _chips(request: HttpRequest, item: TrainingClass | None, words: str) -> list[Chip]:
    chips = [Chip(item.name, without(request, "class", "page"))] if item else []
    return [*chips, *([Chip(words, without(request, "q", "page"))] if words else [])]


def _ordered(places: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    return places.order_by("-completed_on", "training_class", "roster_no", "pk")


def _row(place: Enrolment) -> dict[str, Any]:
    work: list[WorkSpell] = place.person.known_work  # type: ignore[attr-defined]  # prefetched above
    after = [spell for spell in work if place.completed_on and spell.start > place.completed_on]
    return {"place": place, "spell": after[-1] if after else None}


@roles(*FOR_OTHERS)
def claim(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hand in a paper for a trainee."""
    place = _place(request, public_id)
    form = TraineeClaimForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            spell = claim_work(actor=actor_of(request), person=place.person, **form.facts)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "交上去了，等县里核实")
            return HttpResponseRedirect(reverse("work_spell", args=[spell.public_id]))
    crumbs = _crumbs(request, place)
    return render(request, "employment/trainee_claim.html", {"form": form, "place": place, "crumbs": crumbs})


def _crumbs(request: HttpRequest, place: Enrolment) -> list[Crumb]:
    if actor_of(request).role in PROVIDERS:
        return [Crumb("学员就业", reverse("work_trainees")), Crumb("交就业材料")]
    return [Crumb("就业材料", reverse("work_documents")), Crumb("代交就业材料")]


def _place(request: HttpRequest, public_id: UUID) -> Enrolment:
    rows = Enrolment.objects.visible_to(actor_of(request)).select_related("training_class", "person")
    found: Enrolment | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("没有这个学员，或者不归您的单位或辖区")
    return found
