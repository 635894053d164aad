"""Who may open the files of evidence."""

from qihang.foundation.core.actors import Actor
from qihang.foundation.documents.enums import DOCUMENTS, IMAGES, Retention
from qihang.foundation.documents.models import Evidence, StoredFile
from qihang.foundation.documents.ports import evidence_papers, register_purpose

EVIDENCE = "evidence"
_MAX_BYTES = 20 * 1024 * 1024


def register() -> None:
    register_purpose(
        EVIDENCE,
        label="凭据",
        kinds=DOCUMENTS | IMAGES,
        max_bytes=_MAX_BYTES,
        retention=Retention.CASE,
        access=_may_open_evidence,
    )


def _may_open_evidence(actor: Actor, file: StoredFile) -> bool:
    """Whoever sees the evidence, and whoever sent the file: they look it over before handing it in."""
    if actor.user_id is not None and file.user_id == actor.user_id:
        return True
    return any(_may_read(actor, evidence) for evidence in Evidence.objects.visible_to(actor).filter(file=file))


def _may_read(actor: Actor, evidence: Evidence) -> bool:
    return evidence.subject not in evidence_papers or evidence_papers.get(evidence.subject)(actor, evidence)
