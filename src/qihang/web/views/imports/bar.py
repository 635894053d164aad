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
        if not kept.numbers:
            return cls("没有读到一行。", "表头下面要有内容，换一个文件再传。", "", False)
        if kind_of(batch.kind).storage is None:
            return cls(f"{kept.accepted:,} 行没有问题。", "这种表现在只能检查，还不能导入。", "", False)
        goes = kept.accepted + len(kept.refused)
        if not goes:
            return cls("现在一行都不能导入。", "先把标红的改好，或者先不导入那几行。", "", False)
        return cls(f"{kept.accepted:,} 行可以导入。", _rest(kept), _button(kept), bool(kept.with_errors))


def _rest(kept: Kept) -> str:
    parts = []
    if kept.refused:
        parts.append(f"{len(kept.refused):,} 行留作没通过的报名，本人可以申诉。")
    if kept.blocked:
        parts.append(f"{len(kept.blocked):,} 行留在“待改”，不影响别人，改好再传一次就行。")
    if kept.unchanged:
        parts.append(f"其中 {len(kept.unchanged):,} 行原来就有，不会重复。")
    return "".join(parts) or "没有要改的。"


def _button(kept: Kept) -> str:
    first = "先" if kept.blocked else ""
    if not kept.accepted:
        return f"{first}登记这 {len(kept.refused):,} 行"
    return f"{first}导入 {kept.accepted:,} 行"
