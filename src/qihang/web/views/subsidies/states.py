from qihang.delivery.subsidies.enums import EarnedState
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording, register

register(
    StateTable(
        "earned_tranche",
        {
            EarnedState.EARNED: Wording("记上了", "应得", Tone.OK),
            EarnedState.REVERSED: Wording("收回了", "已冲回", Tone.ERR),
        },
    )
)
