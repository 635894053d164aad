"""我的事: first what to do now, then my class, my certificate and my work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qihang.delivery.training.completing import own_presence
from qihang.foundation.core.roles import Role
from qihang.web.access import roles
from qihang.web.navigation import actor_of
from qihang.web.views.participant.stages import stages
from qihang.web.views.participant.steps import next_step
from qihang.web.views.participant.way import places_of, way_of
from qihang.web.views.participant.words import subsidy_words


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
            "conclusion": subsidy_words(way) if way else "",
            "earlier": places[1:],
        },
    )
