"""The states of evidence: nobody accepts what they handed in, and a mistake is taken back by a step of its own."""

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import ENTER, SYSTEM, Transition, Workflow
from qihang.foundation.documents.enums import EvidenceState
from qihang.foundation.documents.models import Evidence

SUBMITTERS = (
    Role.PARTICIPANT,
    Role.PROVIDER_CLERK,
    Role.PROVIDER_MANAGER,
    Role.STATION_CLERK,
    Role.EMPLOYER_USER,
    Role.COMMUNITY_CLERK,
    Role.PARTNER_CLERK,
    Role.INTAKE_OFFICER,
    Role.INSPECTOR,
    SYSTEM,
)


def _file_still_opens(evidence: Evidence, actor: Actor) -> str | None:
    if evidence.file is not None and evidence.file.erased_at is not None:
        return "附的文件已经销毁，看不到就不能认可，请对方重新提交"
    return None


EVIDENCE_WORKFLOW = Workflow(
    model=Evidence,
    initial=EvidenceState.SUBMITTED,
    enter_label="提交凭据",
    enter_roles=SUBMITTERS,
    transitions=(
        Transition(
            "accept",
            "认可凭据",
            sources=(EvidenceState.SUBMITTED,),
            target=EvidenceState.ACCEPTED,
            roles=(Role.INTAKE_OFFICER, Role.SECOND_REVIEWER),
            guards=(_file_still_opens,),
            different_hands_from=(ENTER,),
            needs=("accepted_on",),
            seal="核",
        ),
        Transition(
            "reject",
            "不认可凭据",
            sources=(EvidenceState.SUBMITTED,),
            target=EvidenceState.REJECTED,
            roles=(Role.INTAKE_OFFICER, Role.SECOND_REVIEWER),
            needs_comment=True,
            different_hands_from=(ENTER,),
        ),
        Transition(
            "revoke",
            "撤销认可",
            sources=(EvidenceState.ACCEPTED,),
            target=EvidenceState.REJECTED,
            roles=(Role.SECOND_REVIEWER, Role.INSPECTOR),
            needs_comment=True,
            different_hands_from=("accept",),
            seal="撤",
        ),
    ),
)
