"""The operating-system user that runs the server: PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from qihang.foundation.database.errors import DatabaseUnavailable

UNPRIVILEGED = ("postgres", "nobody")


class Credentials(TypedDict, total=False):
    """Keyword arguments of subprocess.Popen that start a program as another user; empty for oneself."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServerUser:
    """Who runs the server. `foreign` when that is not the caller, that is, when the caller is root."""

    name: str
    uid: int
    gid: int
    foreign: bool

    @property
    def credentials(self) -> Credentials:
        """For subprocess: empty when the server runs as the caller."""
        if not self.foreign:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": os.getgrouplist(self.name, self.gid)}

    def can_enter(self, folder: Path) -> bool:
        """Whether this user gets through to `folder`, parents included: asked of the system, which knows the rules."""
        return self.can_run("/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder))

    def can_run(self, *argv: str) -> bool:
        """Whether this user can run a program and it succeeds."""
        try:
            done = subprocess.run(  # noqa: S603
                argv, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False, **self.credentials
            )
        except OSError:
            return False
        return done.returncode == 0

    def own(self, path: Path) -> None:
        """Give a file or folder of ours to this user."""
        if self.foreign:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def server_user() -> ServerUser:
    """The caller, or for root `QIHANG_PGUSER`, else `postgres`, else `nobody`. DatabaseUnavailable without any."""
    if os.geteuid() != 0:
        return _caller()
    wished = os.environ.get("QIHANG_PGUSER")
    for name in (wished,) if wished else UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, foreign=True)
    raise DatabaseUnavailable(
        f"数据库不能以 root 运行，而系统中没有可用的用户 {wished or '、'.join(UNPRIVILEGED)}；"
        "请用环境变量 QIHANG_PGUSER 指定一个普通用户。"
    )


def _caller() -> ServerUser:
    uid = os.geteuid()
    try:
        return ServerUser(pwd.getpwuid(uid).pw_name, uid, os.getegid(), foreign=False)
    except KeyError:
        raise DatabaseUnavailable(
            f"当前用户（编号 {uid}）在系统中没有登记，数据库无法启动；请换一个登记在 /etc/passwd 中的用户。"
        ) from None
