"""People of a class as rows: who, of which category, how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from qihang.registry.policy.rules.facts import NO_CATEGORY
from qihang.registry.reference.codes import codes


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place in a class, masked."""

    name: str
    identity: str
    category: str
    state: str
    subsidised: bool
    url: str


def category_label(code: str) -> str:
    """The name of a category by its code; a dash for none."""
    return _labels().get(code, code) or "—"


def _labels() -> dict[str, str]:
    known = {code.code: code.name for code in codes("person_category")}
    return {NO_CATEGORY: "名册上的不在范围内", **known}


def place_rows(places: Iterable[Any]) -> list[PlaceRow]:
    labels = _labels()
    return [
        PlaceRow(
            name=str(place.person.name),
            identity=str(place.person.identity_no),
            category=labels.get(place.category, place.category) or "—",
            state=place.state,
            subsidised=place.subsidised,
            url=reverse("office_case", args=[place.public_id]),
        )
        for place in places
    ]
