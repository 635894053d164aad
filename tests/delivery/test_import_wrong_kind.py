"""A file of one kind given to another: what it is, and where it belongs, not how to rename its columns."""

import datetime as dt
import itertools

import pytest
from tests.importing import SAMPLES, examined, expectation
from tests.workbooks import sheet, xlsx

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.likeness import WrongKind
from qihang.foundation.imports.ports import import_kinds

KINDS = ["roster", "attendance", "scores", "contributions", "vacancies", "followups"]
WHAT = {
    "roster": "一份花名册",
    "attendance": "一张考勤表",
    "scores": "一份成绩册",
    "contributions": "一份社保缴费比对名单",
    "vacancies": "一张岗位采集表",
    "followups": "一张创业跟踪回访登记表",
}
NAMES = [["姓名", "身份证号"], ["符晓", "460105199003070022"]]


def judged(key: str, content: bytes, name: str = "a.xlsx") -> Examination:
    others = [import_kinds.get(other) for other in KINDS if other != key]
    return examined(import_kinds.get(key), content, name, on=dt.date(2026, 10, 31), others=others)


@pytest.mark.parametrize(("sent", "taken_for"), list(itertools.permutations(KINDS, 2)))
def test_a_sample_in_the_wrong_place_is_known_for_what_it_is(sent: str, taken_for: str) -> None:
    name = expectation(import_kinds.get(sent))["file"]
    with pytest.raises(WrongKind) as refusal:
        judged(taken_for, (SAMPLES / name).read_bytes(), name)
    assert refusal.value.meant.key == sent
    assert refusal.value.message.startswith(f"这像是{WHAT[sent]}，不是{import_kinds.get(taken_for).label}。")
    assert "改成" not in refusal.value.message  # nothing about renaming columns


@pytest.mark.parametrize("key", KINDS)
def test_a_sample_in_its_own_place_is_read(key: str) -> None:
    name = expectation(import_kinds.get(key))["file"]
    assert judged(key, (SAMPLES / name).read_bytes(), name).rows.height == expectation(import_kinds.get(key))["rows"]


def test_who_knows_better_is_told_how_to_go_on() -> None:
    rows = [["姓名", "身份证号", "理论", "实操"], ["符晓", "460105199003070022", 80, 90]]
    with pytest.raises(WrongKind, match="确实是花名册的，删去“理论”、“实操”再上传"):
        judged("roster", sheet(rows))
    assert judged("roster", sheet([row[:2] for row in rows])).rows.height == 1


def test_a_roster_that_has_marks_beside_is_a_roster() -> None:
    header = ["姓名", "性别", "身份证号", "文化程度", "户籍所在地", "人员类别", "联系电话", "备注", "理论", "实操"]
    found = judged("roster", sheet([header, ["符晓", "女", "460105199003070022", "高中", "", "", "", "", 80, 90]]))
    assert found.rows["name"].to_list() == ["符晓"]


@pytest.mark.parametrize("value", [8, "3月9日", dt.date(2026, 3, 9)])
def test_a_day_among_the_first_row_s_cells_makes_no_attendance_sheet(value: object) -> None:
    header, row = NAMES
    assert judged("roster", sheet([[*header, "组别"], [*row, value]])).rows.height == 1


def test_an_attendance_sheet_with_numbers_is_known_by_its_second_header_row() -> None:
    rows = [
        ["序号", "姓名", "身份证号", "3月", "", ""],
        ["", "", "", 9, 10, 11],
        [1, "符晓", "460105199003070022", "√", "√", "√"],
    ]
    with pytest.raises(WrongKind, match="这像是一张考勤表"):
        judged("roster", sheet(rows, merge=["D1:F1", "A1:A2", "B1:B2", "C1:C2"]))


def test_what_nobody_knows_is_asked_for_its_columns() -> None:
    with pytest.raises(DomainError, match="没找到表头") as refusal:
        judged("roster", sheet([["产地", "颜色"], ["海口", "红"]]))
    assert not isinstance(refusal.value, WrongKind)
    with pytest.raises(DomainError, match="但缺少“身份证号”这一列") as refusal:
        judged("roster", sheet([["姓名", "联系电话"], ["符晓", "13900000000"]]))
    assert not isinstance(refusal.value, WrongKind)


def test_a_workbook_that_has_the_right_sheet_too_is_read() -> None:
    marks = [["姓名", "3月9日", "3月10日"], ["符晓", "√", "×"], ["王明", "√", "√"]]
    assert judged("roster", xlsx(("考勤", marks), ("名单", NAMES))).table.grid.name == "名单"


def test_of_a_sheet_whose_columns_no_kind_can_tell_apart_nothing_is_said() -> None:
    """Two columns of one name, both filled: that kind could not read it, so it is not sent there."""
    rows = [["联系电话", "单位名称", "单位名称", "岗位名称", "招聘人数"], ["", "甲", "乙", "月嫂", 2]]
    with pytest.raises(DomainError, match="没找到表头") as refusal:
        judged("roster", sheet(rows))
    assert not isinstance(refusal.value, WrongKind)


@pytest.mark.parametrize("numbers", [[2], [2, 15], [8, 9, 10]])
def test_small_numbers_in_the_first_row_make_no_days(numbers: list[int]) -> None:
    """A list without identity numbers, but with counts: nobody's sheet, and no attendance sheet either."""
    labels = [f"项目{at}" for at in range(len(numbers))]
    with pytest.raises(DomainError, match="缺少“身份证号”") as refusal:
        judged("roster", sheet([["姓名", "联系电话", *labels], ["符晓", "13900000000", *numbers]]))
    assert not isinstance(refusal.value, WrongKind)
    with pytest.raises(DomainError, match="缺少“日期”"):
        judged("attendance", sheet([["姓名", "联系电话", *labels], ["符晓", "13900000000", *numbers]]))
