"""What a file goes into, as a page names it and leads there. Page families may say it for their own kinds."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.imports.engine.kinds import ImportKind

NO_TARGET = "-"  # stands in an address where the kind has no class


@dataclass(frozen=True, slots=True)
class Destination:
    """`name` of what the rows go into ("" where the kind's own label says it); `url` of the page that shows them, with
    the words of its button."""

    name: str = ""
    url: str = ""
    button: str = ""


Finder = Callable[[Actor, str], Destination]
_finders: dict[str, Finder] = {}


def register(kind: str, finder: Finder) -> None:
    """Once per kind: where its rows are to be seen, given who looks and the target's opaque id."""
    _finders[kind] = finder


def destination(actor: Actor, kind: ImportKind, target_id: str) -> Destination:
    """Where the rows of a kind go. Kinds that nobody speaks for lead to their class."""
    if kind.key in _finders:
        return _finders[kind.key](actor, target_id)
    return class_destination(actor, target_id) if kind.has_class else Destination()


def class_destination(actor: Actor, target_id: str, button: str = "看这个班") -> Destination:
    """The class's own page, as far as the actor may see the class."""
    found = TrainingClass.objects.visible_to(actor).filter(public_id=target_id).first() if _is_id(target_id) else None
    return Destination(found.name, page_address("class_page", target_id), button) if found else Destination()


def page_address(name: str, *args: str) -> str:
    """The address of a page, "" in an installation without it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _is_id(text: str) -> bool:
    """Whether it has the form of an opaque id; anything else names no class."""
    return len(text) in {32, 36} and not set(text) - set("0123456789abcdef-")
