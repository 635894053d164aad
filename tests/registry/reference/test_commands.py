"""The subcommands `identity` and `occupation`: what they print, and nothing else."""

import argparse
import io
import json
from types import ModuleType
from typing import Any

import pytest

from qihang.foundation.core import clock
from qihang.registry.reference.commands import identity, occupation
from qihang.registry.reference.identity import resident_check


def run(module: ModuleType, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(arguments)))


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    def answer(module: ModuleType, *arguments: str) -> Any:
        assert run(module, "--json", *arguments) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return json.loads(printed.out)

    return answer


def feed(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


def test_resident_numbers_in_order(answer: Any) -> None:
    good, bad = answer(identity, "--on", "2026-03-09", "--", "460034 19811126 9316", "460034198111269317")
    assert good == {
        "input": "460034 19811126 9316",
        "verdict": "valid",
        "normalised": "460034198111269316",
        "sex": "male",
        "birth": "1981-11-26",
        "region": "460034",
        "today": ["469028"],
    }
    assert bad == {
        "input": "460034198111269317",
        "verdict": "check_digit",
        "normalised": None,
        "sex": None,
        "birth": None,
        "region": None,
        "today": [],
    }


def test_texts_that_look_like_options(answer: Any) -> None:
    assert [one["verdict"] for one in answer(identity, "--", "", "-460034198111269316", "--")] == [
        "empty",
        "valid",
        "empty",
    ]


def test_the_day_is_today_unless_given(answer: Any) -> None:
    born = "46010620260309123" + resident_check("46010620260309123")
    with clock.travel_to(clock.today().replace(year=2026, month=3, day=8)):
        assert answer(identity, born)[0]["verdict"] == "bad_date"
    assert answer(identity, "--on", "2026-03-09", born)[0]["verdict"] == "valid"


def test_credit_codes(answer: Any) -> None:
    good, bad = answer(identity, "--kind", "uscc", "--", "91350100-m000100y43", "91350100M000100Y4I")
    assert good == {
        "input": "91350100-m000100y43",
        "verdict": "valid",
        "normalised": "91350100M000100Y43",
        "department": "9",
        "category": "1",
        "region": "350100",
        "organisation_code": "M000100Y4",
    }
    assert bad["verdict"] == "bad_character"
    assert bad["organisation_code"] is None


def test_lines_of_standard_input_keep_their_order_and_their_blanks(
    answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed(monkeypatch, b"\xef\xbb\xbf460034198111269316\r\n\r\n\xe6\x97\xa0\x1e1\n")
    read = answer(identity, "-")
    assert [(one["input"], one["verdict"]) for one in read] == [
        ("460034198111269316", "valid"),
        ("", "empty"),
        ("无\x1e1", "bad_length"),
    ]


def test_standard_input_in_the_offices_encoding(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "水电工\n月嫂".encode("gbk"))
    assert [one["matches"][0]["name"] for one in answer(occupation, "-")] == ["电工", "家政服务员"]


def test_no_input_gives_an_empty_list(answer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, b"")
    assert answer(identity, "-") == []


def test_bytes_that_are_no_text_do_not_break_the_answer(answer: Any) -> None:
    assert answer(identity, "46\udcff")[0]["verdict"] == "bad_length"


def test_occupations_are_ranked_with_scores_as_strings(answer: Any) -> None:
    (one,) = answer(occupation, "客房服务", "--top", "3")
    assert one["text"] == "客房服务"
    assert one["matches"][0]["code"] == "4-03-01-02"
    assert len(one["matches"]) <= 3
    assert all(isinstance(match["score"], str) for match in one["matches"])
    assert [float(match["score"]) for match in one["matches"]] == sorted(
        (float(match["score"]) for match in one["matches"]), reverse=True
    )


def test_without_json_people_can_read_it(capsys: pytest.CaptureFixture[str]) -> None:
    run(identity, "--on", "2026-03-09", "460034198111269316", "460106199009054305", "4.6E+17")
    moved, stayed, lost = capsys.readouterr().out.splitlines()
    assert moved == "✓ 460034198111269316  男  1981-11-26 生  460034 陵水黎族自治县（今 469028）"
    assert stayed == "✓ 460106199009054305  女  1990-09-05 生  460106 海口市龙华区"
    assert lost.startswith("✗ 4.6E+17")
    assert "文本" in lost
    run(identity, "--kind", "uscc", "91350100M000100Y43", "x")
    assert "福州市" in capsys.readouterr().out
    run(occupation, "保安", "xyz")
    out = capsys.readouterr().out
    assert "4-07-05-01" in out
    assert "换一个说法" in out


@pytest.mark.parametrize(
    ("module", "arguments"),
    [
        (identity, []),
        (identity, ["--on", "2026-02-30", "1"]),
        (identity, ["--kind", "passport", "1"]),
        (occupation, []),
        (occupation, ["--top", "0", "保安"]),
        (occupation, ["--top", "x", "保安"]),
    ],
)
def test_wrong_usage_exits_with_two(module: ModuleType, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(module, *arguments)
    assert stopped.value.code == 2
