"""我的事: first what to do now, then my class, my certificate and my work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.employment.enums import SpellState
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.training.completing import own_presence
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.benefits.services import given_back_of
from qihang.web.access import roles
from qihang.web.explained import answer_of
from qihang.web.navigation import actor_of
from qihang.web.views.participant.steps import Way, next_step, stages


@roles(Role.PARTICIPANT)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The person's own page. The latest class is told in full, earlier ones as a list."""
    actor = actor_of(request)
    places = places_of(actor)
    way = way_of(actor, places[0]) if places else None
    return render(
        request,
        "participant/home.html",
        {
            "name": actor.user_label,
            "next": next_step(way),
            "way": way,
            "stages": stages(way) if way else [],
            "presence": own_presence(way.place) if way else None,
            "conclusion": answer_of(way.place) if way else "",
            "earlier": places[1:],
        },
    )


def places_of(actor: Actor) -> list[Enrolment]:
    """The person's places in classes, latest class first."""
    rows = Enrolment.objects.visible_to(actor).select_related(
        "decision__basis", "training_class__organization", "training_class__occupation"
    )
    return list(rows.order_by("-training_class__start", "-pk"))


def way_of(actor: Actor, place: Enrolment) -> Way:
    """What came of a place: its sitting, certificate, whether work is known since, and the benefit if it was given back."""
    certificates = Certificate.objects.visible_to(actor).issued().filter(enrolment=place)
    sitting = (
        Sitting.objects.visible_to(actor)
        .standing()
        .filter(training_class=place.training_class_id)
        .order_by("-on")
        .first()
    )
    work = WorkSpell.objects.visible_to(actor).filter(state=SpellState.ACCEPTED, end=None)
    back = given_back_of(actor=actor, source_kind=SOURCE, source_ref=str(place.public_id))
    return Way(place, sitting, certificates.first(), work.exists(), back[0] if back else None)
