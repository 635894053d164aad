import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from qihang.foundation.core.errors import DomainError
from qihang.launcher import ports
from qihang.launcher.ports import answer, claimed_port, other_port, page_address


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "PATIENCE_SECONDS", 0.0)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken


def test_a_taken_port_is_told_with_another_to_take(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    refused = pytest.raises(DomainError, match=rf"端口 {port} 已被占用；请换一个，例如 ./qihang up --port \d+")
    with refused as refusal, claimed_port("127.0.0.1", port):
        raise AssertionError("must not be claimed")
    with claimed_port("127.0.0.1", int(re.findall(r"\d+", refusal.value.message)[-1])):
        pass  # the one it names is free


def test_a_port_that_is_taken_too_is_not_recommended(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    named = str(other_port("127.0.0.1", port - 1))
    assert f"--port {port}。" not in named


def test_an_address_of_another_machine_is_told_as_such() -> None:
    with pytest.raises(DomainError, match=r"没有 192\.0\.2\.1 这个地址；请检查 --host"), claimed_port("192.0.2.1", 0):
        raise AssertionError("must not be claimed")


def test_zero_means_any_free_port() -> None:
    with claimed_port("127.0.0.1", 0) as port, socket.socket() as server:
        server.bind(("127.0.0.1", port))


def test_of_two_starts_on_one_port_only_one_gets_it() -> None:
    with (
        claimed_port("127.0.0.1", 0) as port,
        pytest.raises(DomainError, match="已被占用"),
        claimed_port("127.0.0.1", port),
    ):
        raise AssertionError("must not be claimed twice")
    with claimed_port("127.0.0.1", port) as again:
        assert again == port


def test_a_port_just_given_up_is_waited_for(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "PATIENCE_SECONDS", 10.0)
    threading.Timer(0.1, listener.close).start()
    with claimed_port("127.0.0.1", listener.getsockname()[1]):
        pass


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(DomainError, match="no such host"), claimed_port("no such host", 0):
        raise AssertionError("must not be claimed")


def test_a_privileged_port_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(host: str, port: int) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(ports, "_bound", forbidden)
    with pytest.raises(DomainError, match="1024"), claimed_port("127.0.0.1", 80):
        raise AssertionError("must not be claimed")


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_the_answer_is_the_start_page_s_status() -> None:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        assert answer("0.0.0.0", server.server_port) == 503
        thread.join()
    assert answer("127.0.0.1", server.server_port) is None


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("example.test", "http://example.test:8000"),
    ],
)
def test_the_address_is_one_for_the_browser(host: str, address: str) -> None:
    assert page_address(host, 8000) == address
