"""Bytes on the disk and rows about them: whatever is changed behind the product's back shows, and nothing else suffers."""

import io
import os
import time
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.foundation.documents.conftest import ANYTHING, CLERK, SECURITY, pdf

from qihang.foundation.core import ciphers
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.keyring import keyring, rotate
from qihang.foundation.core.models import RevealLog
from qihang.foundation.documents import sealing, storage
from qihang.foundation.documents.chores import sweep
from qihang.foundation.documents.models import FileErased, FileKey, StoredFile
from qihang.foundation.documents.sealing import DamagedFile, SealedReader, seal, sealed_length
from qihang.foundation.documents.services import erase_file, open_file, rewrap_keys, store_file

KEY = bytes(range(32))
FILE = uuid.UUID(int=7)


def sealed(content: bytes, algorithm: int = ciphers.AES_256_GCM) -> bytes:
    target = io.BytesIO()
    seal(io.BytesIO(content), target, file_id=FILE, key=KEY, algorithm=algorithm)
    return target.getvalue()


def opened(stored: bytes, size: int) -> SealedReader:
    return SealedReader(io.BytesIO(stored), file_id=FILE, key=KEY, size=size)


def store(content: bytes | None = None) -> StoredFile:
    return store_file(actor=CLERK, purpose=ANYTHING, name="合同.pdf", content=content or pdf())


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "CHUNK", 16)


@pytest.mark.parametrize("algorithm", sorted(ciphers.ALGORITHMS.values()))
@pytest.mark.usefixtures("small_chunks")
def test_not_one_bit_of_a_file_can_be_turned_unseen(algorithm: int) -> None:
    content = b"0123456789abcdef0123456789"
    stored = sealed(content, algorithm)
    assert opened(stored, len(content)).read() == content
    for at in range(len(stored)):
        damaged = bytearray(stored)
        damaged[at] ^= 1 << at % 8
        with pytest.raises(DamagedFile):
            opened(bytes(damaged), len(content)).read()


@pytest.mark.usefixtures("small_chunks")
def test_a_file_that_is_said_to_be_shorter_or_longer_is_damaged() -> None:
    content = bytes(40)
    stored = sealed(content)
    for size in (0, 15, 16, 39, 41, 10_000):
        with pytest.raises(DamagedFile):
            opened(stored, size).read()


def test_chunks_of_one_length_do_not_change_places_or_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "CHUNK", 16)
    stored = sealed(bytes(16) + b"\x01" * 16 + b"end")
    step = 16 + sealing._OVERHEAD
    head, first, second, rest = (
        stored[:4],
        stored[4 : 4 + step],
        stored[4 + step : 4 + 2 * step],
        stored[4 + 2 * step :],
    )
    with pytest.raises(DamagedFile):
        opened(head + second + first + rest, 35).read()
    with pytest.raises(DamagedFile):
        SealedReader(io.BytesIO(stored), file_id=uuid.UUID(int=8), key=KEY, size=35).read()
    with pytest.raises(DamagedFile):
        SealedReader(io.BytesIO(stored), file_id=FILE, key=bytes(32), size=35).read()


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=120), st.lists(st.tuples(st.integers(0, 130), st.integers(0, 60)), max_size=5))
def test_reading_here_and_there_is_reading_the_content(content: bytes, places: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sealing, "CHUNK", 16)
        stored = sealed(content)
        assert len(stored) == sealed_length(len(content))
        stream = io.BufferedReader(opened(stored, len(content)))
        for at, count in places:
            stream.seek(at)
            assert stream.read(count) == content[at : at + count]
        stream.seek(0)
        assert stream.read() == content
        assert stream.seek(0, io.SEEK_END) == len(content)


def test_the_same_content_twice_lies_as_different_bytes() -> None:
    assert sealed(b"x" * 50)[10:] != sealed(b"x" * 50)[10:]


# --- rows and disk -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
class TestOpening:
    def test_what_cannot_be_opened_was_not_looked_at(self) -> None:
        """The log says who saw what; a line for a file that nobody could see would be a false one."""
        damaged, missing, erased = store(), store(), store()
        path = storage.path_of(damaged.public_id)
        path.write_bytes(path.read_bytes()[:-1])
        storage.remove(missing.public_id)
        erase_file(actor=SECURITY, file=erased, reason="误传")
        for file, refusal in ((damaged, DamagedFile), (missing, DamagedFile), (erased, FileErased)):
            with pytest.raises(refusal):
                open_file(actor=CLERK, file=file)
        assert not RevealLog.objects.exists()

    def test_an_envelope_whose_bytes_were_changed_opens_nothing(self) -> None:
        file = store()
        envelope = FileKey.objects.get(file=file)
        whole = bytes(envelope.wrapped)
        for damaged in (b"", b"\x01", whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
            FileKey.objects.filter(file=file).update(wrapped=damaged)
            with pytest.raises((DomainError, ciphers.Undecipherable)):
                file.open()

    def test_closing_lets_go_of_the_disk(self) -> None:
        stream = open_file(actor=CLERK, file=store())
        stream.close()
        with pytest.raises(ValueError, match="closed"):
            stream.read()

    def test_two_readers_do_not_disturb_each_other(self) -> None:
        file = store()
        with file.open() as one, file.open() as other:
            one.read(5)
            assert other.read() == pdf()
            assert one.read() == pdf()[5:]


@pytest.mark.django_db
class TestRewrapping:
    def test_goes_over_erased_files_and_may_be_done_again(self) -> None:
        kept, erased = store(), store()
        erase_file(actor=SECURITY, file=erased, reason="误传")
        rotate("file")
        assert rewrap_keys() == 1
        assert rewrap_keys() == 0
        with kept.open() as stream:
            assert stream.read() == pdf()
        with pytest.raises(FileErased):
            erased.open()

    def test_under_another_algorithm_old_content_stays_readable(self, settings: object) -> None:
        file = store()
        settings.ENCRYPTION_ALGORITHM = "sm4-gcm"  # type: ignore[attr-defined]
        rotate("file")
        assert rewrap_keys() == 1
        assert bytes(FileKey.objects.get().wrapped)[1] == ciphers.SM4_GCM
        keyring.forget()
        with file.open() as stream:
            assert stream.read() == pdf()


@pytest.mark.django_db
class TestSweeping:
    def age(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(b"x")
        long_ago = time.time() - 3 * 24 * 60 * 60
        os.utime(path, (long_ago, long_ago))

    def test_what_somebody_else_put_there_does_not_stop_it(self, tmp_path: Path) -> None:
        """A copy made by hand or by a backup: `… (1).qhf`."""
        root = tmp_path / "files"
        strays = [root / "aa" / "bb" / "copy (1).qhf", root / "aa" / "bb" / "readme.qhf", root / "aa" / "bb" / "a.txt"]
        lost = storage.path_of(uuid.uuid4())
        for path in (*strays, lost):
            self.age(path)
        sweep()
        assert not lost.exists()
        assert all(path.exists() for path in strays)

    def test_a_file_that_vanishes_while_it_looks_does_not_stop_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An upload that is just moved to its place leaves the folder of those under way."""
        incoming = tmp_path / "files" / "incoming"
        for name in ("a.part", "b.part"):
            self.age(incoming / name)
        stat, gone = Path.stat, []

        def vanishing(path: Path, **options: bool) -> os.stat_result:
            if path.name == "a.part" and not gone:
                gone.append(path)
                path.unlink()
            return stat(path, **options)

        monkeypatch.setattr(Path, "stat", vanishing)
        sweep()
        assert gone
        assert not (incoming / "b.part").exists()

    def test_a_known_file_stays_however_old_it_is(self) -> None:
        file = store()
        self.age(storage.path_of(file.public_id))
        sweep()
        with file.open() as stream:
            assert stream.read() == pdf()
