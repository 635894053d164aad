"""`./qihang up`: the whole system in one command, until Ctrl-C.

Order: claim the port, start or join the database, bring tables and files up to date, start web server and job worker,
wait for the page, then tell the address and how to sign in. This process stays small: others run what needs Django.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType
from typing import Any

from qihang.config.settings.environment import data_home
from qihang.foundation.core.errors import DomainError
from qihang.foundation.database.server import Hold
from qihang.launcher.failures import PROJECT_ROOT
from qihang.launcher.ports import LOOPBACK, answer, claimed_port, page_address
from qihang.launcher.preparation import DEMO_SIZES, up_to_date
from qihang.launcher.readiness import SETTINGS, child_environment, database_server
from qihang.launcher.services import Service

READY_SECONDS = 180.0
HOPELESS_RESTARTS = 4
TICK_SECONDS = 0.25
SERVER_ERROR = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=8000, metavar="端口", help="网站端口，默认 8000")
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="监听地址，默认只供本机访问")
    parser.add_argument(
        "--demo",
        choices=DEMO_SIZES,
        default="",
        help="示范数据：small 小样本（第一次启动默认）、province 全省规模、none 不要（给首批管理员一次性链接）",
    )


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError("端口须在 0 到 65535 之间")
    return port


def run(options: argparse.Namespace) -> int:
    """Run the system until a signal ends it. Raises DomainError when it cannot start."""
    stop = StopRequest()
    try:
        with ExitStack() as stack:
            port = stack.enter_context(claimed_port(options.host, options.port))
            _prepare_environment(options.host, port)
            hold = stack.enter_context(database_server())
            _serve(options, port, hold, stop)
    except Stopped:
        pass
    print("已停止。", flush=True)
    return 0


class Stopped(BaseException):
    """A signal asked to stop; passes through everything that only minds errors."""


class StopRequest:
    """Turns SIGINT, SIGTERM and SIGHUP into `Stopped`, once; a second one while stopping means: at once."""

    def __init__(self) -> None:
        self.again = False
        self.shielded = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._received)

    def _received(self, number: int, frame: FrameType | None) -> None:
        if self.shielded:
            self.again = True
        else:
            self.shielded = True
            raise Stopped


def _prepare_environment(host: str, port: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    os.environ.setdefault("QIHANG_PUBLIC_URL", page_address(host, port))
    if host not in LOOPBACK and "QIHANG_HOSTS" not in os.environ:
        raise DomainError("对本机以外提供服务时，须用环境变量 QIHANG_HOSTS 写明访问用的主机名（逗号分隔）。")


def _serve(options: argparse.Namespace, port: int, hold: Hold | None, stop: StopRequest) -> None:
    logs = data_home(PROJECT_ROOT) / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    web = Service("web", "qihang.launcher.serving", logs / "web.log", (options.host, str(port)))
    worker = Service("worker", "qihang.launcher.working", logs / "worker.log", stop_seconds=30)
    services = (web, worker)
    with _stopped_at_the_end(services, stop):
        with _preparation(options.demo) as preparation:
            if up_to_date():  # then there is nothing to wait for: loading the programs takes the longest
                _keep_alive(services, hold)
            sign_in = _result(preparation)
        _await_page(web, options.host, port, lambda: _keep_alive(services, hold))
        _announce(page_address(options.host, port), sign_in)
        while True:
            _keep_alive(services, hold)
            time.sleep(TICK_SECONDS)


def _keep_alive(services: tuple[Service, ...], hold: Hold | None) -> None:
    for service in services:
        service.keep_alive()
    if hold is not None:
        hold.keep_alive()


@contextmanager
def _stopped_at_the_end(services: tuple[Service, ...], stop: StopRequest) -> Iterator[None]:
    try:
        yield
    finally:
        stop.shielded = True
        if any(service.running for service in services):
            print("正在停止……", flush=True)
        for service in services:
            service.ask_to_stop()
        for service in services:
            service.finish(lambda: stop.again)


@contextmanager
def _preparation(demo: str) -> Iterator["subprocess.Popen[str]"]:
    """The process that brings database and files up to date; its progress goes to our stderr."""
    process = subprocess.Popen(  # noqa: S603
        (sys.executable, "-m", "qihang.launcher.preparation", demo),
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def _result(preparation: "subprocess.Popen[str]") -> dict[str, Any]:
    output, _ = preparation.communicate()
    if preparation.returncode:
        raise SystemExit(1)  # it has said why
    found: dict[str, Any] = json.loads(output)
    return found


def _await_page(web: Service, host: str, port: int, keep_alive: Callable[[], None]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    status = None
    while time.monotonic() < deadline and web.restarts < HOPELESS_RESTARTS:
        keep_alive()
        status = answer(host, port)
        if status is not None and status < SERVER_ERROR:
            return
        time.sleep(TICK_SECONDS)
    seen = f"首页返回错误 {status}" if status else "没有应答"
    raise DomainError(f"网站没有启动成功：{seen}；详情见 {web.log}。")


def _announce(address: str, sign_in: dict[str, Any]) -> None:
    lines = ["", f"启航已就绪：{address}/", f"数据目录：{data_home(PROJECT_ROOT)}"]
    if sign_in.get("links"):
        lines += ["", "首批管理员的一次性链接（请分别交给本人）："]
        lines += _table([(role, f"{address}{path}") for role, path in sign_in["links"]])
    if sign_in.get("logins"):
        lines += ["", "示范登录（岗位、登录名、密码）："]
        lines += _table([tuple(row) for row in sign_in["logins"]])
    print("\n".join([*lines, "", "按 Ctrl-C 停止。"]), flush=True)


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _width(text: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
