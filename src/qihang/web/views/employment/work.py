"""Documents that prove work, as a kind of work on the officers' list."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse

from qihang.delivery.employment.models import WorkSpell
from qihang.delivery.employment.workflows import DECIDERS
from qihang.foundation.core.actors import Actor
from qihang.registry.reference.scope import region_q
from qihang.web.views.office.work import Narrowing, Waiting, WorkRow, WorkSource


def _awaiting(actor: Actor, narrowing: Narrowing | None = None) -> Any:
    rows = WorkSpell.objects.visible_to(actor).awaiting_officer(actor)
    if narrowing and narrowing.words:
        rows = rows.filter(Q(employer_name__icontains=narrowing.words) | Q(employer_uscc=narrowing.words.upper()))
    return rows.filter(region_q("region", narrowing.region)) if narrowing and narrowing.region else rows


def _waiting(actor: Actor, narrowing: Narrowing) -> list[Waiting]:
    rows = _awaiting(actor, narrowing).order_by()
    return [Waiting(*values) for values in rows.values_list("pk", "created_at")]


def _rows(actor: Actor, ids: Sequence[int]) -> dict[int, WorkRow]:
    rows = _awaiting(actor).filter(pk__in=ids).select_related("person", "region")
    return {spell.pk: _row(spell) for spell in rows}


def _row(spell: WorkSpell) -> WorkRow:
    return WorkRow(
        token=str(spell.public_id),
        what=spell.employer_name,
        url=reverse("work_spell", args=[spell.public_id]),
        who=str(spell.person.name),
        where=spell.region.name,
        step="待核实",
        detail=spell.kind.label,
    )


DOCUMENTS = WorkSource(
    key="document",
    label="就业材料",
    desks=frozenset(DECIDERS),
    readers=frozenset(),
    count=lambda actor: _awaiting(actor).count(),
    waiting=_waiting,
    rows=_rows,
)
