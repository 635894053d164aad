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


def _handed_in_here(evidence: Evidence, actor: Actor) -> str | None:
    """An office sees its region's evidence; only who handed one in, or a colleague of theirs, may take it away."""
    mine = evidence.user_id is not None and evidence.user_id == actor.user_id
    ours = evidence.organization_id is not None and evidence.organization_id == actor.organization_id
    return None if mine or ours else "这份凭据不是您这边交的，要撤回请找交的人"


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
            "withdraw",
            "撤回凭据",
            sources=(EvidenceState.SUBMITTED,),
            target=EvidenceState.WITHDRAWN,
            roles=SUBMITTERS,
            guards=(_handed_in_here,),
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
