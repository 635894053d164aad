"""Long-running processes of `./qihang up`: each in its own process group, with a log, started again when it dies."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qihang.launcher.readiness import child_environment

LONGEST_LOG = 16 * 1024 * 1024
LONGEST_PAUSE = 30.0
STABLE_SECONDS = 60.0


@dataclass
class Service:
    """One process, run as `python -m MODULE ARGUMENTS`."""

    name: str
    module: str
    log: Path
    arguments: tuple[str, ...] = ()
    stop_seconds: float = 10.0
    restarts: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _started: float = 0.0
    _next_start: float = 0.0

    def _start(self) -> None:
        """Start it, its output appended to its log."""
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                (sys.executable, "-m", self.module, *self.arguments),
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started = time.monotonic()

    @property
    def running(self) -> bool:
        """It was started and its end was not waited for yet."""
        return self._process is not None

    def keep_alive(self) -> None:
        """Start it again if it has died, later each time while it keeps dying. To be called every moment."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._kill_group(signal.SIGKILL)  # children that outlived it would keep the port
            self._process = None
            self.restarts = self.restarts + 1 if now - self._started < STABLE_SECONDS else 1
            self._next_start = now + min(LONGEST_PAUSE, 0.1 * 2**self.restarts)
        if self._process is None and now >= self._next_start:
            self._start()

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself; it ends its children."""
        if self._process is not None:
            self._process.terminate()

    def finish(self, hurry: Callable[[], bool]) -> None:
        """Wait for its end, no longer than it may take, not at all in a hurry; kill what is left of its group."""
        if self._process is None:
            return
        deadline = time.monotonic() + self.stop_seconds
        while self._process.poll() is None and time.monotonic() < deadline and not hurry():
            time.sleep(0.05)
        self._kill_group(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _kill_group(self, number: signal.Signals) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)
