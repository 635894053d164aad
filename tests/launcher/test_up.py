"""The whole system as a person starts it: `up`, and what survives which kill."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.foundation.database.servers import passable_folder, server_pid, supervisor_pids, wait_until
from tests.launcher.installation import SOURCES, Up, kill, running

from qihang.launcher.up import _table

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with passable_folder() as base:
        yield base / "数据"


@pytest.fixture(scope="module")
def system(home: Path) -> Iterator[Up]:
    """One that all tests of this module share; at the end it is stopped as a person stops it."""
    with running(home) as up:
        yield up
        code, out = up.stop()
    assert code == 0
    assert out.splitlines()[-1] == "已停止。"
    assert up.children("qihang.launcher") == []
    assert server_pid(home) is None
    assert supervisor_pids(home) == []
    assert not up.answers()


def test_the_page_is_served_when_the_address_is_told(system: Up) -> None:
    assert system.answers()
    assert len(system.children("serving")) == 3, "granian and its two workers"
    assert len(system.children("working")) == 1


@pytest.mark.parametrize("which", [0, 1, 2], ids=["server", "first worker", "second worker"])
def test_the_web_server_comes_back_after_a_kill(system: Up, which: int) -> None:
    wait_until(lambda: len(system.children("serving")) == 3)
    killed = system.children("serving")[which]
    kill(killed)
    wait_until(lambda: len(system.children("serving")) == 3 and killed not in system.children("serving"), 30)
    wait_until(system.answers, 30)


def test_the_job_worker_comes_back_after_a_kill(system: Up) -> None:
    wait_until(lambda: len(system.children("working")) == 1)
    killed = system.children("working")
    kill(killed[0])
    wait_until(lambda: system.children("working") not in ([], killed), 30)


def test_the_database_comes_back_after_a_kill_of_server_and_supervisor(system: Up, home: Path) -> None:
    before = server_pid(home)
    supervisor = supervisor_pids(home)
    assert before is not None
    kill(supervisor[0])
    kill(before)
    wait_until(lambda: server_pid(home) not in {None, before}, 30)
    wait_until(lambda: supervisor_pids(home) not in ([], supervisor), 30)
    wait_until(system.answers, 30)


def test_a_second_start_on_the_same_port_is_refused_in_one_line(system: Up, home: Path) -> None:
    second = Up(home, system.port)
    out, err = second.process.communicate(timeout=60)
    assert second.process.returncode == 1
    assert err.startswith(f"qihang：端口 {system.port} 已被占用")
    assert err.count("\n") == 1
    assert out == ""


def test_a_second_start_shares_the_database_and_may_be_killed(system: Up, home: Path) -> None:
    before = server_pid(home)
    with running(home) as second:
        assert second.port != system.port
        assert server_pid(home) == before
        second.process.kill()
        wait_until(lambda: second.children("serving") == [], 15)
    with running(home, second.port) as third:
        assert third.answers()
        assert third.stop()[0] == 0
    assert system.answers()
    assert server_pid(home) == before


def test_a_table_lines_up_whatever_the_width_of_its_characters() -> None:
    assert _table([("角色", "账号"), ("clerk", "a"), ("审核员", "b")]) == [
        "  角色    账号",
        "  clerk   a",
        "  审核员  b",
    ]


def refused(tmp_path: Path, *arguments: str, **environment: str) -> str:
    """What `up` says when it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "qihang.cli", "up", "--port", "0", *arguments],
        env={**os.environ, "QIHANG_HOME": str(tmp_path), "PYTHONPATH": str(SOURCES), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("qihang：")
    assert done.stderr.count("\n") == 1
    assert "停止" not in done.stdout  # nothing was started
    return done.stderr


@pytest.fixture
def say_no(tmp_path: Path) -> Callable[..., str]:
    return lambda *arguments, **environment: refused(tmp_path, *arguments, **environment)


def test_an_outside_database_that_does_not_answer_is_told_without_its_password(say_no: Callable[..., str]) -> None:
    told = say_no(DATABASE_URL="postgresql://qihang:geheim@127.0.0.1:1/qihang")
    assert "连不上 DATABASE_URL" in told
    assert "geheim" not in told


def test_serving_others_needs_the_names_they_use(say_no: Callable[..., str]) -> None:
    assert "QIHANG_HOSTS" in say_no("--host", "0.0.0.0")
