"""What shows that somebody stands in a figure: days attended, points scored, the certificate, the proof of work.

Each with the page on which this reader finds it: who may not look at people finds the class.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from qihang.delivery.appraisal.models import Certificate, Score
from qihang.delivery.appraisal.score_book import points_words
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.training.completing import presence_of
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.masks import mask
from qihang.web.formats import full_date
from qihang.web.views.employment.roles import LISTED as WORK_READERS
from qihang.web.views.provider.access import CLASS_READERS, PEOPLE_READERS
from qihang.web.views.results.roles import NAMERS
from qihang.web.views.station.access import READERS as SITTING_READERS  # of certificates too

Places = Sequence[Enrolment]
Proofs = Mapping[int, "Proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """`words` says what it is and of which day; `url` is where this reader may look at it, "" where nowhere."""

    words: str
    url: str = ""


def proofs_of(actor: Actor, indicator: str, day: dt.date, rows: Sequence[Mapping[str, Any]], places: Places) -> Proofs:
    """By the key of a place; places without any are not in it. A few queries, however many places.

    `rows` are the figure's cases, `places` those of them that the reader sees; later proofs than `day` do not count.
    """
    tell = _TELLERS.get(indicator)
    if not places:
        return {}
    return tell(actor, day, places) if tell else _work(actor, rows, places)


def class_url(actor: Actor, place: Enrolment) -> str:
    """The class, for who reads classes."""
    return _if(actor, CLASS_READERS, "class_page", place.training_class.public_id)


def _if(actor: Actor, readers: Iterable[str], page: str, public_id: object) -> str:
    return reverse(page, args=[public_id]) if actor.role in readers else ""


def _presence(actor: Actor, day: dt.date, places: Places) -> Proofs:
    return {
        one.enrolment.pk: Proof(
            f"考勤：{one.words}",
            _if(actor, PEOPLE_READERS, "class_attendance", one.enrolment.training_class.public_id)
            or class_url(actor, one.enrolment),
        )
        for one in presence_of(places)
        if one.held
    }


def _points(actor: Actor, day: dt.date, places: Places) -> dict[int, Proof]:
    """Of the last sitting: who passed at the second attempt passed by it."""
    by_key = {place.pk: place for place in places}
    rows = Score.objects.visible_to(actor).valid().filter(enrolment__in=list(by_key), sitting__on__lte=day)
    return {
        row.enrolment_id: Proof(
            f"{full_date(row.sitting.on)}成绩册：理论 {points_words(row.theory)}，实操 {points_words(row.practice)}，"
            f"{'合格' if row.passed else '不合格'}",
            _if(actor, SITTING_READERS, "station_sitting", row.sitting.public_id)
            or class_url(actor, by_key[row.enrolment_id]),
        )
        for row in rows.select_related("sitting").order_by("sitting__on")
    }


def _certificates(actor: Actor, day: dt.date, places: Places) -> Proofs:
    """Number and day; with the name, which stands beside it for those who may see it, anybody can check it.

    Others get the number masked, as numbers in lists are. Who has none shows the points.
    """
    by_key = {place.pk: place for place in places}
    rows = Certificate.objects.visible_to(actor).issued().filter(enrolment__in=list(by_key), issued_on__lte=day)
    return _points(actor, day, places) | {
        row.enrolment_id: Proof(
            f"证书 {row.number if actor.role in NAMERS else mask('identity', row.number)}，{full_date(row.issued_on)}发",
            _if(actor, SITTING_READERS, "certificate", row.public_id) or class_url(actor, by_key[row.enrolment_id]),
        )
        for row in rows
        if row.enrolment_id
    }


def _work(actor: Actor, rows: Sequence[Mapping[str, Any]], places: Places) -> Proofs:
    """The spells of work that decided, the strongest first."""
    by_enrolment = {str(place.public_id): place for place in places}
    asked = {key: place for row in rows if (place := by_enrolment.get(row["enrolment"])) for key in row["proof"] or ()}
    spells = WorkSpell.objects.visible_to(actor).filter(public_id__in=list(asked)).select_related("last_list")
    found: dict[int, Proof] = {}
    for spell in sorted(spells, key=lambda one: (one.kind.strength, one.start)):
        place = asked[str(spell.public_id)]
        url = _if(actor, WORK_READERS, "work_spell", spell.public_id) or class_url(actor, place)
        found.setdefault(place.pk, Proof(_work_words(actor, spell), url))
    return found


def _work_words(actor: Actor, spell: WorkSpell) -> str:
    """By which paper or list, and since when. The employer of a small firm is often its owner, and so names somebody."""
    until = f"到 {full_date(spell.end)}" if spell.end else "到现在"
    employer = f"，{spell.employer_name}" if actor.role in NAMERS and spell.employer_name else ""
    if spell.last_list is not None:
        paper = f"{full_date(spell.last_list.listed_on)}的社保缴费名单"
    else:
        paper = f"{full_date(spell.recorded_on)}核实的材料"
    return f"{paper}：{full_date(spell.start)}起，{until}{employer}"


_TELLERS: Mapping[str, Callable[[Actor, dt.date, Places], Proofs]] = {
    "trained": _presence,
    "plan_completion": _presence,
    "completion": _presence,
    "pass_rate": _points,
    "pass_rate_enrolled": _points,
    "certification_rate": _certificates,
}
