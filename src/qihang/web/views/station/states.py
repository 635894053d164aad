"""What the states of a sitting are called."""

from qihang.web import states
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording

states.register(
    StateTable(
        "sitting",
        {
            "planned": Wording("安排好了", "已安排", Tone.WAIT),
            "held": Wording("考完了", "已录成绩", Tone.OK, icon="check-lg"),
            "cancelled": Wording("不考了", "已取消", Tone.LINE),
        },
    )
)
