"""Real servers in folders of their own."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.foundation.database.servers import Command, passable_folder

from qihang.foundation.database.binaries import reachable
from qihang.foundation.database.cluster import initialise
from qihang.foundation.database.places import settle


@pytest.fixture
def empty_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The name of a data folder that is not there yet; the name needs quoting."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with passable_folder() as base:
        monkeypatch.setenv("QIHANG_STATE", str(base / "state"))
        yield base / '数据 "目录"'


@pytest.fixture(scope="session")
def made_cluster() -> Iterator[Path]:
    """A cluster made once, to be copied: making one takes a second or two."""
    with passable_folder() as base:
        place = settle(base / "made")
        initialise(place, reachable(place), durable=False)
        yield place.data


@pytest.fixture
def home(empty_home: Path, made_cluster: Path) -> Path:
    """A data folder with a cluster in it."""
    place = settle(empty_home)
    subprocess.run(["cp", "-a", "--reflink=auto", made_cluster, place.data], check=True)
    return empty_home


@pytest.fixture
def start_command() -> Iterator[Callable[[Path], Command]]:
    """Starts a command on a data folder; whatever is left of them at the end is killed."""
    started: list[Command] = []

    def start(home: Path) -> Command:
        started.append(Command(home))
        return started[-1]

    yield start
    for command in started:
        command.kill()
