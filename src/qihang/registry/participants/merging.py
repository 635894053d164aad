"""Merging two records of one person: each relation says what stands in the way, then moves what it has.

The merged record stays as an alias; rows that are written once stay with it and are reached through it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.ports import Port
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.enums import CategoryState
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.own_case import require_not_own
from qihang.registry.participants.services import one_registration_at_a_time
from qihang.registry.participants.workflows import PERSON_WORKFLOW
from qihang.registry.reference.codes import codes


@dataclass(frozen=True, slots=True)
class Collision:
    """What both records have and one person cannot, or should not; `words` say who settles it and how.

    `may_stand`: nothing contradicts, so both may be kept as they are where the officer has looked into it.
    """

    words: str
    may_stand: bool = False


def _nothing(keep: Person, drop: Person) -> list[Collision]:
    return []


@dataclass(frozen=True, slots=True)
class MergeHandler:
    """One relation to a person: `check` writes nothing, `move` runs only where nothing stands in the way."""

    move: Callable[[Person, Person, Actor], None]
    check: Callable[[Person, Person], list[Collision]] = _nothing


# One handler a relation ("app.Model.field").
person_merges: Port[MergeHandler] = Port("person_merges")


# -- the relations of this app ---


def _stay(keep: Person, drop: Person, actor: Actor) -> None:
    """Nothing moves."""


# For rows written once: they stay with the record they were written for, reached through its alias.
KEEP_ROWS = MergeHandler(move=_stay)


def _same_categories(keep: Person, drop: Person) -> list[Collision]:
    """The same category of both for some of the same days."""
    standing = PersonCategory.objects.exclude(state=CategoryState.REJECTED)
    kept, moving = list(standing.filter(person=keep)), standing.filter(person=drop)
    twice = sorted({row.category for row in moving if any(_clash(row, other) for other in kept)})
    names = {code.code: code.name for code in codes("person_category")}
    return [
        Collision(
            f"两条记录同一段时间都登记了“{names.get(code, code)}”。"
            "请经办到其中一条的人员页，把重复的那一段写明到哪天为止，或者认定不属于"
        )
        for code in twice
    ]


def _clash(one: PersonCategory, other: PersonCategory) -> bool:
    if one.category != other.category:
        return False
    return _begins_within(one, other) or _begins_within(other, one)


def _begins_within(one: PersonCategory, other: PersonCategory) -> bool:
    return other.valid_from <= one.valid_from and (other.valid_to is None or one.valid_from <= other.valid_to)


def _move_categories(keep: Person, drop: Person, actor: Actor) -> None:
    PersonCategory.objects.filter(person=drop).update(person=keep)


def _move_aliases(keep: Person, drop: Person, actor: Actor) -> None:
    """Records that were merged into the dropped one earlier lead straight to the kept one."""
    drop.aliases.update(merged_into=keep)


MOVE_CATEGORIES = MergeHandler(_move_categories, _same_categories)
MOVE_ALIASES = MergeHandler(_move_aliases)


# -- merging ---


def collisions_between(keep: Person, drop: Person) -> list[Collision]:
    """What a human has to settle, or to look into, before `drop` becomes an alias of `keep`. Writes nothing."""
    return [one for _, handler in person_merges.items() for one in handler.check(keep, drop)]


def merge_persons(*, actor: Actor, keep: Person, drop: Person, reason: str, both_stand: bool = False) -> Person:
    """Make `drop` an alias of `keep`. DomainError lists what collides; nothing moves until a human has settled it.

    `both_stand`: the officers found that what was had twice was rightly had, and it stays as it is.
    NotFound where the actor does not see both; Refused where it is the actor's own record.
    """
    if keep.pk == drop.pk:
        raise DomainError("这是同一条记录，不用合并")
    with unit_of_work(actor):
        one_registration_at_a_time()
        _require_standing(keep, actor)
        require_not_own(actor, keep.pk)
        refuse_collisions(collisions_between(keep, drop), both_stand=both_stand)
        for _, handler in person_merges.items():
            handler.move(keep, drop, actor)
        PERSON_WORKFLOW.apply(drop, "merge", actor=actor, comment=reason, fields={"merged_into": keep})
    return keep


def refuse_collisions(found: Sequence[Collision], *, both_stand: bool) -> None:
    """DomainError where something of `found` is in the way."""
    lines = [one.words for one in found if not (both_stand and one.may_stand)]
    if lines:
        raise DomainError("合并前要先理清：" + "；".join(lines), code="merge_collision")


def _require_standing(keep: Person, actor: Actor) -> None:
    """The record as it stands now: one that was merged a moment ago takes nobody in, or two would lead to each other."""
    seen = Person.objects.all() if actor.is_system else Person.objects.visible_to(actor)
    row = seen.filter(pk=keep.pk).first()
    if row is None:
        raise NotFound("要并入的那条记录不归您的辖区，请联系两边共同的上级办")
    if row.merged_into_id is not None:
        raise DomainError("要并入的那条刚刚已经并到别处了，刷新再看", code="state")
