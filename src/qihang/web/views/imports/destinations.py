"""What a file goes into, as a page names it and leads there. Page families may say it for their own kinds."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.imports.engine.kinds import ImportKind

NO_TARGET = "-"  # stands in an address where the kind has no class


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """`name` and `url` of what the rows go into ("" where the kind's own label says it all); `next_url` of the page
    that shows the rows once they are in, with the words of its button. `day` is the business day, where it is settled.
    """

    name: str = ""
    url: str = ""
    next_url: str = ""
    button: str = ""
    day: dt.date | None = None


Finder = Callable[[Actor, str], Destination]
_finders: dict[str, Finder] = {}
_PAGES_OF_A_CLASS = {
    "roster": ("class_people", "看学员名单"),
    "attendance": ("class_attendance", "看考勤"),
}


def register(kind: str, finder: Finder) -> None:
    """Once per kind: where its rows are to be seen, given who looks and the target's opaque id."""
    _finders[kind] = finder


def destination(actor: Actor, kind: ImportKind, target_id: str) -> Destination:
    """Where the rows of a kind go. Kinds that nobody speaks for lead to their class."""
    if kind.key in _finders:
        return _finders[kind.key](actor, target_id)
    return _of_class(actor, kind.key, target_id) if kind.has_class else Destination()


def _of_class(actor: Actor, kind: str, target_id: str) -> Destination:
    """The class, as far as the actor may see it."""
    found = TrainingClass.objects.visible_to(actor).filter(public_id=target_id).first() if _is_id(target_id) else None
    if found is None:
        return Destination()
    page, button = _PAGES_OF_A_CLASS.get(kind, ("class_page", "看这个班"))
    args = [found.public_id]
    home, rows = reverse("class_page", args=args), reverse(page, args=args)
    day = found.start if kind == "roster" else None
    return Destination(name=found.name, url=home, next_url=rows, button=button, day=day)


def _is_id(text: str) -> bool:
    """Whether it is an opaque id; anything else names no class."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
