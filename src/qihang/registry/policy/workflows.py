"""A parameter's life: one person proposes it, another puts it in force, and it takes two to take it back as well.

What is wrong is sent back or withdrawn, never edited: the next attempt is a new draft.
"""

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.policy.enums import ParameterState
from qihang.registry.policy.models import Parameter


def _not_asked_back(parameter: Parameter, actor: Actor) -> str | None:
    return "已经提出撤回了，等政策复核定" if _is_asked_back(parameter) else None


def _asked_back(parameter: Parameter, actor: Actor) -> str | None:
    return None if _is_asked_back(parameter) else "撤回生效的值要两个人：先请政策录入提出撤回"


def _is_asked_back(parameter: Parameter) -> bool:
    """As it is kept: the row at hand already has what the step would write."""
    return Parameter.objects.filter(pk=parameter.pk, revoke_asked_on__isnull=False).exists()


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
            name="ask_back",
            label="提出撤回生效值",
            sources=(ParameterState.CONFIRMED,),
            target=ParameterState.CONFIRMED,
            roles=(Role.POLICY_OFFICER,),
            guards=(_not_asked_back,),
            needs=("revoke_asked_on",),
            needs_comment=True,
        ),
        Transition(
            name="revoke",
            label="撤回生效值",
            sources=(ParameterState.CONFIRMED,),
            target=ParameterState.WITHDRAWN,
            roles=(Role.POLICY_CHECKER,),
            guards=(_asked_back,),
            needs_comment=True,
            different_hands_from=("enter", "ask_back"),
            seal="撤",
        ),
        Transition(
            name="keep",
            label="不撤，留着",
            sources=(ParameterState.CONFIRMED,),
            target=ParameterState.CONFIRMED,
            roles=(Role.POLICY_CHECKER,),
            guards=(_asked_back,),
            needs_comment=True,
            different_hands_from=("ask_back",),
        ),
    ),
)
