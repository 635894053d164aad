"""How a command line is understood, and how everything that goes wrong is worded."""

import argparse
import importlib
import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest

from qihang import cli
from qihang.foundation.core.commands import Needs, WrongUsage, content_of, print_json
from qihang.foundation.core.errors import DomainError

SOURCES = Path(__file__).resolve().parents[2] / "src"


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A command `try` whose module the tests fill in."""
    module = ModuleType("a_command_of_the_tests", "A command of the tests.")
    module.__dict__["add_arguments"] = lambda parser: parser.add_argument("--size", type=int, required=True)
    module.__dict__["run"] = lambda options: 0
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(cli.COMMANDS, "try", cli.Command("试一试", module.__name__, Needs.NOTHING))
    monkeypatch.setenv("QIHANG_HOME", str(tmp_path / "home"))
    return module


def failing(error: BaseException) -> object:
    def run(options: argparse.Namespace) -> int:
        raise error

    return run


def exit_code(*arguments: str) -> int:
    """As the shell sees it, whether main returns or argparse exits."""
    try:
        return cli.main(list(arguments))
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        return ended.code


def test_every_command_of_the_table_has_what_it_needs() -> None:
    for name, command in cli.COMMANDS.items():
        module = importlib.import_module(command.module)
        parser = argparse.ArgumentParser(add_help=False)
        module.add_arguments(parser)
        assert callable(module.run), name
        assert command.summary


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_the_overview_names_all_commands(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(flag) == 0
    shown = capsys.readouterr().out
    assert all(name in shown and command.summary in shown for name, command in cli.COMMANDS.items())


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(name, "-h") == 0
    assert "用法：" in capsys.readouterr().out


def test_wrong_usage_is_2(capsys: pytest.CaptureFixture[str], tried: ModuleType) -> None:
    assert exit_code() == 2
    assert exit_code("no-such-command") == 2
    assert "no-such-command" in capsys.readouterr().err
    assert exit_code("try") == 2
    assert "缺少参数：--size" in capsys.readouterr().err
    assert exit_code("try", "--size", "big") == 2
    assert "--size 的值 'big' 不对" in capsys.readouterr().err
    assert exit_code("try", "--size", "1", "--colour") == 2
    assert "不认识的参数：--colour" in capsys.readouterr().err
    assert exit_code("up", "--port", "70000") == 2
    assert "65535" in capsys.readouterr().err
    assert exit_code("up", "--demo", "huge") == 2
    assert "只能是" in capsys.readouterr().err


@pytest.mark.parametrize("closed", [">&-", "<&-"])
def test_a_closed_stream_is_no_fault(closed: str, tmp_path: Path) -> None:
    words = f"'{sys.executable}' -m qihang.cli identity --json - {closed}"
    found = subprocess.run(
        ["/bin/sh", "-c", words],
        env={**os.environ, "PYTHONPATH": str(SOURCES), "QIHANG_HOME": str(tmp_path)},
        input="460000\n" if closed == ">&-" else None,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, "")


def test_the_command_s_own_code_is_ours(tried: ModuleType) -> None:
    tried.__dict__["run"] = lambda options: int(options.size)
    assert exit_code("try", "--size", "0") == 0
    assert exit_code("try", "--size", "1") == 1


def test_a_refusal_is_one_line(tried: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    tried.__dict__["run"] = failing(DomainError("班级已经结业，不能再导入名单；请先退回。"))
    assert exit_code("try", "--size", "1") == 1
    printed = capsys.readouterr()
    assert printed.err == "qihang：班级已经结业，不能再导入名单；请先退回。\n"
    assert printed.out == ""


def test_arguments_that_do_not_fit_are_2_wherever_it_is_seen(
    tried: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    tried.__dict__["run"] = failing(WrongUsage("没有这种导入"))
    assert exit_code("try", "--size", "1") == 2
    tried.__dict__["check"] = failing(WrongUsage("--yes 只和 --commit 一起用"))
    tried.__dict__["needs"] = failing(AssertionError("the check comes first"))
    assert exit_code("try", "--size", "1") == 2
    assert capsys.readouterr().err == "qihang：没有这种导入\nqihang：--yes 只和 --commit 一起用\n"


def test_what_the_system_refuses_is_worded(tried: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    tried.__dict__["run"] = failing(FileNotFoundError(2, "No such file or directory", "名单.xlsx"))
    assert exit_code("try", "--size", "1") == 1
    assert capsys.readouterr().err == "qihang：名单.xlsx：文件或目录不存在；请检查路径。\n"
    tried.__dict__["run"] = failing(OSError(28, "No space left on device"))
    assert exit_code("try", "--size", "1") == 1
    assert "磁盘空间不足" in capsys.readouterr().err


def test_a_bug_leaves_its_traceback_in_a_private_file(
    tried: ModuleType, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tried.__dict__["run"] = failing(ZeroDivisionError("a bug"))
    assert exit_code("try", "--size", "1") == 1
    log = tmp_path / "home" / "logs" / "errors.log"
    told = capsys.readouterr().err
    assert str(log) in told
    assert told.count("\n") == 1
    assert "ZeroDivisionError: a bug" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o077 == 0


def test_a_bug_without_a_place_for_its_traceback_is_told_all_the_same(
    tried: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("QIHANG_HOME", str(tmp_path / "file"))
    tried.__dict__["run"] = failing(ZeroDivisionError("a bug"))
    assert exit_code("try", "--size", "1") == 1
    assert "ZeroDivisionError: a bug" in capsys.readouterr().err


def test_an_interrupted_command_ends_quietly(tried: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    tried.__dict__["run"] = failing(KeyboardInterrupt())
    assert exit_code("try", "--size", "1") == 1
    assert capsys.readouterr().err == "qihang：已中断。\n"


def test_a_command_may_need_less_with_some_options(tried: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "try", cli.Command("试一试", tried.__name__, Needs.DATABASE))
    tried.__dict__["needs"] = lambda options: Needs.NOTHING
    monkeypatch.setattr("qihang.launcher.readiness.database_server", None)
    assert exit_code("try", "--size", "0") == 0


def run_python(*argv: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *argv],
        env={**os.environ, "PYTHONPATH": str(SOURCES), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_nothing_heavy_is_loaded_to_understand_a_command_line() -> None:
    loaded = run_python("-c", "import sys, qihang.cli; print(*sys.modules)").stdout.split()
    assert not {"django", "psycopg", "polars", "numpy", "granian"} & set(loaded)


def test_a_reader_that_goes_away_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as nowhere:
        done = subprocess.run(
            [sys.executable, "-m", "qihang.cli", "-h"],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            stdout=nowhere,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.stderr == b""


def test_json_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"金额": Decimal("1200.50"), "日": date(2026, 3, 1), "大": Decimal("1E+3")})
    assert json.loads(capsys.readouterr().out) == {"金额": "1200.50", "日": "2026-03-01", "大": "1000"}
    with pytest.raises(TypeError):
        print_json(object())


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x")
    assert content_of(tmp_path / "a.csv") == b"x"
    with pytest.raises(DomainError, match=r"打不开 .*b\.csv：没有这个文件"):
        content_of(tmp_path / "b.csv")
    with pytest.raises(DomainError, match="不是文件"):
        content_of(tmp_path)
