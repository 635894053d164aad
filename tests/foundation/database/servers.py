"""Commands in other processes, and what became of servers and supervisors."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from qihang.foundation.database.places import settle
from qihang.foundation.database.postmaster import find_orphan

SOURCES = Path(__file__).resolve().parents[3] / "src"
HOLDER = """
import sys
from contextlib import contextmanager
from pathlib import Path
from qihang.foundation.database.server import running_server
with running_server(Path(sys.argv[1]), durable=False):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def passable_folder() -> Iterator[Path]:
    """A folder that everybody may enter, as the server's user could not enter pytest's own."""
    base = Path(tempfile.mkdtemp(prefix="qihang-test-"))
    base.chmod(0o755)
    try:
        yield base
    finally:
        kill_everything_under(base)
        shutil.rmtree(base)


def kill_everything_under(base: Path) -> None:
    """Whatever a failed test left running: every process that names the folder or works in it."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes() + os.fsencode((entry / "cwd").readlink())
            if os.fsencode(base) in words:
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue


class Command:
    """Another command that holds the server of a data folder."""

    def __init__(self, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(home)],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def wait_until_held(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"held\n"

    def leave(self) -> int:
        """End as a command does; its exit code."""
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def server_pid(home: Path) -> int | None:
    """The process that serves the folder now."""
    orphan = find_orphan(settle(home))
    return orphan.pid if orphan else None


def supervisor_pids(home: Path) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            state = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue
        if b"qihang.foundation.database.supervisor" in words and os.fsencode(home) in words and state != "Z":
            found.append(int(entry.name))
    return found


def kill_supervisor(home: Path) -> None:
    """Kill the supervisor of a folder and wait until the kernel has released its lock, the last thing it lets go."""
    os.kill(supervisor_pids(home)[0], signal.SIGKILL)
    with settle(home).supervisor.open("a") as lock:
        wait_until(lambda: _takes(lock))


def _takes(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_until(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    """Until something that another process does has happened."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.01)
