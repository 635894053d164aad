"""`./qihang test` runs every step whatever fails on the way, and its tools are found or named."""

import os
from pathlib import Path

import pytest

from qihang.foundation.core.errors import DomainError
from qihang.launcher import browser, checks, templates
from qihang.launcher.checks import STEPS, Step

THREE = (Step("一", ("1",)), Step("二", ("2",)), Step("三", ("3",)))


def test_all_steps_run_and_are_summed_up(capsys: pytest.CaptureFixture[str]) -> None:
    ran: list[str] = []

    def python(*argv: str) -> int:
        ran.extend(argv)
        return 1 if argv == ("2",) else 0

    assert checks._all_steps(THREE, python) == 1
    assert ran == ["1", "2", "3"]
    shown = capsys.readouterr().out
    assert shown.splitlines()[-1] == "没有通过：二"
    assert "秒" in shown


def test_a_green_build_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert checks._all_steps(THREE, lambda *argv: 0) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "全部通过"


def test_a_green_build_has_all_that_the_readme_promises() -> None:
    words = " ".join(word for step in STEPS for word in step.argv)
    for tool in ("ruff check", "ruff format --check", "mypy", "importlinter", "makemigrations --check", "not browser"):
        assert tool in words
    assert words.endswith("-m browser")


def test_the_suite_has_data_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QIHANG_HOME", str(tmp_path))
    monkeypatch.setenv("QIHANG_SECRET_KEY", "the real one")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "qihang.config.settings.prod")
    checks._stay_off_real_data()
    assert os.environ["QIHANG_HOME"] == str(tmp_path / "test")
    assert os.environ["DJANGO_SETTINGS_MODULE"] == "qihang.config.settings.test"
    assert "QIHANG_SECRET_KEY" not in os.environ


def make_tool(folder: Path, name: str, text: str = "#!/bin/sh\n") -> Path:
    tool = folder / name
    tool.write_text(text)
    tool.chmod(0o755)
    return tool


def test_a_browser_named_by_hand_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = make_tool(tmp_path, "my-chromium")
    monkeypatch.setenv("QIHANG_CHROMIUM", str(found))
    assert browser.ensure_chromium(tmp_path / "log") == str(found)


def test_an_ordinary_user_without_a_browser_gets_the_line_to_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("QIHANG_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(DomainError, match="apt-get install chromium"):
        browser.ensure_chromium(tmp_path / "log")


def test_root_with_apt_gets_a_browser_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("QIHANG_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    installer = f'#!/bin/sh\n[ "$1" = install ] && /bin/cp "$0" "{tmp_path}/chromium"\nexit 0\n'
    make_tool(tmp_path, "apt-get", installer)
    assert browser.ensure_chromium(tmp_path / "logs" / "log") == str(tmp_path / "chromium")


def test_templates_that_do_not_compile_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "src" / "qihang" / "web" / "templates"
    folder.mkdir(parents=True)
    (folder / "good.html").write_text("{% if a %}b{% endif %}")
    (folder / "bad.html").write_text("{% if a %}b")
    monkeypatch.setattr(templates, "PROJECT_ROOT", tmp_path)
    assert list(templates.template_names()) == ["bad.html", "good.html"]
    from django.template import engines

    loaders = [("django.template.loaders.filesystem.Loader", [str(folder)])]
    monkeypatch.setattr(engines["django"].engine, "template_loaders", _loaders(loaders))
    assert [line.split(":")[0] for line in templates.broken_templates()] == ["bad.html"]


def _loaders(definitions: list[tuple[str, list[str]]]) -> list[object]:
    from django.template import engines

    return list(engines["django"].engine.get_template_loaders(definitions))
