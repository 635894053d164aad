"""The menus. Page families register their entries; the layouts show what the actor's role may use.

A family puts a module `menu` into its package (`qihang.web.views.<family>.menu`) that calls `register`; the app loads
them all at start. Nothing here knows any page by name.
"""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse

from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.roles import Role


class Place(StrEnum):
    """Where an entry stands."""

    PORTAL = "portal"  # main navigation of the public site
    PORTAL_BAR = "portal_bar"  # the four fields at the bottom of a phone
    SERVICES = "services"  # footer columns
    ENTRANCES = "entrances"
    OVERSIGHT = "oversight"
    LEGAL = "legal"
    OFFICE = "office"  # side menu
    SEARCH = "search"  # the box in the office's header; one per role
    INBOX = "inbox"  # the bell
    ACCOUNT = "account"  # the menu under the person's name
    SWITCH = "switch"  # choose another membership


# Groups of the side menu, in order. "" carries no heading.
GROUPS = {"": "", "skills": "再就业", "startup": "促创业", "money": "资金", "own": "本单位", "manage": "管理"}
_BAR_LENGTH = 3  # the fourth field of the office's bar opens the whole menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry.

    `roles` empty means everyone. `count` gives the number beside the label and must be one cheap query. `bar` is the
    short label in the phone's bottom bar ("" keeps it out). `hint` is the search box's placeholder. The roles also
    tell a refused visitor whose page it is.
    """

    label: str
    url_name: str
    place: Place = Place.OFFICE
    icon: str = ""
    group: str = ""
    roles: frozenset[str] = frozenset()
    order: int = 100
    count: Callable[[Actor], int] | None = None
    bar: str = ""
    hint: str = ""

    def __post_init__(self) -> None:
        if self.group not in GROUPS:
            raise ValueError(f"no such menu group: {self.group!r}")

    def is_for(self, actor: Actor) -> bool:
        return not self.roles or actor.role in self.roles


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the layouts show it."""

    label: str
    url: str
    icon: str = ""
    count: int = 0
    current: bool = False
    bar: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    links: Sequence[Link]


class Navigation:
    """The menus of one request."""

    def __init__(self, actor: Actor, path: str) -> None:
        self.actor = actor
        self._path = path
        self._items = sorted((item for item in _items if item.is_for(actor)), key=lambda item: item.order)
        self._urls = {item: reverse(item.url_name) for item in self._items}
        self._current = _current(self._urls, path)

    def __getitem__(self, place: str) -> list[Link]:
        """`navigation.portal` in a template: the links of a place."""
        return [self._link(item) for item in self._items if item.place == Place(place)]

    @property
    def groups(self) -> list[Group]:
        """The side menu."""
        mine = [item for item in self._items if item.place is Place.OFFICE]
        grouped = ((label, [self._link(item) for item in mine if item.group == key]) for key, label in GROUPS.items())
        return [Group(label, links) for label, links in grouped if links]

    @property
    def bar(self) -> list[Link]:
        """The office's bottom bar on a phone, without its last field."""
        bar = [item for item in self._items if item.place in {Place.OFFICE, Place.SEARCH} and item.bar]
        return [self._link(item) for item in bar[:_BAR_LENGTH]]

    @property
    def home(self) -> str:
        """Where the actor's work begins: the first entry of the side menu."""
        entries = [item for item in self._items if item.place is Place.OFFICE]
        return self._urls[min(entries, key=lambda item: list(GROUPS).index(item.group))] if entries else "/"

    @property
    def area(self) -> str:
        """Where the actor works: the organisation, else the region."""
        return self.actor.organization_label or self.actor.region_label

    @property
    def role_label(self) -> str:
        return Role(self.actor.role).label if self.actor.role in Role else ""

    @property
    def sign_in_url(self) -> str:
        """The sign-in page, coming back to where the visitor was."""
        return f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': self._path})}"

    @property
    def sign_out_url(self) -> str:
        return resolve_url(settings.SIGN_OUT_URL)

    @property
    def search_box(self) -> Link | None:
        return next(iter(self[Place.SEARCH]), None)

    @property
    def bell(self) -> Link | None:
        return next(iter(self[Place.INBOX]), None)

    @property
    def chooser(self) -> Link | None:
        return next(iter(self[Place.SWITCH]), None)

    @property
    def footer(self) -> list[Group]:
        columns = (("办事", Place.SERVICES), ("单位入口", Place.ENTRANCES), ("监督", Place.OVERSIGHT))
        return [Group(label, links) for label, place in columns if (links := self[place])]

    def _link(self, item: Item) -> Link:
        return Link(
            label=item.label,
            url=self._urls[item],
            icon=item.icon,
            count=item.count(self.actor) if item.count else 0,
            current=self._urls[item] == self._current,
            bar=item.bar,
            hint=item.hint,
        )


_items: list[Item] = []


def register(*items: Item) -> None:
    """Add entries. The same entry twice is one entry."""
    _items.extend(item for item in items if item not in _items)


def registered() -> tuple[Item, ...]:
    return tuple(_items)


def discover() -> None:
    """Load the `menu` module of every page family."""
    views = importlib.import_module("qihang.web.views")
    for family in pkgutil.iter_modules(views.__path__):
        if family.ispkg:
            package = importlib.import_module(f"{views.__name__}.{family.name}")
            if any(module.name == "menu" for module in pkgutil.iter_modules(package.__path__)):
                importlib.import_module(f"{package.__name__}.menu")


def actor_of(request: HttpRequest) -> Actor:
    """Whoever acts in this request; a visitor when no middleware has said so."""
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else ANONYMOUS


def navigation_for(request: HttpRequest) -> Navigation:
    return Navigation(actor_of(request), request.path)


def owners_of(path: str) -> list[str]:
    """The roles that a page belongs to, in words, for a person who was refused it. Empty when the menus do not say."""
    urls = {item: reverse(item.url_name) for item in _items if item.roles}
    nearest = _current(urls, path)
    owners = {role for item, url in urls.items() if url == nearest for role in item.roles}
    return list(_labels(owners))


def _labels(roles: Collection[str]) -> Iterator[str]:
    return (role.label for role in Role if role.value in roles)


def _current(urls: dict[Item, str], path: str) -> str:
    """The registered address that covers `path` most closely; the front page covers only itself."""
    return max((url for url in urls.values() if _covers(url, path)), key=len, default="")


def _covers(url: str, path: str) -> bool:
    return path == url or (len(url) > 1 and path.startswith(url))


def forget(items: Iterable[Item]) -> None:
    """Take entries out again (tests)."""
    for item in items:
        _items.remove(item)
