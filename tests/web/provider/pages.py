"""What the tests of the institution's pages share: a signed-in browser for an actor, and people with attendance."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
from django.test import Client

from qihang.delivery.training.enrolling import confirm_categories
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.delivery.training.teaching import set_trainers
from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.models import Membership
from qihang.registry.participants.services import claim_categories
from tests.delivery.builders import Cast
from tests.factories import SYSTEM
from tests.persons import claim_row

SIGNS = {"√": "present", "迟": "late", "早": "left_early", "×": "absent", "假": "leave"}


def user_of(actor: Actor) -> User:
    return User.objects.get(pk=actor.user_id)


def browser_of(actor: Actor) -> Client:
    """A client signed in as this actor."""
    client = Client()
    client.force_login(user_of(actor))
    return client


def give(cast: Cast, item: TrainingClass, *trainers: Actor) -> None:
    """The clerk lets exactly these trainers teach the class."""
    rows = Membership.objects.filter(pk__in=[trainer.membership_id for trainer in trainers])
    set_trainers(actor=cast.clerk, item=item, trainers=list(rows.values_list("public_id", flat=True)))


def record(place: Enrolment, signs: str, start: dt.date | None = None) -> None:
    """Marks from the class's first day on, one a day."""
    first = start or place.training_class.start
    rows = [
        Attendance(enrolment=place, day=first + dt.timedelta(days=at), mark=SIGNS[sign])
        for at, sign in enumerate(signs)
    ]
    with unit_of_work(SYSTEM):
        Attendance.objects.bulk_create(rows)


def settle(places: list[Enrolment], cast: Cast) -> None:
    """The roster's word on these people's categories is confirmed by an officer, and their places are decided."""
    item = places[0].training_class
    claims = [claim_row(place.person, "02", item.filed_on, item.region_id) for place in places]
    claim_categories(actor=cast.clerk, claims=pl.DataFrame(claims))
    confirm_categories(actor=cast.intake, item=item, enrolment_ids=[place.pk for place in places], public_post=False)


def what(**changes: Any) -> dict[str, Any]:
    """The first page of an application, filled in."""
    filled: Mapping[str, Any] = {
        "title": "家政服务员",
        "occupation": "4-10-01-06",
        "level": "5",
        "name": "家政服务员五级2026年第2期",
        "format": "day",
        "kind": "general",
        "order_employer": "",
    }
    return {**filled, **changes}


def details(**changes: Any) -> dict[str, Any]:
    """The second page, filled in."""
    filled: Mapping[str, Any] = {
        "hours": "80",
        "start": "2026-04-13",
        "end": "2026-04-30",
        "appraisal_on": "",
        "planned_heads": "40",
        "region_id": "460108",
        "place": "海府路 1 号 302",
        "contact_name": "陈老师",
        "contact_phone": "138 0000 1111",
    }
    return {**filled, **changes}


def messages_of(page: Any) -> str:
    """The words at the top of a page that was redirected to."""
    return " ".join(str(message) for message in page.context["messages"])


def reload(item: TrainingClass) -> TrainingClass:
    return TrainingClass.objects.get(pk=item.pk)
