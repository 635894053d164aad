"""Registering, correcting and merging persons, and confirming their categories."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl
from django.db import connection

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.ports import Port
from qihang.foundation.core.privacy import blind_index
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import BulkOutcome
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
        _one_registration_at_a_time()
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


def _one_registration_at_a_time() -> None:
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


# -- merging ---

# One handler a relation ("app.Model.field"): moves the rows of `drop` to `keep`, or says what a human must settle.
MergeHandler = Callable[[Person, Person, Actor], list[str]]
person_merges: Port[MergeHandler] = Port("person_merges")


def keep_rows(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """The handler for append-only rows: they stay with the record they were written for, reached through its alias."""
    return []


def move_categories(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """The handler for categories: they go to the kept record, unless it has the same one for some of the same days."""
    standing = PersonCategory.objects.exclude(state=CategoryState.REJECTED)
    kept, moving = list(standing.filter(person=keep)), standing.filter(person=drop)
    twice = sorted({row.category for row in moving if any(_clash(row, other) for other in kept)})
    if twice:
        return [f"两条记录同一段时间都登记了人员类别 {'、'.join(twice)}，请先把其中一条不予认定"]
    PersonCategory.objects.filter(person=drop).update(person=keep)
    return []


def _clash(one: PersonCategory, other: PersonCategory) -> bool:
    if one.category != other.category:
        return False
    return _begins_within(one, other) or _begins_within(other, one)


def _begins_within(one: PersonCategory, other: PersonCategory) -> bool:
    return other.valid_from <= one.valid_from and (other.valid_to is None or one.valid_from <= other.valid_to)


def move_aliases(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """The handler for records that were merged into the dropped one earlier: they lead straight to the kept one."""
    drop.aliases.update(merged_into=keep)
    return []


def merge_persons(*, actor: Actor, keep: Person, drop: Person, reason: str) -> Person:
    """Make `drop` an alias of `keep`. DomainError lists what collides; nothing moves until a human has settled it.

    NotFound where the actor does not see both.
    """
    if keep.pk == drop.pk:
        raise DomainError("这是同一条记录，不用合并")
    with unit_of_work(actor):
        _one_registration_at_a_time()
        _require_standing(keep, actor)
        collisions = [line for _, handler in person_merges.items() for line in handler(keep, drop, actor)]
        if collisions:
            raise DomainError("合并前要先理清：" + "；".join(collisions), code="merge_collision")
        PERSON_WORKFLOW.apply(drop, "merge", actor=actor, comment=reason, fields={"merged_into": keep})
    return keep


def _require_standing(keep: Person, actor: Actor) -> None:
    """The record as it stands now: one that was merged a moment ago takes nobody in, or two would lead to each other."""
    seen = Person.objects.all() if actor.is_system else Person.objects.visible_to(actor)
    row = seen.filter(pk=keep.pk).first()
    if row is None:
        raise NotFound("要并入的那条记录不归您的辖区，请联系两边共同的上级办")
    if row.merged_into_id is not None:
        raise DomainError("要并入的那条刚刚已经并到别处了，刷新再看", code="state")


def everyone_of(person: Person) -> list[int]:
    """The ids of a person and of the records merged into it."""
    return [person.pk, *person.aliases.values_list("pk", flat=True)]
