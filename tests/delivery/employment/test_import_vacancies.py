"""The vacancy form of a counter, and pay, ages and places as people write them."""

import datetime as dt
from decimal import Decimal

import pytest
from tests.importing import examined, examined_sample, expectation, said, summary
from tests.workbooks import sheet

from qihang.delivery.employment.imports.pay import Pay, PayUnit, read_pay
from qihang.delivery.employment.imports.vacancies import VACANCIES, read_age_limit
from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.rules import Parameters

HEADER = ["单位名称", "岗位名称", "招聘人数", "薪资待遇", "学历要求", "年龄要求", "工作地点", "联系电话"]
MONTH, DAY, HOUR, YEAR, PIECE = PayUnit.MONTH, PayUnit.DAY, PayUnit.HOUR, PayUnit.YEAR, PayUnit.PIECE


def judged(*, parameters: Parameters | None = None, on: dt.date | None = None, **cells: object) -> Examination:
    usual = {"单位名称": "椰家", "岗位名称": "月嫂", "招聘人数": 2, "薪资待遇": 5500, "工作地点": "文昌市"}
    given = {"parameters": parameters, "on": on}
    content = sheet([HEADER, [{**usual, **cells}.get(name, "") for name in HEADER]])
    return examined(VACANCIES, content, **{name: value for name, value in given.items() if value})


def test_the_sample_gives_what_a_careful_clerk_would_say() -> None:
    assert summary(examined_sample(VACANCIES)) == expectation(VACANCIES)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("5500", 5500, 5500, MONTH),
        ("4500-6500", 4500, 6500, MONTH),
        ("4500—6500元", 4500, 6500, MONTH),
        ("4,500～6,500", 4500, 6500, MONTH),
        ("7k-1.1w", 7000, 11000, MONTH),
        ("7K-11K·13薪", 7000, 11000, MONTH),
        ("3-5千", 3000, 5000, MONTH),
        ("1.2万", 12000, 12000, MONTH),
        ("220/天", 220, 220, DAY),
        ("220元/日", 220, 220, DAY),
        ("日薪200-260", 200, 260, DAY),
        ("18元/小时", 18, 18, HOUR),
        ("时薪20元起", 20, None, HOUR),
        ("8-10万/年", 80000, 100000, YEAR),
        ("4500起", 4500, None, MONTH),
        ("底薪3000", 3000, None, MONTH),
        ("不超过6000", None, 6000, MONTH),
        ("3200+全勤", 3200, 3200, MONTH),
        ("计件 8000左右", 8000, 8000, MONTH),
        ("0.8元/件", Decimal("0.8"), Decimal("0.8"), PIECE),
        ("6000-9000元/月", 6000, 9000, MONTH),
        ("三千五", 3500, 3500, MONTH),
        ("4500-1万", 4500, 10000, MONTH),
        ("800-3千", 800, 3000, None),
        ("5-1万", None, None, None),
        ("220", 220, 220, None),
        ("1849", 1849, 1849, None),
        ("1850", 1850, 1850, MONTH),
        ("1200起", 1200, None, None),
        ("不超过1500", None, 1500, None),
        ("18-25", 18, 25, None),
    ],
)
def test_pay(text: str, low: object, high: object, unit: PayUnit | None) -> None:
    found = read_pay(text)
    wanted = None if low is high is None else Pay(low, high, unit)  # type: ignore[arg-type]
    assert (found and found.by_the_month(Decimal(1850))) == wanted


@pytest.mark.parametrize(
    "text", ["面议", "计件", "月入过万", "待遇优厚", "按国家规定", "6000-5000", "3000-4000或5000-6000"]
)
def test_pay_without_a_figure(text: str) -> None:
    assert read_pay(text) is None
    assert said(judged(薪资待遇=text)) == {"confirm": {"D2": "R-VAC-06"}}


def test_pay_whose_unit_nobody_can_tell_needs_a_yes_and_stays_open() -> None:
    found = judged(薪资待遇="220")
    assert said(found) == {"confirm": {"D2": "R-VAC-07"}}
    assert found.rows["pay_low"].to_list() == [None]
    assert judged(薪资待遇="220/天").rows.select("pay_low", "pay_high", "pay_unit").row(0) == (220.0, 220.0, "day")


def test_what_is_less_than_a_months_wage_depends_on_the_day_and_is_named_where_nobody_says() -> None:
    since = Parameters(lambda key, on: Decimal(2000 if on.year > 2025 else 1000))
    assert said(judged(parameters=since, on=dt.date(2025, 3, 1), 薪资待遇="1500")) == {}
    assert said(judged(parameters=since, on=dt.date(2026, 3, 1), 薪资待遇="1500")) == {"confirm": {"D2": "R-VAC-07"}}
    nobody = judged(parameters=Parameters.none(), 薪资待遇="1500")
    assert (said(nobody), nobody.undecided) == ({}, ["wage.month_min"])
    assert nobody.rows["pay_unit"].to_list() == ["month"]
    assert judged(parameters=Parameters.none(), 薪资待遇="220/天").undecided == []  # nothing was asked


def test_the_sample_is_judged_alike_where_nobody_has_set_a_wage() -> None:
    found = summary(examined_sample(VACANCIES, parameters=Parameters.none()))
    assert found == expectation(VACANCIES)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (0, {"errors": {"C2": "R-VAC-05"}}),
        (-2, {"errors": {"C2": "R-VAC-05"}}),
        ("若干", {"confirm": {"C2": "R-VAC-03"}}),
        ("2-3人", {"confirm": {"C2": "R-VAC-03"}}),
        ("", {"confirm": {"C2": "R-VAC-04"}}),
        ("20人", {"cleaned": {"C2": "R-TIDY-01"}}),
        ("15名", {"cleaned": {"C2": "R-TIDY-01"}}),
        ("2", {}),
    ],
)
def test_headcount(text: object, answer: dict[str, dict[str, str]]) -> None:
    assert said(judged(招聘人数=text)) == answer


@pytest.mark.parametrize(
    ("text", "low", "high", "by_sex"),
    [
        ("18-50", 18, 50, False),
        ("18-48岁", 18, 48, False),
        ("18周岁至50周岁", 18, 50, False),
        ("55以下", None, 55, False),
        ("不超过45岁", None, 45, False),
        ("年满18周岁以上", 18, None, False),
        ("不限", None, None, False),
        ("男女不限，18-50岁", 18, 50, False),
        ("女45以下", None, 45, True),
        ("限男性", None, None, True),
        ("男55女50以下", None, None, True),
    ],
)
def test_age_limits(text: str, low: int | None, high: int | None, by_sex: bool) -> None:
    found = read_age_limit(text)
    assert found is not None
    assert (found.low, found.high, found.by_sex) == (low, high, by_sex)


def test_an_age_limit_that_says_nothing_readable() -> None:
    assert said(judged(年龄要求="年轻力壮")) == {"errors": {"F2": "R-VAC-08"}}
    assert said(judged(年龄要求="女45以下")) == {"confirm": {"F2": "R-VAC-09"}}


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("五指山市", "469001"),
        ("三亚市天涯区", "460204"),
        ("澄迈老城", "469023"),
        ("海口龙华", "460106"),
        ("儋州那大", "460400"),
    ],
)
def test_a_place_with_its_county(place: str, code: str) -> None:
    found = judged(工作地点=place)
    assert said(found) == {}
    assert found.rows["place"].to_list() == [code]


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("海口市", "只写到"),
        ("全省", "只写到"),
        ("可居家", "在家上班"),
        ("马村港", "可能是"),
        ("洋浦", "开发区"),
        ("厂里", "看不出"),
    ],
)
def test_a_place_without_one_is_left_open_and_says_why(place: str, why: str) -> None:
    found = judged(工作地点=place)
    assert said(found) == {"confirm": {"G2": "R-VAC-10"}}
    assert why in found.findings[0].message(reveal=False)
    assert found.rows["place"].to_list() == [None]


def test_education_as_a_requirement() -> None:
    for word, kept in (("初中及以上", "junior_high"), ("不限", "any"), ("高中", "senior_high"), ("", None)):
        found = judged(学历要求=word)
        assert said(found) == {}
        assert found.rows["education"].to_list() == [kept]
    assert said(judged(学历要求="清华")) == {"errors": {"E2": "R-EDU-01"}}


def test_one_employer_merged_over_its_posts() -> None:
    rows = [
        ["用人单位", "招聘工种", "人数", "工作地点"],
        ["椰家", "月嫂", 2, "文昌"],
        ["", "保安", 3, "琼海"],
        ["金盘", "", 1, "文昌"],
    ]
    found = examined(VACANCIES, sheet(rows, merge=["A2:A3"]))
    assert found.rows["employer"].to_list() == ["椰家", "椰家", "金盘"]
    assert said(found) == {"errors": {"B4": "R-VAC-02"}}
    assert found.findings[0].message(reveal=False).startswith("第 4 行 金盘：")
