"""What files are for: each app names its purposes, what they take, and who may open them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.ports import Port
from qihang.foundation.documents.enums import FileKind, Retention

if TYPE_CHECKING:
    from qihang.foundation.documents.models import Evidence, StoredFile

EvidenceListener = Callable[["Evidence", Actor, str], None]
Access = Callable[[Actor, "StoredFile"], bool]


@dataclass(frozen=True, slots=True)
class FilePurpose:
    """What files of a purpose may be. Pictures are scaled down to `max_side` pixels on their longer side."""

    key: str
    label: str
    kinds: frozenset[FileKind]
    max_bytes: int
    retention: Retention
    max_side: int = 3000


@dataclass(frozen=True, slots=True)
class ScanVerdict:
    """What a virus scanner says; `engine` names it with the edition of its signatures."""

    clean: bool
    engine: str
    found: str = ""


file_purposes: Port[FilePurpose] = Port("file_purposes")
# Whether this actor may open this file, by purpose. Nothing registered: nobody may.
file_access: Port[Access] = Port("file_access")
# A deployment registers "scanner"; it reads the stream from its start. Without one a file's record says "not scanned".
virus_scan: Port[Callable[[BinaryIO], ScanVerdict]] = Port("virus_scan")

# By the label of what evidence is about: called with (evidence, actor, comment) in the transaction that accepted,
# rejected, withdrew or revoked it; a failing listener undoes that.
evidence_decided: Port[EvidenceListener] = Port("evidence_decided")

# By the same label: whether this actor, who sees the evidence, may also open its papers: whoever reads the thing itself.
evidence_papers: Port[Callable[[Actor, "Evidence"], bool]] = Port("evidence_papers")


def register_purpose(
    key: str, *, label: str, kinds: Iterable[FileKind], max_bytes: int, retention: Retention, access: Access
) -> None:
    """Declare a purpose and who may open its files. Call it in `AppConfig.ready()`."""
    file_purposes.register(key, FilePurpose(key, label, frozenset(kinds), max_bytes, retention))
    file_access.register(key, access)
