"""The life of a sitting, and of a certificate."""

from qihang.delivery.appraisal.enums import CertificateState, SittingState
from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.querysets import STATION_ROLES
from qihang.delivery.appraisal.rules import may_be_held, may_judge, may_sit
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.participants.own_case import not_own

SITTING_WORKFLOW = Workflow(
    model=Sitting,
    initial=SittingState.PLANNED,
    enter_label="安排鉴定",
    enter_roles=(Role.INTAKE_OFFICER, SYSTEM),
    transitions=(
        Transition(
            "move",
            "改时间或考场",
            sources=(SittingState.PLANNED,),
            target=SittingState.PLANNED,
            roles=(Role.INTAKE_OFFICER, Role.STATION_CLERK, SYSTEM),
            guards=(may_sit,),
            needs=("on", "place"),
            needs_comment=True,
        ),
        Transition(
            "hold",
            "录成绩",
            sources=(SittingState.PLANNED,),
            target=SittingState.HELD,
            roles=(*STATION_ROLES, SYSTEM),
            guards=(may_be_held, may_judge),
        ),
        Transition(
            "cancel",
            "取消这场鉴定",
            sources=(SittingState.PLANNED,),
            target=SittingState.CANCELLED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            needs_comment=True,
            seal="撤",
        ),
    ),
)

CERTIFICATE_WORKFLOW = Workflow(
    model=Certificate,
    initial=CertificateState.ISSUED,
    enter_label="发证",
    enter_roles=(*STATION_ROLES, SYSTEM),
    transitions=(
        Transition(
            "revoke",
            "撤销证书",
            sources=(CertificateState.ISSUED,),
            target=CertificateState.REVOKED,
            roles=(Role.APPROVER, SYSTEM),
            bulk_guards=(not_own(),),
            needs=("revoked_on",),
            needs_comment=True,
            seal="撤",
        ),
    ),
)
