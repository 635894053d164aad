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
        accepted, refused = (int(flags.sum()) for flags in (kept.accepted, kept.refused))
        if not kept.numbers.size:
            return cls("没有读到一行。", "表头下面要有内容，换一个文件再传。", "", False)
        if kind_of(batch.kind).storage is None:
            return cls(f"{accepted:,} 行没有问题。", "这种表现在只能检查，还不能导入。", "", False)
        if not accepted + refused:
            return cls("现在一行都不能导入。", "先把标红的改好，或者先不导入那几行。", "", False)
        blocked = int(kept.blocked.sum())
        first = "先" if blocked else ""
        button = f"{first}导入 {accepted:,} 行" if accepted else f"{first}登记这 {refused:,} 行"
        rest = _rest(refused, blocked, int((kept.unchanged & kept.accepted).sum()))
        return cls(f"{accepted:,} 行可以导入。", rest, button, bool(batch.errors))


def _rest(refused: int, blocked: int, unchanged: int) -> str:
    parts = []
    if refused:
        parts.append(f"{refused:,} 行留作没通过的报名，本人可以申诉。")
    if blocked:
        parts.append(f"{blocked:,} 行留在“待改”，不影响别人，改好再传一次就行。")
    if unchanged:
        parts.append(f"其中 {unchanged:,} 行原来就有，不会重复。")
    return "".join(parts) or "没有要改的。"
