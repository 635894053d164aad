"""What the settings read from the outside: the data folder, the database address and the secret key."""

import os
import secrets
from pathlib import Path
from typing import Any

DATABASE_NAME = "qihang"


def data_home(project_root: Path) -> Path:
    """The data folder: `QIHANG_HOME`, else `var` beside the source."""
    return Path(os.environ.get("QIHANG_HOME") or project_root / "var").resolve()


def database_settings(home: Path) -> dict[str, Any]:
    """Django's database entry: `DATABASE_URL` when set, else the socket of our own server."""
    url = os.environ.get("DATABASE_URL")
    if url:
        from psycopg.conninfo import conninfo_to_dict  # a tenth of a second that only this case pays

        parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    else:
        socket = os.environ.get("QIHANG_SOCKET", str(home / "run"))
        parts = {"dbname": DATABASE_NAME, "user": DATABASE_NAME, "host": socket}
    options = {key: value for key, value in parts.items() if key not in {"dbname", "user", "password", "host", "port"}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", DATABASE_NAME),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": parts.get("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "TEST": {"TEMPLATE": "template0"},
    }


def secret_key(home: Path) -> str:
    """The signing key: from the environment, else made once and kept readable by its owner alone."""
    given = os.environ.get("QIHANG_SECRET_KEY")
    if given:
        return given
    path = home / "keys" / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            os.link(fresh, path)  # atomic: of two first starts at once, one key wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii")


def site_settings() -> dict[str, str]:
    """What the deployment is called and who runs it: `QIHANG_SITE_OWNER` becomes `owner`, and so on."""
    prefix = "QIHANG_SITE_"
    return {name.removeprefix(prefix).lower(): value for name, value in os.environ.items() if name.startswith(prefix)}
