"""People of a class as rows: who, of which category, how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from qihang.delivery.training.categories import category_name


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place in a class, masked; once completed with whether work is known, and where to hand in a proof of it."""

    name: str
    identity: str
    category: str
    state: str
    subsidised: bool
    url: str
    work: str = ""
    claim_url: str = ""


def category_label(code: str) -> str:
    """The name of a category that somebody claimed; a dash for none."""
    return category_name(code) if code else "—"


def place_rows(places: Iterable[Any], *, may_claim: bool = False) -> list[PlaceRow]:
    """Of places from `with_work`."""
    return [
        PlaceRow(
            name=str(place.person.name),
            identity=str(place.person.identity_no),
            category=category_name(place.category),
            state=place.state,
            subsidised=place.subsidised,
            url=reverse("office_case", args=[place.public_id]),
            work=_work(place),
            claim_url=reverse("work_trainee_claim", args=[place.public_id]) if may_claim and _is_open(place) else "",
        )
        for place in places
    ]


def _work(place: Any) -> str:
    if place.completed_on is None:
        return "—"
    return "查到工作" if place.works else "还没查到"


def _is_open(place: Any) -> bool:
    return place.completed_on is not None and not place.works
