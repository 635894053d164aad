"""The roster: the sample as a careful clerk would judge it, and worse ones."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest
from tests.identities import fifteen, resident
from tests.importing import examined, examined_sample, expectation, said, summary
from tests.workbooks import sheet, text

from qihang.delivery.training.imports.roster import ROSTER
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.report import report
from qihang.foundation.imports.engine.rules import Parameters

WOMAN, MAN = resident("1985-05-20"), resident("1985-05-20", male=True)
HEADER = ["姓名", "性别", "身份证号", "文化程度", "人员类别", "就业创业证号", "联系电话", "备注"]
START = dt.date(2026, 3, 9)


@dataclass
class Register:
    """The class and the province, in memory."""

    class_start: dt.date = START
    rules_on: dt.date = START
    names: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        return {number: name for number, name in self.names.items() if number in identities}

    def other_open_classes(self, identities: Collection[str]) -> Mapping[str, str]:
        return {number: label for number, label in self.elsewhere.items() if number in identities}


def person(**cells: object) -> list[object]:
    usual = {
        "姓名": "符桂兰",
        "性别": "",
        "身份证号": WOMAN,
        "文化程度": "初中",
        "人员类别": "农民工",
        "联系电话": "13800001111",
    }
    return [{**usual, **cells}.get(name, "") for name in HEADER]


def judged(*rows: list[object], **options: object) -> Examination:
    return examined(ROSTER, sheet([HEADER, *rows]), **{"on": START, **options})


def only(found: Examination) -> tuple[str, str, str]:
    (one,) = [(severity, cell, rule) for severity, cells in said(found).items() for cell, rule in cells.items()]
    return one


def test_the_sample_gives_what_a_careful_clerk_would_say() -> None:
    found = examined_sample(ROSTER)
    assert summary(found) == expectation(ROSTER)
    assert found.outcome(["all"]).refused == [16, 18, 37]  # age and category: kept as refused applicants


def test_the_sample_names_what_it_did_not_read() -> None:
    document = report(examined_sample(ROSTER))
    assert document["skipped_sheets"] == ["填表说明", "旧名单"]
    assert [skip["row"] for skip in document["skipped_rows"]] == [26, 49, 50]
    assert document["header"]["title"]["培训机构"] == "海口市启明职业培训学校"
    assert document["header"]["unused"] == []
    digits_lost = next(finding for finding in document["errors"] if finding["cell"] == "D10")
    assert digits_lost["value"] == "460007**********00"
    assert digits_lost["column"] == "身份证号码"


def test_without_parameters_age_and_category_stay_undecided() -> None:
    found = judged(person(身份证号=resident("1950-01-01")), parameters=Parameters.none())
    assert said(found) == {}
    assert found.undecided == [
        "training.age_max.female",
        "training.age_max.male",
        "training.age_min",
        "training.categories",
    ]


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        ({"身份证号": WOMAN[:-1]}, ("errors", "C2", "R-ID-04")),
        ({"身份证号": WOMAN[:16] + "A" + WOMAN[17]}, ("errors", "C2", "R-ID-05")),
        ({"身份证号": "460106" + "19850230" + "0024"}, ("errors", "C2", "R-ID-06")),
        ({"身份证号": resident(region="999999")}, ("errors", "C2", "R-ID-07")),
        ({"身份证号": "4.60106E+17"}, ("errors", "C2", "R-ID-02")),
        ({"身份证号": int(WOMAN[:15] + "000")}, ("errors", "C2", "R-ID-02")),
        ({"身份证号": "'" + WOMAN}, ("cleaned", "C2", "R-TIDY-01")),
        ({"身份证号": WOMAN[:6] + "-" + WOMAN[6:14] + "-" + WOMAN[14:]}, ("cleaned", "C2", "R-TIDY-01")),
        ({"姓名": "符 桂 兰"}, ("cleaned", "A2", "R-TIDY-01")),
        ({"姓名": "符桂兰1"}, ("errors", "A2", "R-NAME-02")),
        ({"姓名": "Null"}, ("errors", "A2", "R-NAME-02")),
        ({"姓名": "李四（女）"}, ("errors", "A2", "R-NAME-02")),
        ({"姓名": "李" * 51}, ("errors", "A2", "R-NAME-02")),
        ({"姓名": ""}, ("errors", "A2", "R-NAME-01")),
        ({"性别": "男"}, ("errors", "B2", "R-SEX-02")),
        ({"性别": "未知"}, ("errors", "B2", "R-SEX-01")),
        ({"文化程度": "半路出家"}, ("errors", "D2", "R-EDU-01")),
        ({"文化程度": "初 中"}, ("cleaned", "D2", "R-TIDY-01")),
        ({"人员类别": ""}, ("confirm", "E2", "R-CAT-01")),
        ({"人员类别": "在校学生"}, ("errors", "E2", "R-CAT-02")),
        ({"人员类别": "企业职工"}, ("errors", "E2", "R-CAT-03")),
        ({"就业创业证号": "460107654650060"}, ("errors", "F2", "R-CERT-01")),
        ({"就业创业证号": 4601076546500600}, ("errors", "F2", "R-CERT-02")),
        ({"就业创业证号": "4601 0765 4650 0600"}, ("cleaned", "F2", "R-TIDY-01")),
        ({"联系电话": ""}, ("confirm", "G2", "R-TEL-01")),
        ({"联系电话": "1380000111"}, ("errors", "G2", "R-TEL-02")),
        ({"联系电话": "13800001111/13900001111"}, ("errors", "G2", "R-TEL-02")),
        ({"联系电话": "+86 138 0000 1111"}, ("cleaned", "G2", "R-TIDY-01")),
        ({"联系电话": "0898-66778899"}, ("cleaned", "G2", "R-TIDY-01")),
        ({"备注": "本人自愿放弃补贴"}, ("confirm", "H2", "R-NOTE-01")),
    ],
)
def test_each_fault_on_its_cell(cells: dict[str, object], answer: tuple[str, str, str]) -> None:
    assert only(judged(person(**cells))) == answer


@pytest.mark.parametrize(
    "cells",
    [
        {"身份证号": fifteen("1985-05-20")[:14] + "2"},
        {"性别": "女"},
        {"性别": "2"},
        {"人员类别": "进城务工"},
        {"人员类别": "城镇登记失业人员"},
        {"人员类别": "农民工、残疾人"},
        {"文化程度": "高中/中专"},
        {"文化程度": ""},
        {"就业创业证号": "无"},
        {"联系电话": 13800001111},
        {"联系电话": "08986677889"},
        {"备注": "上午班"},
        {"姓名": "买买提·吐尔逊"},
    ],
)
def test_what_is_no_fault(cells: dict[str, object]) -> None:
    assert set(said(judged(person(**cells)))) <= {"cleaned"}


def test_categories_follow_the_day_of_the_class() -> None:
    worker = person(人员类别="持《再就业优惠证》人员")
    assert said(judged(worker, on=dt.date(2010, 3, 9))) == {}
    assert only(judged(worker))[2] == "R-CAT-03"


@pytest.mark.parametrize(
    ("birth", "male", "rule"),
    [
        ("2010-03-09", True, None),  # sixteen that day
        ("2010-03-10", True, "R-AGE-01"),
        ("1966-03-10", True, None),  # fifty-nine
        ("1966-03-09", True, "R-AGE-02"),  # sixty that day
        ("1971-03-10", False, None),
        ("1971-03-09", False, "R-AGE-02"),
        ("1968-02-29", False, "R-AGE-02"),
    ],
)
def test_age_at_the_start_of_class(birth: str, male: bool, rule: str | None) -> None:
    found = judged(person(身份证号=resident(birth, male=male)))
    assert said(found) == ({"errors": {"C2": rule}} if rule else {})
    assert len(found.outcome().refused) == (1 if rule else 0)


@pytest.mark.parametrize(
    ("birth", "male", "hit"),
    [
        ("1986-03-09", False, False),
        ("1986-03-10", False, True),
        ("1976-03-09", True, False),
        ("1976-03-10", True, True),
    ],
)
def test_4050_says_its_own_ages(birth: str, male: bool, hit: bool) -> None:
    found = said(judged(person(身份证号=resident(birth, male=male), 人员类别="4050人员")))
    assert found == ({"confirm": {"E2": "R-CAT-04"}} if hit else {})


def test_the_same_person_again_is_an_error_of_the_later_row_even_in_another_form() -> None:
    old = fifteen()
    new = examined(ROSTER, sheet([HEADER, person(身份证号=old)])).rows["identity"][0]
    found = judged(person(身份证号=old), person(身份证号=f" {new}", 姓名="别名"))
    assert said(found) == {"errors": {"C3": "R-DUP-01"}, "cleaned": {"C2": "R-TIDY-01"}}
    assert "第 2 行" in found.of(found.findings[-1].severity)[-1].message(reveal=False)


def test_a_phone_of_three_people_needs_a_yes_and_of_two_does_not() -> None:
    people = [person(身份证号=resident(order=order)) for order in range(1, 4)]
    assert said(judged(*people[:2])) == {}
    assert said(judged(*people)) == {"confirm": {"G2": "R-TEL-03", "G3": "R-TEL-03", "G4": "R-TEL-03"}}
    assert "G2" not in said(judged(people[0], people[0], people[1])).get("confirm", {})  # two people, three rows


def test_against_the_class_and_the_province() -> None:
    other = resident(order=7)
    register = Register(
        class_start=dt.date(2031, 1, 1),
        names={WOMAN: "符桂蓝", other: "王 明"},
        elsewhere={other: "养老护理员五级 2026 年第 2 期"},
    )
    found = judged(
        person(),
        person(身份证号=other, 姓名="王明", 联系电话="13900002222"),
        person(身份证号=resident("1971-05-20")),
        register=register,
    )
    assert said(found) == {
        "errors": {"C4": "R-AGE-02"},  # fifty-nine and a woman on the class's own first day
        "confirm": {"A2": "R-NAME-03", "C3": "R-CLASS-01"},
    }
    messages = " ".join(finding.message(reveal=False) for finding in found.findings)
    assert "符桂蓝" in messages
    assert "养老护理员五级 2026 年第 2 期" in messages


# --- worse files ---------------------------------------------------------------------------------------------------


def test_header_on_row_7_over_two_rows_renamed_and_more_columns() -> None:
    rows = [
        ["海口市职业技能提升行动参训人员信息汇总表"], [], ["填报单位：启明学校（盖章）", "", "", "", "填报日期：2026年3月1日"],
        ["开班日期：2026年3月9日"], [], [],
        ["序", "参训人员基本信息", "", "", "", "培训信息", "", "联系方式"],
        ["", "学员姓名", "公民身份号码", "民族", "学历", "对象类别", "就业失业登记证号", "手机"],
        [1, "符桂兰", WOMAN, "黎族", "初中毕业", "失业人员", "", 13800001111],
        [2, "王明", "4.60E+17", "汉", "大专", "脱贫户", "4601076546500600", "138 0000 2222"],
        ["", "合计：2人"],
    ]  # fmt: skip
    found = examined(ROSTER, sheet(rows, merge=["A7:A8", "B7:E7", "F7:G7", "A1:H1"]))
    assert (found.table.header.below, found.on) == (8, dt.date(2026, 3, 9))
    assert said(found) == {"errors": {"C10": "R-ID-02"}, "cleaned": {"H10": "R-TIDY-01"}}
    assert found.rows["category"].to_list() == ["02", "06"]
    assert [skip.row for skip in found.table.skipped_rows] == [11]


def test_a_shouting_csv_in_utf_16_with_quotes_before_numbers() -> None:
    rows = [
        ["姓名", "证件号", "性别", "手机号码", "类别"],
        ["FU GUILAN", f"'{WOMAN.lower()}", "F", "'13800001111", "农民工"],
    ]
    found = examined(ROSTER, text(rows, "utf-16-le", separator="\t", mark=b"\xff\xfe"), "名单.txt")
    assert said(found) == {"cleaned": {"B2": "R-TIDY-01", "D2": "R-TIDY-01"}}
    assert found.rows["name"][0] == "FU GUILAN"


def test_a_csv_whose_numbers_are_excel_formulas_of_text() -> None:
    content = f'姓名,身份证号,联系电话\n符桂兰,"=""{WOMAN}""",13800001111\n'.encode("gbk")
    found = examined(ROSTER, content, "名单.csv")
    assert found.rows["identity"].to_list() == [WOMAN]
    assert said(found) == {}


def test_a_number_of_15_digits_is_whole_even_as_a_spreadsheet_number() -> None:
    found = judged(person(身份证号=int(fifteen())))
    assert said(found) == {"cleaned": {"C2": "R-TIDY-01"}}
    assert found.rows["identity_birth"].to_list() == [dt.date(1975, 5, 20)]


def test_merged_cells_inside_the_table_hold_for_all_their_rows() -> None:
    rows = [
        ["姓名", "身份证号", "类别", "电话"],
        ["甲", resident(order=1), "农民工", "13800001111"],
        ["乙", resident(order=2), "", "13800002222"],
    ]
    found = examined(ROSTER, sheet(rows, merge=["C2:C3"]))
    assert found.rows["category"].to_list() == ["03", "03"]
    assert said(found) == {}


def test_two_tables_in_one_sheet_with_a_page_break_between() -> None:
    first, second = person(身份证号=resident(order=1)), person(身份证号=resident(order=2), 联系电话="139")
    found = examined(
        ROSTER, sheet([["花名册（一班）"], HEADER, first, [], ["花名册（二班）"], HEADER, second, ["填表人：王"]])
    )
    assert found.rows["_row"].to_list() == [3, 7]
    assert said(found) == {"errors": {"G7": "R-TEL-02"}}


def test_a_roster_without_numbers_is_refused_by_name() -> None:
    with pytest.raises(DomainError, match="缺少“身份证号”"):
        examined(ROSTER, sheet([["姓名", "性别", "联系电话"], ["符桂兰", "女", "13800001111"]]))


def test_a_guardian_is_not_the_trainee() -> None:
    rows = [["姓名", "身份证号", "监护人姓名", "监护人身份证号", "联系电话"], ["甲", WOMAN, "乙", MAN, "13800001111"]]
    assert examined(ROSTER, sheet(rows)).rows.select("name", "identity").row(0) == ("甲", WOMAN)
