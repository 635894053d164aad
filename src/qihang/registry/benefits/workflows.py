"""A use of a benefit: reserved when a case is opened, enjoyed when it is earned, released when it comes to nothing.

What was given back counts again where it is earned after all.
"""

from qihang.foundation.core.roles import Role
from qihang.foundation.core.workflow import SYSTEM, Transition, Workflow
from qihang.registry.benefits.enums import UseState
from qihang.registry.benefits.models import BenefitUse

_PROVIDERS = (Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER)
_OFFICE = (Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER)
_STATION = (Role.STATION_CLERK, Role.APPRAISER)
# A class is settled by whoever brings or takes away proof, and its uses follow from that.
_SETTLERS = (*_PROVIDERS, *_STATION, *_OFFICE, Role.INSPECTOR, SYSTEM)

BENEFIT_USE_WORKFLOW = Workflow(
    model=BenefitUse,
    initial=UseState.RESERVED,
    enter_label="占用待遇",
    enter_roles=(*_PROVIDERS, *_OFFICE, SYSTEM),
    transitions=(
        Transition(
            name="enjoy",
            label="记为已享受",
            sources=(UseState.RESERVED,),
            target=UseState.ENJOYED,
            roles=(*_STATION, *_OFFICE, Role.FINANCE_OFFICER, SYSTEM),
        ),
        Transition(
            name="release",
            label="释放待遇",
            sources=(UseState.RESERVED,),
            target=UseState.RELEASED,
            roles=_SETTLERS,
            needs_comment=True,
        ),
        Transition(
            name="take_back",
            label="收回待遇",
            sources=(UseState.ENJOYED,),
            target=UseState.RELEASED,
            roles=_SETTLERS,
            needs_comment=True,
        ),
        Transition(
            name="count_again",
            label="重新计入",
            sources=(UseState.RELEASED,),
            target=UseState.ENJOYED,
            roles=_SETTLERS,
            needs_comment=True,
        ),
    ),
)
