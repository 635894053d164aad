"""`./qihang` on machines that lack things. Each test runs the real script and bootstrap in a small copy of the project;
a false `uv` stands for the network."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# `uv venv` makes an environment; `uv pip install` only notes what was asked for, after the wait or failure told.
FALSE_UV = """#!/bin/sh
echo "$*" >>"$UV_NOTES"
if [ "$1" = venv ]; then
    for target; do :; done
    exec "$REAL_PYTHON" -m venv --without-pip "$target"
fi
[ -n "${UV_SAYS-}" ] && { echo "$UV_SAYS"; exit 2; }
case "$*" in *node.txt) printf '#!/bin/sh\\nmkdir -p node_modules/kit\\n' >"$(dirname "$4")/npm"; chmod +x "$(dirname "$4")/npm" ;; esac
[ -n "${UV_WAITS-}" ] && sleep "$UV_WAITS"
exit 0
"""
FALSE_CLI = """
import sys
if __name__ == "__main__":
    print(sys.argv[1:], sys.prefix)
    sys.exit(3)
"""
FALSE_VENDOR = """
from pathlib import Path
assert Path("node_modules/kit").is_dir()
target = Path("src/qihang/web/static/vendor")
target.mkdir(parents=True, exist_ok=True)
(target / "kit.css").write_text("")
"""
OLD_PYTHON = "#!/bin/sh\necho 3.9\nexit 1\n"


class Project:
    """A copy of what starts the project, in a folder whose name needs quoting, with tools that the test chooses."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "启航 的 项目"
        (self.root / "scripts").mkdir(parents=True)
        (self.root / "requirements").mkdir()
        (self.root / "src" / "qihang").mkdir(parents=True)
        shutil.copy(PROJECT / "qihang", self.root)
        shutil.copy(PROJECT / "scripts" / "bootstrap.py", self.root / "scripts")
        for name in ("base", "test", "node", "uv"):
            (self.root / "requirements" / f"{name}.txt").write_text(f"# {name}\n")
        (self.root / "src" / "qihang" / "__init__.py").touch()
        (self.root / "src" / "qihang" / "cli.py").write_text(FALSE_CLI)
        self.tools = folder / "tools"
        self.tools.mkdir()
        for name in ("sh", "dirname", "cksum", "cat", "readlink", "mkdir", "chmod", "sleep"):
            self.link(name, shutil.which(name) or "")
        self.link("python3", sys.executable)
        self.write_tool("uv", FALSE_UV)
        self.notes = folder / "notes"
        self.notes.touch()
        self.environment = {
            "PATH": str(self.tools),
            "HOME": str(folder),
            "UV_NOTES": str(self.notes),
            "REAL_PYTHON": sys.executable,
        }

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    def link(self, name: str, target: str) -> None:
        (self.tools / name).symlink_to(target)

    def write_tool(self, name: str, text: str) -> None:
        (self.tools / name).write_text(text)
        (self.tools / name).chmod(0o755)

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [str(self.root / "qihang"), *arguments],
            env={**self.environment, **environment},
            cwd="/",
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Exit code (3 when our command was reached), stdout and stderr."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def asked(self, what: str) -> int:
        """How often uv was asked for this."""
        return sum(what in line for line in self.notes.read_text().splitlines())

    def add_front_end(self) -> None:
        (self.root / "package-lock.json").write_text("{}")
        (self.root / "scripts" / "vendor_assets.py").write_text(FALSE_VENDOR)
        (self.root / "src" / "qihang" / "web").mkdir()
        (self.root / "src" / "qihang" / "web" / "icons.txt").touch()

    def add_node(self, version: str) -> None:
        self.write_tool("node", f"#!/bin/sh\necho v{version}\n")
        self.write_tool("npm", '#!/bin/sh\n[ "$1" = ci ] && mkdir -p node_modules/kit\nexit 0\n')


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def one_line(text: str) -> bool:
    return text.startswith("qihang：") and text.count("\n") == 1


def test_the_first_use_makes_the_environment_and_later_ones_go_straight_on(project: Project) -> None:
    code, out, err = project.run("import", "roster", "a b.xlsx", "")
    assert (code, out) == (3, f"['import', 'roster', 'a b.xlsx', ''] {project.venv}\n")
    assert "正在准备运行环境" in err
    assert project.asked("--require-hashes") == 1
    assert project.run("import")[::2] == (3, "")
    assert project.asked("") == 2


def test_it_runs_through_a_link_from_anywhere(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "qihang").symlink_to(Path("..") / project.root.name / "qihang")
    done = subprocess.run(
        [str(tmp_path / "bin" / "qihang")], env=project.environment, cwd="/", capture_output=True, check=False
    )
    assert done.returncode == 3


def test_the_tests_have_a_lock_of_their_own_that_serves_both(project: Project) -> None:
    assert project.run("test")[0] == 3
    assert project.asked("test.txt") == 1
    assert project.run("up")[::2] == (3, "")
    assert project.run("bench")[::2] == (3, "")


def test_a_changed_lock_is_installed(project: Project) -> None:
    project.run("up")
    (project.root / "requirements" / "base.txt").write_text("# newer\n")
    assert project.run("up")[0] == 3
    assert project.asked("base.txt") == 2
    assert project.asked("venv --allow") == 1, "into the environment that is there"


@pytest.mark.parametrize("state", ["empty", "no python", "killed", "file", "dangling link"])
def test_a_half_made_environment_is_made_anew(project: Project, state: str) -> None:
    if state == "file":
        project.venv.touch()
    elif state == "dangling link":
        project.venv.symlink_to("nowhere")
    else:
        project.venv.mkdir()
    if state == "no python":
        (project.venv / "bin").mkdir()
        (project.venv / "bin" / "python").symlink_to("/nowhere/python3")
    if state == "killed":
        project.run("up")
        (project.venv / "qihang-building").touch()
        (project.venv / "qihang.base").unlink()
        (project.venv / "left over").touch()
    assert project.run("up")[0] == 3
    assert not (project.venv / "left over").exists()
    assert not (project.venv / "qihang-building").exists()


def test_packages_with_missing_files_are_installed_afresh(project: Project) -> None:
    project.run("up")
    (project.venv / "qihang.base").unlink()
    site = next((project.venv / "lib").glob("python*/site-packages"))
    (site / "torn-1.0.dist-info").mkdir()
    (site / "torn-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: torn\nVersion: 1.0\n")
    (site / "torn-1.0.dist-info" / "RECORD").write_text("torn/__init__.py,,\n")
    assert project.run("up")[0] == 3
    assert not (site / "torn-1.0.dist-info").exists()


def test_somebody_s_own_environment_behind_a_link_is_used_as_it_is(project: Project, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "own")], check=True)
    project.venv.symlink_to(tmp_path / "own")
    assert project.run("up")[::2] == (3, "")
    assert project.asked("") == 0
    project.add_front_end()
    project.add_node("22.1.0")
    assert project.run("up")[0] == 3
    assert (project.root / "src" / "qihang" / "web" / "static" / "vendor" / "kit.css").exists()
    assert project.asked("") == 0


def test_of_two_at_once_one_builds_and_the_other_waits(project: Project) -> None:
    first, second = project.start("up", UV_WAITS="0.5"), project.start("manage", UV_WAITS="0.5")
    errors = [process.communicate(timeout=60)[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (3, 3)
    assert project.asked("venv --allow") == 1
    assert project.asked("base.txt") == 1
    assert sum("等它完成" in error for error in errors) == 1


def test_a_build_killed_in_the_middle_is_taken_up_by_the_next(project: Project) -> None:
    process = project.start("up", UV_WAITS="30")
    deadline = time.monotonic() + 30
    while project.asked("base.txt") == 0:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert project.run("up")[0] == 3
    assert project.asked("venv --allow") == 2


def test_no_python(project: Project) -> None:
    (project.tools / "python3").unlink()
    code, _, err = project.run("up")
    assert code == 1
    assert one_line(err)
    assert "没有找到 Python" in err
    assert "QIHANG_PYTHON" in err


def test_an_old_python(project: Project) -> None:
    (project.tools / "python3").unlink()
    project.write_tool("python3", OLD_PYTHON)
    code, _, err = project.run("up")
    assert code == 1
    assert one_line(err)
    assert "python3 是 3.9" in err


def test_a_newer_python_beside_an_old_one_is_found(project: Project) -> None:
    (project.tools / "python3").unlink()
    project.write_tool("python3", OLD_PYTHON)
    project.link("python3.12", sys.executable)
    assert project.run("up")[0] == 3


def test_a_python_named_by_hand(project: Project) -> None:
    (project.tools / "python3").unlink()
    assert project.run("up", QIHANG_PYTHON=sys.executable)[0] == 3
    shutil.rmtree(project.venv)
    code, _, err = project.run("up", QIHANG_PYTHON="/nowhere/python3")
    assert code == 1
    assert one_line(err)
    assert "/nowhere/python3" in err


def test_a_full_disk_during_the_installation(project: Project) -> None:
    code, _, err = project.run("up", UV_SAYS="error: failed to write: No space left on device (os error 28)")
    assert code == 1
    assert "qihang：磁盘空间不足" in err
    assert "Traceback" not in err
    assert project.run("up")[0] == 3, "once there is room it goes on"


def test_packages_that_are_not_what_was_locked(project: Project) -> None:
    code, _, err = project.run("up", UV_SAYS="error: Hash mismatch for django==5.2.19")
    assert code == 1
    assert "qihang：下载到的依赖与锁定的校验值不符" in err


def test_a_folder_that_may_not_be_written(project: Project) -> None:
    (project.root / ".venv.lock").mkdir()  # as good as forbidden, for root too
    code, _, err = project.run("up")
    assert code == 1
    assert one_line(err)


def test_front_end_files_come_from_the_machine_s_npm(project: Project) -> None:
    project.add_front_end()
    project.add_node("22.1.0")
    vendored = project.root / "src" / "qihang" / "web" / "static" / "vendor" / "kit.css"
    assert project.run("up")[0] == 3
    assert vendored.exists()
    assert project.asked("node.txt") == 0
    assert project.run("up")[::2] == (3, "")
    shutil.rmtree(vendored.parent)
    assert project.run("up")[0] == 3
    assert vendored.exists(), "made again when it was deleted"


@pytest.mark.parametrize("version", ["", "12.22.0"])
def test_a_machine_without_a_usable_node_gets_one_from_the_lock(project: Project, version: str) -> None:
    project.add_front_end()
    if version:
        project.add_node(version)
    assert project.run("up")[0] == 3
    assert project.asked("node.txt") == 1


def test_a_caller_who_wants_no_compiled_files_in_the_sources_gets_none(project: Project) -> None:
    assert project.run("up", PYTHONDONTWRITEBYTECODE="1")[0] == 3
    assert not list((project.root / "src").rglob("*.pyc"))
    assert list((project.venv / "pycache").rglob("*.pyc")), "but later starts need not compile all"
