"""The process that keeps the embedded server running for as long as any command uses it, and no longer.

Started by `qihang.foundation.database.server`, which hands it the locked `supervisor.lock`: locked means that a
supervisor lives. It runs the server in the foreground as its child, restarts it when it dies, and stops it when nobody
holds `holders.lock` any more. Both locks are the kernel's: kill -9 of any holder releases what he held.
"""

import contextlib
import fcntl
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from qihang.foundation.core.errors import DomainError
from qihang.foundation.database.binaries import Binaries, packaged, reachable
from qihang.foundation.database.cluster import SERVER_ENVIRONMENT, initialise, server_command, write_access_rules
from qihang.foundation.database.errors import DatabaseUnavailable, explain
from qihang.foundation.database.places import Place, settle
from qihang.foundation.database.postmaster import Child, Postmaster, clear_dead_lock, find_orphan, on_our_socket, stop

# A server that dies this soon after each of so many starts will not do better the next time.
HOPELESS_STARTS = 5
STABLE_SECONDS = 60.0
# Sessions of a killed server need a moment to notice; so long its shared memory keeps a new one from starting.
PATIENCE_SECONDS = 30.0
PASSING = re.compile(r"pre-existing shared memory block|lock file \".*\" already exists")


class Supervisor:
    """One data folder's server, from the first command to the last."""

    def __init__(self, place: Place, *, durable: bool) -> None:
        self.place = place
        self.durable = durable
        self.probe = packaged()
        self.events: queue.SimpleQueue[str] = queue.SimpleQueue()

    def run(self) -> None:
        """Serve until nobody is left or a signal asks to stop. Raises DatabaseUnavailable when the server fails."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the commands; they let go when they are done
        threading.Thread(target=self._watch_holders, daemon=True).start()
        server = self._adopted() or self._started()
        quick_ends = 0
        while True:
            began = time.monotonic()
            threading.Thread(target=self._watch, args=(server,), daemon=True).start()
            if self.events.get() == "stop":
                stop(server)
                return
            quick_ends = quick_ends + 1 if time.monotonic() - began < STABLE_SECONDS else 0
            if quick_ends >= HOPELESS_STARTS:
                raise DatabaseUnavailable(f"数据库接连 {quick_ends} 次意外退出，不再重启（详情：{self.place.log}）。")
            server = self._started()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.events.put("stop")

    def _watch(self, server: Postmaster) -> None:
        server.wait()
        self.events.put("ended")

    def _watch_holders(self) -> None:
        """Blocks until the last holder is gone. The lock is kept: who comes now waits until the server is down."""
        self.alone = self.place.holders.open("a")
        fcntl.flock(self.alone, fcntl.LOCK_EX)
        self.events.put("stop")

    def _adopted(self) -> Postmaster | None:
        """The server of a supervisor that died: taken over, or stopped when it is not of use as it is."""
        orphan = find_orphan(self.place)
        if orphan is None:
            return None
        if on_our_socket(self.place) and self.probe.answers(self.place.socket):
            return orphan
        stop(orphan)
        return None

    def _started(self) -> Postmaster:
        binaries = reachable(self.place)
        initialise(self.place, binaries, durable=self.durable)
        write_access_rules(self.place)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            server, output = self._attempt(binaries)
            if server:
                return server
            if not PASSING.search(output) or time.monotonic() > deadline:
                raise DatabaseUnavailable(explain(output, self.place.log))
            if not clear_dead_lock(self.place):
                time.sleep(0.1)

    def _attempt(self, binaries: Binaries) -> tuple[Postmaster | None, str]:
        """One start: the server once it takes connections, or None and what it wrote before it gave up."""
        with self.place.log.open("ab") as log:
            begin = log.tell()
            process = subprocess.Popen(  # noqa: S603
                server_command(self.place, binaries, durable=self.durable),
                cwd="/",
                env=SERVER_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.place.user.credentials,
            )
        child = Child(process)
        while not child.wait(0.02):
            if self.probe.answers(self.place.socket):
                return child, ""
        with self.place.log.open("rb") as written:
            written.seek(begin)
            return None, written.read().decode("utf-8", "replace")


def main(home: str, lock: int, *, durable: bool) -> int:
    """Run the supervisor of a data folder; `lock` is the descriptor of its locked supervisor.lock."""
    os.set_inheritable(lock, False)  # the lock must end with us, not with the server
    place = settle(Path(home))
    try:
        Supervisor(place, durable=durable).run()
    except (DomainError, OSError) as error:
        reason = str(error) if isinstance(error, DomainError) else explain(str(error), place.log)
        with contextlib.suppress(OSError):  # a full disk takes not even this; the log then has to do
            place.failure.write_text(reason, encoding="utf-8")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), durable=sys.argv[3] == "durable"))
