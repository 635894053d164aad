"""The score book of a sitting."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest
from tests.identities import resident
from tests.importing import examined, examined_sample, expectation, said, summary
from tests.workbooks import sheet

from qihang.delivery.appraisal.imports import SCORES, Points
from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.rules import Parameters

HEADER = ["准考证号", "姓名", "身份证号", "理论", "实操", "评定"]
NUMBER = resident()


@dataclass
class Register:
    """The class that sat, in memory: number -> (name, completed)."""

    people: Mapping[str, tuple[str, bool]]
    points: Mapping[str, Points] = field(default_factory=dict)
    holders: Collection[str] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    refused: Collection[str] = ()

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        return {number: name for number, (name, _) in self.people.items() if number in identities}

    def completed(self, identities: Collection[str]) -> Mapping[str, bool]:
        return {number: done for number, (_, done) in self.people.items() if number in identities}

    def standing(self, identities: Collection[str]) -> Mapping[str, Points]:
        return {number: points for number, points in self.points.items() if number in identities}

    def standing_numbers(self, identities: Collection[str]) -> Mapping[str, str]:
        return {number: known for number, known in self.aliases.items() if number in identities}

    def not_let_in(self, identities: Collection[str]) -> Collection[str]:
        return [number for number in self.refused if number in identities]

    def certified(self, identities: Collection[str]) -> Collection[str]:
        return [number for number in self.holders if number in identities]


def judged(*rows: list[object], **options: object) -> Examination:
    return examined(SCORES, sheet([["鉴定日期：2026年3月30日"], HEADER, *rows]), **options)


def row(theory: object, practice: object, result: str = "", number: str = NUMBER, name: str = "韩丽") -> list[object]:
    return ["26030001", name, number, theory, practice, result]


def test_the_sample_gives_what_a_careful_clerk_would_say() -> None:
    assert summary(examined_sample(SCORES)) == expectation(SCORES)


@pytest.mark.parametrize(
    ("score", "answer"),
    [
        (105, {"errors": {"D3": "R-SCORE-03"}}),
        (-1, {"errors": {"D3": "R-SCORE-03"}}),
        ("", {"errors": {"D3": "R-SCORE-01"}}),
        ("未考", {"errors": {"D3": "R-SCORE-02"}}),
        ("85/90", {"errors": {"D3": "R-SCORE-02"}}),
        ("八十", {"errors": {"D3": "R-SCORE-02"}}),
        ("85分", {"cleaned": {"D3": "R-TIDY-01"}}),
        ("８５", {"cleaned": {"D3": "R-TIDY-01"}}),
        ("缺 考", {"cleaned": {"D3": "R-TIDY-01"}}),
        ("缺考", {}),
        (85.5, {}),
        ("85.5", {}),
        (0, {}),
        (100, {}),
    ],
)
def test_a_score(score: object, answer: dict[str, dict[str, str]]) -> None:
    assert said(judged(row(score, 80))) == answer


def test_absence_is_not_a_nought() -> None:
    rows = judged(row("缺考", 0)).rows.row(0, named=True)
    assert (rows["theory"], rows["theory_absent"]) == (None, True)
    assert (rows["practice"], rows["practice_absent"]) == (0.0, False)


@pytest.mark.parametrize(
    ("theory", "practice", "result", "contradicts"),
    [
        (60, 60, "合格", False),
        (59, 99, "合格", True),
        (59, 99, "不合格", False),
        (60, 60, "不合格", True),
        ("缺考", 99, "合格", True),
        ("缺考", 99, "缺考", False),
        (95, 96, "优秀", False),
        (60, 60, "", False),
    ],
)
def test_the_stated_result(theory: object, practice: object, result: str, contradicts: bool) -> None:
    assert said(judged(row(theory, practice, result))) == ({"confirm": {"F3": "R-SCORE-05"}} if contradicts else {})


def test_what_a_wrong_score_leaves_open_is_not_called_a_contradiction() -> None:
    assert said(judged(row(105, 80, "不合格"))) == {"errors": {"D3": "R-SCORE-03"}}
    assert said(judged(row(59, 80, "待定"))) == {"errors": {"F3": "R-SCORE-04"}}


def test_without_the_pass_score_the_result_is_not_judged() -> None:
    found = judged(row(10, 10, "合格"), parameters=Parameters.none())
    assert said(found) == {}
    assert found.undecided == ["appraisal.pass_score"]


def test_a_person_twice_and_a_wrong_number() -> None:
    found = judged(row(70, 70), row(80, 80), row(70, 70, number=NUMBER[:17]))
    assert said(found) == {"errors": {"C4": "R-DUP-01", "C5": "R-ID-04"}}


def test_against_the_class() -> None:
    done, dropped, stranger, refused = (resident(order=order) for order in (1, 2, 3, 4))
    register = Register({done: ("韩丽", True), dropped: ("王明", False)}, refused=[refused])
    found = judged(
        row(70, 70, number=done, name="韩莉"),
        row(70, 70, number=dropped, name="王明"),
        row(70, 70, number=stranger, name="外人"),
        row(70, 70, number=refused, name="冯七"),
        register=register,
    )
    assert said(found) == {
        "errors": {"C5": "R-SCORE-06", "C6": "R-SCORE-09"},
        "confirm": {"B3": "R-NAME-03", "C4": "R-SCORE-07"},
    }


def test_other_words_for_the_two_parts_under_a_common_heading() -> None:
    rows = [
        ["职业技能等级认定成绩汇总表"],
        ["序号", "考生姓名", "证件号码", "成绩", "", "是否合格"],
        ["", "", "", "理论知识", "操作技能", ""],
        [1, "韩丽", NUMBER, "７６分", 88, "合格"],
    ]
    found = examined(SCORES, sheet(rows, merge=["A2:A3", "B2:B3", "C2:C3", "D2:E2", "F2:F3"]))
    assert said(found) == {"cleaned": {"D4": "R-TIDY-01"}}
    assert found.rows.select("theory", "practice", "stated_result").row(0) == (76.0, 88.0, "passed")
