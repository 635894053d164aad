"""The content on disk: whole or noticed."""

import io
import os
import uuid
from collections.abc import Callable

import pytest

from qihang.foundation.core import ciphers
from qihang.foundation.documents.sealing import CHUNK, DamagedFile, SealedReader, seal, sealed_length

KEY = bytes(range(32))
FILE = uuid.UUID("0190f3c2-1111-7222-8333-139123456789")
ALGORITHMS = [ciphers.AES_256_GCM, ciphers.SM4_GCM]
STRIDE = CHUNK + 34


def sealed(content: bytes, algorithm: int = ciphers.AES_256_GCM, file_id: uuid.UUID = FILE) -> bytes:
    target = io.BytesIO()
    result = seal(io.BytesIO(content), target, file_id=file_id, key=KEY, algorithm=algorithm)
    assert result.size == len(content)
    return target.getvalue()


def reader(stored: bytes, size: int, file_id: uuid.UUID = FILE) -> SealedReader:
    return SealedReader(io.BytesIO(stored), file_id=file_id, key=KEY, size=size)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17])
def test_any_size_comes_back(size: int, algorithm: int) -> None:
    content = os.urandom(size)
    stored = sealed(content, algorithm)
    assert len(stored) == sealed_length(size)
    assert reader(stored, size).read() == content
    if size > 100:
        assert content[:100] not in stored


def test_reading_from_any_place() -> None:
    content = os.urandom(2 * CHUNK + 500)
    stream = io.BufferedReader(reader(sealed(content), len(content)))
    stream.seek(CHUNK - 10)
    assert stream.read(30) == content[CHUNK - 10 : CHUNK + 20]
    stream.seek(-5, io.SEEK_END)
    assert stream.read() == content[-5:]
    stream.seek(3)
    stream.seek(4, io.SEEK_CUR)
    assert (stream.tell(), stream.read(2)) == (7, content[7:9])
    stream.seek(len(content) + 10)
    assert stream.read() == b""


def flip(stored: bytes) -> bytes:
    at = len(stored) // 2
    return stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]


def swap_first_two(stored: bytes) -> bytes:
    first, second = stored[4 : 4 + STRIDE], stored[4 + STRIDE : 4 + 2 * STRIDE]
    return stored[:4] + second + first + stored[4 + 2 * STRIDE :]


def repeat_first(stored: bytes) -> bytes:
    first = stored[4 : 4 + STRIDE]
    return stored[:4] + first + first + stored[4 + 2 * STRIDE :]


@pytest.mark.parametrize("harm", [flip, swap_first_two, repeat_first], ids=lambda harm: str(harm.__name__))
def test_changed_swapped_and_repeated_chunks_are_noticed(harm: Callable[[bytes], bytes]) -> None:
    content = os.urandom(3 * CHUNK)
    stored = harm(sealed(content))
    with pytest.raises(DamagedFile):
        reader(stored, len(content)).read()


@pytest.mark.parametrize("cut", [1, 34, STRIDE, 2 * STRIDE])
def test_a_file_cut_short_is_noticed_on_opening(cut: int) -> None:
    content = os.urandom(3 * CHUNK)
    with pytest.raises(DamagedFile):
        reader(sealed(content)[:-cut], len(content))


def test_a_shorter_file_cannot_pose_as_a_whole_one() -> None:
    """Even when the record's size is brought in line: the last chunk says that it is the last."""
    content = os.urandom(3 * CHUNK)
    with pytest.raises(DamagedFile):
        reader(sealed(content)[:-STRIDE], 2 * CHUNK).read()


def test_one_files_bytes_are_not_anothers() -> None:
    content = os.urandom(1000)
    with pytest.raises(DamagedFile):
        reader(sealed(content, file_id=uuid.uuid4()), 1000).read()


def test_foreign_bytes_are_noticed() -> None:
    with pytest.raises(DamagedFile):
        reader(b"%PDF" + bytes(sealed_length(10) - 4), 10)
