"""A file on its way in: kept, checked, answered, mended, committed once."""

from typing import Any

import pytest
from django.db import OperationalError
from tests.factories import make_actor, make_organization
from tests.foundation.imports.toy import STORED_TOY, shelved
from tests.workbooks import sheet, text

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.models import AuditEntry, RevealLog
from qihang.foundation.core.roles import Role
from qihang.foundation.documents.enums import Retention
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.documents.storage import path_of
from qihang.foundation.imports import commit as committing
from qihang.foundation.imports import services, unmasked
from qihang.foundation.imports.engine.kinds import CommitRows, Target
from qihang.foundation.imports.enums import Answer, BatchState
from qihang.foundation.imports.models import ImportBatch, ImportDecision, ImportReport
from qihang.foundation.imports.workflows import BATCH_WORKFLOW
from qihang.foundation.jobs import running
from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.queueing import adopt_orphans
from qihang.foundation.jobs.services import run_now

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("toy")]

HEADER = ["名称", "数量", "编号"]
MIXED = [["桌", 1, ""], ["椅", "几把", ""], ["凳", "", ""], ["柜", "5件", ""], ["柜", 6, ""]]


def clerk() -> Actor:
    return make_actor(Role.PROVIDER_CLERK)


def sent(actor: Actor, *rows: list[Any], target: str = "c1") -> ImportBatch:
    """A checked file of these rows; the same rows make the same bytes."""
    batch, _ = services.preview(
        actor=actor, kind="toy", name="名单.csv", content=text([HEADER, *rows]), target_id=target
    )
    return batch


def test_a_file_is_kept_encrypted_with_what_was_found() -> None:
    actor = clerk()
    content = sheet([HEADER, ["桌", 1, " 1234567890123456"], *MIXED[1:]])
    batch, _ = services.preview(actor=actor, kind="toy", name="名单.xlsx", content=content, target_id="c1")
    assert batch.state == BatchState.CHECKED
    assert (batch.rows, batch.accepted, batch.errors, batch.confirms, batch.cleaned) == (5, 2, 1, 2, 2)
    assert (batch.organization_id, batch.user_label) == (actor.organization_id, actor.user_label)
    with batch.file.open() as stream:
        assert stream.read() == content
    assert b"PK" not in path_of(batch.file.public_id).read_bytes()[:4]
    document = batch.report.document
    assert document["errors"][0]["cell"] == "B3"
    assert "1234567890123456" not in str(document)
    assert [step.transition for step in BATCH_WORKFLOW.history(batch)] == ["enter", "check"]


def test_a_file_that_is_no_table_leaves_nothing_behind() -> None:
    with pytest.raises(DomainError):
        services.preview(actor=clerk(), kind="toy", name="a.xlsx", content=b"%PDF", target_id="c1")
    with pytest.raises(DomainError, match="没找到表头"):
        services.preview(actor=clerk(), kind="toy", name="a.csv", content=b"x,y\n1,2\n", target_id="c1")
    assert not ImportBatch.objects.exists()


def test_who_may_bring_in_what() -> None:
    content = sheet([HEADER, ["桌", 1, ""]])
    officer = make_actor(Role.INTAKE_OFFICER)
    with pytest.raises(NotAllowed, match="物品表由培训机构教务导入"):
        services.upload(actor=officer, kind="toy", name="a.xlsx", content=content, target_id="c1")
    with pytest.raises(NotAllowed):
        services.examine_file(actor=officer, kind="toy", name="a.xlsx", content=content)
    with pytest.raises(DomainError, match="归哪个班"):
        services.upload(actor=clerk(), kind="toy", name="a.xlsx", content=content)
    with pytest.raises(NotFound, match="没有“trees”这种导入"):
        services.upload(actor=clerk(), kind="trees", name="a.xlsx", content=content)
    with pytest.raises(NotAllowed, match="不归您"):
        services.preview(actor=clerk(), kind="toy", name="a.xlsx", content=content, target_id="closed")


def test_only_the_organisation_itself_sees_its_files() -> None:
    organization = make_organization()
    one, colleague = (make_actor(Role.PROVIDER_CLERK, organization=organization) for _ in range(2))
    batch = sent(one, ["桌", 1, ""])
    assert services.get_batch(actor=colleague, public_id=str(batch.public_id)) == batch
    with pytest.raises(NotFound):
        services.get_batch(actor=clerk(), public_id=str(batch.public_id))
    with pytest.raises(NotFound):
        services.correct_cell(actor=clerk(), batch=batch, cell="B2", text="2")
    assert not ImportBatch.objects.visible_to(Actor(role=Role.PROVIDER_CLERK)).exists()


def test_a_dry_run_keeps_nothing() -> None:
    found = services.examine_file(kind="toy", name="a.xlsx", content=sheet([HEADER, *MIXED]))
    assert len(found.findings) == 4
    assert not ImportBatch.objects.exists()


def test_a_yes_is_written_down_with_its_hand_and_can_be_taken_back() -> None:
    actor = clerk()
    batch = sent(actor, *MIXED)
    services.confirm(actor=actor, batch=batch, cells=["b4"])
    assert batch.accepted == 3
    (decision,) = batch.decisions.all()
    assert (decision.cell, decision.rule, decision.answer, decision.user_id) == (
        "B4",
        "T-02",
        Answer.YES,
        actor.user_id,
    )
    assert AuditEntry.objects.filter(table_name="imports_importdecision").count() == 1
    services.confirm(actor=actor, batch=batch, cells=["B4"])
    assert batch.decisions.count() == 1
    services.take_back(actor=actor, batch=batch, cell="B4")
    assert batch.accepted == 2
    assert [one.answer for one in batch.decisions.all()] == [Answer.YES, Answer.TAKEN_BACK]
    with pytest.raises(DomainError, match="没有确认过"):
        services.take_back(actor=actor, batch=batch, cell="B4")


def test_a_yes_to_what_needs_none_is_refused() -> None:
    actor = clerk()
    batch = sent(actor, *MIXED)
    with pytest.raises(DomainError, match="B2、B3 没有要确认的"):
        services.confirm(actor=actor, batch=batch, cells=["B2", "B3", "B4"])
    assert not ImportDecision.objects.exists()


def test_a_corrected_cell_is_judged_anew_and_the_audit_keeps_the_rest() -> None:
    actor = clerk()
    batch = sent(actor, *MIXED)
    found = services.correct_cell(actor=actor, batch=batch, cell="B3", text=" 4把 ")
    assert {finding.cell for finding in found.of(found.findings[0].severity)} >= {"B3"}
    services.correct_cell(actor=actor, batch=batch, cell="B3", text="4")
    assert (batch.errors, batch.accepted) == (0, 3)
    assert batch.corrections.get().text.plain() == "4"
    assert AuditEntry.objects.filter(table_name="imports_cellcorrection").count() == 2
    for cell in ("3B", "B", "", "B0"):
        with pytest.raises(DomainError):
            services.correct_cell(actor=actor, batch=batch, cell=cell, text="4")
    with pytest.raises(DomainError, match="最多"):
        services.correct_cell(actor=actor, batch=batch, cell="B3", text="4" * 501)


def test_a_correction_undoes_the_yes_to_that_cell() -> None:
    actor = clerk()
    batch = sent(actor, *MIXED)
    services.confirm(actor=actor, batch=batch, cells=["B4"])
    services.correct_cell(actor=actor, batch=batch, cell="B4", text="x")
    assert batch.errors == 2
    services.correct_cell(actor=actor, batch=batch, cell="B4", text="")
    assert batch.accepted == 2


def test_a_row_set_aside_does_not_count() -> None:
    actor = clerk()
    batch = sent(actor, *MIXED)
    services.leave_out(actor=actor, batch=batch, row=5)
    assert (batch.rows, batch.confirms, batch.accepted) == (4, 1, 2)  # the later 柜 is now the only one
    services.leave_out(actor=actor, batch=batch, row=5, out=False)
    assert (batch.rows, batch.confirms) == (5, 2)


def test_commit_waits_for_errors_to_be_mended_or_left_out() -> None:
    actor = clerk()
    batch = sent(actor, *MIXED)
    with pytest.raises(DomainError, match="还有 1 处要改"):
        services.commit(actor=actor, batch=batch, wait=True)
    assert batch.state == BatchState.CHECKED
    services.confirm(actor=actor, batch=batch, cells=["all"])
    done = services.commit(actor=actor, batch=batch, accept_valid=True, wait=True)
    assert done.state == BatchState.COMMITTED
    assert done.result == {
        "written": 3, "changed": 1, "unchanged": 0, "refused": 0, "rows": 5, "accepted": 4, "held": 1, "left_out": 0,
    }  # fmt: skip
    assert shelved() == {"桌": "1", "凳": "None", "柜": "6"}
    assert [step.transition for step in BATCH_WORKFLOW.history(done)] == ["enter", "check", "start", "finish"]
    with pytest.raises(DomainError, match="已导入，不能再改"):
        services.correct_cell(actor=actor, batch=done, cell="B3", text="1")


def test_the_same_file_for_the_same_target_gives_the_first_result() -> None:
    actor = clerk()
    first = services.commit(actor=actor, batch=sent(actor, *MIXED), accept_valid=True, wait=True)
    again = sent(actor, *MIXED)
    assert services.commit(actor=actor, batch=again, wait=True) == first
    again.refresh_from_db()
    assert again.state == BatchState.DISCARDED
    assert len(shelved()) == 2


def test_more_yes_to_the_same_file_lets_more_rows_in() -> None:
    actor = clerk()
    services.commit(actor=actor, batch=sent(actor, *MIXED), accept_valid=True, wait=True)
    more = sent(actor, *MIXED)
    services.confirm(actor=actor, batch=more, cells=["B4"])
    done = services.commit(actor=actor, batch=more, accept_valid=True, wait=True)
    assert done == more
    assert (done.result["written"], done.result["unchanged"]) == (1, 2)
    other = sent(actor, *MIXED, target="c2")
    assert services.commit(actor=actor, batch=other, accept_valid=True, wait=True) == other


def test_another_file_finds_its_rows_there_and_asks_where_they_differ() -> None:
    actor = clerk()
    services.commit(actor=actor, batch=sent(actor, ["桌", 1, ""], ["椅", 2, ""]), wait=True)
    batch, found = services.preview(
        actor=actor,
        kind="toy",
        name="名单2.xlsx",
        content=sheet([HEADER, ["桌", 1, ""], ["椅", 9, ""], ["凳", 3, ""]]),
        target_id="c1",
    )
    assert found.unchanged == frozenset({2})
    assert [(finding.cell, finding.rule.id) for finding in found.findings] == [("A3", "R-SAME-01")]
    assert "数量 2" in found.findings[0].message(reveal=False)
    services.confirm(actor=actor, batch=batch, cells=["A3"])
    assert services.commit(actor=actor, batch=batch, wait=True).result["changed"] == 1


def test_a_job_that_was_killed_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second part fails once: the first stays in, and nothing goes in twice."""
    monkeypatch.setattr(committing, "ROWS_A_PART", 2)
    actor = clerk()
    parts: list[list[int]] = []
    storage = STORED_TOY.storage
    assert storage is not None
    shelve = storage.commit

    def killed_once(target: Target, part: CommitRows, register: object) -> Any:
        parts.append(part.rows["_row"].to_list())
        if len(parts) == 2:
            raise OSError("断电")
        return shelve(target, part, register)

    monkeypatch.setitem(storage.__dict__, "commit", killed_once)
    batch = sent(actor, *[[f"物{number}", number, ""] for number in range(1, 6)])
    with pytest.raises(DomainError, match="没有做完"):
        services.commit(actor=actor, batch=batch, wait=True)
    batch.refresh_from_db()
    assert batch.state == BatchState.COMMITTING
    assert len(shelved()) == 2
    done = services.resume(actor=actor, batch=batch, wait=True)
    assert done.state == BatchState.COMMITTED
    assert parts == [[2, 3], [4, 5], [4, 5], [6]]
    assert (done.result["written"], len(shelved())) == (5, 5)


def test_a_file_going_in_always_has_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies as soon as the commit has begun: the worker finds the job and finishes it."""
    actor = clerk()
    batch = sent(actor, ["桌", 1, ""])

    class Killed(BaseException):
        pass

    def die(job_id: int) -> None:
        raise Killed

    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(running, "execute", die)
        services.commit(actor=actor, batch=batch, wait=True)
    batch.refresh_from_db()
    job = Job.objects.get(pk=batch.job_id)
    assert (batch.state, job.state, shelved()) == (BatchState.COMMITTING, JobState.QUEUED, {})
    assert adopt_orphans() == 1
    job.refresh_from_db()
    assert run_now(job).state == JobState.DONE
    batch.refresh_from_db()
    assert (batch.state, len(shelved())) == (BatchState.COMMITTED, 1)


@pytest.mark.parametrize("wait", [True, False])
def test_a_refused_commit_leaves_no_job(wait: bool) -> None:
    actor = clerk()
    with pytest.raises(DomainError, match="处要改"):
        services.commit(actor=actor, batch=sent(actor, *MIXED), wait=wait)
    assert not Job.objects.exists()


def test_a_commit_that_dies_every_time_is_not_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = clerk()
    storage = STORED_TOY.storage
    assert storage is not None

    def lose_the_database(target: Target, part: CommitRows, register: object) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setitem(storage.__dict__, "commit", lose_the_database)
    batch = services.commit(actor=actor, batch=sent(actor, ["桌", 1, ""]))
    for _ in range(running.MAX_IDLE_ATTEMPTS):
        with pytest.raises(OperationalError):
            running.execute(batch.job_id)
    running.execute(batch.job_id)
    job = Job.objects.get(pk=batch.job_id)
    assert (job.state, "同一处" in job.error) == (JobState.FAILED, True)


def test_a_large_file_is_kept_together_with_its_check(monkeypatch: pytest.MonkeyPatch) -> None:
    actor = clerk()
    what: dict[str, Any] = {"kind": "toy", "name": "a.xlsx", "content": sheet([HEADER, *MIXED]), "target_id": "c1"}

    def fail(**given: Any) -> Job:
        raise OperationalError("gone")

    with monkeypatch.context() as failing, pytest.raises(OperationalError):
        failing.setattr(services, "check_later", fail)
        services.preview_later(actor=actor, **what)
    assert not ImportBatch.objects.exists()
    assert not StoredFile.objects.exists()
    batch = services.preview_later(actor=actor, **what)
    assert run_now(Job.objects.get(pk=batch.job_id)).state == JobState.DONE
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED


def test_a_large_file_is_checked_in_the_background() -> None:
    actor = clerk()
    batch = services.upload(actor=actor, kind="toy", name="a.xlsx", content=sheet([HEADER, *MIXED]), target_id="c1")
    assert batch.state == BatchState.UPLOADED
    job = run_now(services.check_later(actor=actor, batch=batch))
    batch.refresh_from_db()
    assert (job.state, batch.state) == ("done", BatchState.CHECKED)
    assert job.result == {"rows": 5, "accepted": 2, "errors": 1, "confirms": 2}


def test_a_commit_in_the_background_is_a_job_of_the_same_person(django_capture_on_commit_callbacks: Any) -> None:
    actor = clerk()
    batch = services.commit(actor=actor, batch=sent(actor, ["桌", 1, ""]))
    job = Job.objects.get(pk=batch.job_id)
    assert (batch.state, job.started_by, job.payload) == (
        BatchState.COMMITTING,
        actor,
        {"batch": str(batch.public_id)},
    )
    with pytest.raises(DomainError, match="正在导入"):
        services.commit(actor=actor, batch=batch)


def test_a_file_given_up_loses_its_report_and_keeps_its_record() -> None:
    actor = clerk()
    batch = services.discard(actor=actor, batch=sent(actor, ["桌", 1, ""]))
    assert batch.state == BatchState.DISCARDED
    assert batch.file.retention == Retention.SOURCE
    assert not ImportReport.objects.exists()


def test_the_marked_file_goes_to_its_own_people() -> None:
    actor = clerk()
    batch = sent(actor, *MIXED)
    name, content = unmasked.marked(actor=actor, batch=batch)
    assert name == "名单（标错）.xlsx"
    assert content.startswith(b"PK")
    assert RevealLog.objects.get(field="content").reason == "下载标错的表格"
    with pytest.raises(NotFound):
        unmasked.marked(actor=clerk(), batch=batch)
