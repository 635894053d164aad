from qihang.registry.policy.enums import ParameterState, VerifiedMark
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording, register

register(
    StateTable(
        "parameter",
        {
            ParameterState.DRAFT: Wording("待复核", "待复核", Tone.WAIT),
            ParameterState.CONFIRMED: Wording("已生效", "已生效", Tone.OK),
            ParameterState.RETURNED: Wording("已退回", "已退回", Tone.WARN),
            ParameterState.WITHDRAWN: Wording("已撤回", "已撤回", Tone.LINE),
        },
    )
)
register(
    StateTable(
        "parameter_mark",
        {
            VerifiedMark.TRUE: Wording("已核原文", "已核原文", Tone.OK),
            VerifiedMark.SECONDARY: Wording("二手来源", "二手来源", Tone.HOLD),
            VerifiedMark.OTHER_REGION: Wording("外地规定", "外地规定", Tone.HOLD),
            VerifiedMark.DEMO: Wording("示范值", "示范值", Tone.WARN),
            VerifiedMark.UNVERIFIED: Wording("未核", "未核", Tone.WARN),
        },
    )
)
