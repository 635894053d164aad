"""The way of a class in seven steps with their days, and its history as a timeline."""

from typing import Any

from django.db.models import Model

from qihang.delivery.appraisal.enums import SittingState
from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import Workflow
from qihang.web.formats import chinese_date, date_span, short_date, short_moment
from qihang.web.parts import Event, Stage, Step


def class_steps(item: TrainingClass, heads: int, marked_days: int, sitting: Sitting | None = None) -> list[Step]:
    """From the application to the work found. `heads` are in the class or were, `marked_days` have attendance."""
    held = sitting is not None and sitting.state == SittingState.HELD
    at = _reached(item, heads, held=held)
    notes = [
        _submitted_note(item),
        f"{short_date(item.filed_on)} 批准" if item.filed_on else _review_note(item),
        f"收了 {heads} 人" if heads else f"{short_date(item.roster_last_day)} 前交",
        f"{date_span(item.start, item.end)}" + (f"，已记 {marked_days} 天" if marked_days else ""),
        f"{short_date(item.completed_on)} 办好" if item.completed_on else f"{short_date(item.end)} 起可办",
        _exam_note(item, sitting),
        "学完以后跟踪",
    ]
    labels = ("申请", "批准", "名单", "上课", "结业", "考试（鉴定）", "就业")
    return [
        Step(label, note, _stage(place, at)) for place, (label, note) in enumerate(zip(labels, notes, strict=True))
    ]


def _stage(place: int, at: int) -> Stage:
    return Stage.DONE if place < at else Stage.NOW if place == at else Stage.NEXT


def _exam_note(item: TrainingClass, sitting: Sitting | None) -> str:
    if sitting:
        return f"{short_date(sitting.on)} {'考过' if sitting.state == SittingState.HELD else '考'}"
    return f"预计 {short_date(item.appraisal_on)}" if item.appraisal_on else "日子没定"


def _reached(item: TrainingClass, heads: int, *, held: bool) -> int:
    """The step that the class stands at."""
    if item.state == ClassState.COMPLETED:
        return 6 if held else 5
    if item.state != ClassState.APPROVED:
        return 1 if item.state in {ClassState.SUBMITTED, ClassState.REVIEWED} else 0
    if not heads:
        return 2
    return 4 if item.end < clock.today() else 3


def _submitted_note(item: TrainingClass) -> str:
    last = CLASS_WORKFLOW.history(item).filter(transition="submit").last()
    return f"{short_date(last.at)} 交" if last else "还没有交"


def _review_note(item: TrainingClass) -> str:
    """By when the officers have to have looked at it."""
    last = CLASS_WORKFLOW.history(item).last()
    if last and last.due_on and item.state in {ClassState.SUBMITTED, ClassState.REVIEWED}:
        return f"{short_date(last.due_on)} 前审"
    return "等县里审"


def history_of(workflow: Workflow[Any], obj: Model) -> list[Event]:
    """Who did what and when, in whose words; the deadline of the next step where there is one."""
    logs = list(workflow.history(obj))
    seals = {step.name: step.seal for step in workflow.transitions}
    events = [_event(log, seals.get(log.transition, "")) for log in logs]
    last = logs[-1] if logs else None
    if last and last.due_on:
        events.append(Event("等县里办", f"{chinese_date(last.due_on)}前", stage=Stage.NOW))
    return events


def _event(log: TransitionLog, seal: str) -> Event:
    role = Role(log.role).label if log.role in Role.values else ""
    who = f"{log.user_label}（{role}）" if role else log.user_label
    place = f"，{log.organization_label}" if log.organization_label else ""
    return Event(log.label, short_moment(log.at), f"{who}{place}", log.comment, seal)
