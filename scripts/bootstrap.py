"""Makes the runtime environment on first use: `.venv`, the locked packages, the front-end files.

Called by `./qihang` with the machine's own Python, so it uses the standard library alone. What it promises:

* one maker at a time: a second caller waits and finds the work done; the lock dies with its holder and his children;
* an environment counts as ready only when its stamp is written, last of all; anything half made is made anew;
* a failure is one Chinese line that names the way out; the full output goes to a log file.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO

OLDEST_NODE = 20
# npm would wait minutes for a network that is not there.
NPM_PATIENCE = ("--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=3000")
SPACE_NEEDED = "2 GB"

# Every file that a package says it has must be there: a killed installer leaves packages that look installed.
VERIFY = """
import importlib.metadata, sys
for package in importlib.metadata.distributions():
    for file in package.files or ():
        if file.suffix != ".pyc" and not file.locate().exists():
            sys.exit(f"missing: {file}")
"""

NETWORK = re.compile(
    r"name resolution|name or service not known|could not resolve|dns error|failed to lookup|network is unreachable|"
    r"connection (refused|reset|aborted)|tcp connect error|timed? ?out|failed to fetch|error sending request|"
    r"EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|no matching distribution|proxyerror|certificate",
    re.IGNORECASE,
)
DISK = re.compile(r"no space left|disk quota exceeded|ENOSPC|EDQUOT|os error 28", re.IGNORECASE)
HASHES = re.compile(r"hash mismatch|do not match the hashes|EINTEGRITY", re.IGNORECASE)
RIGHTS = re.compile(r"permission denied|EACCES|read-only file system", re.IGNORECASE)


class RefusalError(Exception):
    """Something the user can mend; the text is the one line shown."""


class StepError(Exception):
    """A program did not do its work; the text is what it printed."""


@dataclass(frozen=True)
class Wanted:
    """One call: which set of packages into which project, and the stamps that say it is done."""

    root: Path
    set_name: str
    packages_stamp: str
    assets_stamp: str

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def building(self) -> Path:
        """There while the environment is being changed: found at a start, the maker before us was killed."""
        return self.venv / "qihang-building"

    @property
    def stamp(self) -> Path:
        return self.venv / f"qihang.{self.set_name}"

    @property
    def assets(self) -> Path:
        return self.root / "src" / "qihang" / "web" / "static" / "vendor" / ".stamp"

    def packages_ready(self) -> bool:
        if self.building.exists() or not os.access(self.python, os.X_OK):
            return False
        return self.venv.is_symlink() or _says(self.stamp, self.packages_stamp)

    def assets_ready(self) -> bool:
        return not self.assets_stamp or _says(self.assets, self.assets_stamp)


@dataclass
class Runner:
    """Runs programs with their output in the log; they inherit the lock, so it holds while any of them lives."""

    log: IO[str]
    lock: int
    environment: dict[str, str]

    def run(self, *argv: str | Path, cwd: Path | None = None, path: Path | None = None) -> str:
        """The program's output. `path` goes first in PATH. Raises StepError when it fails or cannot be run."""
        environment = dict(self.environment)
        if path:
            environment["PATH"] = f"{path}{os.pathsep}{environment.get('PATH', '')}"
        self.log.write(f"\n$ {' '.join(map(str, argv))}\n")
        try:
            done = subprocess.run(  # noqa: S603
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                env=environment,
                cwd=cwd,
                pass_fds=(self.lock,),
                check=False,
            )
        except OSError as error:
            raise StepError(str(error)) from error
        self.log.write(done.stdout)
        self.log.flush()
        if done.returncode:
            raise StepError(done.stdout)
        return done.stdout


def main(arguments: list[str]) -> int:
    """Make what is wanted; 0 when the environment is ready, 1 after a line that says why it is not."""
    os.umask(0o022)  # programs only, no secrets: the database's own user must get at them
    root, set_name, packages_stamp, assets_stamp = arguments
    wanted = Wanted(Path(root), set_name, packages_stamp, assets_stamp)
    try:
        with _log_file(wanted.root) as log:
            try:
                _make_ready(wanted, log)
            except StepError as failure:
                raise RefusalError(_explain(str(failure), Path(log.name))) from failure
    except RefusalError as refusal:
        return _refuse(str(refusal))
    except OSError as error:
        return _refuse(_explain(str(error), None))
    except KeyboardInterrupt:
        return _refuse("已中断；再运行一次会从头准备。")
    return 0


def _refuse(text: str) -> int:
    print(f"qihang：{text}", file=sys.stderr)
    return 1


def _say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def _make_ready(wanted: Wanted, log: IO[str]) -> None:
    with _only_maker(wanted.root) as lock:
        runner = Runner(log, lock, _environment(wanted))
        if wanted.packages_ready() and wanted.assets_ready():
            return
        _say("首次使用或版本有变化：正在准备运行环境，通常不到一分钟")
        with ThreadPoolExecutor(max_workers=1) as pool:
            assets = _start_assets(wanted, runner, pool)
            if not wanted.packages_ready():
                _make_packages(wanted, runner)
            _finish_assets(wanted, runner, assets)
        _say("运行环境已就绪")


@contextmanager
def _only_maker(root: Path) -> Iterator[int]:
    """Hold the project's build lock; wait for a maker before us. Yields the lock's descriptor."""
    lock = os.open(root / ".venv.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        waited = False
        while not _locked(lock):
            if not waited:
                _say("另一个 qihang 正在准备运行环境，等它完成")
                waited = True
            time.sleep(0.1)
        yield lock
    finally:
        os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _make_packages(wanted: Wanted, runner: Runner) -> None:
    """The environment with exactly the locked packages; an unsound one is thrown away and made once more."""
    if wanted.building.exists() or not _usable(wanted, runner):
        _create(wanted, runner)
    wanted.building.touch()
    for stamp in wanted.venv.glob("qihang.*"):
        stamp.unlink()
    _say("安装依赖（按锁定的版本与校验值）")
    _install(wanted, runner, f"{wanted.set_name}.txt")
    if not _sound(wanted, runner):
        _create(wanted, runner)
        _install(wanted, runner, f"{wanted.set_name}.txt")
    # The test lock holds the product's packages in the same versions: one installation serves both stamps.
    if wanted.set_name == "test":
        (wanted.venv / "qihang.base").write_text(_cksum(wanted, runner, "base.txt"), encoding="ascii")
    wanted.stamp.write_text(wanted.packages_stamp, encoding="ascii")
    wanted.building.unlink()


def _cksum(wanted: Wanted, runner: Runner, lock_file: str) -> str:
    return runner.run("sh", "-c", 'cksum <"$1"', "sh", wanted.root / "requirements" / lock_file).strip()


def _usable(wanted: Wanted, runner: Runner) -> bool:
    """The Python in `.venv` runs, is new enough and does believe that it lives there."""
    test = "import sys; sys.exit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        runner.run(wanted.python, "-I", "-c", test)
    except StepError:
        return False
    return True


def _sound(wanted: Wanted, runner: Runner) -> bool:
    try:
        runner.run(wanted.python, "-I", "-c", VERIFY)
    except StepError:
        return False
    return True


def _create(wanted: Wanted, runner: Runner) -> None:
    """An empty environment, marked as unfinished from its first moment on."""
    uv = shutil.which("uv")
    if not uv and not (find_spec("venv") and find_spec("ensurepip")):
        raise RefusalError(
            "这台机器的 Python 缺少 venv 模块；请安装后重试（Debian、Ubuntu：apt-get install python3-venv），"
            f"或用 QIHANG_PYTHON 指明另一个 Python（现在是 {sys.executable}）。"
        )
    _clear_away(wanted.venv)
    wanted.venv.mkdir()
    wanted.building.touch()
    _say("建立 .venv")
    if uv:
        runner.run(uv, "venv", "--allow-existing", "--python", sys.executable, wanted.venv)
    else:
        runner.run(sys.executable, "-m", "venv", wanted.venv)


def _clear_away(venv: Path) -> None:
    if venv.is_dir() and not venv.is_symlink():
        _say("发现没有完成或已损坏的 .venv，重新建立")
        shutil.rmtree(venv)
    else:
        venv.unlink(missing_ok=True)


def _install(wanted: Wanted, runner: Runner, lock_file: str) -> None:
    """Install a lock with uv: the machine's, else one put into `.venv`; with pip where uv cannot do it."""
    locked = wanted.root / "requirements" / lock_file
    for uv in _installers(wanted, runner):
        try:
            runner.run(uv, "pip", "install", "--python", wanted.python, "--require-hashes", "-r", locked)
            return
        except StepError as failure:
            if DISK.search(str(failure)) or HASHES.search(str(failure)):
                raise
    # pip reads its own settings (mirrors of an office network, say) that uv does not know.
    _pip_install(wanted, runner, locked)


def _installers(wanted: Wanted, runner: Runner) -> Iterator[str]:
    machine = shutil.which("uv")
    if machine:
        yield machine
        return
    own = wanted.venv / "bin" / "uv"
    if not own.exists():
        try:
            _pip_install(wanted, runner, wanted.root / "requirements" / "uv.txt")
        except StepError as failure:
            if DISK.search(str(failure)) or NETWORK.search(str(failure)):
                raise
            return
    yield str(own)


def _pip_install(wanted: Wanted, runner: Runner, locked: Path) -> None:
    try:
        runner.run(wanted.python, "-m", "pip", "--version")
    except StepError:
        runner.run(wanted.python, "-m", "ensurepip")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "60")
    runner.run(wanted.python, "-m", "pip", "install", *quiet, "--require-hashes", "-r", locked)


def _start_assets(wanted: Wanted, runner: Runner, pool: ThreadPoolExecutor) -> Future[None] | None:
    """Fetch the front-end packages while Python's are installed; None without need or without Node.js."""
    if wanted.assets_ready() or not _node_found(runner):
        return None
    return pool.submit(_npm_ci, wanted, runner)


def _node_found(runner: Runner) -> bool:
    try:
        version = runner.run("node", "--version")
        runner.run("npm", "--version")
    except StepError:
        return False
    found = re.match(r"v(\d+)", version)
    return found is not None and int(found[1]) >= OLDEST_NODE


def _npm_ci(wanted: Wanted, runner: Runner) -> None:
    runner.run(
        "npm",
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        *NPM_PATIENCE,
        cwd=wanted.root,
        path=wanted.venv / "bin",
    )


def _finish_assets(wanted: Wanted, runner: Runner, started: Future[None] | None) -> None:
    if wanted.assets_ready():
        return
    _say("准备前端资源")
    if started:
        started.result()
    else:
        _install(wanted, runner, "node.txt")
        _npm_ci(wanted, runner)
    runner.run(wanted.python, wanted.root / "scripts" / "vendor_assets.py", cwd=wanted.root, path=wanted.venv / "bin")
    wanted.assets.parent.mkdir(parents=True, exist_ok=True)
    wanted.assets.write_text(wanted.assets_stamp, encoding="ascii")


def _environment(wanted: Wanted) -> dict[str, str]:
    """The caller's environment without what would lead an installer astray; no caches where none can be written."""
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "PYTHONSAFEPATH"}}
    environment |= {"UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1", "PIP_REQUIRE_VIRTUALENV": "0"}
    environment.pop("VIRTUAL_ENV", None)
    if not _writable(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")):
        environment |= {"UV_NO_CACHE": "1", "PIP_NO_CACHE_DIR": "1"}
        environment["npm_config_cache"] = str(wanted.venv / "npm-cache")
    return environment


def _writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)


@contextmanager
def _log_file(root: Path) -> Iterator[IO[str]]:
    """A log in the data folder, else (not writable, full) wherever temporary files go, else nowhere."""
    folders = (Path(os.environ.get("QIHANG_HOME") or root / "var") / "logs", Path(tempfile.gettempdir()))
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            log = (folder / "qihang-install.log").open("w", encoding="utf-8")
            break
        except OSError:
            continue
    else:
        log = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    with log:
        yield log


def _explain(output: str, log: Path | None) -> str:
    """The one line for what a program printed, with the way out."""
    where = f"（详情：{log}）" if log else ""
    if DISK.search(output):
        return (
            f"磁盘空间不足；请在项目、缓存（~/.cache）与临时目录所在的磁盘上腾出约 {SPACE_NEEDED} 再运行一次。{where}"
        )
    if HASHES.search(output):
        return f"下载到的依赖与锁定的校验值不符，已拒绝安装；请检查软件源或镜像后再运行一次。{where}"
    if RIGHTS.search(output):
        return f"没有写入权限；请用能写入项目目录的用户运行。{where}"
    if NETWORK.search(output):
        return f"连不上软件源，依赖没有下载成功；请检查网络或 pip、uv、npm 的镜像设置后再运行一次。{where}"
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "没有输出")
    return f"运行环境没有准备成功：{last[:200]}；请处理后再运行一次，仍不成时删除 .venv 重来。{where}"


def _says(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="ascii").strip() == text
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
