"""Registering persons, and confirming and ending their categories. Merging two records is in `merging`."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import polars as pl
from django.db import connection

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.errors import NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.privacy import blind_index
from qihang.foundation.core.roles import OFFICERS
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import BulkOutcome, Refused
from qihang.foundation.documents.access import EVIDENCE
from qihang.foundation.documents.models import Evidence
from qihang.foundation.documents.services import store_file, submit_evidence
from qihang.registry.participants.enums import CategoryState
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW, PERSON_WORKFLOW

# What is needed to know a person: a valid, cleaned identity number and what stands beside it.
PERSON_COLUMNS = {
    "identity_no": pl.String,
    "name": pl.String,
    "sex": pl.String,
    "birth_date": pl.Date,
    "phone": pl.String,
    "education": pl.String,
    "hukou_region_id": pl.String,
}


def register_many(*, actor: Actor, people: pl.DataFrame) -> pl.Series:
    """Find each row's person (PERSON_COLUMNS) by identity number or make one; the persons' ids in order.

    A known person's record is left as it is. One registration runs at a time, so that two rosters with the same new
    person make one record.
    """
    with unit_of_work(actor):
        one_registration_at_a_time()
        numbers = people["identity_no"].unique(maintain_order=True)
        known = ids_by_identity(numbers.to_list())
        fresh = people.unique("identity_no", keep="first", maintain_order=True).filter(
            ~pl.col("identity_no").is_in(pl.Series(list(known), dtype=pl.String).implode())
        )
        made = PERSON_WORKFLOW.enter_frame(fresh.with_columns(pl.col("education").fill_null("")), actor=actor)
        everyone = known | dict(zip(fresh["identity_no"], made, strict=True))
        return people["identity_no"].replace_strict(everyone, return_dtype=pl.Int64).alias("person_id")


def ids_by_identity(numbers: Sequence[str]) -> dict[str, int]:
    """Identity number -> id of its active person, for the numbers that are known in the province.

    The number of a merged record leads on to the record it became: somebody merged away does not come back as new.
    """
    column: Any = Person._meta.get_field("identity_index")
    by_index = dict(zip(column.index_many(list(numbers), Person), numbers, strict=True))
    return {by_index[index]: pk for index, pk in Person.objects.standing_by_identity(by_index).items()}


def one_registration_at_a_time() -> None:
    """Hold the register until the transaction ends: nobody is added or merged beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.participants.register'))")


def lock_persons(ids: Iterable[int]) -> None:
    """Hold these persons' benefits and categories until the transaction ends.

    Always in id order, so that no two wait crosswise.
    """
    list(Person.objects.filter(pk__in=among(set(ids))).order_by("pk").select_for_update().values_list("pk"))


def find_person(*, actor: Actor, identity_no: str) -> Person:
    """The active person of an identity number, within the actor's sight. NotFound otherwise."""
    standing = Person.objects.standing_by_identity([blind_index(Person, "identity_index", identity_no)])
    person = Person.objects.visible_to(actor).filter(pk__in=standing.values()).first()
    if person is None:
        raise NotFound("您的辖区里没有这个人的记录。请再看一眼证件号，或请县里的经办帮您查")
    return person  # type: ignore[no-any-return]


# -- categories ---


_STANDING = {"person_id": pl.Int64, "category": pl.String, "first": pl.Date, "last": pl.Date}


def claim_categories(*, actor: Actor, claims: pl.DataFrame) -> int:
    """Write down categories on somebody's word; those already standing on that day are left out. How many are new.

    `claims` has a row a category: `person_id`, `category`, `valid_from`, `source`, `region_id`, and where there is
    one `certificate_no` as plain text. One that stands from a later day on is claimed up to the day before.
    """
    with unit_of_work(actor):
        lock_persons(claims["person_id"])
        told = claims.unique(["person_id", "category"], keep="last", maintain_order=True)
        days = told.select("person_id", "category", "valid_from").join(_standing(told), ["person_id", "category"])
        covers = (pl.col("first") <= pl.col("valid_from")) & (pl.col("last") >= pl.col("valid_from"))
        later = pl.col("first").filter(pl.col("first") > pl.col("valid_from")).min().dt.offset_by("-1d")
        found = days.group_by("person_id", "category").agg(covers.any().alias("covered"), later.alias("valid_to"))
        fresh = (
            told.join(found, ["person_id", "category"], "left", maintain_order="left")
            .filter(~pl.col("covered").fill_null(False))
            .drop("covered")
        )
        return CATEGORY_WORKFLOW.enter_frame(fresh, actor=actor).len()


def _standing(claims: pl.DataFrame) -> pl.DataFrame:
    """The categories that the people of these claims have, by their days; an open end is the last day there is."""
    persons = claims["person_id"].unique().to_list()
    rows = PersonCategory.objects.exclude(state=CategoryState.REJECTED).filter(person__in=among(persons))
    known = rows.values_list("person_id", "category", "valid_from", "valid_to")
    spans = [(person, category, first, last or dt.date.max) for person, category, first, last in known]
    return pl.DataFrame(spans, schema=_STANDING, orient="row")


def confirm_categories(
    *, actor: Actor, ids: Iterable[int], public_post: bool | None, comment: str = ""
) -> BulkOutcome:
    """An officer confirms categories in bulk; each confirmed one is logged, the rest come back with the reason.

    `public_post` is what the officer found of these people: on the staff of an authority or public institution, not,
    or (None) not looked at.
    """
    found = {pk: {"public_post": public_post} for pk in ids}
    return CATEGORY_WORKFLOW.apply_many(list(found), "confirm", actor=actor, comment=comment, fields_by_id=found)


def correct_public_posts(*, actor: Actor, ids: Iterable[int], public_post: bool, comment: str) -> BulkOutcome:
    """An officer finds otherwise of confirmed people than was found before."""
    found = {pk: {"public_post": public_post} for pk in ids}
    return CATEGORY_WORKFLOW.apply_many(list(found), "correct_post", actor=actor, comment=comment, fields_by_id=found)


def reject_category(*, actor: Actor, category: PersonCategory, reason: str) -> PersonCategory:
    """An officer finds that the person is not of this category; the reason is shown to the person."""
    return CATEGORY_WORKFLOW.apply(category, "reject", actor=actor, comment=reason)


@dataclass(frozen=True, slots=True)
class Proof:
    """A paper, or what somebody said, by which an officer knows that a category has ended."""

    kind: EvidenceType
    issued_on: dt.date
    issuer: str
    file_name: str = ""
    content: bytes | BinaryIO | None = None


def end_category(
    *, actor: Actor, category: PersonCategory, on: dt.date | None, reason: str, proof: Proof | None = None
) -> PersonCategory:
    """An officer finds that the person was of this confirmed category up to a day, and no longer.

    A day that stands already is corrected, None takes it back; either is a step of its own. From the day after nothing
    is granted by it; what was decided stands. Refused for a day before the beginning, for one that is there already,
    and for days that were written down anew; DomainError for a proof that cannot be taken.
    """
    with unit_of_work(actor):
        lock_persons([category.person_id])
        row = PersonCategory.objects.visible_to(actor).filter(pk=category.pk).first()
        if row is None:
            raise NotFound("没有这一类，或者不归您的辖区")
        if row.valid_to == on:
            said = f"已经写明到 {on:%Y-%m-%d} 为止，不用再办" if on else "请填到哪天为止"
            raise Refused(said, code="same", field="on")
        step = "end" if row.valid_to is None else "correct_end"
        ended = CATEGORY_WORKFLOW.apply(category, step, actor=actor, comment=reason, fields={"valid_to": on})
        if proof is not None:
            _hand_in(actor, ended, proof, reason)
        return ended


def _hand_in(actor: Actor, category: PersonCategory, proof: Proof, note: str) -> None:
    file = None
    if proof.content is not None:
        file = store_file(actor=actor, purpose=EVIDENCE, name=proof.file_name, content=proof.content)
    submit_evidence(
        actor=actor,
        kind=proof.kind,
        subject=category,
        region=category.region_id,
        issued_on=proof.issued_on,
        issuer=proof.issuer,
        file=file,
        note=note,
    )


def may_open_papers(actor: Actor, evidence: Evidence) -> bool:
    """Officers who see the category open the papers about it (port `evidence_papers`)."""
    seen = PersonCategory.objects.visible_to(actor).filter(pk=evidence.subject_id)
    return actor.role in OFFICERS and seen.exists()


def everyone_of(person: Person) -> list[int]:
    """The ids of a person and of the records merged into it."""
    return [person.pk, *person.aliases.values_list("pk", flat=True)]
