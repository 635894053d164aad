"""The bar at the foot of a preview: what will happen, in words, and the one main button."""

from dataclasses import dataclass

from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.perms import kind_of


@dataclass(frozen=True, slots=True)
class Bar:
    """`button` is empty where nothing can go in; `accept_valid` where rows with errors stay behind."""

    lead: str
    rest: str
    button: str
    accept_valid: bool

    @classmethod
    def of(cls, batch: ImportBatch, kept: Kept) -> "Bar":
        accepted, refused, to_mend, to_confirm = (
            int(flags.sum()) for flags in (kept.accepted, kept.refused, kept.to_mend, kept.to_confirm)
        )
        if not kept.numbers.size:
            return cls("没有读到一行。", "表头下面要有内容，换一个文件再传。", "", False)
        rest = _rest(refused, to_mend, to_confirm, int((kept.unchanged & kept.accepted).sum()))
        if kind_of(batch.kind).storage is None:
            return cls(f"{accepted:,} 行没有问题。", f"{rest}这种表现在只能检查，还不能导入。", "", False)
        if not accepted + refused:
            return cls("现在一行都不能导入。", rest, "", False)
        first = "先" if to_mend + to_confirm else ""
        button = f"{first}导入 {accepted:,} 行" if accepted else f"{first}登记这 {refused:,} 行"
        return cls(f"{accepted:,} 行可以导入。", rest, button, bool(batch.errors))


def too_many(kept: Kept) -> str:
    """Where more new rows would go in than there is room for: how many, and what to do. Empty where all find room."""
    room, coming = kept.room, kept.newcomers
    if room is None or coming <= room.left:
        return ""
    over = coming - room.left
    return (
        f"{room.because}，还能进 {room.left:,} 人，这张表要进 {coming:,} 人，多了 {over:,} 人。"
        f"先把 {over:,} 行设成“先不导入”，多的人另开一个班。"
    )


def _rest(refused: int, to_mend: int, to_confirm: int, unchanged: int) -> str:
    """What becomes of all other rows; with those of the lead they make up the sheet."""
    parts = []
    if unchanged:
        parts.append(f"其中 {unchanged:,} 行原来就有，不会重复。")
    if refused:
        parts.append(f"{refused:,} 行没通过，留作报名，本人可以申诉。")
    if staying := [f"{count:,} 行{what}" for count, what in ((to_mend, "要改"), (to_confirm, "要确认")) if count]:
        parts.append(f"{'、'.join(staying)}，先留下，不影响别人，办好再传一次就行。")
    return "".join(parts) or "没有要改的。"
