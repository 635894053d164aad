"""What a file holds behind its masks, for the people whose file it is; every opening is written down."""

from typing import Any

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.documents.services import open_file
from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.grid import plain_text
from qihang.foundation.imports.engine.marked import marked_file
from qihang.foundation.imports.engine.read import read_file
from qihang.foundation.imports.engine.report import revealed
from qihang.foundation.imports.models import ImportBatch, ImportReport
from qihang.foundation.imports.perms import kind_of, require_may_import
from qihang.foundation.imports.reading import examination_of
from qihang.foundation.imports.services import get_batch, place_of_cell


def reveal_cell(*, actor: Actor, batch: ImportBatch, cell: str, reason: str) -> str:
    """What the file has in a cell, unmasked, for the people whose file it is; written down with the reason."""
    if not reason.strip():
        raise DomainError("请写明为什么要看", field="reason")
    visible = get_batch(actor=actor, public_id=str(batch.public_id))
    require_may_import(actor, kind_of(visible.kind))
    number, column = place_of_cell(cell)
    with open_file(actor=actor, file=visible.file, reason=f"看 {cell}：{reason.strip()}") as stream:
        book = read_file(visible.file.name.plain(), stream.read())
    grid = next((grid for grid in book.sheets if grid.name == visible.sheet), None)
    if grid is None:
        raise NotFound("没有这张工作表")
    return plain_text(grid.value(number - 1, column))


def marked(*, actor: Actor, batch: ImportBatch) -> tuple[str, bytes]:
    """(name, xlsx) of the file with its findings marked, for the people whose file it is. The opening is logged."""
    found = _opened(actor, batch, "下载标错的表格")
    stem = found.book.name.rpartition(".")[0]
    return f"{stem}（标错）.xlsx", marked_file(found)


def revealed_report(*, actor: Actor, batch: ImportBatch) -> dict[str, Any]:
    """The report as it was kept, with whole values, for the people whose file it is. The opening is logged."""
    found = _opened(actor, batch, "看检查结果，不遮盖")
    return revealed(ImportReport.objects.get(batch=batch).document, found)


def _opened(actor: Actor, batch: ImportBatch, reason: str) -> Examination:
    """The file judged anew for somebody who will see its values; written down with the reason."""
    visible = get_batch(actor=actor, public_id=str(batch.public_id))
    require_may_import(actor, kind_of(visible.kind))
    open_file(actor=actor, file=visible.file, reason=reason).close()
    return examination_of(visible, actor)
