"""Telling a server of ours from zombies, strangers and files left behind."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tests.foundation.database.servers import wait_until

from qihang.foundation.database import postmaster
from qihang.foundation.database.places import Place, settle
from qihang.foundation.database.postmaster import Child, Leftover, Orphan, clear_dead_lock, find_orphan, stop

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)  # a shell may have started the tests with it ignored
print(flush=True)
time.sleep(60)
"""


@pytest.fixture
def place(empty_home: Path) -> Place:
    found = settle(empty_home)
    found.data.mkdir()
    return found


def leave_lock_file(place: Place, pid: int, segment: str = "4242") -> None:
    lines = (str(pid), str(place.data), "1700000000", "5432", str(place.socket), "", f"  12345 {segment}", "ready")
    (place.data / "postmaster.pid").write_text("\n".join(lines))


@pytest.mark.parametrize("content", [None, "", "not a number\n", "77\nonly\nthree\n"])
def test_a_lock_file_that_is_not_whole_says_nothing(place: Place, content: str | None) -> None:
    if content is not None:
        (place.data / "postmaster.pid").write_text(content)
    assert Leftover.read(place) is None
    assert find_orphan(place) is None
    assert not clear_dead_lock(place)


def test_a_living_stranger_is_not_taken_for_our_server(place: Place) -> None:
    leave_lock_file(place, os.getpid())
    assert find_orphan(place) is None
    assert not clear_dead_lock(place), "PostgreSQL sorts that out itself"


def test_a_process_that_works_in_the_data_folder_is_our_server(place: Place) -> None:
    with subprocess.Popen(SLEEPER, cwd=place.data) as process:
        leave_lock_file(place, process.pid)
        assert find_orphan(place) == Orphan(process.pid)
        process.kill()


def test_a_zombie_is_no_server_and_its_locks_are_cleared(place: Place) -> None:
    with subprocess.Popen(SLEEPER, cwd=place.data) as process:
        leave_lock_file(place, process.pid)
        (place.socket / ".s.PGSQL.5432.lock").touch()
        process.kill()
        wait_until(lambda: postmaster._state(process.pid) == "Z")
        assert find_orphan(place) is None
        assert Orphan(process.pid).wait(0), "ended, though not reaped"
        assert clear_dead_lock(place)
    assert not (place.data / "postmaster.pid").exists()
    assert not (place.socket / ".s.PGSQL.5432.lock").exists()


def test_a_zombie_whose_sessions_still_live_keeps_its_lock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postmaster, "_attached", lambda segment: 1)
    with subprocess.Popen(SLEEPER) as process:
        leave_lock_file(place, process.pid)
        process.kill()
        wait_until(lambda: postmaster._state(process.pid) == "Z")
        assert not clear_dead_lock(place)


def test_an_orphan_is_waited_for_without_the_kernel_s_help_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    with subprocess.Popen(SLEEPER) as process:
        assert not Orphan(process.pid).wait(0.05)
        process.kill()
        assert Orphan(process.pid).wait(10)


def test_an_orphan_that_ended_long_ago_has_ended() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert Orphan(process.pid).wait(0)
    Orphan(process.pid).signal(signal.SIGINT)


def test_a_server_that_ignores_the_gentle_signal_is_stopped_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postmaster, "FAST_STOP_SECONDS", 0.05)
    monkeypatch.setattr(postmaster, "IMMEDIATE_STOP_SECONDS", 60)  # a busy machine takes its time to let a process die
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        stop(Child(process))
        assert process.returncode == -signal.SIGQUIT


def test_waiting_for_a_child_ends_with_it() -> None:
    with subprocess.Popen(SLEEPER) as process:
        child = Child(process)
        assert not child.wait(0)
        threading.Timer(0.05, process.kill).start()
        assert child.wait()
