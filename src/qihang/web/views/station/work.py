"""Classes that need a sitting, as a kind of work on the officers' list."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from qihang.delivery.appraisal.waiting import classes_to_sit, waiting_to_sit
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.web.formats import short_date
from qihang.web.views.office.roles import READERS
from qihang.web.views.office.sources import narrowed
from qihang.web.views.office.work import Narrowing, Waiting, WorkRow, WorkSource


def _waiting(actor: Actor, narrowing: Narrowing) -> list[Waiting]:
    rows = waiting_to_sit(narrowed(classes_to_sit(actor), narrowing))
    return [Waiting(row.class_id, row.since, row.due) for row in rows]


def _rows(actor: Actor, ids: Sequence[int]) -> dict[int, WorkRow]:
    rows: Any = classes_to_sit(actor).filter(pk__in=ids).select_related("organization", "region")
    return {item.pk: _row(actor, item) for item in rows}


def _row(actor: Actor, item: TrainingClass) -> WorkRow:
    page = "office_class_sitting" if actor.role == Role.INTAKE_OFFICER else "office_class"
    return WorkRow(
        token=str(item.public_id),
        what=item.name,
        url=reverse(page, args=[item.public_id]),
        who=item.organization.label,
        where=item.region.name,
        step="待安排",
        detail=f"{short_date(item.end)} 结班，还没有定鉴定站和日子",
    )


SITTINGS = WorkSource(
    key="sitting",
    label="安排鉴定",
    desks=frozenset({Role.INTAKE_OFFICER}),
    readers=frozenset(READERS),
    count=lambda actor: classes_to_sit(actor).count(),
    waiting=_waiting,
    rows=_rows,
)
