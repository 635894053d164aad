"""`./qihang test`: everything that a green build needs, each step named with its time; with arguments pytest alone."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from qihang.config.settings.environment import data_home
from qihang.launcher.browser import ensure_chromium
from qihang.launcher.failures import PROJECT_ROOT
from qihang.launcher.readiness import child_environment, database_server

SETTINGS = "qihang.config.settings.test"
LAYERS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
INTERRUPTED = 2


@dataclass(frozen=True)
class Step:
    """One check: its name and the arguments for Python."""

    name: str
    argv: tuple[str, ...]


STEPS = (
    Step("代码规范", ("-m", "ruff", "check", ".")),
    Step("代码格式", ("-m", "ruff", "format", "--check", ".")),
    Step("类型", ("-m", "mypy", "src/qihang", "scripts")),
    Step("分层", ("-c", LAYERS)),
    Step("迁移", ("-m", "django", "makemigrations", "--check", "--dry-run")),
    Step("模板", ("-m", "qihang.launcher.templates")),
    Step("测试", ("-m", "pytest", "-n", "2", "--dist", "worksteal", "-m", "not browser")),
    # In a process of their own: the browser's event loop stays in the thread of every test that comes after.
    Step("浏览器测试", ("-m", "pytest", "-n", "2", "--dist", "worksteal", "-m", "browser")),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arguments", nargs="*", metavar="参数", help="交给 pytest 的参数；不带参数时做全部检查")


def run(options: argparse.Namespace) -> int:
    """All steps whatever fails on the way, or pytest with the arguments given. 1 when anything failed."""
    _stay_off_real_data()
    if not options.arguments:
        ensure_chromium(data_home(PROJECT_ROOT) / "logs" / "chromium.log")
    with database_server(durable=False):
        if options.arguments:
            return _python("-m", "pytest", *options.arguments)
        return _all_steps(STEPS, _python)


def _stay_off_real_data() -> None:
    """A data folder of the tests' own; settings for tests whatever the caller's environment says."""
    os.environ["QIHANG_HOME"] = str(data_home(PROJECT_ROOT) / "test")
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    for name in ("QIHANG_PUBLIC_URL", "QIHANG_HOSTS", "QIHANG_ENCRYPTION", "QIHANG_SECRET_KEY"):
        os.environ.pop(name, None)


def _all_steps(steps: tuple[Step, ...], python: Callable[..., int]) -> int:
    results: list[tuple[str, float, int]] = []
    for step in steps:
        print(f"\n===== {step.name}", flush=True)
        began = time.monotonic()
        code = python(*step.argv)
        results.append((step.name, time.monotonic() - began, code))
    print("\n===== 小结")
    for name, seconds, code in results:
        print(f"{'通过' if code == 0 else '没有通过'}  {seconds:6.1f} 秒  {name}")
    failed = [name for name, _, code in results if code]
    print(f"没有通过：{'、'.join(failed)}" if failed else "全部通过", flush=True)
    return 1 if failed else 0


def _python(*argv: str) -> int:
    """Run Python in the project's folder with our output as its own."""
    process = subprocess.run(  # noqa: S603
        (sys.executable, *argv),
        cwd=PROJECT_ROOT,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return process.returncode
