"""One class of mine: the subsidy and why, what I scored, my days, and whom to ask."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from qihang.delivery.training.attendance_days import days_of
from qihang.delivery.training.completing import own_presence
from qihang.delivery.training.enrolling import get_place
from qihang.delivery.training.enums import EnrolmentState
from qihang.foundation.core.privacy import reveal
from qihang.foundation.core.roles import Role
from qihang.web.access import roles
from qihang.web.formats import in_words
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb
from qihang.web.views.participant.refusal import refusal_of
from qihang.web.views.participant.way import way_of
from qihang.web.views.participant.words import attempts_of, rules_of, said_lines, subsidy_words

_CALLS = "班里的学员找学校"


@roles(Role.PARTICIPANT)
@require_safe
def overview(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """My place in a class; NotFound for anybody else's."""
    actor = actor_of(request)
    place = get_place(actor=actor, public_id=str(public_id))
    way = way_of(actor, place)
    return render(
        request,
        "participant/place.html",
        {
            "place": place,
            "item": place.training_class,
            "way": way,
            "conclusion": subsidy_words(way),
            "refusal": refusal_of(way) if place.state == EnrolmentState.REFUSED else [],
            "said": said_lines(way.said),
            "rules": rules_of(place.decision),
            "back_why": in_words(way.back.why) if way.back else "",
            "attempts": attempts_of(way.exam),
            "days": days_of(place),
            "presence": own_presence(place),
            "crumbs": [Crumb("我的事", reverse("my_home")), Crumb(place.training_class.name)],
        },
    )


@roles(Role.PARTICIPANT)
@require_POST
def contact(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The number of whom to ask at the school: for its trainees, and written down as every look behind a mask is."""
    actor = actor_of(request)
    place = get_place(actor=actor, public_id=str(public_id))
    item = place.training_class
    number = reveal(actor=actor, obj=item, field="contact_phone", reason=_CALLS)
    crumbs = [Crumb("我的事", reverse("my_home")), Crumb(f"找{item.contact_name}")]
    response = render(request, "participant/contact.html", {"item": item, "number": number, "crumbs": crumbs})
    response.headers["Cache-Control"] = "no-store"
    return response
