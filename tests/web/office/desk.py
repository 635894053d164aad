"""Officers at their desks: a county with classes that wait, and browsers signed in as its people."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qihang.delivery.training.deciding import decide_waiting
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.services import draft_class, review_class, submit_class
from qihang.delivery.training.workflows import CLASS_WORKFLOW, ENROLMENT_WORKFLOW
from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.registry.organizations.models import Membership
from qihang.registry.participants.models import Person
from qihang.registry.participants.services import claim_categories
from qihang.web import sessions
from tests.delivery.builders import Cast, class_fields, make_person
from tests.factories import SYSTEM
from tests.persons import claim_row

TODAY = dt.date(2026, 3, 2)
START, END = dt.date(2026, 3, 16), dt.date(2026, 4, 3)
CERTIFICATE = "4601080012003456"


def at_desk(actor: Actor) -> Client:
    """A browser signed in as this actor, who proved to be there just now."""
    client = Client()
    client.force_login(user_of(actor), backend=settings.AUTHENTICATION_BACKENDS[0])
    stored = client.session
    stored.update(session_of(actor))
    stored.save()
    return client


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def session_of(actor: Actor) -> dict[str, Any]:
    """What the session of this actor holds: the membership in use, and a fresh proof."""
    membership = Membership.objects.get(pk=actor.membership_id)
    return {sessions.MEMBERSHIP: str(membership.public_id), sessions._PROVED: sessions._stamp()}


def submitted(cast: Cast, **changes: Any) -> TrainingClass:
    item = draft_class(actor=cast.clerk, fields=class_fields(**{"start": START, "end": END, **changes}))
    return submit_class(actor=cast.manager, item=item)


def reviewed(cast: Cast, **changes: Any) -> TrainingClass:
    return review_class(actor=cast.intake, item=submitted(cast, **changes))


def waiting_place(
    item: TrainingClass, *, category: str = "02", person: Person | None = None, no: int = 1
) -> Enrolment:
    """Somebody of a class whose category is only said, decided once: the place waits."""
    person = person or make_person()
    claim = claim_row(person, category, item.filed_on, item.region_id, CERTIFICATE)
    claim_categories(actor=SYSTEM, claims=pl.DataFrame([claim]))
    place = Enrolment(training_class=item, person=person, category=category, roster_no=no)
    ENROLMENT_WORKFLOW.enter(place, actor=SYSTEM)
    decide_waiting(actor=SYSTEM, item=item, ids=[place.pk])
    place.refresh_from_db()
    return place


def waiting_places(item: TrainingClass, count: int) -> list[Enrolment]:
    return [waiting_place(item, no=number) for number in range(1, count + 1)]


def decision_of(item: TrainingClass, decision: str, comment: str = "", seen: int | None = None) -> dict[str, Any]:
    """What the case page posts."""
    last = CLASS_WORKFLOW.history(item).order_by("-id").values_list("pk", flat=True).first()
    return {"decision": decision, "comment": comment, "seen": last if seen is None else seen}


def decide(client: Client, item: TrainingClass, decision: str, comment: str = "", **more: Any) -> Any:
    """Both steps: the question and the yes."""
    address = reverse("office_class_decide", args=[item.public_id])
    return client.post(address, {**decision_of(item, decision, comment), "sure": "1", **more}, follow=True)


def ids_of(things: Sequence[Any]) -> list[str]:
    return [str(thing.public_id) for thing in things]


def queries(client: Client, address: str) -> int:
    """How many queries a page takes once everything that is asked once is known."""
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


class Words(str):
    """A page's words without its marks; `in` does not care for spaces, which only keep numbers and units together."""

    def __contains__(self, said: object) -> bool:
        return isinstance(said, str) and str.__contains__(_squeezed(self), _squeezed(said))


def words_of(page: str) -> Words:
    return Words(re.sub(r"<[^>]+>", "", page))


def _squeezed(text: str) -> str:
    return "".join(str(text).split())
