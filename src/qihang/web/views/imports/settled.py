"""What people have already done about a file's findings, each with the way back."""

from dataclasses import dataclass

from qihang.foundation.imports.engine.grid import cell_name, column_letters
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch

_SHOWN = 20  # of each sort; the rest is counted


@dataclass(frozen=True, slots=True)
class Act:
    """A correction, a yes, a row set aside. `undo` is the address that takes it back, `name` and `value` its field."""

    text: str
    undo: str
    button: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Settled:
    """The latest of each sort, and how many there are in all."""

    acts: list[Act]
    total: int


def settled(batch: ImportBatch, kept: Kept) -> Settled:
    headers = kept.head["header"]["columns"]
    corrections = batch.corrections.order_by("-id")
    yes = sorted(kept.yes & set(kept.questions()))
    acts = [
        Act(
            f"第 {one.row} 行“{headers.get(column_letters(one.column), '')}”改过，{one.user_label}",
            "import_undo",
            "恢复原样",
            "cell",
            cell_name(one.row - 1, one.column),
        )
        for one in corrections[:_SHOWN]
    ]
    acts += [
        Act(f"第 {row} 行{f' {who}' if who else ''} 先不导入", "import_take_in", "照样导入", "row", str(row))
        for row, who in kept.left_out[:_SHOWN]
    ]
    acts += [Act(f"{cell} 确认没错", "import_take_back", "收回确认", "cell", cell) for cell in yes[:_SHOWN]]
    return Settled(acts, corrections.count() + len(kept.left_out) + len(yes))
