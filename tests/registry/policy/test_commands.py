"""The subcommands: what they print and what they refuse."""

import argparse
import datetime as dt
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tests.factories import SANYA
from tests.registry.policy.cases import FILED, decide

from qihang import cli
from qihang.foundation.core import clock
from qihang.foundation.core.commands import Needs
from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.commands import decide as decide_command
from qihang.registry.policy.commands import replay as replay_command
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import load_demo_parameters

pytestmark = pytest.mark.django_db

HEADER = (
    "case,sex,birth_date,class_start,category,category_confirmed,level,lifetime_uses,uses_this_year,"
    "same_occupation_level_uses,unemployment_fund_same_item,public_post"
)
YES = "甲,female,1982-10-23,2026-03-09,02,true,5,0,0,0,false,false"
NO = "乙,female,1971-03-09,2026-03-09,02,true,5,0,0,0,false,false"
OPEN = "丙,female,1982-10-23,2026-03-09,02,,5,0,0,0,false,false"


@pytest.fixture
def demo_set() -> None:
    load_demo_parameters()


def parse(module: ModuleType, *arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    return parser.parse_args(arguments)


def run(module: ModuleType, *arguments: str) -> int:
    return int(module.run(parse(module, *arguments)))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "人员 名单.csv"
    path.write_text("\n".join([HEADER, YES, NO, OPEN]), encoding="utf-8")
    return path


@pytest.mark.usefixtures("demo_set")
class TestDecide:
    def answers(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
        assert run(decide_command, "training_subsidy", *arguments, "--json") == 0
        found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
        return found

    def test_json_has_its_members_in_the_order_of_the_command_surface(
        self, cases: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        yes, no, open_ = self.answers(capsys, str(cases), "--region", "460108", "--on", "2026-02-20")
        assert list(yes) == ["case", "eligible", "amount", "clauses", "parameters", "missing"]
        assert list(yes["clauses"][0]) == ["id", "article", "passed", "facts"]
        assert list(yes["parameters"][0]) == ["key", "value", "region", "valid_from", "source", "verified"]
        assert [answer["eligible"] for answer in (yes, no, open_)] == [True, False, None]
        assert [answer["amount"] for answer in (yes, no, open_)] == ["1500.00", None, None]
        assert [answer["case"] for answer in (yes, no, open_)] == ["甲", "乙", "丙"]

    def test_nothing_is_stored(self, cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.answers(capsys, str(cases), "--region", "460108", "--on", "2026-02-20")
        assert not Decision.objects.exists()

    def test_without_a_day_todays_rules_hold(self, cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
        with clock.travel_to(dt.date(2006, 7, 1)):
            (yes, *_) = self.answers(capsys, str(cases), "--region", "460108")
        assert yes["amount"] == "600.00"

    def test_columns_of_day_and_place_come_before_the_options(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "a.csv"
        rows = [f"{HEADER},on,region", f"{YES},2006-07-01,460108", f"{YES},,", f"{YES},2026-02-20,110101"]
        path.write_text("\n".join(rows), encoding="utf-8")
        answers = self.answers(capsys, str(path), "--region", SANYA, "--on", "2026-02-20")
        assert [answer["amount"] for answer in answers] == ["600.00", "1500.00", None]
        assert "training.rate" in answers[2]["missing"]

    def test_lines_to_read_give_the_reasons(self, cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
        run(decide_command, "training_subsidy", str(cases), "--region", "460108", "--on", "2026-02-20")
        assert capsys.readouterr().out.splitlines() == [
            "甲：符合，1500.00 元",
            "乙：不符合：开班日未满 55 周岁",
            "丙：还不能定：人员类别已由经办凭证明核实",
        ]

    def test_a_missing_parameter_is_named_in_the_lines(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "a.csv"
        path.write_text("\n".join([HEADER, YES.replace(",5,", ",4,"), YES.replace(",5,", ",,")]), encoding="utf-8")
        run(decide_command, "training_subsidy", str(path), "--region", "460108", "--on", "2006-07-01")
        assert capsys.readouterr().out.splitlines() == [
            "甲：还不能定：缺参数“职业培训补贴标准”",
            "甲：还不能定：金额，请看等级和课时",
        ]

    def test_a_header_alone_gives_an_empty_list(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "a.csv"
        path.write_text(HEADER, encoding="utf-8")
        assert self.answers(capsys, str(path), "--region", "460108") == []

    @pytest.mark.parametrize(
        ("arguments", "why"),
        [
            (["guaranteed_loan", "FILE", "--region", "460108"], "这项待遇的规则还没有录入"),
            (["training_subsidy", "FILE"], "--region"),
            (["training_subsidy", "FILE", "--region", "999999"], "没有这个行政区划代码：999999"),
            (["training_subsidy", "/no/such.csv", "--region", "460108"], "没有这个文件"),
            (["training_subsidy", "/", "--region", "460108"], "不是文件"),
        ],
    )
    def test_refusals_say_what_to_do(self, cases: Path, arguments: list[str], why: str) -> None:
        with pytest.raises(DomainError, match=why):
            run(decide_command, *(str(cases) if text == "FILE" else text for text in arguments))

    def test_a_faulty_file_is_refused_cell_by_cell(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("sex\n猫\n", encoding="utf-8")
        with pytest.raises(DomainError, match="第 2 行“sex”"):
            run(decide_command, "training_subsidy", str(path), "--region", "460108")


class TestFacts:
    def test_the_dictionary_needs_no_database(self) -> None:
        assert decide_command.needs(parse(decide_command, "training_subsidy", "--facts")) is Needs.NOTHING
        assert decide_command.needs(parse(decide_command, "training_subsidy", "a.csv")) is Needs.DATABASE

    @pytest.mark.parametrize("benefit", ["training_subsidy", "appraisal_subsidy"])
    def test_every_fact_has_name_type_unit_and_meaning(self, benefit: str, capsys: pytest.CaptureFixture[str]) -> None:
        run(decide_command, benefit, "--facts", "--json")
        facts = json.loads(capsys.readouterr().out)
        assert all(list(fact)[:4] == ["name", "type", "unit", "meaning"] and fact["meaning"] for fact in facts)
        assert {fact["type"] for fact in facts} <= {"date", "flag", "count", "choice"}

    def test_it_can_be_read(self, capsys: pytest.CaptureFixture[str]) -> None:
        run(decide_command, "training_subsidy", "--facts")
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "sex（性别）：性别，以身份证号为准。填male（男）、female（女）"
        assert len(lines) == 12


@pytest.mark.usefixtures("demo_set")
class TestReplay:
    def test_json_is_the_comparison(self, capsys: pytest.CaptureFixture[str]) -> None:
        decide(uses_this_year=1, lifetime_uses=1)
        run(replay_command, "training_subsidy", "--from", str(FILED), "--to", str(FILED), "--json",
            "--with", "training.yearly_cap=2", "training.rate[level=5]=1600")  # fmt: skip
        document = json.loads(capsys.readouterr().out)
        assert list(document) == ["decisions", "same", "changed", "amount_was", "amount_now"]
        assert (document["decisions"], document["same"], document["amount_now"]) == (1, 0, "1600.00")
        assert list(document["changed"][0]) == ["id", "was", "now"]

    def test_lines_to_read(self, capsys: pytest.CaptureFixture[str]) -> None:
        decide()
        run(replay_command, "training_subsidy", "--from", "2026-01-01", "--to", "2026-12-31")
        assert capsys.readouterr().out.splitlines() == [
            "重算 1 件：1 件不变，0 件变了。",
            "金额合计：原来 1500.00 元，现在 1500.00 元。",
        ]

    def test_a_wrong_supposition_is_refused(self) -> None:
        with pytest.raises(DomainError, match=r"没有“training\.colour”这个参数"):
            run(
                replay_command,
                "training_subsidy",
                "--from",
                "2026-01-01",
                "--to",
                "2026-12-31",
                "--with",
                "training.colour=1",
            )


PERIOD = ("--from", "2026-01-01", "--to", "2026-12-31")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["decide", "lottery", "a.csv", "--region", "460108"], "没有“lottery”这项待遇。可以用的是：training_subsidy"),
        (["decide", "lottery", "--facts"], "没有“lottery”这项待遇"),
        (["decide", "lottery", "--facts", "--json"], "没有“lottery”这项待遇"),
        (["decide", "training_subsidy", "--region", "460108"], "请给出 CSV 文件，或用 --facts"),
        (["replay", "lottery", *PERIOD], "没有“lottery”这项待遇"),
    ],
)
def test_what_no_benefit_is_asked_of_is_wrong_usage(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qihang.launcher.readiness.provided", None)  # nothing is started for it
    assert cli.main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"qihang：{why}")
    assert told.err.count("\n") == 1


def test_a_benefit_whose_rule_is_not_on_record_is_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DomainError, match="这项待遇的规则还没有录入"):
        run(decide_command, "guaranteed_loan", "--facts")


@pytest.mark.parametrize(
    "arguments",
    [
        ["training_subsidy", "a.csv", "--on", "2026-2-20"],
        ["training_subsidy", "a.csv", "--on", "20260220"],
        ["training_subsidy", "a.csv", "--region", "海口"],
        [],
    ],
)
def test_wrong_usage_exits_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        parse(decide_command, *arguments)
    assert stop.value.code == 2
    assert capsys.readouterr().err
