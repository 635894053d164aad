"""Keeping files, opening them, destroying them; handing in evidence and deciding on it."""

import datetime as dt
import io
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

from django.conf import settings
from django.db import models, transaction

from qihang.foundation.core import ciphers, clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.evidence import EvidenceType
from qihang.foundation.core.keyring import keyring
from qihang.foundation.core.models import DataKey, RevealLog
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.documents import sealing, storage
from qihang.foundation.documents.checking import Checked, check, scan
from qihang.foundation.documents.models import WITHOUT_FILE, Evidence, FileKey, StoredFile
from qihang.foundation.documents.ports import evidence_decided, file_access, file_purposes
from qihang.foundation.documents.workflows import EVIDENCE_WORKFLOW

_KEY_BYTES = 32
_REWRAP_AT_ONCE = 500


def store_file(*, actor: Actor, purpose: str, name: str, content: bytes | BinaryIO) -> StoredFile:
    """Check a file by the rules of its purpose, encrypt it onto the disk, and record it.

    `content` is the whole file, as bytes or as a seekable stream. DomainError (field "file") when it is empty, too
    large, of another kind, damaged, locked, infected or carries macros. LookupError for an unregistered purpose.
    """
    rule = file_purposes.get(purpose)
    checked = check(rule, name, io.BytesIO(content) if isinstance(content, bytes) else content)
    status, engine = scan(checked.stream)
    file = StoredFile(
        name=checked.name,
        kind=checked.kind,
        content_type=checked.kind.content_type,
        purpose=rule.key,
        retention=rule.retention,
        uploaded_by=actor.as_json(),
        user_id=actor.user_id,
        scan_status=status,
        scan_engine=engine,
    )
    _keep(file, checked, actor)
    return file


def _keep(file: StoredFile, checked: Checked, actor: Actor) -> None:
    """Content first, then its row: what a crash leaves is a file that nobody knows, and that is swept away."""
    key = os.urandom(_KEY_BYTES)
    algorithm = ciphers.ALGORITHMS[settings.ENCRYPTION_ALGORITHM]

    def fill(target: BinaryIO) -> None:
        checked.stream.seek(0)
        sealed = sealing.seal(checked.stream, target, file_id=file.public_id, key=key, algorithm=algorithm)
        file.size, file.sha256 = sealed.size, sealed.sha256

    storage.write(file.public_id, fill)
    try:
        with unit_of_work(actor):
            file.save(force_insert=True)
            FileKey.wrap(file, key, algorithm=algorithm).save(force_insert=True)
    except BaseException:
        storage.remove(file.public_id)
        raise


def open_file(*, actor: Actor, file: StoredFile, reason: str = "") -> BinaryIO:
    """The plain content for a person, written down with who and why. NotFound where the purpose does not let them."""
    _require_access(actor, file)
    stream = file.open()
    RevealLog.objects.create(
        actor=actor.as_json(),
        subject=file._meta.label_lower,
        subject_id=file.pk,
        field="content",
        reason=reason.strip() or f"打开{_label(file.purpose)}",
    )
    return stream


def erase_file(*, actor: Actor, file: StoredFile, reason: str) -> StoredFile:
    """Destroy a file's key, and with it the content for ever; the record of the file stays. Needs a reason."""
    if not (actor.is_system or actor.role == Role.SECURITY_ADMIN):
        raise NotAllowed("文件由安全管理员按规定销毁，您现在的岗位不能办")
    if not reason.strip():
        raise DomainError("请写明为什么销毁", field="reason")
    with unit_of_work(actor):
        row = StoredFile.objects.select_for_update().get(pk=file.pk)
        if row.erased_at is None:
            row.erased_at, row.erased_reason = clock.now(), reason.strip()
            row.save(update_fields=["erased_at", "erased_reason"])
            FileKey.objects.filter(file=row).delete()
            transaction.on_commit(lambda: storage.remove(row.public_id))
    return row


def rewrap_keys() -> int:
    """Put every file's key under the data key now in use, so that older ones may be destroyed; returns how many.

    Runs in small transactions and may be broken off and started again.
    """
    algorithm = ciphers.ALGORITHMS[settings.ENCRYPTION_ALGORITHM]
    active, _ = keyring.active(DataKey.Purpose.FILE)
    done = 0
    while True:
        with transaction.atomic():
            old = FileKey.objects.exclude(data_key_id=active).select_related("file").order_by("pk")
            batch = list(old.select_for_update(of=("self",), skip_locked=True)[:_REWRAP_AT_ONCE])
            for envelope in batch:
                FileKey.wrap(envelope.file, envelope.unwrap(), algorithm=algorithm).save(force_update=True)
        done += len(batch)
        if not batch:
            return done


def submit_evidence(
    *,
    actor: Actor,
    kind: EvidenceType,
    subject: models.Model,
    region: str,
    issued_on: dt.date,
    issuer: str,
    file: StoredFile | None = None,
    note: str = "",
) -> Evidence:
    """Hand in a proof about `subject`; it waits for an officer of `region` (a division code).

    DomainError for a day to come, or where the type needs a file (or, on the phone and in one's own words, a note).
    """
    if issued_on > clock.today():
        raise DomainError("凭据日期还没到，请看一眼是不是写错了年份", field="issued_on")
    if file is not None:
        _require_access(actor, file)  # naming somebody else's file must not open it
    if file is None and kind not in WITHOUT_FILE:
        raise DomainError(f"“{kind.label}”要附上照片或文件", field="file")
    if file is None and not note.strip():
        raise DomainError("请写下说了什么", field="note")
    evidence = Evidence(
        kind=kind,
        subject=subject._meta.label_lower,
        subject_id=subject.pk,
        region=region,
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        issued_on=issued_on,
        issuer=issuer.strip(),
        file=file,
        note=note.strip() or None,
    )
    return EVIDENCE_WORKFLOW.enter(evidence, actor=actor)


def accept_evidence(*, actor: Actor, evidence: Evidence, comment: str = "") -> Evidence:
    """Find the proof good: from today it counts. Not by the one who handed it in."""
    return _decide(evidence, "accept", actor, comment, {"accepted_on": clock.today()})


def reject_evidence(*, actor: Actor, evidence: Evidence, comment: str) -> Evidence:
    """Find it wanting, and say why."""
    return _decide(evidence, "reject", actor, comment)


def withdraw_evidence(*, actor: Actor, evidence: Evidence, comment: str = "") -> Evidence:
    """Take away what one has handed in, before anybody has decided on it."""
    return _decide(evidence, "withdraw", actor, comment)


def revoke_evidence(*, actor: Actor, evidence: Evidence, comment: str) -> Evidence:
    """Take an acceptance back, and say why; not by the one who accepted."""
    return _decide(evidence, "revoke", actor, comment)


def _decide(
    evidence: Evidence, step: str, actor: Actor, comment: str, fields: Mapping[str, Any] | None = None
) -> Evidence:
    """Make the step, and tell the app whose thing the evidence is about."""
    with unit_of_work(actor):
        EVIDENCE_WORKFLOW.apply(evidence, step, actor=actor, comment=comment, fields=fields)
        if evidence.subject in evidence_decided:
            evidence_decided.get(evidence.subject)(evidence, actor, comment)
    return evidence


def _require_access(actor: Actor, file: StoredFile) -> None:
    if not (file.purpose in file_access and file_access.get(file.purpose)(actor, file)):
        raise NotFound("没有这个文件，或者不归您看")


def _label(purpose: str) -> str:
    return file_purposes.get(purpose).label if purpose in file_purposes else "文件"
