"""`./qihang lock`: computes the hashed locks anew from the `.in` files. The locks name no registry address."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from qihang.foundation.core.errors import DomainError
from qihang.launcher.failures import PROJECT_ROOT
from qihang.launcher.readiness import child_environment

# In this order: the test lock keeps to the product's versions, so that one installation serves both.
LOCKS = ("base", "test", "node", "uv")
OLDEST_PYTHON = "3.11"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--upgrade", action="store_true", help="升级到允许范围内的最新版本；默认只补缺、去多余")


def run(options: argparse.Namespace) -> int:
    """Compile every lock. Raises DomainError when uv is missing or finds no solution."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise DomainError("计算锁定文件需要 uv；请运行 .venv/bin/python -m pip install uv 后再试。")
    for name in LOCKS:
        constraints = ("--constraints", "requirements/base.txt") if name == "test" else ()
        _compile(uv, name, *constraints, *(("--upgrade",) if options.upgrade else ()))
        print(f"requirements/{name}.txt")
    return 0


def _compile(uv: str, name: str, *more: str) -> None:
    manner = ("--quiet", "--universal", "--python-version", OLDEST_PYTHON, "--generate-hashes", "--no-header")
    files = (f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt")
    done = subprocess.run(  # noqa: S603
        (uv, "pip", "compile", *manner, *files, *more),
        cwd=PROJECT_ROOT,
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = " ".join(done.stderr.split())[-400:]
        raise DomainError(f"requirements/{name}.in 没有算出锁定文件：{reason}")
