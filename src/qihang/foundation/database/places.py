"""Where the database of a data folder lives: folders, socket, locks, log; and where the server user cannot go."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from qihang.foundation.database.errors import DatabaseUnavailable
from qihang.foundation.database.users import ServerUser, server_user

SOCKET_FOLDER = Path("/tmp")  # noqa: S108 - a private folder is made in it and checked before use
# Linux allows 107 bytes in all; PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 90


@dataclass(frozen=True)
class Place:
    """One data folder. `asked` is the folder named by the user, `home` the one in use."""

    asked: Path
    home: Path
    user: ServerUser

    @property
    def moved(self) -> bool:
        """Whether the data lie elsewhere than asked, because the server user cannot reach that folder."""
        return self.home != self.asked

    @property
    def data(self) -> Path:
        return self.home / "database" / "data"

    @property
    def holders(self) -> Path:
        """Every command that uses the server holds this file locked (shared)."""
        return self.home / "database" / "holders.lock"

    @property
    def supervisor(self) -> Path:
        """The supervisor holds this file locked (exclusive) for as long as it lives."""
        return self.home / "database" / "supervisor.lock"

    @property
    def failure(self) -> Path:
        """Where a supervisor that gives up leaves the reason."""
        return self.home / "database" / "failure.txt"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def log(self) -> Path:
        return self.logs / "database.log"

    @property
    def programs(self) -> Path:
        """Where the binaries are copied to when the server user cannot reach the wheel's."""
        return (self.home if self.moved else _state_folder(self.asked)) / "postgresql"

    @property
    def socket(self) -> Path:
        """The socket's folder: in the data folder, else (path too long, or with a comma) a private one under /tmp."""
        near = self.home / "run"
        if len(os.fsencode(near)) <= LONGEST_SOCKET_FOLDER and "," not in str(near):
            return near
        return SOCKET_FOLDER / f"qihang-{self.user.uid}-{digest(self.home)}"


def digest(path: Path) -> str:
    """A short name for a path, the same at every start."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def settle(asked: Path) -> Place:
    """Find and make the data folder. Raises DatabaseUnavailable where it cannot be made or used."""
    asked = asked.resolve()
    user = server_user()
    nearest = _nearest_existing(asked)
    if not nearest.is_dir():
        raise DatabaseUnavailable(f"{nearest} 是文件，不能用作数据目录；请用 QIHANG_HOME 换一个。")
    if user.foreign and not user.can_enter(nearest):
        place = Place(asked, _state_folder(asked), user)
    else:
        place = Place(asked, asked, user)
    try:
        _make_folders(place)
    except OSError as error:
        raise DatabaseUnavailable(
            f"数据目录 {place.home} 无法使用（{error.strerror}）；请检查磁盘空间与权限，或用 QIHANG_HOME 换一个。"
        ) from error
    return place


def _state_folder(asked: Path) -> Path:
    """Our folder for one data folder under the system's state directory (`QIHANG_STATE` where that is elsewhere)."""
    return Path(os.environ.get("QIHANG_STATE") or "/var/lib") / f"qihang-{digest(asked)}"


def _nearest_existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def make_passable(target: Path) -> None:
    """Make a folder and its missing parents so that the server user gets through whatever the umask; old ones stay."""
    for folder in reversed((target, *target.parents)):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)


def _make_folders(place: Place) -> None:
    make_passable(place.data.parent)
    place.logs.mkdir(mode=0o700, exist_ok=True)
    place.socket.mkdir(mode=0o700, exist_ok=True)
    if place.user.foreign and place.socket.lstat().st_uid == os.geteuid():
        place.user.own(place.socket)
    _check_private(place.socket, place.user)


def _check_private(folder: Path, user: ServerUser) -> None:
    """Under /tmp anybody could have made the folder before us: use it only if it is the server user's own."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != user.uid:
        raise DatabaseUnavailable(
            f"{folder} 不属于 {user.name}，不能放数据库套接字；请删除它，或用 QIHANG_HOME 换目录。"
        )
    if found.st_mode & 0o077:
        folder.chmod(0o700)
