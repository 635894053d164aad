"""What goes in, what does not, and when the same file is the same: of one organisation, for one target, of one day."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.factories import make_actor, make_organization
from tests.foundation.imports.toy import STORED_TOY, shelved
from tests.workbooks import text

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.roles import Role
from qihang.foundation.imports import commit as committing
from qihang.foundation.imports import services, unmasked
from qihang.foundation.imports.enums import BatchState
from qihang.foundation.imports.kept import Kept
from qihang.foundation.imports.models import ImportBatch, ImportReport
from qihang.foundation.imports.ports import import_kinds
from qihang.foundation.imports.workflows import BATCH_WORKFLOW
from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.services import request_stop, run_now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

HEADER = ["名称", "数量", "编号"]
GOOD = [["桌", 1, ""], ["椅", 2, ""]]
WAITING = [["凳", "", ""], ["柜", "几个", ""]]  # one is asked about, one is wrong


@pytest.fixture
def loose() -> Iterator[None]:
    """A kind without a class, as contribution lists are: every office's files have the same target."""
    import_kinds.register("loose", replace(STORED_TOY, key="loose", label="散装表", has_class=False))
    yield
    import_kinds._handlers.pop("loose")


@pytest.fixture
def values() -> dict[str, object]:
    return {"toy.limit": 5}


def clerk() -> Actor:
    return make_actor(Role.PROVIDER_CLERK)


def sent(actor: Actor, rows: list[Any], *, kind: str = "toy", target: str = "c1", **options: Any) -> ImportBatch:
    content = text([HEADER, *rows])
    batch, _ = services.preview(actor=actor, kind=kind, name="名单.csv", content=content, target_id=target, **options)
    return batch


def committed(actor: Actor, rows: list[Any], **options: Any) -> ImportBatch:
    return services.commit(actor=actor, batch=sent(actor, rows, **options), accept_valid=True, wait=True)


# --- the same file -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("loose")
def test_another_office_s_result_of_the_same_file_is_not_mine() -> None:
    first = committed(clerk(), GOOD, kind="loose", target="")
    second = committed(clerk(), GOOD, kind="loose", target="")
    assert second.pk != first.pk
    assert second.result["unchanged"] == 2  # judged for this office, in the province as it is


def test_a_colleague_gets_the_first_result() -> None:
    organization = make_organization()
    one, colleague = (make_actor(Role.PROVIDER_CLERK, organization=organization) for _ in range(2))
    first = committed(one, GOOD)
    assert committed(colleague, GOOD) == first
    assert ImportBatch.objects.committed().count() == 1


def test_the_same_file_for_another_day_is_another_import() -> None:
    actor = clerk()
    first = committed(actor, GOOD, on=dt.date(2026, 9, 30))
    assert committed(actor, GOOD, on=dt.date(2026, 9, 30)) == first
    other = committed(actor, GOOD, on=dt.date(2026, 10, 31))
    assert other != first
    assert other.business_day == dt.date(2026, 10, 31)


def test_a_corrected_file_is_never_taken_for_the_one_before() -> None:
    actor = clerk()
    committed(actor, GOOD)
    again = sent(actor, GOOD)
    services.correct_cell(actor=actor, batch=again, cell="B2", text="4")
    services.confirm(actor=actor, batch=again, cells=["all"])
    done = services.commit(actor=actor, batch=again, wait=True)
    assert (done.pk, done.result["changed"], shelved()["桌"]) == (again.pk, 1, "4")


@pytest.mark.usefixtures("loose")
def test_a_class_said_of_a_kind_that_has_none_changes_nothing() -> None:
    actor = clerk()
    first = committed(actor, GOOD, kind="loose", target="")
    assert first.target_id == ""
    assert committed(actor, GOOD, kind="loose", target="c9") == first


# --- nothing to let in -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept_valid", [True, False])
def test_a_file_of_which_no_row_may_go_in_is_refused(accept_valid: bool) -> None:
    actor = clerk()
    batch = sent(actor, WAITING)
    with pytest.raises(DomainError, match=r"还有 1 处要改，一行都不能导入。.*选错了班或者文件") as refusal:
        services.commit(actor=actor, batch=batch, accept_valid=accept_valid, wait=True)
    assert refusal.value.code == "nothing_to_commit"
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert not Job.objects.exists()


def test_rows_that_only_wait_for_a_yes_stay_out_without_a_word() -> None:
    done = committed(clerk(), WAITING[:1])
    assert (done.result["held"], done.result["written"], shelved()) == (1, 0, {})


def test_an_empty_table_has_nothing_to_let_in() -> None:
    with pytest.raises(DomainError, match="没有读到一行"):
        committed(clerk(), [])


def test_refused_rows_alone_may_be_registered() -> None:
    done = committed(clerk(), [["桌", 9, ""]])
    assert done.result == {
        "written": 0, "changed": 0, "unchanged": 0, "refused": 1, "rows": 1, "accepted": 0, "held": 0,
            "left_out": 0,
    }  # fmt: skip


def test_what_remains_is_said_in_the_words_of_the_page() -> None:
    with pytest.raises(DomainError, match=r"还有 1 处要改、1 处没通过。.*没有问题的 1 行"):
        services.commit(actor=(actor := clerk()), batch=sent(actor, [["桌", 1, ""], ["椅", "x", ""], ["柜", 9, ""]]))


# --- who ---------------------------------------------------------------------------------------------------------


def test_each_step_is_for_the_organisation_and_the_role() -> None:
    organization = make_organization()
    actor = make_actor(Role.PROVIDER_CLERK, organization=organization)
    batch = sent(actor, GOOD)
    trainer = make_actor(Role.TRAINER, organization=organization, user=User.objects.get(pk=actor.user_id))
    steps: dict[str, Any] = {
        "check": lambda who: services.check(actor=who, batch=batch),
        "check_later": lambda who: services.check_later(actor=who, batch=batch),
        "confirm": lambda who: services.confirm(actor=who, batch=batch, cells=["all"]),
        "correct": lambda who: services.correct_cell(actor=who, batch=batch, cell="B2", text="4"),
        "undo": lambda who: services.undo_correction(actor=who, batch=batch, cell="B2"),
        "leave_out": lambda who: services.leave_out(actor=who, batch=batch, row=2),
        "reveal": lambda who: unmasked.reveal_cell(actor=who, batch=batch, cell="C2", reason="核对"),
        "marked": lambda who: unmasked.marked(actor=who, batch=batch),
        "report": lambda who: unmasked.revealed_report(actor=who, batch=batch),
        "commit": lambda who: services.commit(actor=who, batch=batch, wait=True),
    }
    for name, step in steps.items():
        with pytest.raises(NotAllowed):
            step(trainer)
        if name == "commit":
            continue
        with pytest.raises(NotFound):
            step(clerk())
    with pytest.raises((NotFound, DomainError)):
        services.commit(actor=clerk(), batch=batch, wait=True)
    batch.refresh_from_db()
    assert (batch.state, shelved()) == (BatchState.CHECKED, {})
    assert not batch.decisions.exists()
    assert not RevealLog.objects.exists()


def test_a_reason_is_asked_before_anything_is_shown() -> None:
    actor = clerk()
    batch = sent(actor, [["桌", 1, "1234567890123456"]])
    for reason in ("", "  "):
        with pytest.raises(DomainError, match="为什么"):
            unmasked.reveal_cell(actor=actor, batch=batch, cell="C2", reason=reason)
    assert unmasked.reveal_cell(actor=actor, batch=batch, cell="C2", reason="核对证件") == "1234567890123456"
    assert RevealLog.objects.get().reason == "看 C2：核对证件"


# --- jobs --------------------------------------------------------------------------------------------------------


def test_a_stopped_import_goes_on_after_its_last_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped from outside after the first of three parts; what was in is not written again, and the sum is right."""
    monkeypatch.setattr(committing, "ROWS_A_PART", 2)
    actor = clerk()
    rows = [[f"物{number}", 1, ""] for number in range(5)]
    batch = services.commit(actor=actor, batch=sent(actor, rows))
    shelve = STORED_TOY.storage.commit  # type: ignore[union-attr]
    sizes: list[int] = []

    def watched(target: Any, part: Any, register: object) -> Any:
        sizes.append(part.rows.height)
        done = shelve(target, part, register)
        if len(sizes) == 1:
            request_stop(actor=actor, job=Job.objects.get(pk=batch.job_id))
        return done

    monkeypatch.setitem(STORED_TOY.storage.__dict__, "commit", watched)
    job = run_now(Job.objects.get(pk=batch.job_id))
    assert job.state == JobState.CANCELLED
    reached = len(shelved())
    assert reached in {2, 4}
    assert job.checkpoint["next"] == reached
    done = services.resume(actor=actor, batch=batch, wait=True)
    assert (done.state, done.result["written"], done.result["held"]) == (BatchState.COMMITTED, 5, 0)
    assert len(shelved()) == 5
    assert sum(sizes) == 5  # no row was handed over twice


def test_only_what_is_going_in_can_be_resumed() -> None:
    actor = clerk()
    batch = sent(actor, GOOD)
    with pytest.raises(DomainError, match="不用接着导入"):
        services.resume(actor=actor, batch=batch)
    done = services.commit(actor=actor, batch=batch, wait=True)
    with pytest.raises(DomainError, match="已导入，不用接着导入"):
        services.resume(actor=actor, batch=done)


def test_a_finished_job_that_is_called_again_does_nothing() -> None:
    actor = clerk()
    done = services.commit(actor=actor, batch=sent(actor, GOOD), wait=True)
    job = Job.objects.get(pk=done.job_id)
    assert run_now(job).state == JobState.DONE
    assert len(shelved()) == 2


def test_the_rest_of_a_file_that_was_corrected_goes_in_as_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Corrections, yes and rows set aside hold for a job that is taken up later, too."""
    monkeypatch.setattr(committing, "ROWS_A_PART", 1)
    actor = clerk()
    batch = sent(actor, [["桌", 1, ""], ["椅", "x", ""], ["凳", "", ""], ["箱", 3, ""]])
    services.correct_cell(actor=actor, batch=batch, cell="B3", text="4")
    services.confirm(actor=actor, batch=batch, cells=["B4"])
    services.leave_out(actor=actor, batch=batch, row=5)
    batch.refresh_from_db()
    shelve = STORED_TOY.storage.commit  # type: ignore[union-attr]

    def fail_at_the_second(target: Any, part: Any, register: object) -> Any:
        if part.rows["name"].to_list() == ["椅"]:
            raise OSError("断电")
        return shelve(target, part, register)

    with monkeypatch.context() as dying, pytest.raises(DomainError, match="没有做完"):
        dying.setitem(STORED_TOY.storage.__dict__, "commit", fail_at_the_second)
        services.commit(actor=actor, batch=batch, wait=True)
    done = services.resume(actor=actor, batch=batch, wait=True)
    assert shelved() == {"桌": "1", "椅": "4", "凳": "None"}
    assert (done.result["rows"], done.result["written"]) == (3, 3)


# --- kept reports ------------------------------------------------------------------------------------------------


def test_a_report_is_shown_whole_to_its_own_people_and_written_down() -> None:
    actor = clerk()
    batch = sent(actor, [["桌", "x", "12345678901234567"], ["椅", 2, " 1234567890123456"]])
    kept = ImportReport.objects.get(batch=batch).document
    assert "12345678901234567" not in str(kept)
    whole = unmasked.revealed_report(actor=actor, batch=batch)
    values = {one["cell"]: one["value"] for severity in ("errors", "cleaned") for one in whole[severity]}
    assert values == {"B2": "x", "C2": "12345678901234567", "C3": " 1234567890123456"}
    assert [one["cell"] for one in whole["errors"]] == [one["cell"] for one in kept["errors"]]
    assert RevealLog.objects.get().reason == "看检查结果，不遮盖"


def test_a_finding_that_is_not_made_any_more_is_shown_with_its_cell() -> None:
    """A row that differed from the province when it went in is there as it is now; the kept report still says so."""
    actor = clerk()
    committed(actor, [["桌", 1, ""]])
    batch = sent(actor, [["桌", 3, ""], ["凳", 2, ""]])
    services.confirm(actor=actor, batch=batch, cells=["all"])
    done = services.commit(actor=actor, batch=batch, wait=True)
    (said,) = unmasked.revealed_report(actor=actor, batch=done)["confirm"]
    assert (said["cell"], said["rule"], said["value"]) == ("A2", "R-SAME-01", "桌")
    assert "数量 1" in said["message"]


# --- refused by the province ----------------------------------------------------------------------------------------


def test_what_the_province_refuses_is_the_clerks_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """The findings lie open again, what went in before is known as there, and a row set aside lets the rest in."""
    monkeypatch.setattr(committing, "ROWS_A_PART", 1)
    actor = clerk()
    batch = sent(actor, [["桌", 1, ""], ["椅", 2, ""], ["凳", 3, ""]])
    shelve = STORED_TOY.storage.commit  # type: ignore[union-attr]

    def full(target: Any, part: Any, register: object) -> Any:
        if "凳" in part.rows["name"].to_list():
            raise DomainError("架子满了，凳放不下")
        return shelve(target, part, register)

    monkeypatch.setitem(STORED_TOY.storage.__dict__, "commit", full)
    with pytest.raises(DomainError, match="架子满了"):
        services.commit(actor=actor, batch=batch, wait=True)
    batch.refresh_from_db()
    assert (batch.state, shelved()) == (BatchState.CHECKED, {"桌": "1", "椅": "2"})
    assert [step.comment for step in BATCH_WORKFLOW.history(batch) if step.transition == "reopen"] == [
        "架子满了，凳放不下"
    ]
    assert Kept.of(batch).unchanged.sum() == 2
    services.leave_out(actor=actor, batch=batch, row=4)
    batch.refresh_from_db()
    done = services.commit(actor=actor, batch=batch, wait=True)
    assert (done.state, done.result["unchanged"], done.result["written"]) == (BatchState.COMMITTED, 2, 0)
    assert (done.result["held"], done.result["left_out"]) == (0, 1)


def test_a_register_that_closed_meanwhile_leaves_the_findings_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = clerk()
    batch = sent(actor, GOOD)

    def closed(target: Any) -> object:
        raise DomainError("班已经结业")

    monkeypatch.setitem(STORED_TOY.storage.__dict__, "open_register", closed)
    with pytest.raises(DomainError, match="班已经结业"):
        services.commit(actor=actor, batch=batch, wait=True)
    batch.refresh_from_db()
    assert (batch.state, batch.accepted) == (BatchState.CHECKED, 2)
    services.discard(actor=actor, batch=batch)


def test_a_broken_off_import_may_be_given_up_for_its_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = clerk()
    batch = services.commit(actor=actor, batch=sent(actor, GOOD))
    with pytest.raises(DomainError, match="还在导入"):
        services.back_to_check(actor=actor, batch=batch)
    request_stop(actor=actor, job=Job.objects.get(pk=batch.job_id))
    with pytest.raises(NotFound):
        services.back_to_check(actor=clerk(), batch=batch)
    again = services.back_to_check(actor=actor, batch=batch)
    run_now(Job.objects.get(pk=again.job_id))
    done = services.commit(actor=actor, batch=ImportBatch.objects.get(pk=batch.pk), wait=True)
    assert (done.state, len(shelved())) == (BatchState.COMMITTED, 2)
