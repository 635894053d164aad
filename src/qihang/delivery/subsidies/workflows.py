"""An earned tranche stands until its ground falls away. The rule finds both; whoever brought the proof is logged."""

from qihang.delivery.subsidies.enums import EarnedState
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow

# Those whose step brings or takes away proof: completion, certificates, lists, documents.
SETTLERS = (
    Role.PROVIDER_CLERK,
    Role.PROVIDER_MANAGER,
    Role.STATION_CLERK,
    Role.APPRAISER,
    Role.INTAKE_OFFICER,
    Role.SECOND_REVIEWER,
    Role.APPROVER,
    Role.INSPECTOR,
    SYSTEM,
)

EARNED_TRANCHE_WORKFLOW = Workflow(
    model=EarnedTranche,
    initial=EarnedState.EARNED,
    enter_label="记为应得",
    enter_roles=SETTLERS,
    transitions=(
        Transition(
            "reverse",
            "冲回",
            sources=(EarnedState.EARNED,),
            target=EarnedState.REVERSED,
            roles=SETTLERS,
            needs_comment=True,
            needs=("reversed_on",),
        ),
    ),
)
