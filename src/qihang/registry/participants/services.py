"""Registering, correcting and merging persons, and confirming their categories."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.ports import Port
from qihang.foundation.core.privacy import blind_index
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import BulkOutcome
from qihang.registry.participants.enums import CategoryState
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.workflows import CATEGORY_WORKFLOW, PERSON_WORKFLOW


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """What is needed to know a person: a valid, cleaned identity number and what stands beside it."""

    identity_no: str
    name: str
    sex: str
    birth_date: dt.date
    phone: str = ""
    education: str = ""
    hukou_region: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """The persons of the entries, in their order, and which of them are new."""

    persons: list[Person]
    created: set[int] = field(default_factory=set)


def register_many(*, actor: Actor, entries: Sequence[PersonEntry]) -> Registered:
    """Find each entry's person by identity number or make one; a known person's record is left as it is.

    One registration runs at a time, so that two rosters with the same new person make one record.
    """
    with unit_of_work(actor):
        _one_registration_at_a_time()
        indexes = _identity_indexes([entry.identity_no for entry in entries])
        known = {bytes(person.identity_index): person for person in Person.objects.with_identity(set(indexes))}
        fresh: dict[bytes, Person] = {}
        for entry, index in zip(entries, indexes, strict=True):
            if index not in known and index not in fresh:
                fresh[index] = _person_from(entry)
        PERSON_WORKFLOW.enter_many(list(fresh.values()), actor=actor)
        everyone = known | fresh
        return Registered([everyone[index] for index in indexes], {person.pk for person in fresh.values()})


def _one_registration_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.participants.register'))")


def _identity_indexes(numbers: Sequence[str]) -> list[bytes]:
    column = Person._meta.get_field("identity_index")
    return column.index_many(list(numbers), Person)


def _person_from(entry: PersonEntry) -> Person:
    return Person(
        identity_no=entry.identity_no,
        name=entry.name,
        sex=entry.sex,
        birth_date=entry.birth_date,
        phone=entry.phone or None,
        education=entry.education,
        hukou_region_id=entry.hukou_region,
    )


def find_person(*, actor: Actor, identity_no: str) -> Person:
    """The active person of an identity number, within the actor's sight. NotFound otherwise."""
    index = blind_index(Person, "identity_index", identity_no)
    person = Person.objects.visible_to(actor).with_identity([index]).first()
    if person is None:
        raise NotFound("您的辖区里没有这个人的记录。请再看一眼证件号，或请县里的经办帮您查")
    return person  # type: ignore[no-any-return]


# -- categories ---


def claim_categories(*, actor: Actor, claims: Sequence[PersonCategory]) -> int:
    """Write down categories on somebody's word (unsaved rows); those already standing on that day are left out."""
    with unit_of_work(actor):
        standing = {
            (row.person_id, row.category): row
            for row in PersonCategory.objects.filter(person__in={claim.person_id for claim in claims}).exclude(
                state="rejected"
            )
        }
        fresh = [claim for claim in claims if not _stands(standing.get((claim.person_id, claim.category)), claim)]
        return CATEGORY_WORKFLOW.enter_many(fresh, actor=actor)


def _stands(row: PersonCategory | None, claim: PersonCategory) -> bool:
    return row is not None and (row.valid_to is None or row.valid_to >= claim.valid_from)


def confirm_categories(*, actor: Actor, ids: Iterable[int], comment: str = "") -> BulkOutcome:
    """An officer confirms categories in bulk; each confirmed one is logged, the rest come back with the reason."""
    return CATEGORY_WORKFLOW.apply_many(list(ids), "confirm", actor=actor, comment=comment)


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
    """Make `drop` an alias of `keep`. DomainError lists what collides; nothing moves until a human has settled it."""
    if keep.pk == drop.pk:
        raise DomainError("这是同一条记录，不用合并")
    with unit_of_work(actor):
        _one_registration_at_a_time()
        collisions = [line for _, handler in person_merges.items() for line in handler(keep, drop, actor)]
        if collisions:
            raise DomainError("合并前要先理清：" + "；".join(collisions), code="merge_collision")
        PERSON_WORKFLOW.apply(drop, "merge", actor=actor, comment=reason, fields={"merged_into": keep})
    return keep


def everyone_of(person: Person) -> list[int]:
    """The ids of a person and of the records merged into it."""
    return [person.pk, *person.aliases.values_list("pk", flat=True)]
