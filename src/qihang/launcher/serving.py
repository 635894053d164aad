"""The web server process of `./qihang up`: granian with its workers. `python -m qihang.launcher.serving HOST PORT`."""

import signal
import sys
from typing import Any

from granian.constants import Interfaces
from granian.server import Server

from qihang.launcher.lifeline import die_with_parent

WORKERS = 2
# Each thread keeps a database connection of its own.
THREADS_PER_WORKER = 4
STOP_SECONDS = 5


def load_application() -> Any:
    """Called in each worker process."""
    # Until granian sets the worker's own, it has the server's handlers and would not end on SIGTERM.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent()
    from qihang.config.wsgi import application

    return application


def main(host: str, port: int) -> None:
    """Serve until SIGTERM. A worker that dies is replaced."""
    die_with_parent()
    Server(
        target="qihang.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS_PER_WORKER,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=STOP_SECONDS,
    ).serve(target_loader=load_application, wrap_loader=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
