"""One class of mine: whether the conditions for the subsidy are met and why, and my days."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from qihang.delivery.training.attendance_days import days_of
from qihang.delivery.training.completing import own_presence
from qihang.delivery.training.deciding import SOURCE
from qihang.delivery.training.enrolling import get_place
from qihang.foundation.core.roles import Role
from qihang.registry.benefits.services import given_back_of
from qihang.web.access import roles
from qihang.web.explained import answer_of, is_gone, rule_rows
from qihang.web.navigation import actor_of
from qihang.web.parts import Crumb


@roles(Role.PARTICIPANT)
@require_safe
def overview(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """My place in a class; NotFound for anybody else's."""
    actor = actor_of(request)
    place = get_place(actor=actor, public_id=str(public_id))
    decision = place.decision
    return render(
        request,
        "participant/place.html",
        {
            "place": place,
            "item": place.training_class,
            "conclusion": answer_of(place),
            "gone": is_gone(place),
            "rules": rule_rows(decision, "participant") if decision else [],
            "back": given_back_of(actor=actor, source_kind=SOURCE, source_ref=str(place.public_id)),
            "days": days_of(place),
            "presence": own_presence(place),
            "crumbs": [Crumb("我的事", reverse("my_home")), Crumb(place.training_class.name)],
        },
    )
