"""Who meets on the pages about work: a trainee with an account, their school, and officers of the county."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.services import claim_work
from qihang.delivery.training.models import Enrolment
from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person
from tests.delivery.builders import Cast, approved_class, ground, make_cast, place_in
from tests.factories import SYSTEM, make_actor, make_user
from tests.foundation.documents.conftest import picture

START = dt.date(2026, 5, 6)


@dataclass(frozen=True)
class Scene:
    """A trainee who completed on 27 March 2026, and everyone around."""

    cast: Cast
    place: Enrolment
    trainee: User

    @property
    def person(self) -> Person:
        return self.place.person

    def user(self, name: str) -> User:
        """The account of the clerk, the intake officer …"""
        return User.objects.get(pk=getattr(self.cast, name).user_id)

    @property
    def own_actor(self) -> Actor:
        return Actor(
            user_id=self.trainee.pk, user_label=self.trainee.name, role="participant", person_id=self.person.pk
        )

    def claim(self, actor: Actor | None = None, **changes: Any) -> WorkSpell:
        fields: dict[str, Any] = {
            "kind": EvidenceType.CONTRACT,
            "employer_name": "海南椰家家政服务有限公司",
            "start": START,
            "file_name": "合同.jpg",
            "content": picture(size=(600, 800)),
        }
        return claim_work(actor=actor or self.own_actor, person=self.person, **{**fields, **changes})


def make_scene() -> Scene:
    ground()
    cast = make_cast()
    place = place_in(approved_class(cast), state="completed")
    user = make_user(name="王小燕")
    with unit_of_work(SYSTEM):
        Person.objects.filter(pk=place.person_id).update(user=user)
    return Scene(cast, place, user)


def reviewer() -> User:
    return User.objects.get(pk=make_actor("second_reviewer").user_id)
