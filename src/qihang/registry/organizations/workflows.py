from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.organizations.enums import OrganizationState
from qihang.registry.organizations.models import Organization

_ADMIN = (Role.SYSTEM_ADMIN, SYSTEM)

ORGANIZATION_WORKFLOW = Workflow(
    model=Organization,
    initial=OrganizationState.ACTIVE,
    enter_label="登记单位",
    enter_roles=_ADMIN,
    transitions=(
        Transition(
            "suspend",
            "暂停单位",
            sources=(OrganizationState.ACTIVE,),
            target=OrganizationState.SUSPENDED,
            roles=_ADMIN,
            needs_comment=True,
        ),
        Transition(
            "resume",
            "恢复单位",
            sources=(OrganizationState.SUSPENDED,),
            target=OrganizationState.ACTIVE,
            roles=_ADMIN,
            needs_comment=True,
        ),
        Transition(
            "close",
            "注销单位",
            sources=(OrganizationState.ACTIVE, OrganizationState.SUSPENDED),
            target=OrganizationState.CLOSED,
            roles=_ADMIN,
            needs_comment=True,
        ),
    ),
)
