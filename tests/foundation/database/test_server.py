"""One server for all commands of a data folder, through every kill. These start real PostgreSQL servers."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.foundation.database.servers import Command, kill_supervisor, server_pid, supervisor_pids, wait_until

from qihang.foundation.database.binaries import packaged
from qihang.foundation.database.errors import DatabaseUnavailable
from qihang.foundation.database.places import Place, settle
from qihang.foundation.database.server import Hold, running_server

pytestmark = pytest.mark.slow

CONNECT_AS = """
import os, sys, psycopg
uid = int(sys.argv[2])
os.setgroups([]); os.setgid(uid); os.setuid(uid)
psycopg.connect(host=sys.argv[1], user="qihang", dbname="qihang")
"""


def connect(place: Place) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(place.socket), user="qihang", dbname="qihang", autocommit=True)


def show(connection: psycopg.Connection[tuple[object, ...]], setting: str) -> object:
    row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    assert row is not None
    return row[0]


def test_a_new_server_is_durable_private_and_sorts_alike_everywhere(empty_home: Path) -> None:
    home = empty_home
    with running_server(home) as hold, connect(hold.place) as connection:
        settings = ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "server_encoding")
        assert [show(connection, name) for name in settings] == ["on", "on", "on", "on", "UTF8"]
        assert show(connection, "listen_addresses") == ""
        assert connection.execute("SELECT '{}'::text < 'é' COLLATE \"default\"").fetchone() == (True,)
        locale = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert locale == ("b", "C.UTF-8")
    assert server_pid(home) is None, "the last one out stops it"
    assert supervisor_pids(home) == []


def test_commands_share_one_server_and_the_last_one_out_stops_it(
    empty_home: Path, start_command: Callable[[Path], Command]
) -> None:
    home = empty_home
    first, second = start_command(home), start_command(home)  # at once, on a folder that is not there yet
    first.wait_until_held()
    second.wait_until_held()
    assert len(supervisor_pids(home)) == 1
    serving = server_pid(home)
    assert first.leave() == 0
    with running_server(home, durable=False):
        assert second.leave() == 0
        assert server_pid(home) == serving
    assert server_pid(home) is None


def test_a_killed_command_lets_go(home: Path, start_command: Callable[[Path], Command]) -> None:
    command = start_command(home)
    command.wait_until_held()
    command.kill()
    wait_until(lambda: not supervisor_pids(home))
    assert server_pid(home) is None


def test_a_killed_server_is_started_again_with_all_that_was_committed(home: Path) -> None:
    with running_server(home, durable=False) as hold:
        with connect(hold.place) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        killed = server_pid(home)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: server_pid(home) not in {None, killed})
        hold.ensure()
        with connect(hold.place) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_the_server_of_a_killed_supervisor_is_adopted_with_its_sessions(home: Path) -> None:
    with running_server(home, durable=False) as hold, connect(hold.place) as connection:
        serving = server_pid(home)
        kill_supervisor(home)
        hold.keep_alive()
        wait_until(lambda: len(supervisor_pids(home)) == 1)
        assert server_pid(home) == serving
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert server_pid(home) is None


def test_an_adopted_server_that_dies_is_started_again(home: Path) -> None:
    with running_server(home, durable=False) as hold:
        kill_supervisor(home)
        hold.keep_alive()
        adopted = server_pid(home)
        assert adopted is not None
        os.kill(adopted, signal.SIGKILL)
        wait_until(lambda: server_pid(home) not in {None, adopted})
        hold.ensure()
        connect(hold.place).close()


def test_a_server_that_lost_all_its_people_is_found_by_the_next_command(
    home: Path, start_command: Callable[[Path], Command]
) -> None:
    command = start_command(home)
    command.wait_until_held()
    serving = server_pid(home)
    os.kill(supervisor_pids(home)[0], signal.SIGKILL)
    command.kill()
    with running_server(home, durable=False):
        assert server_pid(home) == serving, "adopted, not doubled"
    assert server_pid(home) is None


def test_a_command_that_outlives_the_supervisor_stops_the_server_at_its_end(home: Path) -> None:
    with running_server(home, durable=False):
        kill_supervisor(home)
    assert server_pid(home) is None
    assert supervisor_pids(home) == []


def test_a_supervisor_killed_while_the_last_command_leaves_is_replaced(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel frees a dying process's lock last: for a moment the dead supervisor still looks alive."""
    answers = iter([False])
    looked = Hold._supervisor_dead
    with running_server(home, durable=False):
        kill_supervisor(home)
        monkeypatch.setattr(Hold, "_supervisor_dead", lambda hold: next(answers, True) and looked(hold))
    assert server_pid(home) is None
    assert supervisor_pids(home) == []


def test_starts_after_everything_was_killed_at_once(home: Path, start_command: Callable[[Path], Command]) -> None:
    command = start_command(home)
    command.wait_until_held()
    victims = [*supervisor_pids(home), server_pid(home)]
    command.kill()
    for victim in victims:
        if victim is not None:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it had noticed that it was alone
    with running_server(home, durable=False) as hold:
        connect(hold.place).close()


def test_a_lock_file_with_the_number_of_a_stranger_does_not_keep_it_down(home: Path) -> None:
    with running_server(home, durable=False) as hold:
        place = hold.place
        lock_file = (place.data / "postmaster.pid").read_text()
    stranger = "\n".join([str(os.getppid()), *lock_file.splitlines()[1:], ""])
    (place.data / "postmaster.pid").write_text(stranger)
    place.user.own(place.data / "postmaster.pid")
    assert server_pid(home) is None
    (place.data / "postmaster.pid").unlink()
    with running_server(home, durable=False) as hold:
        connect(hold.place).close()


def test_a_folder_too_deep_for_a_socket_gets_one_elsewhere(home: Path) -> None:
    deep = home / ("深" * 30) / ("层" * 30)
    with running_server(deep, durable=False) as hold:
        assert not hold.place.socket.is_relative_to(home)
        assert hold.place.socket.stat().st_mode & 0o077 == 0
        connect(hold.place).close()
    hold.place.socket.rmdir()


def test_what_the_server_s_user_cannot_reach_is_kept_in_the_state_folder(home: Path) -> None:
    private = home / "private"
    private.mkdir(parents=True)
    private.chmod(0o700)
    with running_server(private / "var", durable=False) as hold:
        connect(hold.place).close()
        if os.geteuid() == 0:
            assert hold.place.home.parent == home.parent / "state"
            assert not (private / "var").exists()
        else:
            assert hold.place.home == private / "var"
    assert private.stat().st_mode & 0o777 == 0o700, "nothing that we did not make is opened"


def test_another_local_user_is_refused(home: Path) -> None:
    with running_server(home, durable=False) as hold:
        hold.place.socket.chmod(0o755)
        (hold.place.socket / ".s.PGSQL.5432").chmod(0o777)
        rules = (hold.place.data / "pg_hba.conf").read_text()
        assert all(line.split()[3] == "peer" for line in rules.splitlines() if line.startswith("local"))
        if os.geteuid() == 0:
            stranger = subprocess.run(
                [sys.executable, "-c", CONNECT_AS, str(hold.place.socket), "54321"], capture_output=True, check=False
            )
            assert stranger.returncode != 0
            assert b"uthentication failed" in stranger.stderr


def test_a_data_folder_of_another_version_is_refused_in_words(empty_home: Path) -> None:
    home = empty_home
    data = settle(home).data
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("12\n")
    settle(home).user.own(data)
    settle(home).user.own(data / "PG_VERSION")
    with pytest.raises(DatabaseUnavailable, match="由 PostgreSQL 12 建立"), running_server(home, durable=False):
        raise AssertionError("must not start")
    assert supervisor_pids(home) == []


def test_a_half_made_cluster_is_made_anew(empty_home: Path) -> None:
    place = settle(empty_home)
    (place.data.parent / "data.new" / "base").mkdir(parents=True)
    with running_server(empty_home, durable=False):
        assert (place.data / "PG_VERSION").exists()
    assert not (place.data.parent / "data.new").exists()


def test_a_full_disk_is_told_in_one_sentence(empty_home: Path) -> None:
    home = empty_home
    place = settle(home)
    with small_disk(home / "database") as mounted:
        if mounted:
            with pytest.raises(DatabaseUnavailable, match="磁盘空间不足"), running_server(home, durable=False):
                raise AssertionError("must not start")
    assert not supervisor_pids(home)
    assert not (place.data / "PG_VERSION").exists()


class small_disk:  # noqa: N801 - reads as a context, not as a thing
    """A file system too small for a cluster, where the machine lets us mount one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounted = False

    def __enter__(self) -> bool:
        argv = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(self.folder)]
        self.mounted = os.geteuid() == 0 and subprocess.run(argv, capture_output=True, check=False).returncode == 0
        return self.mounted

    def __exit__(self, *_: object) -> None:
        if self.mounted:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


def test_a_hold_can_be_released_twice(home: Path) -> None:
    hold = Hold(settle(home), durable=False)
    hold.take()
    hold.release()
    hold.release()
    assert not packaged().answers(hold.place.socket)
