"""What a row of the matrix says, and the words to say it with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from qihang.foundation.core.roles import Role
from tests.web.matrix.world import ACCOUNT, Hand, Place, Scope

Reach = dict[str, frozenset[Scope]]
Values = Mapping[str, Any]

# Who may stand before a page: every role, visitors among them, and accounts without any role.
EVERYONE: tuple[str, ...] = (*Role, ACCOUNT)
SIGNED_IN = tuple(who for who in EVERYONE if who != Role.VISITOR)


def own(*who: str) -> Reach:
    """They get in where the thing is their own or their organisation's."""
    return dict.fromkeys(who, frozenset({Scope.OWN}))


def region(*who: str) -> Reach:
    """They get in wherever the thing is of their region, whichever organisation it belongs to."""
    return dict.fromkeys(who, frozenset({Scope.OWN, Scope.NEIGHBOUR}))


def anywhere(*who: str) -> Reach:
    """They get in whosever the thing is; also for pages that show no single thing."""
    return dict.fromkeys(who, frozenset(Scope))


@dataclass(frozen=True, slots=True)
class Thing:
    """Makes what an address names and gives the address's values; once for each place, or for each person."""

    build: Callable[[Any], Values]
    personal: bool


def per_place(build: Callable[[Place], Values]) -> Thing:
    """A thing that belongs to an organisation or a region."""
    return Thing(build, personal=False)


def per_person(build: Callable[[Hand], Values]) -> Thing:
    """A thing that belongs to one person."""
    return Thing(build, personal=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One address: `who` gets in (a page, or a redirect onwards); everybody else is refused, by GET and by POST.

    `args` are the address's values where it has any, or the thing that gives them. `post` is for pages that only take
    POST: what is sent. `before` brings the visitor's browser into the state that the page needs.
    """

    url: str
    who: Reach
    args: Values | Thing = field(default_factory=dict)
    post: Values | None = None
    before: Callable[[Client, Hand], None] | None = None

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """The scopes that make a difference here."""
        return tuple(Scope) if isinstance(self.args, Thing) else (Scope.OWN,)

    def admits(self, who: str, scope: Scope) -> bool:
        """Whether they get in to a thing of that scope."""
        return scope in self.who.get(who, ())


def open_to_all(*urls: str) -> list[Row]:
    """Pages without a thing that everybody may open."""
    return [Row(url=url, who=anywhere(*EVERYONE)) for url in urls]


def for_accounts(*urls: str) -> list[Row]:
    """Pages without a thing for whoever has signed in."""
    return [Row(url=url, who=anywhere(*SIGNED_IN)) for url in urls]
