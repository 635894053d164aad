from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.participants.enums import CategoryState, PersonState
from qihang.registry.participants.models import Person, PersonCategory
from qihang.registry.participants.own_case import not_own

REGISTRARS = (
    Role.PROVIDER_CLERK,
    Role.PROVIDER_MANAGER,
    Role.INTAKE_OFFICER,
    Role.PARTICIPANT,
    Role.STATION_CLERK,
    SYSTEM,
)

PERSON_WORKFLOW = Workflow(
    model=Person,
    initial=PersonState.ACTIVE,
    enter_label="登记人员",
    enter_roles=REGISTRARS,
    transitions=(
        Transition(
            "merge",
            "并入另一条",
            sources=(PersonState.ACTIVE,),
            target=PersonState.MERGED,
            roles=(Role.INTAKE_OFFICER, Role.SECOND_REVIEWER),
            needs_comment=True,
            needs=("merged_into",),
        ),
    ),
)

CATEGORY_WORKFLOW = Workflow(
    model=PersonCategory,
    initial=CategoryState.CLAIMED,
    enter_label="申报类别",
    enter_roles=REGISTRARS,
    transitions=(
        Transition(
            "confirm",
            "核实类别",
            sources=(CategoryState.CLAIMED,),
            target=CategoryState.CONFIRMED,
            roles=(Role.INTAKE_OFFICER, SYSTEM),
            bulk_guards=(not_own(),),
            seal="核",
        ),
        Transition(
            "correct_post",
            "更正在编情况",
            sources=(CategoryState.CONFIRMED,),
            target=CategoryState.CONFIRMED,
            roles=(Role.INTAKE_OFFICER,),
            bulk_guards=(not_own(),),
            needs_comment=True,
        ),
        Transition(
            "reject",
            "认定不属于",
            sources=(CategoryState.CLAIMED, CategoryState.CONFIRMED),
            target=CategoryState.REJECTED,
            roles=(Role.INTAKE_OFFICER,),
            bulk_guards=(not_own(),),
            needs_comment=True,
        ),
    ),
)
