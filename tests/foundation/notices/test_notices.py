"""A notice's way from draft to end: who, when, what the public sees, and what is refused."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from tests.foundation.notices.conftest import (
    APPROVER,
    DRAFTER,
    ELSEWHERE,
    INSPECTOR,
    KIND,
    LAST_DAY,
    NEIGHBOUR,
    TODAY,
    VISITOR,
    draft,
    opened,
)

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import CalendarYearMissing
from qihang.foundation.core.errors import DomainError, NotAllowed, NotFound
from qihang.foundation.core.masks import MaskWidths, mask_settings
from qihang.foundation.core.models import AuditEntry
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.foundation.jobs.enums import Cadence
from qihang.foundation.jobs.tasks import run_chores
from qihang.foundation.notices.enums import NoticeState
from qihang.foundation.notices.models import Notice, NoticeRow
from qihang.foundation.notices.ports import PublishedRow, notice_closed
from qihang.foundation.notices.services import (
    CLOSER,
    Draft,
    close_notices,
    draft_notice,
    open_notice,
    withdraw_notice,
)
from qihang.foundation.notices.workflows import NOTICE_WORKFLOW


def test_it_stays_up_for_its_working_days_not_counting_the_first() -> None:
    notice = opened()
    assert (notice.state, notice.opens_on, notice.closes_on) == (NoticeState.OPEN, TODAY, LAST_DAY)
    with clock.travel_to(LAST_DAY):
        assert notice.takes_objections
    with clock.travel_to(LAST_DAY + dt.timedelta(days=1)):
        assert not notice.takes_objections
    assert list(Notice.objects.open_on(LAST_DAY)) == [notice]
    assert not Notice.objects.open_on(LAST_DAY + dt.timedelta(days=1)).exists()


def test_the_list_is_masked_and_frozen_on_opening(
    content: list[PublishedRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = opened()
    content.clear()
    monkeypatch.setitem(mask_settings._handlers, "widths", lambda: MaskWidths(id_head=0, id_tail=0, full_name=False))
    assert [row.shown for row in Notice.objects.get().published_rows] == [
        ["1", "王秀兰", "460108**********4X", "中式烹调师五级", "750.00"],
        ["2", "蔡明珠", "460102**********24", "育婴员五级", "750.00"],
    ]
    assert notice.columns == ["班次", "金额（元）"]
    assert notice.summary == {"columns": ["班次", "人数"], "rows": [["中式烹调师五级", "2"]], "total": ["合计", "2"]}


def test_names_are_masked_as_the_parameter_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mask_settings._handlers, "widths", lambda: MaskWidths(full_name=False, id_head=3, id_tail=2))
    first = opened().rows.first()
    assert first is not None
    assert first.shown[:3] == ["1", "王**", "460*************4X"]


def test_names_lie_encrypted_and_rows_never_change() -> None:
    notice = opened()
    stored = "".join(str(entry.after) for entry in AuditEntry.objects.filter(table_name="notices_noticerow"))
    assert stored
    assert "王秀兰" not in stored
    for change in (lambda: notice.rows.update(cells=["改"]), lambda: notice.rows.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic(), unit_of_work(APPROVER):
            change()


def test_names_come_down_at_the_end() -> None:
    notice = opened()
    with clock.travel_to(LAST_DAY + dt.timedelta(days=1)):
        assert not notice.published_rows.exists()
        close_notices()
    notice.refresh_from_db()
    assert notice.state == NoticeState.CLOSED
    assert not notice.published_rows.exists()
    assert NoticeRow.objects.filter(notice=notice).count() == 2


def test_the_hourly_chore_ends_it_after_its_last_day(heard: list[str]) -> None:
    notice = opened()
    with clock.travel_to(LAST_DAY):
        run_chores(Cadence.HOUR)
    notice.refresh_from_db()
    assert (notice.state, heard) == (NoticeState.OPEN, [])
    with clock.travel_to(LAST_DAY + dt.timedelta(days=1)):
        run_chores(Cadence.HOUR)
        run_chores(Cadence.HOUR)
    notice.refresh_from_db()
    assert (notice.state, heard) == (NoticeState.CLOSED, ["closed 美人社示〔2026〕41 号"])
    last = NOTICE_WORKFLOW.history(notice).last()
    assert last is not None
    assert (last.transition, last.user_label) == ("close", "notice-closer")


def test_one_that_cannot_be_ended_does_not_hold_up_the_others(caplog: pytest.LogCaptureFixture) -> None:
    first, second = opened(), opened(subject_id=12, number="美人社示〔2026〕42 号")

    def trip(notice: Notice) -> None:
        if notice.pk == first.pk:
            raise RuntimeError("坏了")

    notice_closed.register("tests.trip", trip)
    try:
        with clock.travel_to(LAST_DAY + dt.timedelta(days=1)):
            assert close_notices() == 1
    finally:
        notice_closed._handlers.pop("tests.trip")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (NoticeState.OPEN, NoticeState.CLOSED)
    assert f"notice {first.pk} could not be closed" in caplog.text


def test_nobody_ends_it_early() -> None:
    notice = opened()
    with pytest.raises(Refused, match="还没到期"):
        NOTICE_WORKFLOW.apply(notice, "close", actor=CLOSER)
    with pytest.raises(NotAllowed):
        NOTICE_WORKFLOW.apply(notice, "close", actor=APPROVER)


def test_drafting_and_opening_take_two_pairs_of_hands() -> None:
    notice = draft_notice(
        actor=APPROVER,
        draft=Draft(
            kind=KIND, subject="tests.batch", subject_id=1, region="460108", issuer="局", title="题", body="文"
        ),
    )
    with pytest.raises(NotAllowed, match="换一个人"):
        open_notice(actor=APPROVER, notice=notice, number="1 号")
    assert not NoticeRow.objects.exists()


@pytest.mark.parametrize("actor", [DRAFTER, INSPECTOR, NEIGHBOUR, VISITOR], ids=lambda actor: str(actor.role))
def test_only_approvers_publish(actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        open_notice(actor=actor, notice=draft(), number="1 号")


def test_an_approver_of_another_place_finds_nothing() -> None:
    with pytest.raises(NotFound):
        open_notice(actor=Actor(user_id=30, role="approver", region="460200"), notice=draft(), number="1 号")


def test_what_must_be_there_before_it_opens(
    days: dict[str, int | None], content: list[PublishedRow], monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = draft()
    with pytest.raises(Refused, match="文号"):
        open_notice(actor=APPROVER, notice=notice)
    days["notice.days"] = None
    with pytest.raises(DomainError, match=r"notice\.days"):
        open_notice(actor=APPROVER, notice=notice, number="1 号")
    days["notice.days"] = 500
    with pytest.raises(CalendarYearMissing, match="2028"):
        open_notice(actor=APPROVER, notice=notice, number="1 号")
    days["notice.days"] = 5
    content.clear()
    with pytest.raises(DomainError, match="名单是空的"):
        open_notice(actor=APPROVER, notice=notice, number="1 号")
    notice.refresh_from_db()
    assert (notice.state, notice.opens_on) == (NoticeState.DRAFT, None)


def test_an_unregistered_kind_is_a_fault_of_the_program() -> None:
    with pytest.raises(LookupError, match="notice_rows"):
        draft(kind="tests.unheard_of")


def test_withdrawing_needs_words_and_ends_the_window() -> None:
    notice = opened()
    with pytest.raises(Refused, match="原因"):
        withdraw_notice(actor=APPROVER, notice=notice, comment="")
    withdraw_notice(actor=APPROVER, notice=notice, comment="名单有误，重新公示")
    assert notice.state == NoticeState.WITHDRAWN
    assert not notice.takes_objections
    assert not notice.published_rows.exists()
    assert opened(number="美人社示〔2026〕43 号").state == NoticeState.OPEN


def test_one_thing_has_one_running_notice_and_a_number_is_used_once() -> None:
    opened()
    with pytest.raises(IntegrityError), transaction.atomic():
        draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        opened(subject_id=12)


def test_who_sees_drafts_and_what_is_public() -> None:
    hidden = draft(subject_id=1)
    shown = opened(subject_id=2)
    withdrawn = withdraw_notice(actor=APPROVER, notice=opened(subject_id=3, number="3 号"), comment="重来")
    for actor in (DRAFTER, APPROVER, INSPECTOR, Actor(user_id=1, role="leader", region="460000")):
        assert set(Notice.objects.visible_to(actor)) == {hidden, shown, withdrawn}, actor.role
    for actor in (VISITOR, NEIGHBOUR, ELSEWHERE, Actor(user_id=1, role="system_admin")):
        assert set(Notice.objects.visible_to(actor)) == {shown, withdrawn}, actor.role
    assert set(Notice.objects.public()) == {shown, withdrawn}


@pytest.mark.parametrize(
    "change",
    [{"closes_on": TODAY}, {"closes_on": None}, {"opens_on": None, "closes_on": None}],
    ids=["backward", "endless", "no window"],
)
def test_the_database_wants_a_whole_window(change: dict[str, Any]) -> None:
    notice = opened()
    with pytest.raises(IntegrityError), transaction.atomic(), unit_of_work(APPROVER):
        Notice.objects.filter(pk=notice.pk).update(**change)
