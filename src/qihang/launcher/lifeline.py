"""A process that must not outlive the one that started it."""

import os
import signal
import threading
import time

POLL_SECONDS = 0.5
GRACE_SECONDS = 2.0


def die_with_parent() -> None:
    """Watch the parent from a thread; once it is gone (kill -9 included) end: politely first, then at once."""
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), daemon=True, name="lifeline").start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(POLL_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.kill(os.getpid(), signal.SIGKILL)
