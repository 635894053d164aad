"""Processes that are kept alive, and that end with the one who started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from qihang.launcher import lifeline, services, up
from qihang.launcher.services import Service

SOURCES = Path(__file__).resolve().parents[2] / "src"
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE)
print(child.stdout.readline().decode(), flush=True)
child.wait()
"""
CHILD = """
import signal, sys
from qihang.launcher import lifeline
lifeline.POLL_SECONDS, lifeline.GRACE_SECONDS = 0.02, 0.1
{prelude}
lifeline.die_with_parent()
import os
print(os.getpid(), flush=True)
while True:
    signal.pause()
"""


def never() -> bool:
    return False


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service("page", "http.server", tmp_path / "page.log", ("0", "--bind", "127.0.0.1"))
    yield made
    made.finish(lambda: True)


def pid(service: Service) -> int:
    assert service._process is not None
    return service._process.pid


def test_it_starts_and_stops(service: Service) -> None:
    service.keep_alive()
    running = pid(service)
    service.keep_alive()
    assert pid(service) == running
    service.ask_to_stop()
    service.finish(never)
    with pytest.raises(ProcessLookupError):
        os.kill(running, 0)
    service.finish(never)


@pytest.mark.parametrize(("started", "told"), [(False, ""), (True, "正在停止……\n")])
def test_stopping_is_told_only_of_what_was_started(
    started: bool, told: str, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    stop = up.StopRequest.__new__(up.StopRequest)  # without taking over the signals of this process
    stop.again = False
    with pytest.raises(SystemExit), up._stopped_at_the_end((service,), stop):
        if started:
            service.keep_alive()
        raise SystemExit(1)  # as a preparation that failed does
    assert capsys.readouterr().out == told
    assert not service.running


def test_it_is_started_again_after_a_kill(service: Service) -> None:
    service.keep_alive()
    killed = pid(service)
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while service._process is None or pid(service) == killed:
        assert time.monotonic() < deadline
        service.keep_alive()
    assert service.restarts == 1


def test_one_that_keeps_dying_is_tried_less_and_less(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(services.time, "monotonic", lambda: now)
    dying = Service("dying", "this", tmp_path / "dying.log")
    pauses = []
    for _ in range(10):
        dying.keep_alive()
        assert dying._process is not None
        dying._process.wait()
        dying.keep_alive()
        pauses.append(dying._next_start - now)
        now = dying._next_start
    assert pauses == sorted(pauses)
    assert pauses[-1] == services.LONGEST_PAUSE
    assert dying.restarts == 10
    assert "Zen" in (tmp_path / "dying.log").read_text()


def test_one_that_does_not_stop_when_asked_is_killed(service: Service) -> None:
    service.keep_alive()
    os.kill(pid(service), signal.SIGSTOP)
    service.stop_seconds = 0.05
    service.ask_to_stop()
    service.finish(never)
    assert service._process is None


def test_a_log_does_not_grow_for_ever(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "LONGEST_LOG", 10)
    service.log.write_text("old" * 10)
    service.keep_alive()
    assert service.log.with_suffix(".log.1").read_text() == "old" * 10


@pytest.mark.parametrize("prelude", ["", "signal.signal(signal.SIGTERM, signal.SIG_IGN)"])
def test_a_child_does_not_outlive_a_killed_parent(prelude: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD.format(prelude=prelude)],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split(")")[1]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert lifeline.POLL_SECONDS < 1
