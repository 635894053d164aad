"""The attendance sheet: the sample, and other offices' marks, days and totals."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from tests.identities import resident
from tests.importing import examined, examined_sample, expectation, said, summary
from tests.workbooks import sheet, xlsx

from qihang.delivery.training.imports.attendance import ATTENDANCE, Mark, day_columns, day_of, half_of
from qihang.foundation.imports.engine.examine import Examination

TITLE = ["家政服务员五级2026年第1期"]


@dataclass
class Register:
    """A class in memory."""

    members: Mapping[str, Sequence[str]]
    days: Sequence[dt.date] = ()
    start: dt.date = dt.date(2026, 3, 9)
    end: dt.date = dt.date(2026, 3, 27)
    rest: object = field(default=None)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def standing(self, identities: Collection[str]) -> Mapping[str, str]:
        return {number: known for number, known in self.aliases.items() if number in identities}


def judged(header: list[object], *rows: list[object], **options: object) -> Examination:
    return examined(ATTENDANCE, sheet([TITLE, header, *rows]), **options)


def days(found: Examination) -> list[str]:
    return [f"{day_of(name):%m-%d}{half_of(name)}" for name in day_columns(found.rows)]


def marks(found: Examination) -> list[object]:
    return list(found.rows.select(day_columns(found.rows)).row(0))


def test_the_sample_gives_what_a_careful_clerk_would_say() -> None:
    found = examined_sample(ATTENDANCE)
    assert summary(found) == expectation(ATTENDANCE)
    assert days(found)[:3] == ["03-09", "03-10", "03-11"]
    assert days(found)[-1] == "03-27"
    assert len(days(found)) == 17


def test_every_usual_mark_is_read() -> None:
    signs = ["√", "✔", "1", 1, "出勤", "到", "迟", "迟到", "早退", "×", "X", 0, "旷课", "假", "病假", "事假"]
    header: list[object] = ["姓名", *[f"3.{day}" for day in range(9, 9 + len(signs))]]
    found = judged(header, ["韩丽", *signs])
    assert said(found) == {}
    present, late, early, absent, leave = Mark.PRESENT, Mark.LATE, Mark.LEFT_EARLY, Mark.ABSENT, Mark.LEAVE
    assert marks(found) == [*[present] * 6, late, late, early, *[absent] * 4, *[leave] * 3]


def test_an_unknown_mark_and_an_empty_one() -> None:
    found = judged(["姓名", "3.9", "3.10", "3.11"], ["韩丽", "?", "", " √ "])
    assert said(found) == {"errors": {"B3": "R-ATT-01"}, "confirm": {"C3": "R-ATT-02"}, "cleaned": {"D3": "R-TIDY-01"}}
    assert said(judged(["姓名", "3.9"], ["韩丽", "/"])) == {"errors": {"B3": "R-ATT-01"}}


@pytest.mark.parametrize(
    "header",
    [
        ["3.9", "3.10", "3.11"],
        ["3月9日", "3月10日", "3月11日"],
        ["3/9", "3/10", "3/11"],
        ["2026-03-09", "2026-03-10", "2026-03-11"],
        [dt.date(2026, 3, 9), dt.date(2026, 3, 10), dt.date(2026, 3, 11)],
        [3.9, 3.1, 3.11],  # what a spreadsheet makes of 3.10
        ["3.9周一", "3.10周二", "3.11周三"],
        ["3月9日\n（星期一）", "3月10日\n（星期二）", "3月11日\n（星期三）"],
    ],
)
def test_days_in_any_form_of_header(header: list[object]) -> None:
    found = judged(["姓名", *header], ["韩丽", "√", "√", "√"])
    assert days(found) == ["03-09", "03-10", "03-11"]
    assert said(found) == {}


def test_bare_day_numbers_take_the_month_of_the_sheet_and_run_on_into_the_next() -> None:
    content = xlsx(("3月", [["考勤表"], ["姓名", "30", "31", "1", "2"], ["韩丽", "√", "√", "√", "√"]]))
    assert days(examined(ATTENDANCE, content, on=dt.date(2026, 3, 2))) == ["03-30", "03-31", "04-01", "04-02"]


def test_the_first_of_the_month_or_the_tenth() -> None:
    assert days(judged(["姓名", 3.1, 3.11, 3.12], ["韩丽", "√", "√", "√"])) == ["03-10", "03-11", "03-12"]
    assert days(judged(["姓名", 3.1, 3.2, 3.3], ["韩丽", "√", "√", "√"])) == ["03-01", "03-02", "03-03"]


def test_a_class_over_the_new_year() -> None:
    found = examined(ATTENDANCE, sheet([["2025年第9期"], ["姓名", "12.30", "12.31", "1.4"], ["韩丽", "√", "√", "√"]]))
    assert [day_of(name) for name in day_columns(found.rows)] == [
        dt.date(2025, 12, 30),
        dt.date(2025, 12, 31),
        dt.date(2026, 1, 4),
    ]


def test_mornings_and_afternoons_under_a_merged_day() -> None:
    rows = [
        TITLE,
        ["姓名", "3月9日", "", "3月10日", "", "出勤天数"],
        ["", "上午", "下午", "上午", "下午", ""],
        ["韩丽", "√", "√", "√", "×", "1.5"],
        ["王明", "√", "√", "×", "×", "2天"],
    ]
    found = examined(ATTENDANCE, sheet(rows, merge=["A2:A3", "B2:C2", "D2:E2", "F2:F3"]))
    assert days(found) == ["03-09am", "03-09pm", "03-10am", "03-10pm"]
    assert said(found) == {"confirm": {"F5": "R-ATT-03"}}
    assert "按记号数是 1" in found.findings[0].message(reveal=False)


def test_totals_of_absence() -> None:
    header: list[object] = ["姓名", "3.9", "3.10", "3.11", "缺勤天数"]
    assert said(judged(header, ["韩丽", "×", "假", "√", 2], ["王明", "×", "假", "√", 1])) == {}
    assert said(judged(header, ["韩丽", "×", "假", "√", 3])) == {"confirm": {"E3": "R-ATT-03"}}
    assert said(judged(header, ["韩丽", "√", "√", "√", "全勤"])) == {"confirm": {"E3": "R-ATT-04"}}


def test_two_rows_of_one_name_cannot_be_told_apart_without_numbers() -> None:
    found = judged(["姓名", "3.9"], ["韩丽", "√"], ["王明", "√"], ["韩 丽", "×"])
    assert said(found)["errors"] == {"A3": "R-ATT-05", "A5": "R-ATT-05"}
    one, other = resident(order=1), resident(order=2)
    told = judged(["姓名", "身份证号", "3.9"], ["韩丽", one, "√"], ["韩丽", other, "×"])
    assert said(told) == {}


def test_a_day_twice_or_ahead_stands_on_its_header_and_is_not_read() -> None:
    found = judged(["姓名", "3.9", "3.9", "12.1"], ["韩丽", "√", "×", "√"])
    assert said(found) == {"errors": {"C2": "R-ATT-08", "D2": "R-ATT-10"}}
    assert days(found) == ["03-09"]
    assert found.outcome().accepted == [3]


def test_against_the_class() -> None:
    register = Register(
        members={
            "韩丽": [resident(order=1)],
            "王明": [resident(order=2), resident(order=3)],
            "吴亚": [resident(order=4)],
        },
        days=[dt.date(2026, 3, 9), dt.date(2026, 3, 11)],
    )
    found = judged(
        ["姓名", "3.9", "3.10", "4.1"],
        *[[name, "√", "√", "√"] for name in ("韩丽", "王明", "外人")],
        register=register,
    )
    assert said(found) == {
        "errors": {"C2": "R-ATT-09", "D2": "R-ATT-09", "A4": "R-ATT-06", "A5": "R-ATT-07"},
    }
    with_numbers = judged(
        ["姓名", "身份证号", "3.9"],
        ["王明", resident(order=2), "√"],
        ["王明", resident(order=3), "√"],
        ["外人", resident(order=9), "√"],
        register=register,
    )
    assert said(with_numbers) == {"errors": {"A5": "R-ATT-07"}}


def test_the_class_knows_the_year_that_the_sheet_does_not() -> None:
    register = Register(members={"韩丽": [resident()]}, start=dt.date(2024, 3, 4), end=dt.date(2024, 3, 29))
    found = examined(ATTENDANCE, sheet([["姓名", "3.9"], ["韩丽", "√"]]), register=register)
    assert [day_of(name) for name in day_columns(found.rows)] == [dt.date(2024, 3, 9)]
