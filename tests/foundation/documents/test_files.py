"""Keeping, opening and destroying files."""

import hashlib
import io
import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.foundation.documents.conftest import ANYTHING, CLERK, OFFICER, SECURITY, pdf

from qihang.foundation.core import ciphers, keyring
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.keyring import KeyDestroyed
from qihang.foundation.core.models import AuditEntry, RevealLog
from qihang.foundation.documents import storage
from qihang.foundation.documents.chores import sweep
from qihang.foundation.documents.enums import FileKind, Retention, ScanStatus
from qihang.foundation.documents.models import FileErased, FileKey, StoredFile
from qihang.foundation.documents.ports import file_access
from qihang.foundation.documents.sealing import DamagedFile
from qihang.foundation.documents.services import erase_file, open_file, rewrap_keys, store_file

pytestmark = pytest.mark.django_db


def store(content: bytes | io.BytesIO | None = None, name: str = "王秀兰的劳动合同.pdf") -> StoredFile:
    return store_file(actor=CLERK, purpose=ANYTHING, name=name, content=pdf() if content is None else content)


def on_disk(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("algorithm", ["aes-256-gcm", "sm4-gcm"])
def test_a_file_is_kept_encrypted_and_comes_back(algorithm: str, settings: Any, tmp_path: Path) -> None:
    settings.ENCRYPTION_ALGORITHM = algorithm
    file = StoredFile.objects.get(pk=store().pk)
    with file.open() as stream:
        assert stream.read() == pdf()
    path = storage.path_of(file.public_id)
    assert path.is_relative_to(tmp_path / "files")
    stored = path.read_bytes()
    assert b"%PDF" not in stored
    assert stored[5] == ciphers.ALGORITHMS[algorithm]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_record_says_what_it_is_and_who_sent_it() -> None:
    file = store()
    assert (file.kind, file.content_type, file.size) == (FileKind.PDF, "application/pdf", len(pdf()))
    assert file.sha256 == hashlib.sha256(pdf()).hexdigest()
    assert (file.purpose, file.retention) == (ANYTHING, Retention.SHORT)
    assert (file.user_id, file.uploaded_by["user_label"]) == (7, "符晓")
    assert (file.scan_status, file.scan_engine) == (ScanStatus.NOT_SCANNED, "")
    assert file.name.plain() == "王秀兰的劳动合同.pdf"
    entry = AuditEntry.objects.get(table_name="documents_storedfile")
    assert "王秀兰" not in str(entry.after)
    assert "王秀兰" not in str(file)


def test_a_stream_is_read_from_its_start_whatever_its_size() -> None:
    content = ("姓名,单位\n" + "王秀兰,海口技工学校\n" * 30_000).encode()
    stream = io.BytesIO(content)
    stream.seek(17)
    file = store(stream, "名单.csv")
    with file.open() as plain:
        assert plain.read() == content


def test_an_unregistered_purpose_is_a_fault_of_the_program() -> None:
    with pytest.raises(LookupError, match="file_purposes"):
        store_file(actor=CLERK, purpose="tests.unheard_of", name="a.pdf", content=pdf())


def test_a_refused_file_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DomainError):
        store(b"MZ", "程序.exe")
    assert on_disk(tmp_path / "files") == []
    assert not StoredFile.objects.exists()


def test_a_record_that_cannot_be_written_takes_its_content_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(FileKey, "wrap", fail)
    with pytest.raises(DatabaseError):
        store()
    assert on_disk(tmp_path / "files") == []


def test_a_full_disk_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DomainError, match="磁盘满了"):
        store()
    monkeypatch.undo()
    assert on_disk(tmp_path / "files") == []
    assert not StoredFile.objects.exists()


def test_a_write_broken_off_leaves_no_half_file(tmp_path: Path) -> None:
    def broken(target: object) -> None:
        raise KeyboardInterrupt

    file_id = StoredFile().public_id
    with pytest.raises(KeyboardInterrupt):
        storage.write(file_id, broken)
    assert on_disk(tmp_path / "files") == []


class TestOpening:
    def test_is_written_down_with_who_and_why(self) -> None:
        file = store()
        with open_file(actor=CLERK, file=file, reason="核对合同") as stream:
            assert stream.read() == pdf()
        with open_file(actor=CLERK, file=file):
            pass
        logs = list(RevealLog.objects.order_by("id").values_list("subject", "subject_id", "field", "reason"))
        assert logs == [
            ("documents.storedfile", file.pk, "content", "核对合同"),
            ("documents.storedfile", file.pk, "content", "打开样子"),
        ]

    @pytest.mark.parametrize("actor", [OFFICER, SECURITY, Actor()], ids=["officer", "admin", "nobody"])
    def test_is_refused_where_the_purpose_does_not_let(self, actor: Actor) -> None:
        file = store()
        with pytest.raises(NotFound):
            open_file(actor=actor, file=file)
        assert not RevealLog.objects.exists()

    def test_is_refused_to_all_where_no_purpose_speaks(self) -> None:
        file = store()
        handler = file_access._handlers.pop(ANYTHING)
        try:
            with pytest.raises(NotFound):
                open_file(actor=CLERK, file=file)
        finally:
            file_access.register(ANYTHING, handler)

    def test_of_a_missing_or_changed_file_says_so(self) -> None:
        file = store()
        path = storage.path_of(file.public_id)
        stored = bytearray(path.read_bytes())
        stored[-1] ^= 1
        path.write_bytes(stored)
        with pytest.raises(DamagedFile), file.open() as stream:
            stream.read()
        path.unlink()
        with pytest.raises(DamagedFile, match="备份"):
            file.open()


class TestErasing:
    def test_destroys_the_content_for_ever_and_keeps_the_record(
        self, django_capture_on_commit_callbacks: Any, tmp_path: Path
    ) -> None:
        file = store()
        kept = storage.path_of(file.public_id).read_bytes()
        with django_capture_on_commit_callbacks(execute=True):
            file = erase_file(actor=SECURITY, file=file, reason="保存期满")
        assert (file.erased_reason, on_disk(tmp_path / "files")) == ("保存期满", [])
        storage.path_of(file.public_id).write_bytes(kept)  # as from a backup of the disk
        with pytest.raises(FileErased):
            file.open()
        history = AuditEntry.objects.filter(table_name__startswith="documents_")
        assert not any("wrapped" in str(entry.before) + str(entry.after) for entry in history)

    def test_is_for_the_security_administrator_with_a_reason(self) -> None:
        file = store()
        with pytest.raises(NotAllowed):
            erase_file(actor=CLERK, file=file, reason="不要了")
        with pytest.raises(DomainError, match="为什么"):
            erase_file(actor=SECURITY, file=file, reason=" ")
        with file.open() as stream:
            assert stream.read() == pdf()

    def test_twice_is_once(self) -> None:
        file = store()
        first = erase_file(actor=SECURITY, file=file, reason="保存期满")
        again = erase_file(actor=SECURITY, file=file, reason="另一个原因")
        assert (again.erased_at, again.erased_reason) == (first.erased_at, "保存期满")

    def test_the_database_wants_the_reason_too(self) -> None:
        file = store()
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE documents_storedfile SET erased_at = now() WHERE id = %s", [file.pk])


class TestKeys:
    def test_each_file_has_its_own_and_a_moved_envelope_does_not_open(self) -> None:
        first, second = store(), store()
        keys = list(FileKey.objects.order_by("file_id"))
        assert keys[0].unwrap() != keys[1].unwrap()
        FileKey.objects.filter(file=first).update(wrapped=keys[1].wrapped)
        with pytest.raises(ciphers.Undecipherable):
            first.open()
        with second.open() as stream:
            assert stream.read() == pdf()

    def test_rotation_keeps_old_files_readable_and_rewrapping_frees_the_old_key(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("qihang.foundation.documents.services._REWRAP_AT_ONCE", 2)
        files = [store() for _ in range(3)]
        old = FileKey.objects.values_list("data_key_id", flat=True)[0]
        before = storage.path_of(files[0].public_id).read_bytes()
        keyring.rotate("file")
        newest = store()
        assert rewrap_keys() == 3
        assert rewrap_keys() == 0
        keyring.destroy(old)
        for file in [*files, newest]:
            with file.open() as stream:
                assert stream.read() == pdf()
        assert storage.path_of(files[0].public_id).read_bytes() == before

    def test_destroying_the_data_key_destroys_its_files(self) -> None:
        file = store()
        old = FileKey.objects.values_list("data_key_id", flat=True)[0]
        keyring.rotate("file")
        keyring.destroy(old)
        with pytest.raises(KeyDestroyed):
            file.open()


class TestSweeping:
    def test_takes_what_has_no_record_and_leaves_what_is_fresh_or_known(self, tmp_path: Path) -> None:
        known = store()
        lost, fresh = self._rolled_back(), self._rolled_back()
        part = tmp_path / "files" / "incoming" / "abc.part"
        new_part = tmp_path / "files" / "incoming" / "def.part"
        for path in (part, new_part):
            path.write_bytes(b"half")
        long_ago = time.time() - 2 * 24 * 60 * 60
        for path in (part, storage.path_of(known.public_id), storage.path_of(lost.public_id)):
            os.utime(path, (long_ago, long_ago))
        sweep()
        assert not part.exists()
        assert new_part.exists()
        assert storage.path_of(known.public_id).exists()
        assert not storage.path_of(lost.public_id).exists()
        assert storage.path_of(fresh.public_id).exists()

    @staticmethod
    def _rolled_back() -> StoredFile:
        with pytest.raises(RuntimeError), transaction.atomic():
            file = store()
            raise RuntimeError
        return file

    def test_of_nothing_does_nothing(self) -> None:
        sweep()
