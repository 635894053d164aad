"""An examination kept for pages: laid out in parts, read back without judging again."""

from typing import Any

import pytest
from tests.factories import make_actor
from tests.foundation.imports.toy import Group
from tests.workbooks import sheet, xlsx

from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.imports import preview, services
from qihang.foundation.imports.engine.report import report
from qihang.foundation.imports.engine.rules import Severity
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch, ImportReportPart

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

ROWS = [
    ["名称", "数量", "编号"],
    ["桌", 1, "1234567890123456"],
    ["椅", "几把", ""],
    ["凳", "", ""],
    ["柜", "9件", ""],
    ["柜", 1, ""],
    ["", 0, ""],
]


@pytest.fixture
def values() -> dict[str, object]:
    return {"toy.limit": 5}


def sent(rows: list[list[Any]] = ROWS) -> ImportBatch:
    """One of the rows is there already."""
    with unit_of_work(actor := make_actor(Role.PROVIDER_CLERK)):
        Group.objects.create(name="桌=1")
    batch, _ = services.preview(actor=actor, kind="toy", name="a.xlsx", content=sheet(rows), target_id="c1")
    batch.hand = actor
    return batch


def at(flags: Any) -> list[int]:
    """The positions that are marked."""
    return [position for position, marked in enumerate(flags.tolist()) if marked]


def test_four_gates_with_what_is_still_to_do() -> None:
    batch = sent()
    found = Kept.of(batch).gates()
    assert [gate.label for gate in found] == ["3 列全部认出", "每一格", "和表内别处比对", "和全省记录比对"]
    assert [(gate.errors, gate.refused, gate.confirms, gate.cleaned) for gate in found] == [
        (0, 0, 0, 0),
        (2, 0, 1, 0),
        (0, 1, 1, 0),
        (0, 0, 0, 0),
    ]
    assert all(gate.passed for gate in found)
    services.confirm(actor=batch.hand, batch=batch, cells=["B4"])
    assert (Kept.of(batch).gates()[1].confirms, at(Kept.of(batch).accepted)) == (0, [0, 2])
    assert batch.accepted == 2


def test_columns_that_are_not_used_are_counted() -> None:
    batch = sent([["名称", "数量", "产地"], ["桌", 1, "海口"]])
    assert Kept.of(batch).gates()[0].label == "2 列认出，1 列用不到"


def test_a_file_alone_was_not_compared_with_the_province() -> None:
    actor = make_actor(Role.PROVIDER_CLERK)
    found = services.examine_file(actor=actor, kind="toy", name="a.xlsx", content=sheet(ROWS))
    assert preview.head_of(found, frozenset())["preview"]["compared"] is False


def test_rows_with_their_states_and_masked_cells() -> None:
    kept = Kept.of(sent())
    rows = {row.number: row for row in kept.rows(range(6))}
    assert {number: row.state for number, row in rows.items()} == {
        2: "unchanged",
        3: "errors",
        4: "confirm",
        5: "refused",
        6: "confirm",
        7: "errors",
    }
    assert list(rows[2].texts) == ["桌", "1", "123456********56"]
    assert rows[3].findings[1].rule == "T-03"
    assert rows[3].findings[1].what == "“几把”不是数"
    assert 0 not in rows[3].findings


def test_rows_of_each_sort_and_their_counts() -> None:
    kept = Kept.of(sent())
    assert [at(flags) for flags in (kept.to_mend, kept.to_confirm, kept.refused)] == [[1, 5], [2, 4], [3]]
    assert at(kept.problems) == [1, 2, 3, 4, 5]
    assert (at(kept.accepted), at(kept.unchanged), at(kept.cleaned)) == ([0], [0], [])
    assert [place.cell for place in kept.places(kept.open)] == ["B3", "B4", "B5", "A6", "A7"]
    assert [told.cell for told in kept.told(kept.places([4, 0]))] == ["A7", "B3"]


def test_the_walk_goes_on_after_a_cell_that_is_settled() -> None:
    kept = Kept.of(sent())
    assert [kept.find(cell, kept.open) for cell in ("B4", "C4", "A3", "Z9", "B", "")] == [1, 2, 0, 0, None, None]


def test_parts_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview, "ROWS_A_PART", 2)
    monkeypatch.setattr("qihang.foundation.imports.kept.ROWS_A_PART", 2)
    batch = sent()
    assert ImportReportPart.objects.count() == 3
    kept = Kept.of(batch)
    assert [row.number for row in kept.rows([5, 0, 3])] == [7, 2, 5]
    assert [told.cell for told in kept.told(kept.places(kept.open))] == ["B3", "B4", "B5", "A6", "A7"]


def test_the_kept_report_is_the_one_that_was_made() -> None:
    batch = sent()
    actor = batch.hand
    found = services.check(actor=actor, batch=batch)
    assert batch.report.document == report(found)
    assert ImportReportPart.objects.count() == 1  # a new check takes the old one's place


def test_rows_apart_keep_their_numbers() -> None:
    rows = [["名称", "数量", "编号"], ["桌", 1, ""], ["", "", ""], ["凳", "", ""], ["合计", "", ""], ["柜", 2, ""]]
    kept = Kept.of(sent(rows))
    assert kept.numbers.tolist() == [2, 4, 6]
    assert [row.number for row in kept.rows([1, 2])] == [4, 6]


def test_a_corrected_cell_tells_what_the_file_has() -> None:
    batch = sent()
    services.correct_cell(actor=batch.hand, batch=batch, cell="C2", text="1234567890123499")
    (row,) = Kept.of(batch).rows([0])
    assert row.texts[2] == "123456********99"
    assert row.replaced == {2: "123456********56"}
    services.undo_correction(actor=batch.hand, batch=batch, cell="C2")
    (row,) = Kept.of(batch).rows([0])
    assert (row.texts[2], row.replaced) == ("123456********56", {})


def test_a_row_set_aside_is_named() -> None:
    batch = sent()
    services.leave_out(actor=batch.hand, batch=batch, row=3)
    kept = Kept.of(batch)
    assert kept.left_out == [(3, "椅")]
    assert 3 not in kept.numbers.tolist()


def test_several_findings_of_a_severity_stand_in_the_order_of_the_sheet() -> None:
    kept = Kept.of(sent())
    errors = [place for place in kept.places(kept.open) if kept.rules[place.rule].severity is Severity.ERROR]
    assert [place.row for place in errors] == [3, 5, 7]
    assert kept.alike(errors[0]) == [0]


def test_a_hidden_sheet_is_named_in_the_head() -> None:
    content = xlsx(("名单", ROWS), ("旧名单", ROWS), hidden=["旧名单"])
    actor = make_actor(Role.PROVIDER_CLERK)
    batch, _ = services.preview(actor=actor, kind="toy", name="a.xlsx", content=content, target_id="c1")
    assert Kept.of(batch).head["skipped_sheets"] == ["旧名单"]
