"""Sees that what a command needs is there: the data folder, the database server, Django, an up-to-date database."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from qihang.config.settings.environment import data_home
from qihang.foundation.core.commands import Needs
from qihang.foundation.database.errors import DatabaseUnavailable
from qihang.foundation.database.places import make_passable
from qihang.foundation.database.server import Hold, running_server
from qihang.launcher.failures import PROJECT_ROOT

SETTINGS = "qihang.config.settings.prod"


@contextmanager
def provided(needs: Needs) -> Iterator[None]:
    """Provide what a command needs for as long as it runs."""
    with ExitStack() as stack:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
        if needs in {Needs.SERVER, Needs.DATABASE}:
            stack.enter_context(database_server())
        if needs in {Needs.DJANGO, Needs.DATABASE}:
            import django

            django.setup()
        if needs is Needs.DATABASE:
            from qihang.launcher.preparation import prepare_database

            prepare_database()
        yield


@contextmanager
def database_server(*, durable: bool = True) -> Iterator[Hold | None]:
    """The database for this process and its children: our own server, or (None) the one that DATABASE_URL names.

    Raises DatabaseUnavailable with a line that says what to do.
    """
    home = data_home(PROJECT_ROOT)
    if os.environ.get("DATABASE_URL"):
        make_passable(home)
        check_outside_server(os.environ["DATABASE_URL"])
        yield None
        return
    with running_server(home, durable=durable) as hold:
        if hold.place.moved:
            print(
                f"· 数据目录改用 {hold.place.home}（数据库用户 {hold.place.user.name} 进不了 {hold.place.asked}）",
                file=sys.stderr,
            )
        os.environ["QIHANG_HOME"] = str(hold.place.home)
        os.environ["QIHANG_SOCKET"] = str(hold.place.socket)
        yield hold


def check_outside_server(url: str) -> None:
    """Raise DatabaseUnavailable unless the server of DATABASE_URL takes our connection and is new enough."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise DatabaseUnavailable(f"连不上 DATABASE_URL 指定的数据库：{reason}。请检查地址、账号与权限。") from error
    if version < 150000:
        raise DatabaseUnavailable(f"DATABASE_URL 指定的数据库是 PostgreSQL {version // 10000}，需要 15 或更新版本。")


def child_environment(**more: str | Path) -> dict[str, str]:
    """The environment for a Python process of ours."""
    source = str(PROJECT_ROOT / "src")
    ours = {"PYTHONPATH": source, "PYTHONSAFEPATH": "1", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    return {**os.environ, **ours, **{key: str(value) for key, value in more.items()}}
