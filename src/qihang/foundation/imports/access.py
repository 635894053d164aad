"""What may be sent in as a bulk file, and who may open one again."""

from qihang.foundation.core.actors import Actor
from qihang.foundation.documents.enums import SPREADSHEETS, Retention
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.documents.ports import register_purpose
from qihang.foundation.imports.engine.read import MAX_FILE_BYTES
from qihang.foundation.imports.models import ImportBatch

PURPOSE = "imports"


def register() -> None:
    register_purpose(
        PURPOSE,
        label="导入的表格",
        kinds=SPREADSHEETS,
        max_bytes=MAX_FILE_BYTES,
        retention=Retention.SOURCE,
        access=_may_open,
    )


def _may_open(actor: Actor, file: StoredFile) -> bool:
    mine: bool = ImportBatch.objects.visible_to(actor).filter(file=file).exists()
    return mine
