"""How a command uses the embedded server: it holds a lock while it needs it; the first one in starts the server.

    with running_server(home) as place:
        ...  # the server answers on place.socket

Commands share one server. The last one out waits until it has stopped: nothing is left running behind a command.
"""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from qihang.foundation.database.binaries import Binaries, packaged
from qihang.foundation.database.errors import DatabaseUnavailable, explain
from qihang.foundation.database.places import Place, settle
from qihang.foundation.database.postmaster import find_orphan

SOURCE_FOLDER = Path(__file__).resolve().parents[3]
POLL_SECONDS = 0.02
# Long enough for the recovery of a crashed server or the last checkpoint of a stopping one, on a slow disk.
START_SECONDS = 300.0
STOP_SECONDS = 90.0
LONGEST_LOG = 16 * 1024 * 1024


class Hold:
    """One command's claim on the server of a data folder."""

    def __init__(self, place: Place, *, durable: bool = True) -> None:
        self.place = place
        self.durable = durable
        self.binaries: Binaries = packaged()
        self._holders: IO[str] | None = None

    def take(self) -> None:
        """Claim the server and return once it answers. Raises DatabaseUnavailable when it cannot."""
        self._holders = _opened(self.place.holders)
        # Refused only while a supervisor is stopping the server: it ends soon, and we start a new one.
        _wait_until(lambda: _locks(self._holders, fcntl.LOCK_SH), STOP_SECONDS, "上一个数据库进程迟迟没有停下")
        self.ensure()

    def ensure(self) -> None:
        """Start the supervisor if none lives (it adopts a server left alone) and wait for the server's answer."""
        deadline = time.monotonic() + START_SECONDS
        started = False
        while True:
            lock = _opened(self.place.supervisor)
            with lock:
                if _locks(lock, fcntl.LOCK_EX):
                    if started:
                        raise DatabaseUnavailable(self._failure())
                    started = True
                    self._start_supervisor(lock)
            if self.binaries.answers(self.place.socket):
                return
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(f"数据库在 {START_SECONDS:.0f} 秒内没有就绪（详情：{self.place.log}）。")
            time.sleep(POLL_SECONDS)

    def keep_alive(self) -> None:
        """For a holder of long standing, to be called every moment: replace a supervisor that was killed."""
        if self._supervisor_dead():
            self.ensure()

    def release(self) -> None:
        """Let go. The last one waits until the server has stopped."""
        while self._holders is not None:
            if self._deserted():
                self.ensure()  # nobody would stop the server of a dead supervisor
            self._holders.close()
            self._holders = None
            _wait_until(self._left_alone, STOP_SECONDS, "数据库迟迟没有停下")
            if self._deserted():  # the supervisor was killed before it had stopped the server
                self._holders = _opened(self.place.holders)
                _wait_until(lambda: _locks(self._holders, fcntl.LOCK_SH), STOP_SECONDS, "数据库迟迟没有停下")

    def _start_supervisor(self, lock: IO[str]) -> None:
        """Start it as nobody's child (no zombie of ours), born with the lock: no moment in which two could start."""
        self.place.failure.unlink(missing_ok=True)
        _keep_short(self.place.log)
        durable = "durable" if self.durable else "quick"
        argv = (sys.executable, "-m", "qihang.foundation.database.supervisor")
        with self.place.log.open("ab") as log:
            subprocess.run(  # noqa: S603
                ("/bin/sh", "-c", '"$@" &', "sh", *argv, str(self.place.asked), str(lock.fileno()), durable),
                cwd="/",
                env={**os.environ, "PYTHONPATH": str(SOURCE_FOLDER), "PYTHONSAFEPATH": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
                check=True,
            )

    def _deserted(self) -> bool:
        """Whether a server runs that no supervisor looks after."""
        return find_orphan(self.place) is not None and self._supervisor_dead()

    def _supervisor_dead(self) -> bool:
        with _opened(self.place.supervisor) as lock:
            return _locks(lock, fcntl.LOCK_EX)

    def _left_alone(self) -> bool:
        """Whether nothing is left to wait for: the supervisor is gone, or others still hold the server."""
        if self._supervisor_dead():
            return True
        with _opened(self.place.holders) as holders:
            # The exclusive lock fails while others hold, and while the supervisor stops; only then the shared one too.
            return not _locks(holders, fcntl.LOCK_EX) and _locks(holders, fcntl.LOCK_SH)

    def _failure(self) -> str:
        """What the supervisor left as its reason; on a full disk there may be nothing but the log."""
        for source in (self.place.failure, self.place.log):
            try:
                text = source.read_text(encoding="utf-8", errors="replace")[-4000:].strip()
            except OSError:
                continue
            if text:
                return text if source == self.place.failure else explain(text, self.place.log)
        return f"数据库的看护进程意外退出；请再运行一次，仍不成时查看 {self.place.log}。"


@contextmanager
def running_server(home: Path, *, durable: bool = True) -> Iterator[Hold]:
    """Hold the server of a data folder; see the module's text. Raises DatabaseUnavailable."""
    hold = Hold(settle(home), durable=durable)
    try:
        hold.take()
        yield hold
    finally:
        hold.release()


def _opened(path: Path) -> IO[str]:
    try:
        return path.open("a")
    except PermissionError:
        owner = path.stat().st_uid if path.exists() else path.parent.stat().st_uid
        raise DatabaseUnavailable(
            f"数据目录 {path.parent.parent} 属于编号 {owner} 的用户；请用同一个用户运行，或用 QIHANG_HOME 换一个。"
        ) from None


def _locks(file: IO[str] | None, kind: int) -> bool:
    assert file is not None
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_until(done: Callable[[], bool], seconds: float, complaint: str) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(f"{complaint}；请稍后再试。")
        time.sleep(POLL_SECONDS)


def _keep_short(log: Path) -> None:
    """Start a new log when the old one has grown long; the old one is kept once."""
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
