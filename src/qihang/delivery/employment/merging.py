"""Merging a person: their spells of work go with them."""

from qihang.delivery.employment.enums import STANDING
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.ports import tell_spells_changed
from qihang.foundation.core.actors import Actor
from qihang.registry.participants.merging import Collision, MergeHandler
from qihang.registry.participants.models import Person


def _working_twice(keep: Person, drop: Person) -> list[Collision]:
    """Both at one employer on the same days, by the same kind of proof, is for a human to settle."""
    standing = WorkSpell.objects.filter(state__in=STANDING)
    kept = list(standing.filter(person=keep))
    clashes = [spell for spell in standing.filter(person=drop) if any(_clash(spell, other) for other in kept)]
    return [
        Collision(
            f"两条记录在{spell.employer_name or '同一单位'}的工作重叠（{spell.start:%Y-%m-%d} 起）。"
            "请复核或监督检查从人员页点开其中一段，撤销认可"
        )
        for spell in clashes
    ]


def _move_spells(keep: Person, drop: Person, actor: Actor) -> None:
    """Classes of one record and work of the other are together now: who builds on work is told."""
    WorkSpell.objects.filter(person=drop).update(person=keep)
    tell_spells_changed(actor, [keep.pk])


MOVE_SPELLS = MergeHandler(_move_spells, _working_twice)


def _clash(one: WorkSpell, other: WorkSpell) -> bool:
    same = (one.employer_name, one.evidence_kind) == (other.employer_name, other.evidence_kind)
    return same and (one.end is None or one.end >= other.start) and (other.end is None or other.end >= one.start)
