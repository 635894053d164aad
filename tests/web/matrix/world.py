"""The world in which the matrix is tried: the same people and organisations three times over.

`Scope.OWN` is the place of whoever stands before the page, `NEIGHBOUR` other organisations of the same county, `FAR`
another city's. In each place there is an organisation of every kind and somebody in every role.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import count
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.test import Client

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import ROLES_OF_KIND, OrganizationKind
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.services import actor_for, actor_for_self, add_membership
from qihang.registry.participants.enums import Sex
from qihang.registry.participants.models import Person
from qihang.web import sessions
from tests.factories import MEILAN, SANYA, SYSTEM, make_organization, make_region, make_user
from tests.identities import resident
from tests.persons import PersonEntry, register

# Somebody signed in who has no role at all.
ACCOUNT = "account"
_BIRTH = "1985-05-20"
_number = count(1)


class Scope(StrEnum):
    """Whose the thing is that an address names."""

    OWN = "own"
    NEIGHBOUR = "other organisation"
    FAR = "other region"


_REGIONS = {Scope.OWN: MEILAN, Scope.NEIGHBOUR: MEILAN, Scope.FAR: SANYA}


@dataclass(frozen=True, eq=False)
class Hand:
    """Somebody in a role at a place. A visitor has no account."""

    place: "Place"
    who: str
    user: User | None = None
    membership: Membership | None = None

    @property
    def account(self) -> User:
        """Their account. Only for people who have one."""
        assert self.user is not None
        return self.user

    @property
    def organization(self) -> Organization:
        """Where they work. Only for people with a membership."""
        assert self.membership is not None
        return self.membership.organization

    @property
    def actor(self) -> Actor:
        """Who acts when they act."""
        if self.membership:
            return actor_for(self.membership)
        return actor_for_self(self.user) if self.user else ANONYMOUS

    def browser(self) -> Client:
        """A browser of theirs: signed in, in this role, just proved to be there. Made once, then handed out as copies."""
        client = Client(raise_request_exception=False)
        client.cookies = copy(self._signed_in.cookies)
        return client

    @cached_property
    def _signed_in(self) -> Client:
        client = Client()
        if self.user is None:
            return client
        client.force_login(self.user, backend=settings.AUTHENTICATION_BACKENDS[0])
        request = HttpRequest()
        request.session = client.session
        request.session[sessions.MEMBERSHIP] = str(self.membership.public_id) if self.membership else sessions.SELF
        sessions.proved(request)
        sessions.went_idle(request)  # notes the first use, which every request would note again
        request.session.save()
        return client


@dataclass(eq=False)
class Place:
    """One region, an organisation of each kind in it, and somebody in each role, each made when first asked for."""

    scope: Scope
    _organizations: dict[OrganizationKind, Organization] = field(default_factory=dict)
    _hands: dict[str, Hand] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The division's code."""
        return _REGIONS[self.scope]

    def organization(self, kind: OrganizationKind) -> Organization:
        """The place's organisation of a kind."""
        if kind not in self._organizations:
            self._organizations[kind] = make_organization(kind, self.region)
        return self._organizations[kind]

    def hand(self, who: str) -> Hand:
        """The place's somebody in a role."""
        if who not in self._hands:
            self._hands[who] = self._make_hand(who)
        return self._hands[who]

    def owner(self, who: str) -> Hand:
        """Whose a personal thing is: somebody in that role, or for visitors somebody with an account only."""
        return self.hand(ACCOUNT if who == Role.VISITOR else who)

    def person(self) -> Person:
        """A new person of this place, in the register."""
        make_region(self.region)
        order = next(_number)
        entry = PersonEntry(
            identity_no=resident(_BIRTH, order=order),
            name=f"学员{order}",
            sex=Sex.FEMALE,
            birth_date=dt.date.fromisoformat(_BIRTH),
            hukou_region=self.region,
        )
        return register(actor=SYSTEM, entries=[entry])[0]

    def _make_hand(self, who: str) -> Hand:
        match who:
            case Role.VISITOR:
                return Hand(self, who)
            case "account":
                return Hand(self, who, make_user())
            case Role.PARTICIPANT:
                return Hand(self, who, self._participant())
        kind = next(kind for kind, roles in ROLES_OF_KIND.items() if Role(who) in roles)
        user, organization = make_user(), self.organization(kind)
        return Hand(self, who, user, add_membership(actor=SYSTEM, user=user, organization=organization, role=who))

    def _participant(self) -> User:
        user, person = make_user(), self.person()
        with unit_of_work(SYSTEM):
            Person.objects.filter(pk=person.pk).update(user=user)
        return user


@dataclass(eq=False)
class World:
    """The three places, and the things that were made in them."""

    places: dict[Scope, Place] = field(default_factory=lambda: {scope: Place(scope) for scope in Scope})
    _made: dict[Any, Any] = field(default_factory=dict)

    def visitor(self, who: str) -> Hand:
        """Who stands before the page."""
        return self.places[Scope.OWN].hand(who)

    def values(self, thing: Any, who: str, scope: Scope) -> Any:
        """The address's values for a thing of that scope, as seen by somebody in a role."""
        owner = self.places[scope].owner(who) if thing.personal else self.places[scope]
        key = (thing.build, owner)
        if key not in self._made:
            self._made[key] = thing.build(owner)
        return self._made[key]


@contextmanager
def nothing_kept() -> Iterator[None]:
    """Whatever the block writes is taken back; to what runs inside, it is no transaction (as in Django's own tests)."""
    atomic = transaction.atomic()
    atomic._from_testcase = True
    with atomic:
        yield
        transaction.set_rollback(True)
