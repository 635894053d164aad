"""What shows that somebody stands in a figure of the training chain: days attended, points scored, the certificate."""

from collections.abc import Callable, Collection, Mapping, Sequence

from qihang.delivery.appraisal.models import Certificate, Score
from qihang.delivery.appraisal.score_book import points_words
from qihang.delivery.training.completing import presence_of
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.web.formats import full_date

Places = Sequence[Enrolment]


def proofs_of(actor: Actor, indicator: str, places: Places) -> Mapping[int, str]:
    """By the key of a place, in words; places without any are not in it. A few queries, however many places."""
    tell = _TELLERS.get(indicator)
    return tell(actor, places) if tell and places else {}


def _presence(actor: Actor, places: Places) -> Mapping[int, str]:
    return {one.enrolment.pk: one.words for one in presence_of(places) if one.held}


def _points(actor: Actor, places: Places) -> Mapping[int, str]:
    """The points of the last sitting: who passed at the second attempt passed by it."""
    rows = Score.objects.visible_to(actor).valid().filter(enrolment__in=_keys(places)).order_by("sitting__on")
    return {row.enrolment_id: f"理论 {points_words(row.theory)}，实操 {points_words(row.practice)}" for row in rows}


def _certificates(actor: Actor, places: Places) -> Mapping[int, str]:
    """Number and day; with the name, which stands beside it for those who may see it, anybody can check it."""
    rows = Certificate.objects.visible_to(actor).issued().filter(enrolment__in=_keys(places))
    return {row.enrolment_id: f"证书 {row.number}，{full_date(row.issued_on)}发" for row in rows if row.enrolment_id}


def _keys(places: Places) -> Collection[int]:
    return [place.pk for place in places]


_TELLERS: Mapping[str, Callable[[Actor, Places], Mapping[int, str]]] = {
    "trained": _presence,
    "plan_completion": _presence,
    "completion": _presence,
    "pass_rate": _points,
    "pass_rate_enrolled": _points,
    "certification_rate": _certificates,
}
