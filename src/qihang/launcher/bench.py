"""`./qihang bench NAME`: one benchmark beside its peers, on a database server and in a data folder of its own."""

import argparse
import os
import subprocess
import sys
import tempfile

from qihang.foundation.core.errors import DomainError
from qihang.launcher.failures import PROJECT_ROOT
from qihang.launcher.readiness import child_environment, database_server

BENCHMARKS = PROJECT_ROOT / "benchmarks"
SETTINGS = "qihang.config.settings.test"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`NAME [size]`."""
    parser.add_argument("name", metavar="名称", choices=names(), help=f"测哪一项：{'、'.join(names())}")
    parser.add_argument("size", nargs="*", metavar="规模", help="多少人、多少件；不写就用这一项自己的规模")


def names() -> list[str]:
    """Everything that can be measured."""
    return sorted(path.stem for path in BENCHMARKS.glob("*.py") if "def run(" in path.read_text(encoding="utf-8"))


def run(options: argparse.Namespace) -> int:
    """The benchmark's own exit code; what it prints goes straight through."""
    with tempfile.TemporaryDirectory(prefix="qihang-bench-") as home:
        os.environ["QIHANG_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        with database_server():
            process = subprocess.run(  # noqa: S603
                (sys.executable, "-m", "benchmarks", options.name, *options.size),
                cwd=PROJECT_ROOT,
                env=child_environment(PYTHONPATH=os.pathsep.join((str(PROJECT_ROOT / "src"), str(PROJECT_ROOT)))),
                stdin=subprocess.DEVNULL,
                check=False,
            )
    if process.returncode < 0:
        raise DomainError(f"测量被信号 {-process.returncode} 打断了")
    return process.returncode
