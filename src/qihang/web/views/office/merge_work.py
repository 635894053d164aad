"""Merges that wait for a second hand, as a kind of work on the officers' list."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.participants.models import MergeProposal
from qihang.registry.participants.own_case import own_persons
from qihang.registry.participants.workflows import MERGERS
from qihang.registry.reference.scope import region_q
from qihang.web.views.office.work import Narrowing, Waiting, WorkRow, WorkSource


def _awaiting(actor: Actor, narrowing: Narrowing | None = None) -> Any:
    """Names are encrypted: words find nobody here."""
    rows = MergeProposal.objects.visible_to(actor).awaiting_officer(actor)
    if narrowing and narrowing.words:
        return rows.none()
    return rows.filter(region_q("region", narrowing.region)) if narrowing and narrowing.region else rows


def _waiting(actor: Actor, narrowing: Narrowing | None = None) -> list[Waiting]:
    """Without those about the officer's own records; who has none to decide on costs one query."""
    rows = list(_awaiting(actor, narrowing).order_by().values_list("pk", "created_at", "keep_id", "drop_id"))
    own = own_persons(actor) if rows else frozenset()
    return [Waiting(pk, since) for pk, since, keep, drop in rows if not {keep, drop} & own]


def _rows(actor: Actor, ids: Sequence[int]) -> dict[int, WorkRow]:
    rows = _awaiting(actor).filter(pk__in=ids).select_related("keep", "drop", "region")
    return {item.pk: _row(item) for item in rows}


def _row(item: MergeProposal) -> WorkRow:
    return WorkRow(
        token=str(item.public_id),
        what=f"{item.keep.name}和{item.drop.name}",
        url=reverse("office_merge", args=[item.public_id]),
        who=str(item.keep.name),
        where=item.region.name,
        step="待确认",
        detail="两条记录是不是同一个人",
    )


MERGES = WorkSource(
    key="merge",
    label="人员合并",
    desks=frozenset(MERGERS),
    readers=frozenset({Role.INSPECTOR}),
    count=lambda actor: len(_waiting(actor)),
    waiting=_waiting,
    rows=_rows,
)
