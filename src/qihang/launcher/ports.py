"""The address that `./qihang up` serves on: free, ours alone, and answering."""

import contextlib
import errno
import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from qihang.foundation.core.errors import DomainError

# A killed server's workers need a moment to notice.
PATIENCE_SECONDS = 3.0
LAST_PORT = 65535
WILDCARDS = {"0.0.0.0", "::", "*"}  # noqa: S104 - known in order to be treated with care
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def other_port(host: str, port: int) -> DomainError:
    """The refusal for a port that is taken, with the next one that is free."""
    free = next((other for other in (*range(port + 1, LAST_PORT + 1), 0) if _is_free(host, other)), 0)
    return DomainError(f"端口 {port} 已被占用；请换一个，例如 ./qihang up --port {free}。")


def _is_free(host: str, port: int) -> bool:
    try:
        _bound(host, port)
    except OSError:
        return False
    return True


@contextmanager
def claimed_port(host: str, port: int) -> Iterator[int]:
    """Hold a port against other `up` commands, yield its number (a free one for 0). DomainError when taken.

    The servers' own sockets could not tell: granian shares ports (SO_REUSEPORT), a second server would bind too.
    """
    chosen = _free_port(host, port)
    with socket.socket(socket.AF_UNIX) as claim:
        try:
            claim.bind(f"\0qihang-web-{chosen}")  # an abstract name: gone with its process, whatever happens
        except OSError as error:
            if os.path.exists("/proc/net/unix"):  # noqa: PTH110 - elsewhere there are no abstract names
                raise other_port(host, chosen) from error
        yield chosen


def _free_port(host: str, port: int) -> int:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return _bound(host, port)
        except socket.gaierror as error:
            raise DomainError(f"主机名或地址 {host} 不对；请检查 --host。") from error
        except PermissionError as error:
            raise DomainError(f"没有权限使用端口 {port}；请换一个 1024 以上的端口。") from error
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise DomainError(f"这台机器没有 {host} 这个地址；请检查 --host，只在本机用就不写它。") from error
            if time.monotonic() > deadline:
                raise other_port(host, port) from error
        time.sleep(0.2)


def _bound(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        return int(probe.getsockname()[1])


def answer(host: str, port: int) -> int | None:
    """The status code of the start page, None while nobody answers."""
    target = "127.0.0.1" if host in WILDCARDS else host
    connection = http.client.HTTPConnection(target, port, timeout=20)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None


def page_address(host: str, port: int) -> str:
    """What a person types into the browser."""
    shown = "127.0.0.1" if host in WILDCARDS else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
