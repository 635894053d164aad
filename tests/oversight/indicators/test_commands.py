"""`indicators` as a command."""

import json
from datetime import date
from pathlib import Path

import pytest

from qihang.cli import main
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.services import compute

EVENTS = Path(__file__).parents[2] / "samples" / "events-example.json"


def run(*arguments: str) -> int:
    """As a user runs it, in this process."""
    return main(["indicators", *arguments])


def test_json_is_one_document_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--as-of", "2026-09-01", "--by", "region", "--known-only", "--programme", "skills", "--region", "460100"]
    assert run(*asked, "--events", str(EVENTS), "--json") == 0
    out, err = capsys.readouterr()
    expected = compute(
        Events.read_json(EVENTS),
        as_of=date(2026, 9, 1),
        by="region",
        known_only=True,
        programme="skills",
        region="460100",
    )
    assert json.loads(out) == [figure.as_json() for figure in expected]
    assert err == ""


def test_no_figure_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--as-of", "2020-01-01", "--by", "region", "--events", str(EVENTS), "--json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert run("--as-of", "2020-01-01", "--by", "region", "--events", str(EVENTS)) == 0
    assert capsys.readouterr().out == "没有可以计算的对象。\n"


def test_lines_are_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--as-of", "2026-09-01", "--events", str(EVENTS)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "结业率：90.26%（343/380，未到期 0，最低 90.26%，最高 90.26%）"
    assert "再就业率（结业后 6 个月） 技能再就业：56.22%（104/185，未到期 35，最低 52.73%，最高 63.18%）" in lines
    assert "存活率估计（365 天） 能力促创业：94.44%（企业 47 家，已关闭 3 家）" in lines
    assert "户均带动就业人数 能力促创业：2.17（26/12，未到期 35）" in lines


def test_lines_without_a_value_show_a_dash(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--as-of", "2026-09-01", "--by", "occupation", "--events", str(EVENTS)) == 0
    out = capsys.readouterr().out
    assert "稳定经营率（12 个月） 能力促创业 4-10-01-06：—（0/0，未到期 0，最低 —，最高 —）" in out
    assert "户均参保职工人数 能力促创业 4-10-01-06：—（0/0，未到期 0）" in out
    assert "稳定经营率（12 个月） 能力促创业 （无）：75.00%" in out


def test_a_faulty_file_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "events.json"
    path.write_text("{", encoding="utf-8")
    assert run("--as-of", "2026-09-01", "--events", str(path), "--json") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "不是有效的 JSON" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["--as-of", "2026-9-1"],
        ["--as-of", "20260901"],
        ["--as-of", "2026-02-30"],
        ["--as-of", "2026-09-01", "--region", "4601"],
        ["--as-of", "2026-09-01", "--region", "４６０１００"],
        ["--as-of", "2026-09-01", "--by", "shoe_size"],
        ["--as-of", "2026-09-01", "--programme", "both"],
        ["--as-of", "2026-09-01", "--events"],
        [],
    ],
)
def test_wrong_usage_ends_with_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("--events", str(EVENTS), *wrong)
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert "qihang：" in err
