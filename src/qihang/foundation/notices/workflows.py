"""The states of notices and objections. Who has had a hand in what is published does not look into the objection."""

from django.db.models import Q

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import ENTER, SYSTEM, Transition, Workflow
from qihang.foundation.notices.enums import NoticeState, ObjectionState
from qihang.foundation.notices.models import Notice, Objection


def _window_is_over(notice: Notice, actor: Actor) -> str | None:
    if notice.closes_on is None or clock.today() <= notice.closes_on:
        return f"公示到 {notice.closes_on:%Y-%m-%d} 为止，还没到期"
    return None


def _has_no_hand_in_it(objection: Objection, actor: Actor) -> str | None:
    notice = objection.notice
    published = Q(subject=notice._meta.label_lower, subject_id=notice.pk)
    published |= Q(subject=notice.subject, subject_id=notice.subject_id)
    if objection.row is not None:
        published |= Q(subject=objection.row.subject, subject_id=objection.row.subject_id)
    if TransitionLog.objects.filter(published, user_id=actor.user_id).exists():
        return "这件事您经过手，异议要换一个人来查"
    return None


NOTICE_WORKFLOW = Workflow(
    model=Notice,
    initial=NoticeState.DRAFT,
    enter_label="起草公示",
    enter_roles=(Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER),
    transitions=(
        Transition(
            "open",
            "发布公示",
            sources=(NoticeState.DRAFT,),
            target=NoticeState.OPEN,
            roles=(Role.APPROVER,),
            needs=("number", "opens_on", "closes_on"),
            different_hands_from=(ENTER,),
            seal="示",
        ),
        Transition(
            "close",
            "公示到期",
            sources=(NoticeState.OPEN,),
            target=NoticeState.CLOSED,
            roles=(SYSTEM,),
            guards=(_window_is_over,),
        ),
        Transition(
            "withdraw",
            "撤回公示",
            sources=(NoticeState.DRAFT, NoticeState.OPEN),
            target=NoticeState.WITHDRAWN,
            roles=(Role.APPROVER,),
            needs_comment=True,
            seal="撤",
        ),
    ),
)

OBJECTION_WORKFLOW = Workflow(
    model=Objection,
    initial=ObjectionState.RECEIVED,
    enter_label="提出异议",
    enter_roles=tuple(Role),
    transitions=(
        Transition(
            "answer",
            "答复异议",
            sources=(ObjectionState.RECEIVED,),
            target=ObjectionState.ANSWERED,
            roles=(Role.INSPECTOR,),
            guards=(_has_no_hand_in_it,),
            needs=("outcome", "answer"),
            different_hands_from=(ENTER,),
        ),
    ),
)
