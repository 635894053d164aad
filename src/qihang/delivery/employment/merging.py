"""Merging a person: their spells of work go with them."""

from qihang.delivery.employment.enums import STANDING
from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.ports import tell_spells_changed
from qihang.foundation.core.actors import Actor
from qihang.registry.participants.models import Person


def move_spells(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """Both at one employer on the same days, by the same kind of proof, is for a human to settle; others move.

    Classes of one record and work of the other are together now: who builds on work is told.
    """
    standing = WorkSpell.objects.filter(state__in=STANDING)
    kept = list(standing.filter(person=keep))
    clashes = [spell for spell in standing.filter(person=drop) if any(_clash(spell, other) for other in kept)]
    if clashes:
        return [
            f"两条记录在{spell.employer_name or '同一单位'}的工作重叠（{spell.start:%Y-%m-%d} 起）"
            for spell in clashes
        ]
    WorkSpell.objects.filter(person=drop).update(person=keep)
    tell_spells_changed(actor, [keep.pk])
    return []


def _clash(one: WorkSpell, other: WorkSpell) -> bool:
    same = (one.employer_name, one.evidence_kind) == (other.employer_name, other.evidence_kind)
    return same and (one.end is None or one.end >= other.start) and (other.end is None or other.end >= one.start)
