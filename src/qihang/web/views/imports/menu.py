from qihang.foundation.core.actors import Actor
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.ports import import_kinds
from qihang.web import states
from qihang.web.navigation import Item, register
from qihang.web.parts import Tone

states.register(
    states.StateTable(
        "import_batch",
        {
            BatchState.UPLOADED: states.Wording("正在检查", "正在检查", Tone.WAIT),
            BatchState.CHECKED: states.Wording("等您看", "等您看", Tone.WARN),
            BatchState.COMMITTING: states.Wording("正在导入", "正在导入", Tone.WAIT),
            BatchState.COMMITTED: states.Wording("已导入", "已导入", Tone.OK, icon="check-lg"),
            BatchState.DISCARDED: states.Wording("已放弃", "已放弃", Tone.LINE),
        },
    )
)


def waiting(actor: Actor) -> int:
    """Files of the actor's organisation that are neither in nor given up."""
    found: int = ImportBatch.objects.visible_to(actor).under_way().count()
    return found


# Others read their colleagues' files by a link; a menu entry would lead them to a page where they can do nothing.
_HANDS = frozenset(role for _, kind in import_kinds.items() for role in kind.roles)

register(
    Item(
        label="导入的表",
        url_name="import_list",
        icon="file-earmark-text",
        group="own",
        roles=_HANDS,
        order=60,
        count=waiting,
    )
)
