"""Where a data folder's things lie, and for whom the way to them is open."""

import errno
import os
import stat
from pathlib import Path

import pytest
from tests.foundation.database.servers import passable_folder

from qihang.foundation.database.errors import DatabaseUnavailable
from qihang.foundation.database.places import Place, make_passable, settle
from qihang.foundation.database.users import ServerUser, server_user


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_are_made_passable_and_private_whatever_the_umask(empty_home: Path) -> None:
    before = os.umask(0o077)
    try:
        place = settle(empty_home / "deeper")
    finally:
        os.umask(before)
    assert [mode(empty_home), mode(place.home), mode(place.data.parent)] == [0o755, 0o755, 0o755]
    assert [mode(place.socket), mode(place.logs)] == [0o700, 0o700]
    assert place.socket.stat().st_uid == place.user.uid
    assert not place.moved


def test_old_folders_keep_their_rights(empty_home: Path) -> None:
    empty_home.mkdir(mode=0o750)
    make_passable(empty_home / "new")
    assert mode(empty_home) == 0o750


def test_settling_twice_finds_the_same_place(empty_home: Path) -> None:
    assert settle(empty_home) == settle(empty_home)


@pytest.mark.parametrize("name", ["x" * 80, "深" * 30, "a,b"])
def test_a_name_that_no_socket_can_have_gets_a_short_folder_of_its_own(empty_home: Path, name: str) -> None:
    user = server_user()
    place = Place(empty_home / name, empty_home / name, user)
    other = Place(empty_home / f"{name}2", empty_home / f"{name}2", user)
    assert len(os.fsencode(place.socket)) < 60
    assert place.socket != other.socket


def test_a_socket_folder_that_somebody_else_made_is_not_used(empty_home: Path) -> None:
    long = empty_home / ("x" * 80)
    socket = Place(long, long, server_user()).socket
    socket.symlink_to(empty_home.parent)
    try:
        with pytest.raises(DatabaseUnavailable, match="不属于"):
            settle(long)
    finally:
        socket.unlink()


def test_a_folder_below_a_file_is_refused(empty_home: Path) -> None:
    empty_home.touch()
    with pytest.raises(DatabaseUnavailable, match="是文件"):
        settle(empty_home / "var")


def test_what_the_system_refuses_is_told(empty_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, **_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(DatabaseUnavailable, match="无法使用"):
        settle(empty_home)


def test_the_server_never_runs_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server_user().uid != 0
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("QIHANG_PGUSER", "root")
    with pytest.raises(DatabaseUnavailable, match="QIHANG_PGUSER"):
        server_user()


def test_root_may_name_the_server_s_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("QIHANG_PGUSER", "nobody")
    assert server_user().name == "nobody"
    monkeypatch.setenv("QIHANG_PGUSER", "no-such-user")
    with pytest.raises(DatabaseUnavailable, match="no-such-user"):
        server_user()


def test_a_user_whom_the_system_does_not_know_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 3_999_999)
    with pytest.raises(DatabaseUnavailable, match="3999999"):
        server_user()


def test_asking_the_system_for_a_way_in() -> None:
    user = server_user()
    with passable_folder() as base:
        closed = base / "closed"
        closed.mkdir(mode=0o000)
        assert user.can_enter(base)
        assert not user.can_enter(closed)
        assert not user.can_enter(closed / "deeper")


def test_nothing_is_changed_for_a_server_of_one_s_own() -> None:
    own = ServerUser("me", 1000, 1000, foreign=False)
    assert own.credentials == {}
    other = ServerUser("nobody", 65534, 65534, foreign=True)
    assert other.credentials["user"] == 65534
