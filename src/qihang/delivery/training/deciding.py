"""Who may be in a class with the subsidy: decided by the rules of the class's filing day, stored, and carried out.

A decision has three outcomes. Passed: the benefit is reserved and the person is in. Failed: the person is refused and
told which condition failed. Unknown: the place waits, for an officer to confirm the category or for a parameter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.workflows import ENROLMENT_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.copying import update_objects
from qihang.foundation.core.units import unit_of_work
from qihang.registry.benefits.counting import COUNTS, uses_before
from qihang.registry.benefits.services import Request, reserve_many
from qihang.registry.participants.enums import CategoryState
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.own_case import own_persons
from qihang.registry.participants.services import lock_persons
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services.decisions import decide_many
from qihang.registry.policy.services.explaining import conclude

BENEFIT = "training_subsidy"
# How the owner of a reserved benefit is named; the reference is the enrolment's public id.
SOURCE = "training.enrolment"

# What is known of a place before its class and its person's record are looked at; `case_ref` is its public id.
CASE_COLUMNS: dict[str, Any] = {
    "person_id": pl.Int64,
    "case_ref": pl.String,
    "supersedes_id": pl.Int64,
    "sex": pl.String,
    "birth_date": pl.Date,
    "category": pl.String,
}


# A category that was confirmed up to a day before the class.
_ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Settled:
    """How many places a round of decisions admitted, refused and left waiting."""

    admitted: int = 0
    refused: int = 0
    waiting: int = 0


def decide_cases(*, actor: Actor, item: TrainingClass, cases: pl.DataFrame) -> pl.DataFrame:
    """Decide places of a class (CASE_COLUMNS) and store the decisions: `decision_id` and `eligible`, in order.

    The persons' benefits stay locked until the transaction ends, so that what was counted is what can be reserved.
    """
    lock_persons(cases["person_id"])
    facts = _facts(item, cases)
    decided = decide_many(frame=facts, benefit=BENEFIT, actor=actor, on=item.filed_on, region=item.region_id)
    return decided.select("decision_id", "eligible")


def decide_places(*, actor: Actor, item: TrainingClass, places: Sequence[Enrolment]) -> list[bool | None]:
    """`decide_cases` for places at hand: puts each decision on its place (not saved); the answers in order."""
    decided = decide_cases(actor=actor, item=item, cases=_cases(places))
    for place, decision in zip(places, decided["decision_id"], strict=True):
        place.decision_id = decision
    return decided["eligible"].to_list()


def carry_out(
    *, actor: Actor, item: TrainingClass, places: Sequence[Enrolment], answers: Sequence[bool | None]
) -> Settled:
    """Admit the eligible, with the benefit reserved, and refuse those found ineligible; the rest wait.

    The actor's own place waits too, whatever the answer: for a colleague.
    """
    mine = own_persons(actor)
    answered = [(place, answer) for place, answer in zip(places, answers, strict=True) if place.person_id not in mine]
    passed = [place for place, answer in answered if answer is True]
    failed = [place for place, answer in answered if answer is False]
    admitted = _admit(actor, item, passed)
    refused = _refuse(actor, failed)
    return Settled(admitted, refused, len(places) - admitted - refused)


def decide_waiting(*, actor: Actor, item: TrainingClass, ids: Iterable[int] | None = None) -> Settled:
    """Decide the places of a class that wait (all, or those of `ids`) by what is known now.

    Places outside the actor's sight are left as they are.
    """
    with unit_of_work(actor):
        seen = Enrolment.objects.all() if actor.is_system else Enrolment.objects.visible_to(actor)
        waiting = seen.undecided().filter(training_class=item, subsidised=True)
        if ids is not None:
            waiting = waiting.filter(pk__in=among(set(ids)))
        places = list(waiting.select_related("person").select_for_update(of=("self",)).order_by("pk"))
        answers = decide_places(actor=actor, item=item, places=places)
        update_objects(places, ["decision"])
        return carry_out(actor=actor, item=item, places=places, answers=answers)


def _admit(actor: Actor, item: TrainingClass, places: Sequence[Enrolment]) -> int:
    requests = [
        Request(
            decision_id=place.decision_id,
            source_kind=SOURCE,
            source_ref=str(place.public_id),
            occupation=item.occupation.code if item.occupation else item.module,
            level=item.level,
            organization_id=item.organization_id,
        )
        for place in places
        if place.decision_id is not None
    ]
    held_back = reserve_many(actor=actor, requests=requests).refused
    ready = [place.pk for place in places if str(place.public_id) not in held_back]
    day = min(clock.today(), item.start)
    fields = {pk: {"enrolled_on": day} for pk in ready}
    return len(ENROLMENT_WORKFLOW.apply_many(ready, "admit", actor=actor, fields_by_id=fields).done)


def _refuse(actor: Actor, places: Sequence[Enrolment]) -> int:
    by_decision = {place.decision_id: place.pk for place in places}
    decisions = Decision.objects.filter(pk__in=among(key for key in by_decision if key)).select_related("basis")
    reasons = {by_decision[decision.pk]: conclude(decision) for decision in decisions}
    return len(ENROLMENT_WORKFLOW.apply_many(list(reasons), "refuse", actor=actor, comments_by_id=reasons).done)


def _cases(places: Sequence[Enrolment]) -> pl.DataFrame:
    persons = _persons(places)
    rows = [
        (place.person_id, str(place.public_id), place.decision_id, person.sex, person.birth_date, place.category)
        for place in places
        for person in (persons[place.person_id],)
    ]
    return pl.DataFrame(rows, schema=CASE_COLUMNS, orient="row")


def _persons(places: Sequence[Enrolment]) -> dict[int, Person]:
    missing = {place.person_id for place in places if not Enrolment.person.is_cached(place)}
    found = Person.objects.filter(pk__in=among(missing)).in_bulk() if missing else {}
    return {place.person_id: found.get(place.person_id) or place.person for place in places}


def _facts(item: TrainingClass, cases: pl.DataFrame) -> pl.DataFrame:
    """One row a place: what is known of the person on the class's start, and the class."""
    found = _found(item, cases["person_id"].to_list())
    named = cases.with_columns(pl.when(pl.col("category") != "").then(pl.col("category")))
    return (
        named.join(_words(found), ["person_id", "category"], "left", maintain_order="left")
        .join(_posts(found), "person_id", "left", maintain_order="left")
        .hstack(_counts(item, cases))
        .with_columns(
            pl.lit(item.start).alias("class_start"),
            pl.lit(item.level).alias("level"),
            pl.lit(item.hours, pl.Int64).alias("lesson_hours"),
        )
    )


def _found(item: TrainingClass, persons: Iterable[int]) -> pl.DataFrame:
    """What officers found of these people by the class's start, a row a category; unseen claims are left out.

    One that was confirmed and has ended before is known not to hold any more, unless it was claimed anew.
    """
    rows = PersonCategory.objects.filter(person__in=among(persons))
    today, over = rows.on(item.start), rows.filter(state=CategoryState.CONFIRMED, valid_to__lt=item.start)
    claimed = set(today.filter(state=CategoryState.CLAIMED).values_list("person_id", "category"))
    schema = {"person_id": pl.Int64, "category": pl.String, "state": pl.String, "public_post": pl.Boolean}
    known = list(today.exclude(state=CategoryState.CLAIMED).values_list(*schema))
    ended = [row for row in over.values_list("person_id", "category") if row not in claimed]
    known += [(person, category, _ENDED, None) for person, category in ended]
    return pl.DataFrame(known, schema=schema, orient="row").with_columns(
        (pl.col("state") == CategoryState.CONFIRMED.value).alias("category_confirmed")
    )


def _words(found: pl.DataFrame) -> pl.DataFrame:
    """Whether a category was confirmed; one that was only ever rejected, or has ended, is known not to."""
    return found.group_by("person_id", "category").agg(pl.col("category_confirmed").any())


def _posts(found: pl.DataFrame) -> pl.DataFrame:
    """Whether anybody confirmed was found on a public staff; null where no officer has looked."""
    looked = found.filter("category_confirmed", pl.col("public_post").is_not_null())
    return looked.group_by("person_id").agg(pl.col("public_post").any())


def _counts(item: TrainingClass, frame: pl.DataFrame) -> pl.DataFrame:
    cases = frame.select(
        "person_id",
        pl.lit(item.filed_on, pl.Date).alias("on"),
        pl.lit(item.occupation.code if item.occupation else item.module).alias("occupation"),
        pl.lit(item.level).alias("level"),
        pl.col("case_ref").alias("source_ref"),
    )
    names = [name for name in COUNTS if name != "same_occupation_uses"]
    return uses_before(benefit=BENEFIT, cases=cases).select(names)
