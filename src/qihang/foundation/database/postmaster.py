"""A running server: our own child, or one whose supervisor died and that we adopt."""

import contextlib
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from qihang.foundation.database.places import Place

# A fast shutdown writes a checkpoint; on a slow disk that takes its time.
FAST_STOP_SECONDS = 60.0
IMMEDIATE_STOP_SECONDS = 10.0


class Postmaster(Protocol):
    """The server's first process."""

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended, at most so long; whether it has."""

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing happens when it has ended."""


def stop(server: Postmaster) -> None:
    """Fast stop: sessions are ended, data written. Harder means follow only when that does not come to an end."""
    for number, seconds in (
        (signal.SIGINT, FAST_STOP_SECONDS),
        (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS),
        (signal.SIGKILL, IMMEDIATE_STOP_SECONDS),
    ):
        server.signal(number)
        if server.wait(seconds):
            return


@dataclass(frozen=True)
class Child:
    """A server that we started."""

    process: subprocess.Popen[bytes]

    def wait(self, seconds: float | None = None) -> bool:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)


@dataclass(frozen=True)
class Orphan:
    """A server that an earlier supervisor started and left. Its end cannot be waited for as a child's."""

    pid: int

    def wait(self, seconds: float | None = None) -> bool:
        if hasattr(os, "pidfd_open"):
            return self._wait_by_descriptor(seconds)
        deadline = None if seconds is None else time.monotonic() + seconds
        while _alive(self.pid):
            if deadline is not None and time.monotonic() > deadline:
                return False
            time.sleep(0.1)
        return True

    def _wait_by_descriptor(self, seconds: float | None) -> bool:
        """Readable as soon as the process has ended, even while nobody has reaped it."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            return bool(select.select([descriptor], [], [], seconds)[0])
        finally:
            os.close(descriptor)

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)


@dataclass(frozen=True)
class Leftover:
    """What the postmaster.pid file of a data folder says."""

    pid: int
    socket: str
    shared_memory: str

    @classmethod
    def read(cls, place: Place) -> "Leftover | None":
        """The file's content; None when there is none or it is not whole."""
        try:
            lines = (place.data / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
            return cls(pid=abs(int(lines[0])), socket=lines[4], shared_memory=lines[6].split()[-1])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def serves(self, place: Place) -> bool:
        """Whether that process lives and is the server of this folder, not a later process with its number."""
        if not _alive(self.pid):
            return False
        try:
            return Path(f"/proc/{self.pid}/cwd").samefile(place.data)
        except OSError:
            return not Path("/proc/self").exists()


def find_orphan(place: Place) -> Orphan | None:
    """The live server of this data folder, if there is one."""
    left = Leftover.read(place)
    return Orphan(left.pid) if left and left.serves(place) else None


def on_our_socket(place: Place) -> bool:
    """Whether the server at hand listens where this folder's commands look for it (a moved folder's does not)."""
    left = Leftover.read(place)
    return left is not None and left.socket == str(place.socket)


def clear_dead_lock(place: Place) -> bool:
    """Remove the lock files of a server that is dead but that nobody has reaped; whether there were any.

    PostgreSQL takes a zombie for a running server. Where process 1 reaps late or never, as in many containers, that
    would keep the server down. It is safe only when no session of the old server lives, that is, when no process is
    attached to its shared memory.
    """
    left = Leftover.read(place)
    if left is None or _state(left.pid) != "Z" or _attached(left.shared_memory) != 0:
        return False
    # The socket's first: should we be killed in between, this file still tells the next one what was left.
    (place.socket / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _state(pid) != "Z"


def _state(pid: int) -> str:
    """The state letter of a process ("Z" is a zombie), empty where it cannot be told."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def _attached(segment: str) -> int | None:
    """How many processes are attached to a System V segment; 0 when it is gone, None where it cannot be told."""
    try:
        rows = Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for row in rows[1:]:
        columns = row.split()
        if columns[1] == segment:
            return int(columns[6])
    return 0
