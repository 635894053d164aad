"""The life of a class (two hands open it) and of a place in it."""

from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.rules import may_be_cancelled, may_be_joined_late, may_complete, may_open
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.participants.own_case import not_own

PROVIDERS = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
REVIEW_DAYS = "review.days"

CLASS_WORKFLOW = Workflow(
    model=TrainingClass,
    initial=ClassState.DRAFT,
    enter_label="起草开班申请",
    enter_roles=(*PROVIDERS, SYSTEM),
    transitions=(
        Transition(
            "submit",
            "提交开班申请",
            sources=(ClassState.DRAFT, ClassState.RETURNED),
            target=ClassState.SUBMITTED,
            roles=(Role.PROVIDER_MANAGER, SYSTEM),
            guards=(may_open,),
            deadline=REVIEW_DAYS,
        ),
        Transition(
            "review",
            "初审通过",
            sources=(ClassState.SUBMITTED,),
            target=ClassState.REVIEWED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            guards=(may_open,),
            deadline=REVIEW_DAYS,
            seal="核",
        ),
        Transition(
            "approve",
            "批准开班",
            sources=(ClassState.REVIEWED,),
            target=ClassState.APPROVED,
            roles=(Role.APPROVER, SYSTEM),
            guards=(may_open,),
            needs=("filing_no", "filed_on"),
            different_hands_from=("review",),
            seal="准",
        ),
        Transition(
            "send_back",
            "退回修改",
            sources=(ClassState.SUBMITTED,),
            target=ClassState.RETURNED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            needs_comment=True,
            seal="退",
        ),
        Transition(
            "refuse",
            "审批退回",
            sources=(ClassState.REVIEWED,),
            target=ClassState.RETURNED,
            roles=(Role.APPROVER, SYSTEM),
            needs_comment=True,
            different_hands_from=("review",),
            seal="退",
        ),
        Transition(
            "cancel",
            "取消这个班",
            sources=(ClassState.DRAFT, ClassState.RETURNED, ClassState.SUBMITTED, ClassState.APPROVED),
            target=ClassState.CANCELLED,
            roles=(Role.PROVIDER_MANAGER, SYSTEM),
            guards=(may_be_cancelled,),
            needs_comment=True,
            seal="撤",
        ),
        Transition(
            "extend_roster",
            "放宽报名单的日子",
            sources=(ClassState.APPROVED,),
            target=ClassState.APPROVED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            guards=(may_be_joined_late,),
            needs=("roster_until",),
            needs_comment=True,
        ),
        Transition(
            "complete",
            "办结业",
            sources=(ClassState.APPROVED,),
            target=ClassState.COMPLETED,
            roles=(*PROVIDERS, SYSTEM),
            guards=(may_complete,),
            needs=("completed_on",),
        ),
    ),
)

ENROLMENT_WORKFLOW = Workflow(
    model=Enrolment,
    initial=EnrolmentState.APPLIED,
    enter_label="报名",
    enter_roles=(*PROVIDERS, SYSTEM),
    transitions=(
        Transition(
            "admit",
            "录取",
            sources=(EnrolmentState.APPLIED,),
            target=EnrolmentState.ENROLLED,
            roles=(*PROVIDERS, Role.INTAKE_OFFICER, SYSTEM),
            bulk_guards=(not_own(),),
            needs=("enrolled_on",),
        ),
        Transition(
            "refuse",
            "不符合条件",
            sources=(EnrolmentState.APPLIED,),
            target=EnrolmentState.REFUSED,
            roles=(*PROVIDERS, Role.INTAKE_OFFICER, SYSTEM),
            bulk_guards=(not_own(),),
            needs_comment=True,
        ),
        Transition(
            "self_pay",
            "改为自费上课",
            sources=(EnrolmentState.APPLIED, EnrolmentState.REFUSED),
            target=EnrolmentState.ENROLLED,
            roles=(*PROVIDERS, SYSTEM),
            bulk_guards=(not_own(),),
            needs=("enrolled_on",),
        ),
        Transition(
            "reconsider",
            "重新核实",
            sources=(EnrolmentState.REFUSED,),
            target=EnrolmentState.APPLIED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            bulk_guards=(not_own(),),
            needs_comment=True,
        ),
        Transition(
            "withdraw",
            "退班",
            sources=(EnrolmentState.ENROLLED,),
            target=EnrolmentState.WITHDRAWN,
            roles=(*PROVIDERS, SYSTEM),
            bulk_guards=(not_own(),),
            needs=("withdrawn_on",),
            needs_comment=True,
        ),
        Transition(
            "complete",
            "学完",
            sources=(EnrolmentState.ENROLLED,),
            target=EnrolmentState.COMPLETED,
            roles=(*PROVIDERS, SYSTEM),
            needs=("completed_on",),
        ),
        Transition(
            "fall_short",
            "没学完",
            sources=(EnrolmentState.ENROLLED,),
            target=EnrolmentState.NOT_COMPLETED,
            roles=(*PROVIDERS, SYSTEM),
            needs_comment=True,
        ),
    ),
)
