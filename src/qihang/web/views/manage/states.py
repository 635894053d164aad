"""What the states of organisations are called."""

from qihang.registry.organizations.enums import OrganizationState
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording, register

register(
    StateTable(
        "organization",
        {
            OrganizationState.ACTIVE: Wording("正常", "正常", Tone.OK),
            OrganizationState.SUSPENDED: Wording("暂停", "暂停", Tone.HOLD),
            OrganizationState.CLOSED: Wording("注销", "注销", Tone.WAIT),
        },
    )
)
