"""What states are called on an officer's desk."""

from qihang.web import states
from qihang.web.parts import Tone
from qihang.web.states import StateTable, Wording

CLASS_TABLE, PLACE_TABLE, CATEGORY_TABLE = "office_class", "office_place", "office_category"
MERGE_TABLE = "office_merge"

states.register(
    StateTable(
        CLASS_TABLE,
        {
            "draft": Wording("还没交", "草稿", Tone.LINE),
            "submitted": Wording("县里在审", "待初审", Tone.WAIT),
            "reviewed": Wording("县里在审", "待审批", Tone.WAIT),
            "returned": Wording("退回去改了", "退回修改", Tone.WARN, office_tone=Tone.WAIT),
            "approved": Wording("批准了", "已批准", Tone.OK, icon="check-lg"),
            "completed": Wording("结业了", "已结业", Tone.OK),
            "cancelled": Wording("不办了", "已取消", Tone.LINE),
        },
    )
)
states.register(
    StateTable(
        PLACE_TABLE,
        {
            "applied": Wording("县里在核实", "等核实", Tone.HOLD),
            "refused": Wording("这次不能补", "没通过", Tone.ERR),
            "enrolled": Wording("在班里", "在读", Tone.OK),
            "withdrawn": Wording("退班了", "已退班", Tone.LINE),
            "completed": Wording("学完了", "学完", Tone.OK, icon="check-lg"),
            "not_completed": Wording("没学完", "没学完", Tone.WARN),
        },
    )
)
states.register(
    StateTable(
        CATEGORY_TABLE,
        {
            "claimed": Wording("在核实", "待核", Tone.HOLD),
            "confirmed": Wording("核实了", "已核实", Tone.OK, icon="check-lg"),
            "rejected": Wording("不属于", "不属于", Tone.ERR),
        },
    )
)
states.register(
    StateTable(
        MERGE_TABLE,
        {
            "proposed": Wording("在核对", "待确认", Tone.WAIT),
            "done": Wording("合并了", "已合并", Tone.OK, icon="check-lg"),
            "refused": Wording("没有合并", "没合并", Tone.ERR),
            "withdrawn": Wording("没有合并", "撤回了", Tone.LINE),
        },
    )
)
