"""Reading a year's days off from the notice's own words, from lists of days, and what is said about slips."""

import datetime as dt

import pytest
from tests.registry.reference.notices import NOTICE

from qihang.registry.reference.holiday_notice import NoticeDay, read_notice, spans_of, write_notice
from qihang.registry.reference.holidays import holiday_rows

REST = "\n".join(NOTICE.splitlines()[1:])  # everything but New Year


def kinds(text: str, year: int = 2027) -> dict[str, str]:
    notice = read_notice(year, text)
    return {f"{day.day:%m-%d}": day.kind for day in notice.days}


def problems(text: str, year: int = 2027) -> list[str]:
    return read_notice(year, text).problems


def test_the_notice_is_read_as_it_stands() -> None:
    notice = read_notice(2027, NOTICE)
    assert notice.problems == []
    off = [day for day in notice.days if day.kind == "holiday"]
    worked = [day for day in notice.days if day.kind == "workday"]
    assert len(off) == 3 + 7 + 3 + 5 + 1 + 1 + 7
    assert [f"{day.day:%m-%d}" for day in worked] == ["02-14", "02-20", "05-08", "09-26", "10-09"]
    assert {day.name for day in off} == {"元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"}
    assert worked[0].name == "春节调休"


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_what_is_written_out_reads_back_the_same(year: int) -> None:
    days = [NoticeDay(row.day, row.kind, row.name) for row in holiday_rows() if row.day.year == year]
    again = read_notice(year, write_notice(days))
    assert again.problems == []
    assert again.days == days


@pytest.mark.parametrize(
    "line",
    [
        "2027-01-01 至 2027-01-03 元旦 放假",
        "2027年1月1日至1月3日 元旦",
        "元旦：1月1日—3日放假",
        "1、元旦：1月1日到1月3日，放假，共3天",
        "2027.1.1~2027.1.3 元旦 放假",
        "2027/1/1、2027/1/2、2027/1/3 元旦".replace("、", " 元旦\n"),
    ],
)
def test_many_ways_to_write_a_span(line: str) -> None:
    assert kinds(line) == {"01-01": "holiday", "01-02": "holiday", "01-03": "holiday"}


def test_days_worked_need_no_name() -> None:
    days = read_notice(2027, "2月14日（周日）、2月20日（周六）上班").days
    assert [(f"{day.day:%m-%d}", day.kind, day.name) for day in days] == [
        ("02-14", "workday", "调休上班"),
        ("02-20", "workday", "调休上班"),
    ]


def test_a_holiday_and_a_day_worked_in_one_sentence_each_keep_their_kind() -> None:
    assert kinds("国庆节：10月1日放假，10月9日上班") == {"10-01": "holiday", "10-09": "workday"}


def test_the_weekend_before_new_year_belongs_to_the_year_before() -> None:
    assert kinds("元旦：2022年12月31日至2023年1月2日放假，共3天", 2023) == {"01-01": "holiday", "01-02": "holiday"}
    (said,) = problems("元旦：2025年12月30日至2026年1月1日放假", 2026)
    assert "2025-12-30 不在 2026 年里" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("元旦：1月1日（周四）至3日放假", "2027-01-01 是周五，不是周四"),
        ("元旦：1月1日至3日放假，共4天", "写的是共 4 天，从头数到尾是 3 天"),
        ("元旦：2月30日放假", "没有 2027 年 2 月 30 日"),
        ("元旦：1月3日至1日放假", "先后写反"),
        ("国庆节：10月1日至30日放假", "太长了"),
        ("2027-01-01 放假", "没写是什么节"),
        ("元旦放假三天", "没找到日期"),
        ("2月15日上班", "2027-02-15 是周一，本来就上班"),
    ],
)
def test_a_slip_is_named_with_its_line_and_the_way_to_mend_it(line: str, said: str) -> None:
    (found,) = problems(f"\n{line}")
    assert found.startswith("第 2 行：")
    assert said in found


def test_all_slips_are_named_at_once() -> None:
    assert len(problems("元旦：2月30日放假\n春节放假\n3月1日上班")) == 3


def test_a_day_stands_once() -> None:
    assert problems(NOTICE + "元旦：1月1日放假") == ["2027-01-01 写了两次，请留一个"]
    assert problems(NOTICE + "2027-01-02 上班") == ["2027-01-02 又写放假、又写上班，请留一个"]


def test_a_year_without_all_seven_festivals_is_not_taken() -> None:
    assert problems(REST) == ["还没有写：元旦。通知里七个节都有安排，补上再看"]
    assert problems("") == []


def test_two_festivals_that_fall_together_count_as_both() -> None:
    together = REST.replace("六、中秋节：9月15日（周三）放假，共1天。\n", "").replace("国庆节：", "国庆节、中秋节：")
    assert problems(together) == ["还没有写：元旦。通知里七个节都有安排，补上再看"]


def test_neighbouring_days_of_one_name_make_a_span() -> None:
    days = [NoticeDay(dt.date(2027, 1, number), "holiday", "元旦") for number in (1, 2, 3, 5)]
    assert [len(span) for span in spans_of(days)] == [3, 1]
