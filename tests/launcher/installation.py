"""A whole installation in processes of its own, as a person starts it, and the hand that kills them."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from qihang.foundation.database.places import settle

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src"
# Seconds that a restart may take on a machine which does ten other things.
PATIENCE = 120.0


class Up:
    """One `./qihang up`."""

    def __init__(self, home: Path, port: int = 0) -> None:
        self.home = home
        foreign = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "PYTHONPATH"}
        kept = {
            key: value for key, value in os.environ.items() if key not in foreign and not key.startswith("QIHANG_")
        }
        path = os.pathsep.join([str(SOURCES), str(ROOT)])
        self.environment = {**kept, "QIHANG_HOME": str(home), "PYTHONPATH": path, "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "qihang.cli", "up", "--port", str(port), "--demo", "none"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        self.port = port

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            address = re.search(r"启航已就绪：http://127\.0\.0\.1:(\d+)/", line)
            if address:
                self.port = int(address[1])
                return
        raise AssertionError(self.process.communicate()[1])

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=60)
        return self.process.returncode, out

    def answers(self) -> bool:
        """Whether the page is served, with whatever the product has to say."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=10):
                return True
        except urllib.error.HTTPError as error:
            with error:
                return error.code < 500
        except OSError:
            return False

    def python(self, *argv: str) -> str:
        """What Python prints that works on this installation's data, beside the running system."""
        done = subprocess.run(
            [sys.executable, *argv],
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "qihang.config.settings.prod"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def database(self) -> "psycopg.Connection[tuple[Any, ...]]":
        """A connection of the test's own to the installation's database."""
        return psycopg.connect(host=str(settle(self.home).socket), dbname="qihang", user="qihang", autocommit=True)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; through a restart of the database too."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self.database() as connection:
                    return connection.execute(query, values).fetchall()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "the database stays away"
                time.sleep(0.1)

    def children(self, module: str) -> list[int]:
        """The processes of a module that this `up` started, oldest first; the web server's has workers."""
        found = []
        for entry in sorted(Path("/proc").glob("[0-9]*"), key=lambda entry: int(entry.name)):
            try:
                words = (entry / "cmdline").read_bytes()
                home = f"QIHANG_HOME={self.home}\0".encode() in (entry / "environ").read_bytes()
                if home and module.encode() in words and (module != "serving" or str(self.port).encode() in words):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


@contextmanager
def running(home: Path, port: int = 0) -> Iterator[Up]:
    up = Up(home, port)
    try:
        up.wait_until_ready()
        yield up
    finally:
        up.process.kill()
        up.process.communicate()


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
