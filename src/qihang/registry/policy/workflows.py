"""A parameter's life: one person proposes it, another puts it in force; what is wrong is sent back or withdrawn,
never edited: the next attempt is a new draft."""

from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.policy.enums import ParameterState
from qihang.registry.policy.models import Parameter

PARAMETER_WORKFLOW = Workflow(
    model=Parameter,
    initial=ParameterState.DRAFT,
    enter_label="提出参数",
    enter_roles=(Role.POLICY_OFFICER, SYSTEM),
    transitions=(
        Transition(
            name="confirm",
            label="复核生效",
            sources=(ParameterState.DRAFT,),
            target=ParameterState.CONFIRMED,
            roles=(Role.POLICY_CHECKER, SYSTEM),
            different_hands_from=("enter",),
            seal="准",
        ),
        Transition(
            name="send_back",
            label="退回",
            sources=(ParameterState.DRAFT,),
            target=ParameterState.RETURNED,
            roles=(Role.POLICY_CHECKER,),
            needs_comment=True,
            different_hands_from=("enter",),
            seal="退",
        ),
        Transition(
            name="withdraw",
            label="撤回草案",
            sources=(ParameterState.DRAFT,),
            target=ParameterState.WITHDRAWN,
            roles=(Role.POLICY_OFFICER,),
            needs_comment=True,
        ),
        Transition(
            name="revoke",
            label="撤回生效值",
            sources=(ParameterState.CONFIRMED,),
            target=ParameterState.WITHDRAWN,
            roles=(Role.POLICY_CHECKER,),
            needs_comment=True,
            different_hands_from=("enter",),
            seal="撤",
        ),
    ),
)
