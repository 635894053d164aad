"""What a deployment says from outside: data folder, database, key, names; and what an https address turns on."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from qihang.config.settings.environment import data_home, database_settings, secret_key, site_settings

SOURCES = Path(__file__).resolve().parents[2] / "src"


# --- the data folder and the database ----------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [None, ""])
def test_the_data_folder_lies_beside_the_source_unless_said_otherwise(
    given: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QIHANG_HOME", raising=False)
    if given is not None:
        monkeypatch.setenv("QIHANG_HOME", given)
    assert data_home(tmp_path) == (tmp_path / "var").resolve()


def test_a_folder_said_from_where_one_stands_is_the_same_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QIHANG_HOME", "../data")
    assert data_home(Path("/elsewhere")) == tmp_path.parent / "data"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://app:p%40ss%2Fw@db.example:6432/qihang",
            {"NAME": "qihang", "USER": "app", "PASSWORD": "p@ss/w", "HOST": "db.example", "PORT": "6432"},
        ),
        ("postgresql:///qihang?host=/run/pg&user=app", {"NAME": "qihang", "USER": "app", "HOST": "/run/pg"}),
        ("host=db dbname=other user=app", {"NAME": "other", "USER": "app", "HOST": "db", "PORT": ""}),
        ("postgres://db.example", {"NAME": "qihang", "HOST": "db.example", "USER": "", "PASSWORD": ""}),
    ],
)
def test_an_outside_database_in_the_forms_people_write_it(
    url: str, expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    found = database_settings(tmp_path)
    assert {key: found[key] for key in expected} == expected
    assert found["OPTIONS"] == {}


def test_what_else_it_says_goes_on_to_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment that asks for an encrypted line must get one."""
    monkeypatch.setenv(
        "DATABASE_URL", "postgresql://app@db/q?sslmode=verify-full&sslrootcert=/etc/ca.pem&connect_timeout=3"
    )
    assert database_settings(tmp_path)["OPTIONS"] == {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca.pem",
        "connect_timeout": "3",
    }


@pytest.mark.parametrize("url", [None, ""])
def test_without_one_it_is_our_own_by_its_socket(
    url: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("QIHANG_SOCKET", raising=False)
    if url is not None:
        monkeypatch.setenv("DATABASE_URL", url)
    assert database_settings(tmp_path)["HOST"] == str(tmp_path / "run")
    monkeypatch.setenv("QIHANG_SOCKET", "/tmp/qihang-0-abc")
    assert database_settings(tmp_path)["HOST"] == "/tmp/qihang-0-abc"
    assert database_settings(tmp_path)["PASSWORD"] == ""


# --- the signing key ---------------------------------------------------------------------------------------------------


@pytest.fixture
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QIHANG_SECRET_KEY", raising=False)


@pytest.mark.usefixtures("no_key")
def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    file = tmp_path / "keys" / "secret_key"
    assert len(key) >= 50
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert secret_key(tmp_path) == key == file.read_text()
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"], "nothing is left of the making"


@pytest.mark.usefixtures("no_key")
def test_of_many_first_starts_at_once_all_sign_with_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the pages of one process would not know the sessions of the other."""
    gate, keys, number = threading.Barrier(6), [], iter(range(1, 100))
    monkeypatch.setattr(os, "getpid", lambda: next(number))  # as so many processes would have

    def start() -> None:
        gate.wait(20)
        keys.append(secret_key(tmp_path))

    starts = [threading.Thread(target=start) for _ in range(6)]
    for one in starts:
        one.start()
    for one in starts:
        one.join(20)
    assert len(keys) == 6
    assert len(set(keys)) == 1


@pytest.mark.usefixtures("no_key")
def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")


def test_a_key_given_from_outside_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIHANG_SECRET_KEY", "given")
    assert secret_key(tmp_path) == "given"
    assert list(tmp_path.iterdir()) == []


# --- names and addresses -------------------------------------------------------------------------------------------------


def test_names_of_the_deployment_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("QIHANG_SITE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("QIHANG_SITE_OWNER_SHORT", "海口就业局")
    monkeypatch.setenv("QIHANG_SITES", "x")
    assert site_settings() == {"owner_short": "海口就业局"}


def settings_of_prod(tmp_path: Path, **given: str) -> dict[str, Any]:
    """What a process of a deployment comes to, by these words of its environment."""
    import json

    names = "SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SECURE_SSL_REDIRECT SECURE_HSTS_SECONDS MFA_REQUIRED_ROLES DEBUG ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS PUBLIC_URL"
    program = f"""
import json
from qihang.config.settings import prod
print(json.dumps({{name: getattr(prod, name) for name in {names.split()}}}))
"""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, "PYTHONPATH": str(SOURCES), "QIHANG_HOME": str(tmp_path), "DATABASE_URL": "dbname=x", **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_https_address_turns_on_all_that_keeps_a_session_safe(tmp_path: Path) -> None:
    found = settings_of_prod(tmp_path, QIHANG_PUBLIC_URL="https://qihang.example/", QIHANG_HOSTS="qihang.example")
    assert all(found[name] for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"))
    assert found["SECURE_HSTS_SECONDS"] > 0
    assert found["MFA_REQUIRED_ROLES"] == "staff"
    assert found["ALLOWED_HOSTS"] == ["qihang.example"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://qihang.example"]
    assert found["DEBUG"] is False


def test_a_machine_of_ones_own_can_be_signed_in_to_without_https(tmp_path: Path) -> None:
    found = settings_of_prod(tmp_path, QIHANG_MFA_ROLES="")
    assert not any(found[name] for name in ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT"))
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["MFA_REQUIRED_ROLES"] == ""
    assert found["DEBUG"] is False
