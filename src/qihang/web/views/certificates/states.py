"""What the states of a certificate are called."""

from qihang.web import states
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording

states.register(
    StateTable(
        "certificate",
        {
            "issued": Wording("有效", "有效", Tone.OK, icon="check-lg"),
            "revoked": Wording("撤销了", "已撤销", Tone.ERR),
        },
    )
)
