"""The follow-up form of a start-up class."""

import datetime as dt
from dataclasses import dataclass

import pytest
from tests.identities import credit_code, resident
from tests.importing import examined, examined_sample, expectation, said, summary
from tests.workbooks import sheet

from qihang.foundation.imports.engine.examine import Examination
from qihang.startup.firms.imports import FOLLOWUPS

HEADER = [
    "姓名",
    "身份证号",
    "是否开业",
    "开业时间",
    "统一社会信用代码",
    "吸纳就业人数",
    "经营状况",
    "停业时间",
    "回访方式",
    "回访日期",
]
OPEN = {
    "是否开业": "是",
    "开业时间": "2026-05-01",
    "统一社会信用代码": credit_code(),
    "吸纳就业人数": 2,
    "经营状况": "正常",
}


@dataclass
class Register:
    class_end: dt.date


def judged(title: str = "结业日期：2026年3月20日", register: object = None, **cells: object) -> Examination:
    usual = {"姓名": "曾妹燕", "身份证号": resident(), "是否开业": "否", "回访方式": "实地", "回访日期": "2026-10-15"}
    return examined(
        FOLLOWUPS, sheet([[title], HEADER, [{**usual, **cells}.get(name, "") for name in HEADER]]), register=register
    )


def test_the_sample_gives_what_a_careful_clerk_would_say() -> None:
    found = examined_sample(FOLLOWUPS)
    assert summary(found) == expectation(FOLLOWUPS)
    assert found.undecided == []


def test_a_firm_that_is_open_and_proved_gives_no_finding() -> None:
    found = judged(**OPEN)
    assert said(found) == {}
    assert found.rows.select("opened", "credit_code", "headcount", "state", "evidence").row(0) == (
        "yes",
        credit_code(),
        2,
        "trading",
        "visit",
    )


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({"是否开业": ""}, {"confirm": {"C3": "R-FU-01"}}),
        ({"是否开业": "也许"}, {"errors": {"C3": "R-FU-02"}}),
        ({"是否开业": "筹备中"}, {}),
        ({"是否开业": "无"}, {}),
        ({"开业时间": "2026-05-01"}, {"confirm": {"D3": "R-FU-17"}}),
        ({"回访方式": ""}, {"confirm": {"I3": "R-FU-15"}}),
        ({"回访方式": "托梦"}, {"errors": {"I3": "R-FU-16"}}),
        ({"回访日期": ""}, {"errors": {"J3": "R-FU-08"}}),
        ({"回访日期": "2026-11-25"}, {"errors": {"J3": "R-FU-07"}}),
        ({"回访日期": "2026年10月15日"}, {"cleaned": {"J3": "R-TIDY-01"}}),
        ({"经营状况": "马马虎虎"}, {"confirm": {"G3": "R-FU-14"}}),
        ({"经营状况": "停业"}, {"confirm": {"G3": "R-FU-10"}}),
        ({"经营状况": "停业", "停业时间": "2026-09-01"}, {}),
        ({"身份证号": resident()[:17]}, {"errors": {"B3": "R-ID-04"}}),
    ],
)
def test_each_fault_on_its_cell(cells: dict[str, object], answer: dict[str, dict[str, str]]) -> None:
    assert said(judged(**cells)) == answer


@pytest.mark.parametrize(
    ("cells", "severity", "cell", "rule"),
    [
        ({"开业时间": "2026-03-19"}, "errors", "D3", "R-FU-05"),
        ({"开业时间": "2026-10-16"}, "errors", "D3", "R-FU-06"),
        ({"开业时间": ""}, "errors", "D3", "R-FU-04"),
        ({"开业时间": "五月"}, "errors", "D3", "R-FU-03"),
        ({"统一社会信用代码": ""}, "confirm", "E3", "R-FU-09"),
        ({"统一社会信用代码": "460100123"}, "errors", "E3", "R-USCC-01"),
        ({"吸纳就业人数": ""}, "confirm", "F3", "R-FU-11"),
        ({"吸纳就业人数": "几个"}, "errors", "F3", "R-FU-12"),
        ({"吸纳就业人数": -1}, "errors", "F3", "R-FU-13"),
        ({"吸纳就业人数": "3人"}, "cleaned", "F3", "R-TIDY-01"),
    ],
)
def test_each_fault_of_a_firm_that_is_open(cells: dict[str, object], severity: str, cell: str, rule: str) -> None:
    assert said(judged(**{**OPEN, **cells}))[severity][cell] == rule


def test_opened_on_the_last_day_of_class_is_not_before_its_end() -> None:
    assert said(judged(**{**OPEN, "开业时间": "2026-03-20"})) == {}


def test_the_class_knows_its_end_better_than_the_title() -> None:
    cells = {**OPEN, "开业时间": "2026-03-25"}
    assert said(judged(**cells)) == {}
    assert said(judged(**cells, register=Register(dt.date(2026, 4, 1))))["errors"] == {"D3": "R-FU-05"}
    unknown = judged(title="登记表", **cells)
    assert said(unknown) == {}
    assert unknown.undecided == ["结业日期（表头和班期里都没有）"]
