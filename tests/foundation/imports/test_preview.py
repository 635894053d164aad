"""What a page shows of an examination."""

from tests.foundation.imports.toy import STORED_TOY
from tests.importing import examined
from tests.workbooks import sheet

from qihang.foundation.imports.engine.rules import Parameters, Severity
from qihang.foundation.imports.preview import gates, row_numbers, row_views

ROWS = [
    ["名称", "数量", "编号"],
    ["桌", 1, "1234567890123456"],
    ["椅", "几把", ""],
    ["凳", "", ""],
    ["柜", "9件", ""],
    ["柜", 1, ""],
    ["", 0, ""],
]


def judged() -> object:
    return examined(
        STORED_TOY,
        sheet(ROWS),
        parameters=Parameters.fixed({"toy.limit": 5}),
        register={"elsewhere": {"凳": "三亚"}, "there": {"桌": "1"}},
    )


def test_four_gates_with_their_counts() -> None:
    found = gates(judged())
    assert [gate.label for gate in found] == ["3 列全部认出", "每一格", "和表内别处比对", "和全省记录比对"]
    assert [(gate.errors, gate.confirms, gate.cleaned) for gate in found] == [
        (0, 0, 0),
        (2, 1, 0),
        (1, 1, 0),
        (0, 1, 0),
    ]


def test_columns_that_are_not_used_are_counted() -> None:
    found = gates(examined(STORED_TOY, sheet([["名称", "数量", "产地"], ["桌", 1, "海口"]])))
    assert found[0].label == "2 列认出，1 列用不到"


def test_rows_with_their_states_and_masked_cells() -> None:
    examination = judged()
    rows = {row.number: row for row in row_views(examination, numbers=[2, 3, 4, 5, 6, 7])}
    assert {number: row.state for number, row in rows.items()} == {
        2: "unchanged",
        3: "errors",
        4: "confirm",
        5: "refused",
        6: "confirm",
        7: "errors",
    }
    assert [(cell.name, cell.text) for cell in rows[2].cells] == [
        ("A2", "桌"),
        ("B2", "1"),
        ("C2", "123456********56"),
    ]
    assert rows[3].cells[1].finding.rule.id == "T-03"
    assert rows[3].cells[0].finding is None
    assert next(iter(row_views(examination, numbers=[6], yes=["A6"]))).state == "accepted"


def test_the_rows_of_one_severity() -> None:
    assert row_numbers(judged()) == [2, 3, 4, 5, 6, 7]
    assert row_numbers(judged(), severity=Severity.ERROR) == [3, 5, 7]
    assert row_numbers(judged(), severity=Severity.CONFIRM) == [4, 6]
