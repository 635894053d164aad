"""The pipeline over a toy kind: order of judgement, outcomes, corrections, what is said and shown."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.foundation.imports.toy import STORED_TOY, TOY
from tests.importing import examined, said
from tests.workbooks import Cells, sheet, text

from qihang.foundation.core.errors import DomainError
from qihang.foundation.imports.engine.examine import Examination
from qihang.foundation.imports.engine.findings import DIFFERS
from qihang.foundation.imports.engine.kinds import ImportKind
from qihang.foundation.imports.engine.report import report
from qihang.foundation.imports.engine.rules import Parameters, Severity

HEADER = ["名称", "数量", "颜色", "日期", "月份", "编号", "备注"]


def judged(*rows: list[object], kind: ImportKind = TOY, header: list[str] = HEADER, **options: object) -> Examination:
    cells: Cells = [header, *rows]
    return examined(kind, sheet(cells), **options)


def test_clean_rows_give_no_finding_and_typed_values() -> None:
    found = judged(["桌", 3, "红", dt.date(2026, 3, 9), "2026-05", "1234567890123456", "好"])
    assert said(found) == {}
    row = found.rows.row(0, named=True)
    assert (row["_row"], row["name"], row["count"], row["colour"], row["on"], row["month"], row["code"]) == (
        2,
        "桌",
        3,
        "red",
        dt.date(2026, 3, 9),
        dt.date(2026, 5, 1),
        "1234567890123456",
    )


def test_lossless_cleaning_is_said_and_words_with_other_forms_are_not() -> None:
    found = judged(["桌 ", "３件", "绯 红", "2026年3月9日", "2026年5月", "1234 5678 9012 3456", " 好\n的 "])
    assert said(found) == {"cleaned": dict.fromkeys(["A2", "B2", "C2", "D2", "E2", "F2", "G2"], "R-TIDY-01")}
    assert found.rows.row(0, named=True)["notes"] == "好 的"
    assert said(judged(["桌", "3", "绯红", "2026-03-09", "202605", "", ""])) == {}


@pytest.mark.parametrize(
    ("row", "cell", "rule"),
    [
        (["", 3], "A2", "T-01"),
        (["桌", ""], "B2", "T-02"),
        (["桌", "几件"], "B2", "T-03"),
        (["桌", 3.5], "B2", "T-03"),
        (["桌", 2000], "B2", "T-04"),
        (["桌", 1, "黑"], "C2", "T-10"),
        (["桌", 1, "红", "上周"], "D2", "T-08"),
        (["桌", 1, "红", "", "5月"], "E2", "T-09"),
        (["桌", 1, "红", "", "", "123"], "F2", "T-11"),
        (["桌", 1, "红", "", "", 1234567890123456], "F2", "T-12"),
        (["桌", 1, "红", "", "", "1.23E+15"], "F2", "T-12"),
    ],
)
def test_each_fault_stands_on_its_cell(row: list[object], cell: str, rule: str) -> None:
    found = {where: one for cells in said(judged(row)).values() for where, one in cells.items()}
    assert found == {cell: rule}


def test_of_several_findings_on_one_cell_the_first_in_the_order_of_judgement_stands() -> None:
    options = {
        "parameters": Parameters.fixed({"toy.limit": 5}),
        "register": {"elsewhere": {"桌": "仓库", "椅": "仓库"}},
    }
    found = judged(["桌", 1], ["桌 ", 2000], ["椅", "7件"], **options)
    assert said(found) == {
        "errors": {"B3": "T-04", "B4": "T-07"},  # a check before the limit; the limit before the tidying of 7件
        "confirm": {"A2": "T-06", "A3": "T-05", "A4": "T-06"},  # against other rows before the province
    }


def test_a_check_against_the_province_waits_for_a_register() -> None:
    assert said(judged(["桌", 1])) == {}
    assert said(judged(["桌", 1], register={"elsewhere": {"桌": "三亚"}}))["confirm"] == {"A2": "T-06"}


def test_a_missing_parameter_leaves_the_rule_undecided_and_is_said_once() -> None:
    found = judged(["桌", 900], ["椅", 800])
    assert said(found) == {}
    assert found.undecided == ["toy.limit"]
    assert report(found)["header"]["undecided"] == ["缺 toy.limit，用到它的检查没有做"]


def test_who_may_go_in() -> None:
    limit = {"parameters": Parameters.fixed({"toy.limit": 5})}
    found = judged(["桌", 1], ["椅", "x"], ["凳", ""], ["柜", 9], ["柜", 9], **limit)
    assert [found.outcome().accepted, found.outcome().refused, found.outcome().held] == [[2], [5], [3, 4, 6]]
    every = found.outcome(["all"])
    assert [every.accepted, every.refused, every.held] == [[2, 4], [5, 6], [3]]
    assert found.outcome(["B4"]).accepted == [2, 4]
    assert every.confirmed == {4: ["T-02"], 6: ["T-05"]}
    assert every.refusals == {5: ["T-07"], 6: ["T-07"]}


def test_rows_that_are_there_already_are_unchanged_and_others_need_a_yes() -> None:
    found = judged(
        ["桌", 1],
        ["椅", 2],
        ["凳", 3],
        kind=STORED_TOY,
        register={"elsewhere": {}, "there": {"桌": "1", "椅": "5"}},
    )
    assert said(found) == {"confirm": {"A3": DIFFERS.id}}
    assert found.unchanged == frozenset({2})
    assert found.outcome().accepted == [2, 4]


def test_a_correction_replaces_the_cell_and_a_row_may_be_left_out() -> None:
    rows = (["桌", "几件"], ["桌", 1], ["椅", 2])
    assert said(judged(*rows))["errors"] == {"B2": "T-03"}
    assert said(judged(*rows, corrections={(1, 1): "8件"})) == {
        "confirm": {"A3": "T-05"},
        "cleaned": {"B2": "R-TIDY-01"},
    }
    left = judged(*rows, left_out={2})
    assert said(left) == {}
    assert [(skip.row, skip.why) for skip in left.table.skipped_rows] == [(2, "您选了先不导入")]


def test_formulas_without_a_result_are_never_read_as_empty() -> None:
    found = judged(["=A1", "=B1"], ["椅", "#N/A"])
    assert said(found) == {"errors": {"A2": "R-FILE-01"}, "confirm": {"B2": "R-FILE-02", "B3": "R-FILE-02"}}


def test_dashes_and_none_count_as_empty() -> None:
    assert said(judged(["桌", 1, "—", "/", "无", "-", "无"])) == {}


def test_the_business_day() -> None:
    rows = [["物品表"], ["填表日期：2026年3月9日"], ["名称", "日期"], ["桌", "3.10"]]
    found = examined(TOY, sheet(rows))
    assert found.on == dt.date(2026, 3, 9)
    assert found.rows["on"].to_list() == [dt.date(2026, 3, 10)]
    assert examined(TOY, sheet(rows), on=dt.date(2025, 1, 1)).rows["on"].to_list() == [dt.date(2025, 3, 10)]
    assert judged(["桌", 1]).on == dt.date(2026, 11, 24)
    strict = ImportKind(
        key="t", label="物品表", fields=TOY.fields, business_day_labels=("填表日期",), day_required=True
    )
    with pytest.raises(DomainError, match="请给出填表日期") as refusal:
        judged(["桌", 1], kind=strict)
    assert refusal.value.field == "on"


def test_findings_speak_of_the_row_the_name_the_fault_and_the_way_out() -> None:
    (finding,) = judged(["桌", ""]).findings
    assert finding.message(reveal=False) == "第 2 行 桌：没填数量。请补上。没错怎么办：确认后当作没有。"
    (finding,) = judged(["{0}%s", "{x}"]).findings
    assert finding.message(reveal=False) == "第 2 行 {0}%s：“{x}”不是数。请填整数。"


def test_numbers_of_people_are_masked_unless_revealed() -> None:
    rows = [["名称", "编号", "备注"], ["桌", "123456789012345", "补 460200 200011305276 号"], ["椅", "1234567890", ""]]
    found = examined(TOY, sheet(rows))
    shown = {finding.cell: finding.as_json()["value"] for finding in found.findings}
    assert shown == {"B2": "123456*******45", "B3": "**********"}
    assert {finding.cell: finding.as_json(reveal=True)["value"] for finding in found.findings}[
        "B2"
    ] == "123456789012345"
    tidied = examined(TOY, sheet([["名称", "编号", "备注"], ["桌", " 1234567890123456", "补  460200200011305276"]]))
    said_of = {finding.cell: finding.message(reveal=False) for finding in tidied.findings}
    assert "123456********56" in said_of["B2"]
    assert "460200**********76" in said_of["C2"]
    assert "1234567890123456" in tidied.findings[0].message(reveal=True)


def test_the_report_has_exactly_what_the_command_promises() -> None:
    found = examined(TOY, text([["名称", "数量", "产地"], ["桌", "x", "海口"]], "gb18030"), "物品.csv")
    document = report(found)
    assert list(document) == [
        "kind", "file_sha256", "sheet", "skipped_sheets", "skipped_rows", "header", "rows", "accepted",
        "errors", "confirm", "cleaned",
    ]  # fmt: skip
    assert (document["kind"], document["rows"], document["accepted"]) == ("toy", 1, 0)
    assert document["header"]["encoding"] == "gb18030"
    assert document["header"]["columns"] == {"A": "名称", "B": "数量", "C": "产地"}
    assert document["header"]["unused"] == ["产地"]
    assert document["errors"] == [
        {
            "row": 2,
            "cell": "B2",
            "column": "数量",
            "value": "x",
            "rule": "T-03",
            "message": "第 2 行 桌：“x”不是数。请填整数。",
        }
    ]


def test_a_second_table_in_the_sheet_keeps_its_own_cells() -> None:
    rows = [["名称", "数量"], ["桌", "x"], [], ["数量", "颜色", "名称"], ["y", "黑", "椅"]]
    found = examined(TOY, sheet(rows))
    assert said(found) == {"errors": {"B2": "T-03", "A5": "T-03", "B5": "T-10"}}
    assert found.rows["name"].to_list() == ["桌", "椅"]


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.text(max_size=8), st.sampled_from(["名称", "数量", "合计", "例", "3件"])), max_size=5),
        max_size=8,
    )
)
def test_no_text_breaks_the_pipeline(rows: list[list[str]]) -> None:
    """Whatever stands below a header: every row is a row or is named as skipped, and every finding has its sentence."""
    content = text([["名称", "数量", "颜色"], *rows])
    try:
        found = examined(TOY, content, "a.csv")
    except DomainError:
        return
    counted = {*found.rows["_row"].to_list(), *(skip.row for skip in found.table.skipped_rows)}
    last = max(counted, default=1)
    assert counted | {1} == set(range(1, last + 1))
    assert all(finding.message(reveal=False) for finding in found.findings)
    assert len({finding.cell for finding in found.findings}) == len(found.findings)


def test_severities_come_as_lists_in_the_order_of_the_sheet() -> None:
    found = judged(["桌", "x"], ["", 1, "黑"])
    assert [finding.cell for finding in found.of(Severity.ERROR)] == ["B2", "A3", "C3"]
