"""Follow-up forms as offices fill them in: other headers, other words, days on both sides of each other.

What goes in here decides whether somebody counts as having opened a firm within six months, and whether that firm
lived a year: a wrong day or a word read the wrong way is a wrong figure.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from tests.identities import credit_code, resident
from tests.importing import TODAY, examined, said
from tests.startup.firms.test_import_followups import HEADER
from tests.workbooks import sheet

from qihang.foundation.imports.engine.examine import Examination
from qihang.startup.firms.imports import FOLLOWUPS

_TITLE = "结业日期：2026年3月20日"
_FIRM: dict[str, object] = {
    "姓名": "曾妹燕",
    "身份证号": resident(),
    "是否开业": "是",
    "开业时间": "2026-05-01",
    "统一社会信用代码": credit_code(),
    "吸纳就业人数": 2,
    "经营状况": "正常",
    "回访方式": "实地",
    "回访日期": "2026-10-15",
}
_NOT_OPEN = {"是否开业": "否", "开业时间": "", "统一社会信用代码": "", "吸纳就业人数": "", "经营状况": ""}


@dataclass
class _Class:
    class_end: dt.date


def form(*rows: dict[str, object], header: list[str] = HEADER, title: str = _TITLE, **options: object) -> Examination:
    filled = [[{**_FIRM, **row}.get(name, "") for name in header] for row in rows]
    return examined(FOLLOWUPS, sheet([[title], header, *filled]), **options)


def each(column: str, field: str, values: Sequence[object], **base: object) -> list[tuple[object, str | None]]:
    """One form with a row for each value of a column: what is kept of each, and the rule that its cell breaks."""
    at = HEADER.index(column)
    rows = [{**base, "姓名": f"王{chr(0x4E00 + n)}", "身份证号": resident(order=n + 2), column: value}
            for n, value in enumerate(values)]  # fmt: skip
    found = form(*rows)
    rules = {cell: rule for cells in said(found).values() for cell, rule in cells.items()}
    names = [rules.get(f"{'ABCDEFGHIJ'[at]}{n + 3}") for n in range(len(values))]
    return list(zip(found.rows[field].to_list(), names, strict=True))


def kept(found: Examination, column: str) -> object:
    return found.rows[column][0]


class TestDays:
    """The opening, the closing and the visit against each other, the end of the class and today."""

    def test_opened_from_the_last_day_of_class_up_to_the_visit(self) -> None:
        table = {
            "2026-03-19": "R-FU-05",
            "2026-03-20": None,
            "2026-03-21": None,
            "2026-10-14": None,
            "2026-10-15": None,
            "2026-10-16": "R-FU-06",
        }
        found = each("开业时间", "opened_on", list(table))
        assert [rule for _, rule in found] == list(table.values())

    def test_shut_from_the_opening_up_to_the_visit(self) -> None:
        table = {"2026-04-30": "R-FU-18", "2026-05-01": None, "2026-10-15": None, "2026-10-16": "R-FU-19"}
        found = each("停业时间", "closed_on", list(table), 经营状况="停业")
        assert [rule for _, rule in found] == list(table.values())

    def test_the_finding_names_the_day_that_it_is_held_against(self) -> None:
        found = form(
            {"经营状况": "停业", "停业时间": "2026-04-30"}, {"身份证号": resident(order=3), "开业时间": "2026-10-16"}
        )
        assert [finding.note for finding in found.findings] == ["2026-05-01", "2026-10-15"]
        assert found.outcome(["all"]).accepted == []

    def test_a_day_of_shutting_on_a_firm_that_trades_is_asked_about(self) -> None:
        found = form({"停业时间": "2026-09-01"})
        assert said(found) == {"confirm": {"H3": "R-FU-20"}}
        assert len(found.outcome(["all"]).accepted) == 1

    def test_shut_without_a_day_is_asked_about(self) -> None:
        assert {rule for _, rule in each("经营状况", "state", ["停业", "已注销", "转让"])} == {"R-FU-10"}

    def test_a_visit_is_of_today_or_before(self) -> None:
        days = [(TODAY + dt.timedelta(days=days)).isoformat() for days in (-1, 0, 1)]
        assert [rule for _, rule in each("回访日期", "visited_on", days, **_NOT_OPEN)] == [None, None, "R-FU-07"]

    def test_one_day_in_other_hands(self) -> None:
        written = ["2026-05-01", "2026/5/1", "2026.5.1", "2026年5月1日", "20260501", "２０２６-05-01"]
        found = each("开业时间", "opened_on", written)
        assert {day for day, _ in found} == {dt.date(2026, 5, 1)}
        assert {rule for _, rule in found} <= {None, "R-TIDY-01"}

    def test_what_is_no_day_is_an_error_and_the_opening_is_not_guessed(self) -> None:
        assert set(each("开业时间", "opened_on", ["2026-02-30", "2026-13-01", "五月", "2026"])) == {(None, "R-FU-03")}


class TestOpenOrNot:
    def test_open(self) -> None:
        words = ["是", "已开业", "√", "有", "y", "1", "是。", " 是 "]
        assert {value for value, _ in each("是否开业", "opened", words)} == {"yes"}

    def test_not_open_needs_neither_day_nor_code_nor_people(self) -> None:
        words = ["否", "未开业", "没有", "×", "0", "无", "N"]
        found = each("是否开业", "opened", words, **_NOT_OPEN)
        assert {value for value, _ in found} == {"no"}
        assert {rule for _, rule in found} <= {None, "R-TIDY-01"}

    def test_getting_ready_is_neither(self) -> None:
        assert set(each("是否开业", "opened", ["筹备中", "正在筹备", "拟开业"], **_NOT_OPEN)) == {("preparing", None)}

    def test_anything_else_is_asked_back_and_never_counts_as_open(self) -> None:
        assert set(each("是否开业", "opened", ["也许", "是否", "开了又关", "不是"])) == {(None, "R-FU-02")}

    def test_an_empty_cell_never_counts_as_open(self) -> None:
        found = form({**_NOT_OPEN, "是否开业": ""})
        assert said(found) == {"confirm": {"C3": "R-FU-01"}}
        assert (kept(found, "opened"), found.outcome().accepted) == (None, [])
        assert len(found.outcome(["all"]).accepted) == 1

    def test_a_day_of_opening_without_an_opening_is_asked_about(self) -> None:
        for word in ("否", "筹备中"):
            found = form({**_NOT_OPEN, "是否开业": word, "开业时间": "2026-05-01"})
            assert said(found) == {"confirm": {"D3": "R-FU-17"}}

    def test_an_open_firm_without_its_day_is_an_error(self) -> None:
        assert said(form({"开业时间": ""})) == {"errors": {"D3": "R-FU-04"}}


class TestTrading:
    def test_still_trading_however_well(self) -> None:
        words = ["正常", "良好", "困难", "亏损", "存续", "正常经营", "持平"]
        assert set(each("经营状况", "state", words)) == {("trading", None)}

    def test_shut_by_whatever_word(self) -> None:
        words = ["停业", "倒闭", "注销", "歇业", "转让", "停止经营"]
        assert set(each("经营状况", "state", words, 停业时间="2026-09-01")) == {("closed", None)}

    def test_a_word_that_says_neither_is_no_proof_of_trading(self) -> None:
        assert set(each("经营状况", "state", ["马马虎虎", "不正常", "非正常", "待定"])) == {(None, "R-FU-14")}


class TestHowItWasSeen:
    """The rank of the evidence: a visit is seen, a call is heard, a message is what the owner says."""

    def test_by_its_word(self) -> None:
        table = {
            "visit": ["实地", "上门", "入户", "现场"],
            "phone": ["电话", "致电", "手机"],
            "self_report": ["微信", "qq", "问卷", "本人填报", "短信"],
        }
        for evidence, words in table.items():
            assert {value for value, _ in each("回访方式", "evidence", words)} == {evidence}

    def test_a_way_that_is_none_of_them_is_not_given_a_rank(self) -> None:
        assert set(each("回访方式", "evidence", ["电话和实地", "托人问的", "视频"])) == {(None, "R-FU-16")}

    def test_nothing_said_is_never_a_visit(self) -> None:
        assert each("回访方式", "evidence", [""]) == [(None, "R-FU-15")]


class TestPeople:
    def test_how_many(self) -> None:
        table: dict[object, tuple[int | None, str | None]] = {
            0: (0, None),
            "3": (3, None),
            "3人": (3, "R-TIDY-01"),
            "１２名": (12, "R-TIDY-01"),
            "": (None, "R-FU-11"),
            "两三个": (None, "R-FU-12"),
            "3-5": (None, "R-FU-12"),
            "2.5": (None, "R-FU-12"),
            -2: (-2, "R-FU-13"),
        }
        assert each("吸纳就业人数", "headcount", list(table)) == list(table.values())

    def test_nobody_employed_is_a_figure_and_an_empty_cell_is_not(self) -> None:
        found = form({"吸纳就业人数": 0}, {"身份证号": resident(order=3), "吸纳就业人数": ""})
        assert said(found) == {"confirm": {"F4": "R-FU-11"}}
        assert len(found.outcome().accepted) == 1


class TestWhoAndWhich:
    def test_the_same_owner_twice_keeps_the_first(self) -> None:
        found = form({}, {"回访日期": "2026-10-20"})
        assert list(said(found)["errors"].values()) == ["R-DUP-01"]
        assert len(found.outcome().accepted) == 1

    def test_one_fault_does_not_hold_the_other_rows_back(self) -> None:
        rows = [{"身份证号": resident(order=at), "姓名": f"王{name}"} for at, name in enumerate("甲乙丙", 2)]
        rows[1]["开业时间"] = "2026-03-01"
        found = form(*rows)
        assert said(found) == {"errors": {"D4": "R-FU-05"}}
        assert len(found.outcome().accepted) == 2

    @pytest.mark.parametrize("code", [credit_code().lower(), f" {credit_code()[:9]} {credit_code()[9:]}"])
    def test_a_credit_code_is_tidied(self, code: str) -> None:
        found = form({"统一社会信用代码": code})
        assert kept(found, "credit_code") == credit_code()
        assert "errors" not in said(found)

    def test_a_code_that_does_not_hold_is_said_and_not_kept(self) -> None:
        wrong = credit_code()[:-1] + ("A" if credit_code()[-1] != "A" else "B")
        found = form({"统一社会信用代码": wrong})
        assert said(found)["errors"]["E3"].startswith("R-USCC")
        assert found.outcome(["all"]).accepted == []

    def test_an_open_firm_without_a_code_needs_a_yes(self) -> None:
        found = form({"统一社会信用代码": ""})
        assert said(found) == {"confirm": {"E3": "R-FU-09"}}


class TestHeaders:
    @pytest.mark.parametrize(
        "names",
        [
            {
                "是否开业": "创业情况",
                "开业时间": "成立日期",
                "统一社会信用代码": "营业执照号",
                "吸纳就业人数": "带动就业人数",
            },
            {"是否开业": "是否成功创业", "开业时间": "注册时间", "经营状况": "经营情况", "停业时间": "注销日期"},
            {
                "回访方式": "走访方式",
                "回访日期": "跟踪时间",
                "吸纳就业人数": "从业人数",
                "统一社会信用代码": "信用代码",
            },
        ],
    )
    def test_a_column_under_another_name_is_the_same_column(self, names: dict[str, str]) -> None:
        header = [names.get(name, name) for name in HEADER]
        found = form({other: _FIRM.get(usual, "") for usual, other in names.items()}, header=header)
        assert said(found) == {}
        assert found.rows.select("opened", "opened_on", "headcount", "state", "evidence").row(0) == (
            "yes", dt.date(2026, 5, 1), 2, "trading", "visit",
        )  # fmt: skip

    @pytest.mark.parametrize(
        "title", ["结业时间：2026.3.20", "培训时间：2026年3月2日—3月20日", "培训结束：2026-03-20"]
    )
    def test_the_end_of_the_class_is_read_from_the_title(self, title: str) -> None:
        early, due = {"开业时间": "2026-03-19"}, {"身份证号": resident(order=3), "开业时间": "2026-03-20"}
        assert said(form(early, due, title=title)) == {"errors": {"D3": "R-FU-05"}}

    def test_the_register_is_believed_before_the_title(self) -> None:
        row = {"开业时间": "2026-03-19"}
        assert said(form(row, register=_Class(dt.date(2026, 3, 19)))) == {}
        assert said(form({"开业时间": "2026-03-18"}, register=_Class(dt.date(2026, 3, 19))))["errors"] == {
            "D3": "R-FU-05"
        }

    def test_without_an_end_nobody_is_refused_for_it_and_the_report_says_so(self) -> None:
        found = form({"开业时间": "2020-01-01"}, title="创业跟踪回访登记表")
        assert said(found) == {}
        assert found.undecided == ["结业日期（表头和班期里都没有）"]
