"""Where sealed files lie: under FILES_ROOT, named by the file's public id. Written whole or not at all."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings

from qihang.foundation.core.errors import DomainError

_SUFFIX = ".qhf"
_INCOMING = "incoming"
_OUR_NAME = re.compile(r"[0-9a-f]{32}")


def path_of(file_id: UUID) -> Path:
    """The place of one file. Two levels of folders keep each of them small."""
    name = file_id.hex
    return _root() / name[:2] / name[2:4] / f"{name}{_SUFFIX}"


def write(file_id: UUID, fill: Callable[[BinaryIO], None]) -> None:
    """Have `fill` write the file beside its place, force it to the disk, then move it there in one step."""
    final = path_of(file_id)
    part = _root() / _INCOMING / f"{file_id.hex}.part"
    try:
        _make_folder(part.parent)
        _make_folder(final.parent)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            fill(target)
            target.flush()
            os.fsync(target.fileno())
        part.replace(final)
        _sync_folder(final.parent)
    except OSError as fault:
        part.unlink(missing_ok=True)
        raise DomainError("文件没存上：服务器的磁盘满了或者写不进去，请联系管理员。您选的文件还在您那里") from fault
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def remove(file_id: UUID) -> None:
    """Take the file away; one that is not there is no fault."""
    path_of(file_id).unlink(missing_ok=True)


def abandoned_parts(before: float) -> Iterator[Path]:
    """Half-written files that nobody has touched since `before` (the machine's time, as files carry it)."""
    yield from _older((_root() / _INCOMING).glob("*.part"), before)


def stored_ids(before: float) -> Iterator[UUID]:
    """The ids of all files written before a moment."""
    for path in _older(_root().glob(f"[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*{_SUFFIX}"), before):
        if _OUR_NAME.fullmatch(path.stem):  # what somebody else put there is none of ours
            yield UUID(path.stem)


def _older(paths: Iterator[Path], before: float) -> Iterator[Path]:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # moved to its place, or removed, while we looked
            if path.stat().st_mtime < before:
                yield path


def _root() -> Path:
    return Path(settings.FILES_ROOT)


def _make_folder(folder: Path) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for place in missing:
        _sync_folder(place.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
