"""Objections: from anyone within the window, looked into by other hands, answered in words."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.foundation.notices.conftest import (
    APPROVER,
    DRAFTER,
    ELSEWHERE,
    INSPECTOR,
    LAST_DAY,
    NEIGHBOUR,
    TODAY,
    VISITOR,
    draft,
    opened,
)

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.models import AuditEntry, TransitionLog
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.foundation.documents.services import open_file, store_file
from qihang.foundation.notices.access import OBJECTION_FILE
from qihang.foundation.notices.enums import NoticeState, ObjectionState, Outcome
from qihang.foundation.notices.models import Notice, Objection
from qihang.foundation.notices.ports import objection_received
from qihang.foundation.notices.services import (
    Complaint,
    answer_objection,
    close_notices,
    object_to,
    objection_status,
    withdraw_notice,
)
from qihang.foundation.notices.workflows import OBJECTION_WORKFLOW

PDF = b"%PDF-1.7\nbody\n%%EOF\n"
LEADER = Actor(user_id=26, user_label="局长", role="leader", region="460100")


def complain(notice: Notice, actor: Actor = VISITOR, **change: Any) -> Objection:
    fields: dict[str, Any] = {"text": "10 月上旬她一直在店里上班，没去上课。", "about": "第 1 人"}
    return object_to(actor=actor, notice=notice, complaint=Complaint(**{**fields, **change}))


def answer(objection: Objection, actor: Actor = INSPECTOR, **change: Any) -> Objection:
    fields: dict[str, Any] = {"outcome": Outcome.UPHELD, "answer": "查了签到和监控，情况属实，这笔不发。"}
    return answer_objection(actor=actor, objection=objection, **{**fields, **change})


def test_anyone_may_object_and_gets_a_number_and_a_day(heard: list[str]) -> None:
    objection = complain(opened(), name="王大姐", phone="13912345678", grounds=["absent"])
    assert (objection.state, objection.received_on, objection.due_on) == (
        ObjectionState.RECEIVED,
        TODAY,
        dt.date(2026, 12, 10),
    )
    assert len(objection.number) == 8
    assert not set(objection.number) & set("01ILO")
    assert heard == [f"objection {objection.number}"]
    log = OBJECTION_WORKFLOW.history(objection).get()
    assert (log.transition, log.user_label) == ("enter", "未登录")


def test_what_is_said_and_by_whom_lies_encrypted() -> None:
    objection = complain(opened(), name="王大姐", phone="13912345678", identity_no="46010819820315424X")
    kept = Objection.objects.get(pk=objection.pk)
    assert kept.text.plain().startswith("10 月上旬")
    assert kept.name is not None
    assert kept.name.plain() == "王大姐"
    assert str(kept.phone) == "139****5678"
    stored = "".join(str(entry.after) for entry in AuditEntry.objects.filter(table_name="notices_objection"))
    assert stored
    for word in ("上课", "王大姐", "13912345678", "46010819820315424X"):
        assert word not in stored


def test_it_may_point_at_a_line(heard: list[str]) -> None:
    notice = opened()
    row = notice.rows.get(position=2)
    objection = complain(notice, row=row, about="")
    assert objection.row is not None
    assert (objection.row.subject, objection.row.subject_id) == ("tests.claim", 102)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": " "}, "text"),
        ({"about": " "}, "about"),
        ({"grounds": ["absent", "made_up"]}, "grounds"),
    ],
)
def test_what_is_missing_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as caught:
        complain(opened(), **change)
    assert caught.value.field == field
    assert not Objection.objects.exists()


def test_a_line_of_another_notice_is_refused() -> None:
    other = opened(subject_id=12, number="12 号")
    with pytest.raises(DomainError) as caught:
        complain(opened(), row=other.rows.first())
    assert caught.value.field == "row"


def test_only_within_the_window() -> None:
    with pytest.raises(DomainError, match="不在公示期"):
        complain(draft(subject_id=3))
    notice = opened()
    with clock.travel_to(LAST_DAY):
        complain(notice)
    with clock.travel_to(LAST_DAY + dt.timedelta(days=1)):
        with pytest.raises(DomainError, match="11 月 26 日"):
            complain(notice)
        close_notices()
        notice.refresh_from_db()
        with pytest.raises(DomainError, match="已经结束"):
            complain(notice)
    withdrawn = withdraw_notice(actor=APPROVER, notice=opened(subject_id=12, number="12 号"), comment="重来")
    with pytest.raises(DomainError, match="不在公示期"):
        complain(withdrawn)


def test_without_the_parameter_there_is_no_day_rather_than_a_guess(days: dict[str, int | None]) -> None:
    days["objection.days"] = None
    assert complain(opened()).due_on is None
    days["objection.days"] = 500
    assert complain(opened(subject_id=12, number="12 号")).due_on is None


def test_a_listener_that_fails_undoes_the_objection() -> None:
    """What is in doubt must be held: an objection taken in without that would be worse than none."""

    def trip(objection: Objection) -> None:
        raise DomainError("这笔钱已经付了")

    notice = opened()
    objection_received.register("tests.trip", trip)
    try:
        with pytest.raises(DomainError, match="已经付了"):
            complain(notice)
    finally:
        objection_received._handlers.pop("tests.trip")
    assert not Objection.objects.exists()


class TestAnswering:
    def test_says_what_it_came_to(self) -> None:
        objection = answer(complain(opened()))
        assert (objection.state, objection.outcome) == (ObjectionState.ANSWERED, Outcome.UPHELD)
        with pytest.raises(Refused):
            answer(objection)

    @pytest.mark.parametrize("actor", [APPROVER, DRAFTER, NEIGHBOUR, LEADER, VISITOR], ids=lambda one: str(one.role))
    def test_is_for_inspectors(self, actor: Actor) -> None:
        with pytest.raises(NotAllowed):
            answer(complain(opened()), actor)

    def test_is_for_those_of_the_place(self) -> None:
        with pytest.raises(NotFound):
            answer(complain(opened()), ELSEWHERE)

    @pytest.mark.parametrize(
        ("subject", "subject_id"),
        [("tests.batch", 11), ("tests.claim", 101)],
        ids=["the thing noticed", "the line"],
    )
    def test_is_not_for_whoever_had_a_hand_in_it(self, subject: str, subject_id: int) -> None:
        notice = opened()
        objection = complain(notice, row=notice.rows.get(position=1))
        TransitionLog.objects.create(
            subject=subject,
            subject_id=subject_id,
            transition="review",
            label="初审",
            target="reviewed",
            user_id=INSPECTOR.user_id,
            user_label="邢云",
            role="intake_officer",
            at=clock.now(),
        )
        with pytest.raises(Refused, match="经过手"):
            answer(objection)
        colleague = Actor(user_id=40, user_label="王检", role="inspector", region="460108")
        assert answer(objection, colleague).state == ObjectionState.ANSWERED

    def test_is_not_for_whoever_published_it_in_another_role(self) -> None:
        objection = complain(opened())
        with pytest.raises(Refused, match="经过手"):
            answer(objection, Actor(user_id=APPROVER.user_id, role="inspector", region="460108"))

    def test_is_not_for_whoever_objected(self) -> None:
        objection = complain(opened(), INSPECTOR)
        with pytest.raises(NotAllowed, match="换一个人"):
            answer(objection)

    def test_needs_its_words(self) -> None:
        objection = complain(opened())
        with pytest.raises(Refused, match="答复"):
            answer(objection, answer=" ")
        with pytest.raises(IntegrityError), transaction.atomic(), unit_of_work(INSPECTOR):
            Objection.objects.filter(pk=objection.pk).update(outcome=Outcome.UPHELD)


class TestStanding:
    def test_is_told_to_whoever_holds_the_number_however_they_type_it(self) -> None:
        objection = complain(opened())
        number = f" {objection.number[:4].lower()}-{objection.number[4:]} "
        assert objection_status(number).state == "收到，在查"
        answer(objection)
        status = objection_status(number)
        assert (status.state, status.outcome) == ("已答复", "情况属实")
        assert status.answer.startswith("查了")

    def test_of_an_unknown_number_is_not_told(self) -> None:
        with pytest.raises(NotFound):
            objection_status("ABCD2345")


def test_a_notice_is_clear_once_it_is_over_and_all_is_answered() -> None:
    notice = opened()
    objection = complain(notice)
    with clock.travel_to(LAST_DAY + dt.timedelta(days=1)):
        close_notices()
        assert not Notice.objects.clear().exists()
        answer(objection)
    assert list(Notice.objects.clear()) == [notice]
    assert Notice.objects.get().state == NoticeState.CLOSED


def test_who_sees_objections() -> None:
    notice = opened()
    anonymous, own = complain(notice), complain(notice, NEIGHBOUR)
    for actor, rows in (
        (INSPECTOR, {anonymous, own}),
        (LEADER, {anonymous, own}),
        (NEIGHBOUR, {own}),
        (APPROVER, set()),
        (DRAFTER, set()),
        (ELSEWHERE, set()),
        (VISITOR, set()),
        (Actor.for_system("schedule"), {anonymous, own}),
    ):
        assert set(Objection.objects.visible_to(actor)) == rows, actor.role
    assert list(Objection.objects.unanswered()) == [anonymous, own]


class TestFiles:
    def test_are_opened_by_inspectors_and_not_by_those_who_decided(self) -> None:
        file = store_file(actor=VISITOR, purpose=OBJECTION_FILE, name="照片.pdf", content=PDF)
        complain(opened(), file=file)
        with open_file(actor=INSPECTOR, file=file) as stream:
            assert stream.read() == PDF
        for actor in (APPROVER, DRAFTER, ELSEWHERE, VISITOR):
            with pytest.raises(NotFound):
                open_file(actor=actor, file=file)

    def test_of_somebody_else_are_not_attached(self) -> None:
        theirs = store_file(actor=NEIGHBOUR, purpose=OBJECTION_FILE, name="照片.pdf", content=PDF)
        evidence = store_file(actor=VISITOR, purpose="evidence", name="合同.pdf", content=PDF)
        notice = opened()
        for file in (theirs, evidence):
            with pytest.raises(DomainError) as caught:
                complain(notice, file=file)
            assert caught.value.field == "file"
