"""What may have changed between looking at a file and letting it in: rows elsewhere, the disk, another pair of hands."""

from typing import Any

import pytest
from tests.factories import make_actor, make_organization
from tests.foundation.imports.toy import shelved
from tests.workbooks import sheet, text

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.services import erase_file
from qihang.foundation.documents.storage import path_of
from qihang.foundation.imports import services, unmasked
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch
from qihang.foundation.imports.workflows import BATCH_WORKFLOW
from qihang.foundation.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

HEADER = ["名称", "数量", "编号", "备注"]


def clerk(**options: Any) -> Actor:
    return make_actor(Role.PROVIDER_CLERK, **options)


def sent(actor: Actor, *rows: list[Any], name: str = "名单.csv") -> ImportBatch:
    content = text([HEADER, *([*row, *[""] * (4 - len(row))] for row in rows)])
    batch, _ = services.preview(actor=actor, kind="toy", name=name, content=content, target_id="c1")
    return batch


def committed(actor: Actor, batch: ImportBatch, **options: Any) -> dict[str, Any]:
    done = services.commit(actor=actor, batch=batch, wait=True, **options)
    return {key: value for key, value in (done.result or {}).items() if value}


# --- rows elsewhere ----------------------------------------------------------------------------------------------------


def test_a_row_that_another_file_brought_in_meanwhile_is_not_written_over() -> None:
    """What was new when it was looked at differs now; that needs a yes which nobody gave."""
    actor = clerk()
    looked_at = sent(actor, ["桌", 1], ["椅", 2])
    assert looked_at.accepted == 2
    committed(actor, sent(actor, ["桌", 9]))
    assert committed(actor, looked_at) == {"written": 1, "rows": 2, "accepted": 1, "held": 1}
    assert shelved() == {"桌": "9", "椅": "2"}


def test_a_row_that_went_in_meanwhile_as_it_is_counts_as_there_already() -> None:
    actor = clerk()
    looked_at = sent(actor, ["桌", 1], ["椅", 2])
    committed(actor, sent(actor, ["桌", 1]))
    assert committed(actor, looked_at) == {"written": 1, "unchanged": 1, "rows": 2, "accepted": 2}


def test_a_yes_to_another_value_holds_for_what_is_there_now() -> None:
    actor = clerk()
    committed(actor, sent(actor, ["桌", 1]))
    again = sent(actor, ["桌", 2])
    assert (again.accepted, again.confirms) == (0, 1)
    services.confirm(actor=actor, batch=again, cells=["A2"])
    assert committed(actor, again) == {"changed": 1, "rows": 1, "accepted": 1}
    assert shelved() == {"桌": "2"}


# --- the file itself ---------------------------------------------------------------------------------------------------


def test_a_file_that_was_damaged_on_the_disk_goes_in_with_not_one_row() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", 1])
    path = path_of(batch.file.public_id)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DomainError, match="备份"):
        committed(actor, batch)
    assert shelved() == {}
    content[-1] ^= 1
    path.write_bytes(bytes(content))
    batch.refresh_from_db()
    done = services.commit(actor=actor, batch=batch, wait=True)
    assert (done.state, shelved()) == (BatchState.COMMITTED, {"桌": "1"})


def test_a_file_that_was_destroyed_is_neither_judged_nor_let_in() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", 1], ["椅", "x"])
    erase_file(actor=Actor.for_system("tests"), file=batch.file, reason="误传")
    for step in (
        lambda: services.correct_cell(actor=actor, batch=batch, cell="B3", text="2"),
        lambda: unmasked.marked(actor=actor, batch=batch),
        lambda: unmasked.reveal_cell(actor=actor, batch=batch, cell="B3", reason="核对"),
        lambda: services.commit(actor=actor, batch=batch, accept_valid=True, wait=True),
    ):
        with pytest.raises(DomainError, match="销毁"):
            step()
    assert shelved() == {}


@pytest.mark.parametrize("length", [30, 95, 100, 119, 300])
def test_a_file_with_a_long_name_is_let_in_like_any_other(length: int) -> None:
    """A text file's only sheet bears the file's name, and is looked for by it again."""
    actor = clerk()
    batch = sent(actor, ["桌", "x"], ["椅", 2], name="长" * length + ".csv")
    services.correct_cell(actor=actor, batch=batch, cell="B2", text="1")
    assert unmasked.reveal_cell(actor=actor, batch=batch, cell="A2", reason="核对") == "桌"
    assert unmasked.marked(actor=actor, batch=batch)[0].endswith("（标错）.xlsx")
    batch.refresh_from_db()
    assert committed(actor, batch)["written"] == 2


@pytest.mark.parametrize("name", ["a_x0000_b", "a\x07b", "\u2066a\u2069b"])
def test_what_no_database_takes_does_not_come_to_it(name: str) -> None:
    actor = clerk()
    content = sheet([HEADER, [name.replace("\x07", "_x0007_"), 1, "", "备_x0000_注"]])
    batch, found = services.preview(actor=actor, kind="toy", name="a.xlsx", content=content, target_id="c1")
    assert found.rows["notes"].to_list() == ["备注"]
    assert committed(actor, batch)["written"] == 1
    assert shelved() == {"ab": "1"}


@pytest.mark.parametrize("typed", ["2\x00", " ２ ", "2\u200b", "\t2\n"])
def test_a_correction_is_cleaned_like_any_cell(typed: str) -> None:
    actor = clerk()
    batch = sent(actor, ["桌", "x"])
    found = services.correct_cell(actor=actor, batch=batch, cell="B2", text=typed)
    assert found.rows["count"].to_list() == [2]
    batch.refresh_from_db()
    assert committed(actor, batch)["written"] == 1


def test_an_empty_correction_empties_the_cell() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", "x"], ["椅", 2])
    found = services.correct_cell(actor=actor, batch=batch, cell="B2", text="  ")
    assert [one.rule.id for one in found.findings] == ["T-02"]


@pytest.mark.parametrize("cell", ["", "B", "2", "b2", "B0", "B2:B3", "全部", "ZZZZ9"])
def test_what_names_no_cell_is_refused_everywhere(cell: str) -> None:
    actor = clerk()
    batch = sent(actor, ["桌", "x"])
    for step in (
        lambda: services.correct_cell(actor=actor, batch=batch, cell=cell, text="1"),
        lambda: services.undo_correction(actor=actor, batch=batch, cell=cell),
        lambda: services.take_back(actor=actor, batch=batch, cell=cell),
        lambda: unmasked.reveal_cell(actor=actor, batch=batch, cell=cell, reason="核对"),
    ):
        with pytest.raises(DomainError):
            step()
    assert not batch.corrections.exists()


def test_too_long_a_correction_is_told_how_long_one_may_be() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", "x"])
    services.correct_cell(actor=actor, batch=batch, cell="D2", text="注" * 500)
    with pytest.raises(DomainError, match="500 个字") as refusal:
        services.correct_cell(actor=actor, batch=batch, cell="D2", text="注" * 501)
    assert refusal.value.field == "text"


# --- another pair of hands ---------------------------------------------------------------------------------------------


def test_a_second_press_of_the_button_gets_the_first_result() -> None:
    """The page still shows the file as checked while the first press has let it in."""
    actor = clerk()
    batch = sent(actor, ["桌", 1])
    stale = ImportBatch.objects.get(pk=batch.pk)
    first = services.commit(actor=actor, batch=batch, wait=True)
    second = services.commit(actor=actor, batch=stale, wait=True)
    assert second == first
    assert ImportBatch.objects.get(pk=batch.pk).state == BatchState.COMMITTED
    assert Job.objects.count() == 1


def test_a_second_press_while_the_first_is_on_its_way_is_told_so() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", 1])
    stale = ImportBatch.objects.get(pk=batch.pk)
    services.commit(actor=actor, batch=batch)
    with pytest.raises(DomainError, match="刷新") as refusal:
        services.commit(actor=actor, batch=stale)
    assert refusal.value.code == "state"
    assert Job.objects.count() == 1


@pytest.mark.parametrize("state", ["committed", "discarded"])
def test_what_is_in_or_given_up_is_changed_no_more(state: str) -> None:
    actor = clerk()
    batch = sent(actor, ["桌", 1], ["椅", ""])
    stale = ImportBatch.objects.get(pk=batch.pk)
    if state == "committed":
        services.commit(actor=actor, batch=batch, wait=True)
    else:
        services.discard(actor=actor, batch=batch)
    for step in (
        lambda: services.correct_cell(actor=actor, batch=stale, cell="B2", text="2"),
        lambda: services.leave_out(actor=actor, batch=stale, row=2),
        lambda: services.confirm(actor=actor, batch=stale, cells=["B3"]),
        lambda: services.take_back(actor=actor, batch=stale, cell="B3"),
        lambda: services.check(actor=actor, batch=stale),
        lambda: services.check_later(actor=actor, batch=stale),
        lambda: services.discard(actor=actor, batch=stale),
    ):
        with pytest.raises(DomainError):
            step()
    steps = [step.transition for step in BATCH_WORKFLOW.history(batch)]
    assert steps == ["enter", "check", *(["start", "finish"] if state == "committed" else ["discard"])]


def test_a_colleague_answers_and_another_lets_it_in() -> None:
    organization = make_organization()
    first, second = clerk(organization=organization), clerk(organization=organization)
    batch = sent(first, ["桌", ""], ["椅", 2])
    services.confirm(actor=second, batch=batch, cells=["B2"])
    decision = batch.decisions.get()
    assert (decision.user_id, decision.user_label) == (second.user_id, second.user_label)
    assert committed(first, batch)["written"] == 2


def test_a_yes_said_twice_is_one_yes_and_taken_back_it_is_none() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", ""], ["椅", ""])
    for _ in range(2):
        services.confirm(actor=actor, batch=batch, cells=["b2"])
    assert batch.decisions.count() == 1
    assert Kept.of(batch).accepted.tolist() == [True, False]
    services.take_back(actor=actor, batch=batch, cell="B2")
    with pytest.raises(DomainError, match="没有确认过"):
        services.take_back(actor=actor, batch=batch, cell="B2")
    assert Kept.of(batch).accepted.tolist() == [False, False]
    services.confirm(actor=actor, batch=batch, cells=["B2"])
    assert Kept.of(batch).accepted.tolist() == [True, False]


def test_one_cell_that_asks_nothing_spoils_the_whole_answer() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", ""], ["椅", 2])
    with pytest.raises(DomainError, match="A3、D9 没有要确认的"):
        services.confirm(actor=actor, batch=batch, cells=["B2", "D9", "A3"])
    assert not batch.decisions.exists()


def test_rows_set_aside_and_taken_in_again_stand_where_they_stood() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", 1], ["桌", 2], ["椅", 3])
    assert services.leave_out(actor=actor, batch=batch, row=2).rows["_row"].to_list() == [3, 4]
    assert services.leave_out(actor=actor, batch=batch, row=2, out=False).rows["_row"].to_list() == [2, 3, 4]
    found = services.leave_out(actor=actor, batch=batch, row=99)
    assert found.rows.height == 3, "a row that is not there is no row less"


def test_all_rows_set_aside_leave_nothing_to_let_in() -> None:
    actor = clerk()
    batch = sent(actor, ["桌", 1])
    services.leave_out(actor=actor, batch=batch, row=2)
    batch.refresh_from_db()
    with pytest.raises(DomainError, match="没有读到一行"):
        committed(actor, batch)


def test_after_any_answers_the_page_counts_what_would_go_in() -> None:
    """The page reads a kept head, the commit judges anew: both must come to the same rows."""
    actor = clerk()
    rows = [["桌", 1], ["桌", 2], ["椅", ""], ["凳", "x"], ["柜", 5, "12"], ["箱", 2000], ["架", " 3 "]]
    batch = sent(actor, *rows)
    for cells in ([], ["A3"], ["B4"], ["all"]):
        services.confirm(actor=actor, batch=batch, cells=cells)
        kept = Kept.of(batch)
        judged = services.examination_of(batch, actor).outcome(services.answers_of(batch).yes)
        assert kept.numbers[kept.accepted].tolist() == list(judged.accepted)
        assert batch.accepted == len(judged.accepted)
    result = committed(actor, batch, accept_valid=True)
    assert (result["accepted"], result["held"]) == (4, 3)
