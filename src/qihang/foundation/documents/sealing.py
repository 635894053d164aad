"""A file's content on disk: encrypted chunk by chunk under a key of its own, so that any size streams.

Layout: magic (4 bytes), then the chunks, each a value of `core.ciphers` bound to the file, its place and whether it is
the last; so chunks cannot be swapped, taken away or taken over from another file. All but the last hold CHUNK bytes.
"""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from qihang.foundation.core import ciphers
from qihang.foundation.core.errors import DomainError

CHUNK = 256 * 1024
_MAGIC = b"QHF1"
# Header, nonce and tag of a ciphered value.
_OVERHEAD = 6 + 12 + 16
# The chunks name no data key: they are under the file's own, which FileKey holds wrapped.
_OWN_KEY = 0


class DamagedFile(DomainError):
    """The stored bytes are not those that were written."""

    def __init__(self) -> None:
        super().__init__("这个文件存坏了，打不开。请联系管理员从备份里找回", code="damaged_file")


@dataclass(frozen=True, slots=True)
class Sealed:
    """What was written: the plain content's size in bytes and its SHA-256 in hex."""

    size: int
    sha256: str


def seal(source: BinaryIO, target: BinaryIO, *, file_id: UUID, key: bytes, algorithm: int) -> Sealed:
    """Encrypt `source` from where it stands into `target`."""
    digest, size = hashlib.sha256(), 0
    target.write(_MAGIC)
    for index, (chunk, last) in enumerate(_chunks(source)):
        digest.update(chunk)
        size += len(chunk)
        context = _context(file_id, index, last)
        (stored,) = ciphers.encrypt([chunk], algorithm=algorithm, key_id=_OWN_KEY, key=key, context=context)
        target.write(stored)
    return Sealed(size, digest.hexdigest())


def sealed_length(size: int) -> int:
    """How many bytes on disk a content of `size` bytes takes."""
    return len(_MAGIC) + size + _OVERHEAD * _count(size)


class SealedReader(io.RawIOBase):
    """The plain content of a sealed file, readable from any place. DamagedFile as soon as a byte does not fit."""

    def __init__(self, stored: BinaryIO, *, file_id: UUID, key: bytes, size: int) -> None:
        self._stored = stored
        self._file_id = file_id
        self._key = key
        self._size = size
        self._at = 0
        self._loaded: tuple[int, bytes] = (-1, b"")
        if stored.read(len(_MAGIC)) != _MAGIC or stored.seek(0, io.SEEK_END) != sealed_length(size):
            stored.close()
            raise DamagedFile

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        index, within = divmod(self._at, CHUNK)
        piece = self._chunk(index)[within : within + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        self._stored.close()
        super().close()

    def _chunk(self, index: int) -> bytes:
        if self._loaded[0] != index:
            self._stored.seek(len(_MAGIC) + index * (CHUNK + _OVERHEAD))
            stored = self._stored.read(CHUNK + _OVERHEAD)
            context = _context(self._file_id, index, index == _count(self._size) - 1)
            try:
                if ciphers.key_id_of(stored) != _OWN_KEY:
                    raise DamagedFile
                self._loaded = (index, ciphers.decrypt(stored, key=self._key, context=context))
            except ciphers.Undecipherable as fault:
                raise DamagedFile from fault
        return self._loaded[1]


def _chunks(source: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """The content in pieces of CHUNK bytes, each with whether it is the last; an empty content is one empty piece."""
    chunk = source.read(CHUNK)
    while True:
        following = source.read(CHUNK)
        yield chunk, not following
        if not following:
            return
        chunk = following


def _count(size: int) -> int:
    return max(1, -(-size // CHUNK))


def _context(file_id: UUID, index: int, last: bool) -> bytes:
    return b"documents.file|%s|%d|%d" % (file_id.hex.encode(), index, last)
