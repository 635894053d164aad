from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.organizations.enums import OrganizationKind, OrganizationState
from qihang.registry.organizations.models import Organization

_ADMIN = (Role.SYSTEM_ADMIN, SYSTEM)


def may_stop(organization: Organization, actor: Actor) -> str | None:
    """Without an operator nobody could administer the platform, nor bring the operator back."""
    operators = Organization.objects.filter(kind=OrganizationKind.OPERATOR, state=OrganizationState.ACTIVE)
    if organization.kind != OrganizationKind.OPERATOR or operators.exclude(pk=organization.pk).exists():
        return None
    return f"“{organization.name}”是管平台的单位，停了就没有人能再恢复它；要换单位，先登记新的平台运维单位"


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
            guards=(may_stop,),
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
            guards=(may_stop,),
            needs_comment=True,
        ),
    ),
)
