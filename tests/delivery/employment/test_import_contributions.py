"""The contribution list against which people's work is proved."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest
from tests.identities import resident
from tests.importing import examined, examined_sample, expectation, said, summary
from tests.workbooks import sheet, text

from qihang.delivery.employment.imports.contributions import CONTRIBUTIONS, FIRST, LAST
from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.examine import Examination

LIST_DAY = dt.date(2026, 10, 31)
HEADER = ["证件号码", "姓名", "单位名称", "缴费起始年月", "缴费截止年月", "缴费月数"]
ONE, OTHER = resident(order=1), resident(order=2)


@dataclass
class Register:
    """Who was trained, and when they completed, in memory."""

    names: Mapping[str, str]
    completed: Mapping[str, dt.date] = field(default_factory=dict)

    def registered_names(self, identities: Collection[str]) -> Mapping[str, str]:
        return {number: name for number, name in self.names.items() if number in identities}

    def completed_on(self, identities: Collection[str]) -> Mapping[str, dt.date]:
        return {number: day for number, day in self.completed.items() if number in identities}


def judged(*rows: list[object], header: list[str] = HEADER, **options: object) -> Examination:
    return examined(CONTRIBUTIONS, text([header, *rows], "gbk"), "名单.csv", **{"on": LIST_DAY, **options})


def row(first: object, last: object, months: object = "", number: str = ONE, name: str = "韩丽") -> list[object]:
    return [number, name, "椰家", first, last, months]


def test_the_sample_gives_what_a_careful_clerk_would_say() -> None:
    found = examined_sample(CONTRIBUTIONS, on=LIST_DAY)
    assert summary(found) == expectation(CONTRIBUTIONS)
    assert found.book.encoding == "gb18030"


def test_the_list_day_must_be_known() -> None:
    with pytest.raises(DomainError, match="名单日期"):
        examined_sample(CONTRIBUTIONS)
    rows = [["比对日期：2026年10月31日"], HEADER, row("202605", "202605")]
    assert examined(CONTRIBUTIONS, sheet(rows)).on == LIST_DAY


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        (("202611", "202611"), {"errors": {"D2": "R-SI-03", "E2": "R-SI-03"}}),
        (("202605", "202611"), {"errors": {"E2": "R-SI-03"}}),
        (("202605", "202604"), {"errors": {"E2": "R-SI-04"}}),
        (("", "202604"), {"errors": {"D2": "R-SI-01"}}),
        (("202613", "202604"), {"errors": {"D2": "R-SI-02"}}),
        (("202605", "202610", 6), {}),
        (("202605", "202610", "6个月"), {"cleaned": {"F2": "R-TIDY-01"}}),
        (("202605", "202610", 4), {"confirm": {"F2": "R-SI-06"}}),
        (("202605", "202610", "半年"), {"confirm": {"F2": "R-SI-05"}}),
        (("2026-05", "2026-10"), {}),
        (("2026.05", "2026年10月"), {"cleaned": {"D2": "R-TIDY-01", "E2": "R-TIDY-01"}}),
    ],
)
def test_months(cells: tuple[object, ...], answer: dict[str, dict[str, str]]) -> None:
    assert said(judged(row(*cells))) == answer


def test_a_gap_between_two_rows_of_a_person_and_the_same_row_twice() -> None:
    found = judged(
        row("202607", "202610"),
        row("202602", "202604"),
        row("202605", "202605"),
        row("202602", "202604", number=OTHER),
        row("202602", "202604", number=OTHER),
    )
    assert said(found) == {"confirm": {"D2": "R-SI-07"}, "errors": {"A6": "R-SI-08"}}
    assert "到 2026-05" in found.findings[0].message(reveal=False)


def test_both_months_in_one_cell() -> None:
    header = ["身份证号", "姓名", "缴费起止年月"]
    spans = ["2026-02至2026-08", "202602-202608", "2026.2—2026.8", "2026年2月～2026年8月", "202605", "2026-11", "今年"]
    found = judged(*[[resident(order=order), "韩丽", span] for order, span in enumerate(spans, 1)], header=header)
    assert said(found) == {"errors": {"C7": "R-SI-03", "C8": "R-SI-02"}}
    read = found.rows.select(first=FIRST, last=LAST).rows()
    assert read[:4] == [(dt.date(2026, 2, 1), dt.date(2026, 8, 1))] * 4
    assert read[4] == (dt.date(2026, 5, 1), dt.date(2026, 5, 1))


def test_a_list_without_months_is_refused_by_name() -> None:
    with pytest.raises(DomainError, match="缺少“缴费起始年月”、“缴费截止年月”"):
        judged(["x", "y"], header=["身份证号", "姓名"])


def test_against_the_people_who_were_trained() -> None:
    register = Register({ONE: "韩丽", OTHER: "王明"}, {ONE: dt.date(2026, 3, 27), OTHER: dt.date(2026, 3, 27)})
    stranger = resident(order=3)
    found = judged(
        row("202602", "202608"),
        row("202603", "202608", number=OTHER, name="王 名"),
        row("202604", "202608", number=stranger, name="外人"),
        register=register,
    )
    assert said(found) == {
        "errors": {"A4": "R-SI-09"},
        "confirm": {"D2": "R-SI-10", "B3": "R-NAME-03"},  # March counts from the day after completion
    }


def test_a_wrong_credit_code_is_said() -> None:
    rows = [[*HEADER, "统一社会信用代码"], [*row("202605", "202605"), "91460100MA5T00000X"]]
    assert list(said(examined(CONTRIBUTIONS, sheet(rows), on=LIST_DAY))["errors"]) == ["G2"]
