"""Opening a class: drafted and handed in by the institution, reviewed and approved by two officers."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import FilingCounter, TrainingClass
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import BulkOutcome

# What an institution fills in; everything else comes from its own steps.
EDITABLE = (
    "name",
    "programme",
    "module",
    "region",
    "occupation",
    "level",
    "format",
    "kind",
    "order_employer",
    "hours",
    "start",
    "end",
    "appraisal_on",
    "place",
    "contact_name",
    "contact_phone",
    "planned_heads",
)


def get_class(*, actor: Actor, public_id: str) -> TrainingClass:
    """The class by its opaque id, if the actor may see it; else NotFound."""
    rows = TrainingClass.objects.visible_to(actor).select_related("organization", "region", "occupation")
    found: TrainingClass | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("没有这个班，或者不归您的单位或辖区")
    return found


def draft_class(*, actor: Actor, fields: Mapping[str, Any]) -> TrainingClass:
    """Start an application for the actor's institution. NotAllowed for anybody else."""
    if actor.organization_id is None:
        raise NotAllowed("开班申请由培训机构填写")
    item = TrainingClass(organization_id=actor.organization_id, **_known(fields))
    return CLASS_WORKFLOW.enter(item, actor=actor)


def revise_class(*, actor: Actor, item: TrainingClass, fields: Mapping[str, Any]) -> TrainingClass:
    """Change an application not yet handed in, or sent back. DomainError once it is with the officers."""
    with unit_of_work(actor):
        row = TrainingClass.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=item.pk).first()
        if row is None or row.organization_id != actor.organization_id:
            raise NotFound("没有这个班，或者不归您的单位")
        if row.state not in {ClassState.DRAFT, ClassState.RETURNED}:
            raise DomainError("申请已经交上去了，要改请先让县里退回", code="state")
        for name, value in _known(fields).items():
            setattr(row, name, value)
        row.save(update_fields=list(_known(fields)))
    return row  # type: ignore[no-any-return]


def submit_class(*, actor: Actor, item: TrainingClass) -> TrainingClass:
    """Hand the application in."""
    return CLASS_WORKFLOW.apply(item, "submit", actor=actor)


def review_class(*, actor: Actor, item: TrainingClass, comment: str = "") -> TrainingClass:
    """First hand: the intake officer finds the application in order."""
    return CLASS_WORKFLOW.apply(item, "review", actor=actor, comment=comment)


def approve_class(*, actor: Actor, item: TrainingClass, comment: str = "") -> TrainingClass:
    """Second hand: the class is filed today, under the next number of its county and year."""
    with unit_of_work(actor):
        today = clock.today()
        number = _next_filing_number(item.region_id, today.year)
        return CLASS_WORKFLOW.apply(
            item, "approve", actor=actor, comment=comment, fields={"filing_no": number, "filed_on": today}
        )


def pass_on_classes(*, actor: Actor, items: Iterable[TrainingClass], comment: str = "") -> BulkOutcome:
    """Review or approve several applications, each as if alone: those that may not go on come back with the reason.

    One transaction; a refused one gives its filing number back.
    """
    step = approve_class if actor.role == Role.APPROVER else review_class
    done, refused = [], {}
    with unit_of_work(actor):
        for item in sorted(items, key=lambda one: one.pk):
            try:
                with transaction.atomic():
                    step(actor=actor, item=item, comment=comment)
            except DomainError as reason:
                refused[item.pk] = reason.message
            else:
                done.append(item.pk)
    return BulkOutcome(done, refused)


def send_back_class(*, actor: Actor, item: TrainingClass, comment: str) -> TrainingClass:
    """Back to the institution with what it must mend, by whoever has the application now."""
    step = "send_back" if item.state == ClassState.SUBMITTED else "refuse"
    return CLASS_WORKFLOW.apply(item, step, actor=actor, comment=comment)


def cancel_class(*, actor: Actor, item: TrainingClass, comment: str) -> TrainingClass:
    """The institution gives the class up."""
    return CLASS_WORKFLOW.apply(item, "cancel", actor=actor, comment=comment)


def extend_roster(*, actor: Actor, item: TrainingClass, until: dt.date, comment: str) -> TrainingClass:
    """An officer lets the roster be brought in up to a later day than the start, and says why."""
    if until < clock.today():
        raise DomainError("放宽到的日子已经过了，请写今天或以后的日子", field="until")
    return CLASS_WORKFLOW.apply(item, "extend_roster", actor=actor, comment=comment, fields={"roster_until": until})


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(fields) - {*EDITABLE, "region_id", "occupation_id"})
    if unknown:
        raise DomainError(f"开班申请里没有这些项：{'、'.join(unknown)}", code="unknown_field")
    return dict(fields)


def _next_filing_number(region: str, year: int) -> str:
    """Region, year and a running number that never comes twice. Locks the counter until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {FilingCounter._meta.db_table} (region, year, last) VALUES (%s, %s, 1)"  # noqa: S608
            " ON CONFLICT (region, year) DO UPDATE SET last = training_filingcounter.last + 1 RETURNING last",
            [region, year],
        )
        return f"{region}{year}{cursor.fetchone()[0]:05d}"
