"""Opening a class: drafted and handed in by the institution, reviewed and approved by two officers."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import FilingCounter, TrainingClass
from qihang.delivery.training.telling import tell_institution
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
# Which field a form shows the breach of a constraint at.
_FIELD_OF = {
    "class_dates_in_order": "end",
    "class_has_hours_and_heads": "hours",
    "class_appraised_after_its_start": "appraisal_on",
    "order_class_names_its_employer": "order_employer",
    "class_is_of_an_occupation_or_a_module": "occupation",
}


def get_class(*, actor: Actor, public_id: str) -> TrainingClass:
    """The class by its opaque id, if the actor may see it; else NotFound."""
    rows = TrainingClass.objects.visible_to(actor).select_related("organization", "region", "occupation")
    try:
        found: TrainingClass | None = rows.filter(public_id=public_id).first()
    except ValidationError:  # a text that is no identifier
        found = None
    if found is None:
        raise NotFound("没有这个班，或者不归您的单位或辖区")
    return found


def draft_class(*, actor: Actor, fields: Mapping[str, Any], public_id: uuid.UUID | None = None) -> TrainingClass:
    """Start an application for the actor's institution. NotAllowed for anybody else.

    DomainError names the field that is missing or contradicts another. With a `public_id` a form sent twice is one
    application: the second time the first one is returned.
    """
    if actor.organization_id is None:
        raise NotAllowed("开班申请由培训机构填写")
    with unit_of_work(actor):
        if public_id is not None:
            _one_draft_at_a_time(actor.organization_id)
            known = TrainingClass.objects.filter(public_id=public_id).first()
            if known is not None and known.organization_id != actor.organization_id:
                raise DomainError("这张表不能再用了，请重新打开开班申请再填", code="stale")
            if known is not None:
                return known  # type: ignore[no-any-return]
        named = {"public_id": public_id} if public_id else {}
        item = TrainingClass(organization_id=actor.organization_id, **named, **_known(fields))
        _check_sound(item)
        return CLASS_WORKFLOW.enter(item, actor=actor)


def revise_class(*, actor: Actor, item: TrainingClass, fields: Mapping[str, Any]) -> TrainingClass:
    """Change an application not yet handed in, or sent back, by those who may draft one.

    DomainError once it is with the officers.
    """
    CLASS_WORKFLOW.check_role(actor, CLASS_WORKFLOW.enter_roles, "改开班申请")
    with unit_of_work(actor):
        row = TrainingClass.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=item.pk).first()
        if row is None or row.organization_id != actor.organization_id:
            raise NotFound("没有这个班，或者不归您的单位")
        if row.state not in {ClassState.DRAFT, ClassState.RETURNED}:
            raise DomainError("申请已经交上去了，要改请先让县里退回", code="state")
        for name, value in _known(fields).items():
            setattr(row, name, value)
        _check_sound(row)
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
        approved = CLASS_WORKFLOW.apply(
            item, "approve", actor=actor, comment=comment, fields={"filing_no": number, "filed_on": today}
        )
        words = f"批准了，备案号 {number}。开班（{item.start}）以前把花名册导进来。{_said(comment)}"
        tell_institution(actor=actor, item=item, title="批准开班了", body=words)
        return approved


def pass_on_classes(*, actor: Actor, items: Iterable[TrainingClass], comment: str = "") -> BulkOutcome:
    """Review or approve several applications, each as if alone: those that may not go on come back with the reason.

    One transaction; a refused one gives its filing number back.
    """
    step = approve_class if actor.role == Role.APPROVER else review_class
    done, refused = [], {}
    with unit_of_work(actor):
        # By place first: each place's counter of numbers is held to the end, and nobody must wait crosswise.
        for item in sorted(items, key=lambda one: (one.region_id, one.pk)):
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
    with unit_of_work(actor):
        returned = CLASS_WORKFLOW.apply(item, step, actor=actor, comment=comment)
        words = f"的申请退回来了，改好再交。{_said(comment)}"
        tell_institution(actor=actor, item=item, title="开班申请退回来了", body=words)
        return returned


def cancel_class(*, actor: Actor, item: TrainingClass, comment: str) -> TrainingClass:
    """The institution gives the class up."""
    return CLASS_WORKFLOW.apply(item, "cancel", actor=actor, comment=comment)


def extend_roster(*, actor: Actor, item: TrainingClass, until: dt.date, comment: str) -> TrainingClass:
    """An officer lets the roster be brought in up to a later day than the start, the class's last at most, and says why.

    A name that first appears when the lessons are over is nobody's that a teacher or an inspection ever saw.
    """
    if until < clock.today():
        raise DomainError("放宽到的日子已经过了，请写今天或以后的日子", field="until")
    if until > item.end:
        raise DomainError(f"最晚只能放宽到结业那天（{item.end}），课上完了不能再加人", field="until")
    with unit_of_work(actor):
        extended = CLASS_WORKFLOW.apply(
            item, "extend_roster", actor=actor, comment=comment, fields={"roster_until": until}
        )
        words = f"的名单可以交到 {until}。{_said(comment)}"
        tell_institution(actor=actor, item=item, title="名单的日子放宽了", body=words)
        return extended


def _said(comment: str) -> str:
    return f"经办人写了：{comment.strip()}" if comment.strip() else ""


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(fields) - {*EDITABLE, "region_id", "occupation_id"})
    if unknown:
        raise DomainError(f"开班申请里没有这些项：{'、'.join(unknown)}", code="unknown_field")
    return dict(fields)


def _check_sound(item: TrainingClass) -> None:
    """Every field filled in and none against another, before the database would refuse it without a word."""
    try:
        item.clean_fields(exclude={"organization", "state"})
    except ValidationError as broken:
        name, messages = next(iter(broken.message_dict.items()))
        label = TrainingClass._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        raise DomainError(f"“{label}”：{messages[0]}", code="invalid", field=name) from None
    for constraint in TrainingClass._meta.constraints:
        try:
            constraint.validate(TrainingClass, item)
        except ValidationError as broken:
            field = _FIELD_OF.get(constraint.name)
            raise DomainError(broken.messages[0], code=constraint.name, field=field) from None


def _one_draft_at_a_time(organization_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('qihang.training.draft'), %s::int)", [organization_id])


def _next_filing_number(region: str, year: int) -> str:
    """Region, year and a running number that never comes twice. Locks the counter until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {FilingCounter._meta.db_table} (region, year, last) VALUES (%s, %s, 1)"  # noqa: S608
            " ON CONFLICT (region, year) DO UPDATE SET last = training_filingcounter.last + 1 RETURNING last",
            [region, year],
        )
        return f"{region}{year}{cursor.fetchone()[0]:05d}"
