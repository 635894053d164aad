"""`./qihang import`, as the command surface promises it."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from tests.factories import make_actor, make_user
from tests.foundation.imports.toy import shelved
from tests.workbooks import sheet, text

from qihang.foundation.core.commands import WrongUsage
from qihang.foundation.core.errors import DomainError, NotAllowed
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.foundation.imports import commands
from qihang.foundation.imports.models import ImportBatch
from qihang.launcher.usage import ChineseParser

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

HEADER = ["名称", "数量", "编号"]
ROWS = [["桌", 1, "1234567890123456 "], ["椅", "几把", ""], ["凳", "", ""]]
KEYS = [
    "kind", "file_sha256", "sheet", "skipped_sheets", "skipped_rows", "header", "rows", "accepted", "errors", "confirm",
    "cleaned",
]  # fmt: skip


def parsed(*arguments: str) -> argparse.Namespace:
    parser = ChineseParser(prog="qihang import")
    commands.add_arguments(parser)
    return parser.parse_args(list(arguments))


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "名单.xlsx"
    path.write_bytes(sheet([HEADER, *ROWS]))
    return str(path)


@pytest.fixture
def login() -> str:
    user = make_user()
    make_actor(Role.PROVIDER_CLERK, user=user)
    return str(user.login)


def run(*arguments: str) -> int:
    """As the command line does it."""
    options = parsed(*arguments)
    commands.check(options)
    return commands.run(options)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert commands.run(parsed(*arguments, "--json")) == 0
    return json.loads(capsys.readouterr().out)


def test_a_dry_run_says_everything_and_keeps_nothing(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    document = said(capsys, "toy", file)
    assert list(document) == KEYS
    assert (document["rows"], document["accepted"]) == (3, 1)
    assert [finding["cell"] for finding in document["errors"]] == ["B3"]
    assert document["cleaned"][0]["value"] == "123456********56"
    assert said(capsys, "toy", file, "--reveal")["cleaned"][0]["value"] == "1234567890123456 "
    assert not ImportBatch.objects.exists()


def test_several_files_make_a_list(file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "名单.csv"
    other.write_bytes(text([HEADER, ["柜", "5", ""]], "gbk"))
    documents = said(capsys, "toy", file, str(other))
    assert [document["rows"] for document in documents] == [3, 1]
    assert documents[1]["header"]["encoding"] == "gb18030"


@pytest.fixture
def bad(tmp_path: Path) -> str:
    path = tmp_path / "扫描件.pdf"
    path.write_bytes(b"%PDF-1.7")
    return str(path)


def test_of_several_files_the_good_ones_are_told_and_the_bad_one_is_named(
    file: str, bad: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("toy", bad, file, str(tmp_path / "none.csv")) == 1
    told = capsys.readouterr()
    assert told.out.startswith("名单.xlsx：工作表“Sheet1”3 行")
    assert told.err.splitlines() == [
        f"qihang：{bad}：这是 PDF，不是表格。请上传 xlsx、xls、ods 或 csv 文件。",
        f"qihang：{tmp_path}/none.csv：打不开 {tmp_path}/none.csv：没有这个文件",
    ]


def test_of_several_files_json_has_each_in_its_place(file: str, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("toy", file, bad, "--json") == 1
    told = capsys.readouterr()
    good, refused = json.loads(told.out)
    assert list(good) == KEYS
    assert list(refused) == ["file", "refused"]
    assert refused["file"] == bad
    assert bad in told.err


def test_a_file_that_may_not_go_in_keeps_no_other_one_out(
    file: str, login: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = tmp_path / "好.csv"
    fine.write_bytes(text([HEADER, ["柜", "5", ""]]))
    assert run("toy", file, str(fine), "--as", login, "--class", "c1", "--commit") == 1
    told = capsys.readouterr()
    assert "导入 1 行，改 0 行，原来就有 0 行，没通过，留作报名 0 行，没有导入 0 行" in told.out
    assert f"{file}：还有 1 处要改" in told.err
    assert shelved() == {"柜": "5"}


def test_a_file_of_another_kind_is_told_with_the_command_that_takes_it(tmp_path: Path) -> None:
    path = tmp_path / "三月.xlsx"
    path.write_bytes(sheet([["姓名", "3月9日", "3月10日"], ["符晓", "√", "√"]]))
    with pytest.raises(DomainError, match="这像是一张考勤表，不是物品表") as refusal:
        run("toy", str(path))
    assert refusal.value.message.endswith(f"命令：./qihang import attendance {path}")


def test_rows_that_were_not_read_are_told_by_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "空.xlsx"
    path.write_bytes(sheet([HEADER, ["桌", 1, ""], *[["", "", ""]] * 30, ["椅", 1, ""], ["合计", 2, ""]]))
    assert run("toy", str(path)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == [
        "没有读入：第 3、4、5、6、7、8、9、10 等 30 行（空行）",
        "没有读入：第 34 行（表下的说明、合计或签名）",
    ]


def test_without_json_it_speaks_to_a_person(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(parsed("toy", file)) == 0
    out = capsys.readouterr().out
    assert "名单.xlsx：工作表“Sheet1”3 行，1 行可以导入" in out
    assert "要改 B3 第 3 行 椅：“几把”不是数。请填整数。" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["toy", "--commit"], "--as"),
        (["toy", "--commit", "--as", "x"], "--class"),
        (["toy", "--yes", "all"], "--commit"),
        (["toy", "--accept-valid"], "--commit"),
        (["trees"], "没有“trees”这种导入。现有：.*toy"),
        (["trees", "--as", "x", "--class", "c1", "--commit"], "没有“trees”这种导入"),
    ],
)
def test_wrong_usage(arguments: list[str], says: str, file: str) -> None:
    with pytest.raises(WrongUsage, match=says):
        run(*arguments, file)


def test_a_day_that_is_none_is_wrong_usage(file: str) -> None:
    with pytest.raises(SystemExit) as end:
        parsed("toy", file, "--on", "三月")
    assert end.value.code == 2


def test_refusals_are_sentences(file: str, tmp_path: Path, login: str) -> None:
    bad = tmp_path / "a.pdf"
    bad.write_bytes(b"%PDF")
    with pytest.raises(DomainError, match="PDF"):
        commands.run(parsed("toy", str(bad)))
    with pytest.raises(DomainError, match="没有“nobody”这个登录名"):
        commands.run(parsed("toy", file, "--as", "nobody"))
    officer = make_user()
    make_actor(Role.INTAKE_OFFICER, user=officer)
    with pytest.raises(NotAllowed, match="要有：培训机构教务"):
        commands.run(parsed("toy", file, "--as", officer.login))
    with pytest.raises(DomainError, match=r"none\.xlsx：没有这个文件"):
        commands.run(parsed("toy", str(tmp_path / "none.xlsx")))


def test_commit_refuses_while_errors_remain_and_leaves_no_file_behind(file: str, login: str) -> None:
    with pytest.raises(DomainError, match="还有 1 处要改"):
        commands.run(parsed("toy", file, "--as", login, "--class", "c1", "--commit"))
    assert not ImportBatch.objects.under_way().exists()
    assert shelved() == {}


def test_commit_lets_good_rows_and_those_with_a_yes_in(
    file: str, login: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["toy", file, "--as", login, "--class", "c1", "--commit", "--accept-valid"]
    document = said(capsys, *arguments, "--yes", "B4")
    assert list(document)[: len(KEYS)] == KEYS
    assert (document["accepted"], document["written"], document["held"]) == (2, 2, 1)
    assert shelved() == {"桌": "1", "凳": "None"}
    assert said(capsys, *arguments, "--yes", "b4")["batch"] == document["batch"]
    assert said(capsys, *arguments)["batch"] == document["batch"]
    assert said(capsys, *arguments, "--yes", "all")["batch"] == document["batch"]
    assert ImportBatch.objects.committed().count() == 1


def test_whole_values_of_a_file_that_went_in_before(file: str, login: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["toy", file, "--as", login, "--class", "c1", "--commit", "--accept-valid", "--yes", "all"]
    first = said(capsys, *arguments)
    opened = RevealLog.objects.count()
    again = said(capsys, *arguments)
    whole = said(capsys, *arguments, "--reveal")
    assert first["cleaned"][0]["value"] == again["cleaned"][0]["value"] == "123456********56"
    assert whole["cleaned"][0]["value"] == "1234567890123456 "
    masked = {name: value for name, value in whole.items() if name != "cleaned"}
    assert masked == {name: value for name, value in again.items() if name != "cleaned"}
    assert RevealLog.objects.count() == opened + 1  # what is shown is written down


def test_a_refusal_to_commit_says_how_to_go_on(file: str, login: str, tmp_path: Path) -> None:
    place = ["--as", login, "--class", "c1", "--commit"]
    with pytest.raises(DomainError, match=r"还有 1 处要改。.*没有问题的 1 行（加上 --accept-valid）；去掉 --commit"):
        run("toy", file, *place)
    wrong = tmp_path / "错.csv"
    wrong.write_bytes(text([HEADER, ["桌", "x", ""], ["椅", "y", ""]]))
    with pytest.raises(
        DomainError, match="还有 2 处要改，一行都不能导入。请先看看是不是选错了班或者文件；去掉 --commit"
    ):
        run("toy", str(wrong), *place, "--accept-valid")
    assert not ImportBatch.objects.under_way().exists()


def test_a_result_from_before_is_told_as_such(file: str, login: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["toy", file, "--as", login, "--class", "c1", "--commit", "--accept-valid"]
    assert run(*arguments) == 0
    assert "以前导入过" not in capsys.readouterr().out
    assert run(*arguments) == 0
    assert capsys.readouterr().out.startswith("名单.xlsx以前导入过（")


def test_a_later_yes_lets_the_rest_in(file: str, login: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["toy", file, "--as", login, "--class", "c1", "--commit", "--accept-valid"]
    assert said(capsys, *arguments)["written"] == 1
    later = said(capsys, *arguments, "--yes", "all")
    assert (later["written"], later["unchanged"]) == (1, 1)
