from qihang.delivery.employment.enums import SpellState
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording, register

register(
    StateTable(
        "work_spell",
        {
            SpellState.CLAIMED: Wording("县里在看", "等核实", Tone.WAIT),
            SpellState.ACCEPTED: Wording("算数了", "已核实", Tone.OK),
            SpellState.REJECTED: Wording("没通过", "不认可", Tone.ERR),
            SpellState.WITHDRAWN: Wording("您撤回了", "已撤回", Tone.LINE),
            SpellState.TAKEN_BACK: Wording("不算了", "撤销认可", Tone.ERR),
            SpellState.ABSORBED: Wording("并到一段", "并入另一段", Tone.LINE),
        },
    )
)
