"""What may be attached to an objection, and who opens it."""

from qihang.foundation.core.actors import Actor
from qihang.foundation.documents.enums import DOCUMENTS, IMAGES, Retention
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.documents.ports import register_purpose
from qihang.foundation.notices.models import Objection

OBJECTION_FILE = "objection"
_MAX_BYTES = 20 * 1024 * 1024


def register() -> None:
    register_purpose(
        OBJECTION_FILE,
        label="异议的凭据",
        kinds=DOCUMENTS | IMAGES,
        max_bytes=_MAX_BYTES,
        retention=Retention.CASE,
        access=_may_open,
    )


def _may_open(actor: Actor, file: StoredFile) -> bool:
    return Objection.objects.visible_to(actor).filter(file=file).exists()
