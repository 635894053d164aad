"""Nothing is done twice to a database, and nothing by two at once."""

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import psycopg
import pytest
from django.db import connection

from qihang.foundation.core.errors import DomainError
from qihang.launcher import preparation, stamps
from qihang.launcher.preparation import prepare_database, prepare_sign_in, prepare_static, up_to_date
from qihang.launcher.stamps import Stamps, open_stamps, schema_fingerprint, static_fingerprint


@pytest.fixture
def database(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The test database, as the launcher connects to it: with a connection of its own."""
    url = psycopg.conninfo.make_conninfo(
        **{
            key: connection.get_connection_params()[key]
            for key in ("host", "user", "dbname", "port")
            if key in connection.get_connection_params()
        }
    )
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    with psycopg.connect(url, autocommit=True) as own:
        own.execute("DROP TABLE IF EXISTS launcher_stamp")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was called, in place of migrating and of the other apps' hooks."""
    made: list[str] = []
    module = ModuleType("hooks_of_the_tests")

    def hook(name: str, result: Any = None) -> str:
        def run(*arguments: str) -> Any:
            made.append(" ".join((name, *arguments)))
            return result

        setattr(module, name, run)
        return f"{module.__name__}:{name}"

    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(preparation, "LOAD_REFERENCE_DATA", hook("reference"))
    monkeypatch.setattr(preparation, "LOAD_SOURCED_PARAMETERS", hook("parameters"))
    monkeypatch.setattr(preparation, "FIRST_ADMIN_LINKS", hook("links", [("系统管理员", "/invitations/x/")]))
    monkeypatch.setattr(preparation, "BUILD_DEMO", hook("demo"))
    monkeypatch.setattr(preparation, "DEMO_THERE", "hooks_of_the_tests:demo_there")
    module.demo_there = lambda: False  # type: ignore[attr-defined]
    monkeypatch.setattr(preparation, "DEMO_LOGINS", hook("logins", [("学员", "xueyuan", "abcdef-23456")]))
    monkeypatch.setattr("django.core.management.call_command", lambda name, **_: made.append(name))
    return made


def test_stamps_are_kept(database: str) -> None:
    with open_stamps() as first:
        assert first.get("schema") is None
        first.set("schema", "a")
        first.set("schema", "b")
        first.set("demo", "none")
    with open_stamps() as second:
        assert [second.get("schema"), second.get("demo")] == ["b", "none"]


def test_a_database_is_brought_up_to_date_once(database: str, calls: list[str]) -> None:
    prepare_database()
    assert calls == ["migrate", "createcachetable", "reference"]
    prepare_database()
    assert len(calls) == 3


def test_changed_migrations_are_applied(database: str, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_database()
    monkeypatch.setattr(preparation, "schema_fingerprint", lambda: "another")
    prepare_database()
    assert calls.count("migrate") == 2


def test_a_failure_leaves_no_stamp(database: str, calls: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "LOAD_REFERENCE_DATA", "json:no_such_function")
    with pytest.raises(AttributeError):
        prepare_database()
    with open_stamps() as kept:
        assert kept.get("schema") is None


def test_one_who_waited_for_another_does_nothing(
    database: str, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def other_was_quicker(self: Stamps) -> Iterator[None]:
        self.set("schema", schema_fingerprint())
        yield

    monkeypatch.setattr(Stamps, "alone", other_was_quicker)
    prepare_database()
    assert calls == []


def test_only_one_goes_in_at_a_time(database: str) -> None:
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND database = %s::oid"
    with psycopg.connect(database, autocommit=True) as watching:
        oid = watching.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert oid is not None
        arguments = (stamps.ADVISORY_LOCK, oid[0])
        with open_stamps() as one, one.alone():
            assert watching.execute(held, arguments).fetchone() == (1,)
        assert watching.execute(held, arguments).fetchone() == (0,)


def test_an_own_installation_asks_for_the_first_administrators_at_every_start(database: str, calls: list[str]) -> None:
    for demo in ("none", "", "none"):
        assert prepare_sign_in(demo) == {"links": [("系统管理员", "/invitations/x/")]}
    assert calls == ["links"] * 3


@pytest.mark.parametrize(("demo", "built"), [("", "small"), ("small", "small"), ("province", "province")])
def test_the_first_start_builds_the_demo_and_every_start_tells_its_log_ins(
    database: str, calls: list[str], demo: str, built: str
) -> None:
    for asked in (demo, "", built):
        assert prepare_sign_in(asked) == {"logins": [("学员", "xueyuan", "abcdef-23456")]}
    assert calls == [f"demo {built}", *["logins"] * 3]


def test_one_demo_does_not_become_another(database: str, calls: list[str]) -> None:
    prepare_sign_in("small")
    with pytest.raises(DomainError, match="QIHANG_HOME"):
        prepare_sign_in("province")
    assert calls == ["demo small", "logins"]


@pytest.mark.parametrize("before", [None, "none"])
def test_a_demo_that_was_built_by_hand_is_served_as_it_is(database: str, calls: list[str], before: str | None) -> None:
    if before:
        prepare_sign_in(before)
    sys.modules["hooks_of_the_tests"].demo_there = lambda: True  # type: ignore[attr-defined]
    for _ in range(2):
        assert prepare_sign_in("") == {"logins": [("学员", "xueyuan", "abcdef-23456")]}
    assert not [call for call in calls if call.startswith("demo")]
    with pytest.raises(DomainError, match=r"（demo build）；接着用它，就不写 --demo"):
        prepare_sign_in("small")


def test_a_demo_that_was_cut_short_is_built_at_the_next_start(
    database: str, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    build = preparation.BUILD_DEMO
    monkeypatch.setattr(preparation, "BUILD_DEMO", "json:no_such_function")
    with pytest.raises(AttributeError):
        prepare_sign_in("small")
    monkeypatch.setattr(preparation, "BUILD_DEMO", build)
    prepare_sign_in("")
    assert calls == ["demo small", "logins"]


def test_an_installation_of_its_own_starts_from_the_sourced_parameters(database: str, calls: list[str]) -> None:
    prepare_database()
    prepare_sign_in("none")
    prepare_sign_in("")
    assert calls.count("parameters") == 1


def test_an_installation_with_a_demo_keeps_the_demos_parameters(database: str, calls: list[str]) -> None:
    prepare_database()
    with open_stamps() as kept:
        kept.set("demo", "small")
    prepare_sign_in("")
    assert "parameters" not in calls


@pytest.mark.parametrize(
    "name",
    ["LOAD_REFERENCE_DATA", "LOAD_SOURCED_PARAMETERS", "FIRST_ADMIN_LINKS", "BUILD_DEMO", "DEMO_THERE", "DEMO_LOGINS"],
)
def test_every_hook_is_there(name: str) -> None:
    module, _, function = getattr(preparation, name).partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_static_files_are_collected_once_for_the_same_sources(
    calls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIHANG_HOME", str(tmp_path))
    (tmp_path / "static").mkdir()
    prepare_static()
    prepare_static()
    assert calls == ["collectstatic"]
    monkeypatch.setattr(preparation, "static_fingerprint", lambda: "another")
    prepare_static()
    assert calls == ["collectstatic", "collectstatic"]
    assert [file.name for file in (tmp_path / "static").iterdir()] == [".stamp-another"]


def test_of_two_first_starts_one_writes_the_static_files_and_the_other_waits(
    calls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIHANG_HOME", str(tmp_path))
    (tmp_path / "static").mkdir()
    second = Thread(target=prepare_static)
    with preparation._alone_with(tmp_path / "static"):
        second.start()
        second.join(0.3)
        assert second.is_alive() and calls == [], "waits for the first"
        preparation._static_stamp().touch()
    second.join(10)
    assert not second.is_alive() and calls == [], "finds them made"


def test_a_start_knows_whether_anything_is_to_be_made(
    database: str, calls: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIHANG_HOME", str(tmp_path))
    (tmp_path / "static").mkdir()
    assert not up_to_date()
    prepare_static()
    prepare_database()
    assert not up_to_date(), "the first administrators were not asked for yet"
    prepare_sign_in("")
    assert up_to_date()


def test_fingerprints_follow_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tmp_path / "src" / "qihang"
    (sources / "foundation" / "core" / "migrations").mkdir(parents=True)
    (sources / "web" / "static").mkdir(parents=True)
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").touch()
    monkeypatch.setattr(stamps, "PROJECT_ROOT", tmp_path)
    monkeypatch.setattr(stamps, "SOURCES", sources)
    seen = {(schema_fingerprint(), static_fingerprint())}
    (sources / "foundation" / "core" / "migrations" / "0001_initial.py").write_text("operations = []")
    seen.add((schema_fingerprint(), static_fingerprint()))
    (sources / "foundation" / "core" / "regions.csv").write_text("460000")
    seen.add((schema_fingerprint(), static_fingerprint()))
    assert len({schema for schema, _ in seen}) == 3
    assert len({static for _, static in seen}) == 1
    (sources / "web" / "static" / "app.css").write_text("a{}")
    assert static_fingerprint() not in {static for _, static in seen}


def test_a_refusal_ends_the_preparation_with_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise DomainError("缺少参数表；请先导入。")

    monkeypatch.setattr(preparation, "prepare_static", refuse)
    assert preparation.main("") == 1
    printed = capsys.readouterr()
    assert printed.err == "qihang：缺少参数表；请先导入。\n"
    assert printed.out == ""


def test_what_a_person_needs_is_handed_on_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(preparation, "prepare_static", lambda: None)
    monkeypatch.setattr(preparation, "prepare_database", lambda: None)
    monkeypatch.setattr(preparation, "prepare_sign_in", lambda demo: {"links": [("系统管理员", demo)]})
    assert preparation.main("none") == 0
    assert json.loads(capsys.readouterr().out) == {"links": [["系统管理员", "none"]]}
