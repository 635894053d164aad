"""People of a class as rows: who, of which category, how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from qihang.registry.policy.rules.facts import NO_CATEGORY
from qihang.registry.reference.codes import codes


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
    """The name of a category by its code; a dash for none."""
    return _labels().get(code, code) or "—"


def _labels() -> dict[str, str]:
    known = {code.code: code.name for code in codes("person_category")}
    return {NO_CATEGORY: "名册上的不在范围内", **known}


def place_rows(places: Iterable[Any], *, may_claim: bool = False) -> list[PlaceRow]:
    """Of places from `with_work`."""
    labels = _labels()
    return [
        PlaceRow(
            name=str(place.person.name),
            identity=str(place.person.identity_no),
            category=labels.get(place.category, "没有填"),
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
