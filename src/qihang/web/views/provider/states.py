"""Words for the states of a class and of a place in it, and for the three outcomes of a decision."""

from qihang.web import states
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording

states.register(
    StateTable(
        "training_class",
        {
            "draft": Wording("草稿", "草稿", Tone.LINE),
            "submitted": Wording("县里在审", "待初审", Tone.WAIT),
            "reviewed": Wording("县里在审", "待审批", Tone.WAIT),
            "returned": Wording("退回去改了", "退回补正", Tone.WAIT, office_tone=Tone.WARN),
            "approved": Wording("已准开班", "已准开班", Tone.OK),
            "completed": Wording("学完了", "已结业", Tone.OK),
            "cancelled": Wording("不办了", "已取消", Tone.LINE),
        },
    )
)
states.register(
    StateTable(
        "enrolment",
        {
            "applied": Wording("在核实", "待核实", Tone.HOLD),
            "refused": Wording("不够条件", "没通过", Tone.ERR),
            "enrolled": Wording("在班里", "在读", Tone.OK),
            "withdrawn": Wording("退班了", "已退班", Tone.LINE),
            "completed": Wording("学完了", "学完", Tone.OK),
            "not_completed": Wording("没学完", "没学完", Tone.ERR),
        },
    )
)
states.register(
    StateTable(
        "eligibility",
        {
            "passed": Wording("够", "够", Tone.OK, icon="check-lg"),
            "failed": Wording("不够", "不够", Tone.ERR, icon="x-lg"),
            "unknown": Wording("在查", "在查", Tone.HOLD, icon="pause-fill"),
            "none": Wording("不领补贴", "不领补贴", Tone.LINE),
        },
    )
)
