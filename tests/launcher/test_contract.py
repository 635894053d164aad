"""What other programs may build on: exit codes, and --json on stdout as one document and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.identities import credit_code, resident

from qihang import cli

SOURCES = Path(__file__).resolve().parents[2] / "src"
# Those that take their arguments as they stand have no options of their own to get wrong.
_OWN_OPTIONS = sorted(name for name, command in cli.COMMANDS.items() if not command.raw)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = cli.main(list(arguments))
    except SystemExit as ended:
        code = int(ended.code or 0)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("name", _OWN_OPTIONS)
def test_an_option_that_there_is_not_is_wrong_usage_and_says_nothing_on_stdout(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, name, "--no-such-option")
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert any("\u4e00" <= sign <= "\u9fff" for sign in err), "in words of the person at the keyboard"


@pytest.mark.parametrize(
    "arguments",
    [
        ["identity", "--kind", "dog", "--", "1"],
        ["identity", "--on", "2026-02-30", "--", "1"],
        ["identity", "--on", "9/3/2026", "--", "1"],
        ["identity", "--json"],
        ["occupation", "--json"],
        ["occupation", "--top", "many", "--", "月嫂"],
        ["decide"],
        ["decide", "training_subsidy"],
        ["replay", "training_subsidy", "--from", "2026-13-01"],
        ["import", "roster"],
        ["import", "roster", "x.csv", "--on", "gestern"],
        ["import", "roster", "x.csv", "--commit"],
        ["import", "roster", "x.csv", "--accept-valid"],
        ["import", "roster", "x.csv", "--yes", "B2"],
        ["indicators", "--json"],
        ["indicators", "--as-of", "2026-1-1x"],
        ["demo"],
        ["demo", "build", "--people", "many"],
        ["export"],
        ["verify", "everything"],
        ["up", "--port", "-1"],
        ["up", "--port", "http"],
        ["Identity"],
        [""],
        ["--version"],
    ],
)
def test_wrong_usage_is_2_before_anything_is_started(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.strip()
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "text",
    [
        resident(),
        "",
        " ",
        "x",
        "-1",
        '"',
        "\\",
        "a\nb",
        "\u2028",
        "王秀兰",
        "𠮷",
        "\x00",
        "\udcff",
        "1" * 500,
        "4.60108E+17",
        "46010819850520424Ｘ",
    ],
)
@pytest.mark.parametrize("kind", ["resident", "uscc"])
def test_any_text_is_answered_in_one_document(text: str, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "identity", "--kind", kind, "--json", "--", text)
    assert (code, err) == (0, "")
    (answer,) = json.loads(out)
    assert answer["input"] == text.replace("\udcff", "\ufffd")
    assert answer["verdict"]
    assert (answer["verdict"] == "valid") == bool(answer.get("normalised"))


def test_answers_come_in_the_order_of_the_questions(capsys: pytest.CaptureFixture[str]) -> None:
    texts = [resident(order=number) for number in (3, 1, 2)] + ["x", ""]
    _, out, _ = run(capsys, "identity", "--json", "--", *texts)
    assert [answer["input"] for answer in json.loads(out)] == texts
    _, out, _ = run(capsys, "identity", "--kind", "uscc", "--json", "--", credit_code(), "x")
    assert [answer["verdict"] for answer in json.loads(out)] == ["valid", "bad_length"]


@pytest.mark.parametrize("text", ["月嫂", "", "zzz", "电工电工电工", "\udcff", '"}'])
@pytest.mark.parametrize("top", ["1", "5"])
def test_so_are_titles_of_work(text: str, top: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "occupation", "--top", top, "--json", "--", text)
    assert (code, err) == (0, "")
    (answer,) = json.loads(out)
    assert answer["text"] == text.replace("\udcff", "\ufffd")
    assert len(answer["matches"]) <= int(top)
    scores = [float(match["score"]) for match in answer["matches"]]
    assert scores == sorted(scores, reverse=True)


def test_bytes_that_are_no_text_are_answered_too(tmp_path: Path) -> None:
    """As a shell in another encoding hands them over."""
    found = subprocess.run(
        [sys.executable, "-m", "qihang.cli", "identity", "--json", "--", b"\xcd\xf5\xd0\xe3", "海口"],
        env={**os.environ, "PYTHONPATH": str(SOURCES), "QIHANG_HOME": str(tmp_path), "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    assert (found.returncode, found.stderr) == (0, b"")
    assert [answer["verdict"] for answer in json.loads(found.stdout.decode())] == ["bad_length", "bad_length"]


def test_without_json_no_line_is_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "identity", "--", resident(), "x")
    assert code == 0
    assert len(out.splitlines()) >= 2
    assert not out.startswith(("[", "{"))
