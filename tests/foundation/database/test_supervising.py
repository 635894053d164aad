"""The keeper of the embedded server, with a server that lives or dies as the test wants."""

import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qihang.foundation.database import supervisor as module
from qihang.foundation.database.errors import DatabaseUnavailable, explain
from qihang.foundation.database.places import Place, digest, settle
from qihang.foundation.database.postmaster import Child, Leftover, stop
from qihang.foundation.database.supervisor import PASSING, Supervisor


class Server:
    """Ends when it is told to, or at once."""

    def __init__(self, *, dead: bool = False) -> None:
        self.ended = threading.Event()
        self.signals: list[int] = []
        if dead:
            self.ended.set()

    def wait(self, seconds: float | None = None) -> bool:
        return self.ended.wait(seconds)

    def signal(self, number: int) -> None:
        self.signals.append(number)
        self.ended.set()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("QIHANG_STATE", str(tmp_path / "state"))
    return settle(tmp_path / "home")


@pytest.fixture
def keeper(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """One that touches neither the holders' lock nor any real server."""
    made = Supervisor(place, durable=False)
    monkeypatch.setattr(made, "_watch_holders", lambda: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)}
    yield made
    for number, handler in before.items():
        signal.signal(number, handler)


def started_one_by_one(keeper: Supervisor, monkeypatch: pytest.MonkeyPatch, servers: list[Server]) -> list[Server]:
    used: list[Server] = []

    def start() -> Server:
        used.append(servers.pop(0))
        return used[-1]

    monkeypatch.setattr(keeper, "_adopted", lambda: None)
    monkeypatch.setattr(keeper, "_started", start)
    return used


def test_a_server_that_dies_again_and_again_is_given_up(keeper: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    used = started_one_by_one(keeper, monkeypatch, [Server(dead=True) for _ in range(9)])
    with pytest.raises(DatabaseUnavailable, match="接连 5 次") as refusal:
        keeper.run()
    assert len(used) == module.HOPELESS_STARTS
    assert str(keeper.place.log) in refusal.value.message


def test_one_that_ran_well_for_a_while_may_die_as_often_as_it_likes(
    keeper: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a week for a year is no reason to leave a province without its system."""
    monkeypatch.setattr(module, "STABLE_SECONDS", 0.0)
    last = Server()
    used = started_one_by_one(keeper, monkeypatch, [*(Server(dead=True) for _ in range(12)), last])
    running = threading.Thread(target=lambda: (time.sleep(0.05), keeper.events.put("stop")))

    def start() -> Server:
        server = started()
        if server is last:
            running.start()
        return server

    started = keeper._started
    monkeypatch.setattr(keeper, "_started", start)
    keeper.run()
    assert len(used) == 13
    assert last.signals == [signal.SIGINT]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_the_server_gently(
    keeper: Supervisor, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    server = Server()
    used = started_one_by_one(keeper, monkeypatch, [server])

    def ask() -> None:
        while not used:
            time.sleep(0.01)
        signal.pthread_kill(threading.main_thread().ident or 0, number)

    threading.Thread(target=ask).start()
    keeper.run()
    assert used == [server]
    assert server.signals == [signal.SIGINT]


def test_a_server_that_is_there_already_is_taken_over_and_not_doubled(
    keeper: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    orphan = Server()
    monkeypatch.setattr(keeper, "_adopted", lambda: orphan)
    monkeypatch.setattr(keeper, "_started", lambda: pytest.fail("a second server"))
    threading.Timer(0.05, lambda: keeper.events.put("stop")).start()
    keeper.run()
    assert orphan.signals == [signal.SIGINT]


class TestStarting:
    @pytest.fixture(autouse=True)
    def _no_cluster(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("initialise", "write_access_rules", "reachable"):
            monkeypatch.setattr(module, name, lambda *given, **named: {})

    def outcomes(self, keeper: Supervisor, monkeypatch: pytest.MonkeyPatch, *found: Any) -> list[Any]:
        left = list(found)
        monkeypatch.setattr(keeper, "_attempt", lambda binaries: left.pop(0))
        return left

    def test_what_passes_is_waited_for(self, keeper: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
        """Sessions of a killed server hold its memory for a moment."""
        server, busy = Server(), (None, "FATAL:  pre-existing shared memory block (key 1) is still in use")
        left = self.outcomes(keeper, monkeypatch, busy, busy, (server, ""))
        assert keeper._started() is server
        assert left == []

    def test_what_does_not_is_told_at_once(self, keeper: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
        left = self.outcomes(keeper, monkeypatch, (None, "FATAL:  could not write: No space left on device"), "never")
        with pytest.raises(DatabaseUnavailable, match="磁盘空间不足"):
            keeper._started()
        assert left == ["never"]

    def test_patience_has_an_end(self, keeper: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "PATIENCE_SECONDS", -1.0)
        self.outcomes(keeper, monkeypatch, (None, 'FATAL:  lock file "postmaster.pid" already exists'))
        with pytest.raises(DatabaseUnavailable, match="没有启动成功"):
            keeper._started()


@pytest.mark.parametrize(
    ("output", "passes"),
    [
        ('FATAL:  lock file "postmaster.pid" already exists', True),
        ("FATAL:  pre-existing shared memory block (key 5, ID 6) is still in use", True),
        ("FATAL:  could not create lock file", False),
        ("", False),
    ],
)
def test_only_what_ends_by_itself_is_waited_for(output: str, passes: bool) -> None:
    assert bool(PASSING.search(output)) is passes


def test_a_server_deaf_to_the_first_signal_hears_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(Server):
        def signal(self, number: int) -> None:
            self.signals.append(number)
            if number == signal.SIGKILL:
                self.ended.set()

    from qihang.foundation.database import postmaster

    for name in ("FAST_STOP_SECONDS", "IMMEDIATE_STOP_SECONDS"):
        monkeypatch.setattr(postmaster, name, 0.01)
    server = Deaf()
    stop(server)  # type: ignore[arg-type]
    assert server.signals == [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]


def test_a_child_that_ends_is_seen_to_end() -> None:
    child = Child(subprocess.Popen(["sleep", "30"]))
    assert child.wait(0.01) is False
    child.signal(signal.SIGKILL)
    assert child.wait(10) is True


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abc\n",
        b"12\n/data\n1\n5432\n",
        b"\xff\xfe\n" * 8,
        b"12\n" + b"\n" * 7,
        b"1\n2\n3\n4\n5\n6\n7",
        b"x" * 9000,
    ],
)
def test_whatever_stands_in_the_lock_file_is_read_or_says_nothing(place: Place, content: bytes) -> None:
    place.data.mkdir(parents=True, exist_ok=True)
    (place.data / "postmaster.pid").write_bytes(content)
    found = Leftover.read(place)
    assert found is None or found.pid >= 0
    assert found is None or not found.serves(place)


@pytest.mark.parametrize(
    ("output", "says"),
    [
        ("", "没有说明原因"),
        ("LOG: starting\nFATAL:  x" + "y" * 900, "FATAL"),
        ("No space left on device", "磁盘空间不足"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "内存不足"),
        ("Permission denied", "没有写入数据目录的权限"),
    ],
)
def test_every_failure_is_one_sentence_of_some_length(output: str, says: str) -> None:
    text = explain(output, Path("/x/postgresql.log"))
    assert says in text
    assert "/x/postgresql.log" in text
    assert "\n" not in text
    assert len(text) < 300


def test_folders_of_two_installations_never_meet(tmp_path: Path) -> None:
    names = [tmp_path / name for name in ("a", "b", "a/b", "a b", "数据")]
    assert len({digest(name) for name in names}) == len(names)
    assert digest(tmp_path) == digest(Path(str(tmp_path)))
