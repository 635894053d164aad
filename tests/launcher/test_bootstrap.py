"""The parts of the bootstrap that its real runs do not reach."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bootstrap.py"


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("npm ERR! code ENOTFOUND", "连不上软件源"),
        ("error: Failed to fetch: `…`\n  Caused by: dns error", "连不上软件源"),
        ("ERROR: No matching distribution found for django==5.2.19", "连不上软件源"),
        ("OSError: [Errno 122] Disk quota exceeded", "磁盘空间不足"),
        ("npm ERR! code EINTEGRITY", "校验值不符"),
        ("[Errno 13] Permission denied: '.venv'", "没有写入权限"),
        ("first\nlast line\n\n", "last line"),
        ("", "没有输出"),
    ],
)
def test_failures_are_one_line_with_a_way_out(bootstrap: ModuleType, output: str, told: str) -> None:
    line = bootstrap._explain(output, Path("/logs/install.log"))
    assert told in line
    assert "再运行一次" in line or "请用能写入" in line
    assert "/logs/install.log" in line
    assert "\n" not in line


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_before_anything_is_made(
    bootstrap: ModuleType,
    missing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("QIHANG_HOME", str(tmp_path / "var"))
    monkeypatch.setenv("PATH", str(tmp_path))  # no uv
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None if name == missing else object())
    assert bootstrap.main([str(tmp_path), "base", "1 2", ""]) == 1
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("qihang：这台机器的 Python 缺少 venv 模块")
    assert "python3-venv" in told
    assert not (tmp_path / ".venv").exists()


def test_caches_are_not_used_where_they_cannot_be_written(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = bootstrap.Wanted(tmp_path, "base", "1 2", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "UV_NO_CACHE" not in bootstrap._environment(wanted)
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    monkeypatch.setattr(bootstrap, "_writable", lambda folder: False)
    assert bootstrap._environment(wanted)["UV_NO_CACHE"] == "1"
    assert bootstrap._environment(wanted)["npm_config_cache"].startswith(str(tmp_path))
