"""The kinds of work of the training app: applications for classes, and categories to confirm."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.opening import OpeningRules
from qihang.delivery.training.waiting import (
    classes_awaiting,
    groups_awaiting,
    places_awaiting,
    with_dates,
)
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.reference.scope import region_q
from qihang.web.formats import with_unit
from qihang.web.views.office.roles import READERS
from qihang.web.views.office.work import BulkAct, Marks, Narrowing, Waiting, WorkRow, WorkSource

_STEPS = {"submitted": "待初审", "reviewed": "待审批"}
_ACTS = {Role.INTAKE_OFFICER: "一起初审通过", Role.APPROVER: "一起批准"}


def narrowed(rows: Any, narrowing: Narrowing) -> Any:
    """Classes whose name, institution or filing number holds the words, in the place."""
    words = narrowing.words
    if words:
        rows = rows.filter(
            Q(name__icontains=words)
            | Q(organization__name__icontains=words)
            | Q(organization__short_name__icontains=words)
            | Q(filing_no__startswith=words)
        )
    return rows.filter(region_q("region", narrowing.region)) if narrowing.region else rows


# ---- applications for classes ----


def _applications(actor: Actor, narrowing: Narrowing) -> list[Waiting]:
    rows = with_dates(narrowed(classes_awaiting(actor), narrowing)).order_by()
    return [Waiting(*values) for values in rows.values_list("pk", "step_at", "step_due")]


def _application_rows(actor: Actor, ids: Sequence[int]) -> dict[int, WorkRow]:
    rows = with_dates(classes_awaiting(actor).filter(pk__in=ids)).select_related("organization", "region")
    rules = OpeningRules()
    return {item.pk: _application_row(actor, item, rules) for item in rows}


def _application_row(actor: Actor, item: Any, rules: OpeningRules) -> WorkRow:
    marks = _marks(item, rules)
    return WorkRow(
        token=str(item.public_id),
        what=item.name,
        detail=f"{with_unit(item.planned_heads, '人')}，{item.start:%m-%d} 开班",
        url=reverse("office_class", args=[item.public_id]),
        who=item.organization.label,
        where=item.region.name,
        step=_STEPS[item.state],
        marks=marks,
        choosable=actor.role in _ACTS and not marks.failed and not marks.held,
    )


def _marks(item: Any, rules: OpeningRules) -> Marks:
    handed_in = timezone.localtime(item.submitted_at).date() if item.submitted_at else None
    found = [check.passed for check in rules.checks(item, on=clock.today(), handed_in=handed_in)]
    return Marks(found.count(True), found.count(None), found.count(False))


def _bulk(actor: Actor) -> BulkAct | None:
    label = _ACTS.get(Role(actor.role)) if actor.role in Role else None
    return BulkAct(label, "office_classes_pass") if label else None


APPLICATIONS = WorkSource(
    key="class",
    label="开班申请",
    desks=frozenset({Role.INTAKE_OFFICER, Role.APPROVER}),
    readers=frozenset(READERS),
    count=lambda actor: classes_awaiting(actor).count(),
    waiting=_applications,
    rows=_application_rows,
    bulk=_bulk,
)


# ---- categories to confirm ----


def _groups(actor: Actor, narrowing: Narrowing) -> list[Waiting]:
    some = bool(narrowing.words or narrowing.region)
    classes = narrowed(TrainingClass.objects.visible_to(actor), narrowing) if some else None
    return [Waiting(group.class_id, group.since, group.due) for group in groups_awaiting(actor, classes)]


def _group_rows(actor: Actor, ids: Sequence[int]) -> dict[int, WorkRow]:
    people = {group.class_id: group.people for group in groups_awaiting(actor, list(ids))}
    rows = TrainingClass.objects.visible_to(actor).filter(pk__in=list(people))
    return {item.pk: _group_row(item, people[item.pk]) for item in rows.select_related("organization", "region")}


def _group_row(item: Any, people: int) -> WorkRow:
    return WorkRow(
        token=str(item.public_id),
        what=item.name,
        detail=f"{with_unit(people, '人')}的类别等核实",
        url=reverse("office_categories", args=[item.public_id]),
        who=item.organization.label,
        where=item.region.name,
        step="待核实",
    )


CATEGORIES = WorkSource(
    key="category",
    label="类别核实",
    desks=frozenset({Role.INTAKE_OFFICER}),
    readers=frozenset(READERS),
    count=lambda actor: places_awaiting(actor).values("training_class_id").distinct().count(),
    waiting=_groups,
    rows=_group_rows,
)
