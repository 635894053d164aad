"""Drafting, opening and ending public notices; taking in and answering objections."""

import datetime as dt
import logging
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import CalendarYearMissing, add_working_days
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.masks import mask
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import deadline_days
from qihang.foundation.documents.models import StoredFile
from qihang.foundation.notices.access import OBJECTION_FILE
from qihang.foundation.notices.enums import NoticeState, Outcome
from qihang.foundation.notices.models import Notice, NoticeRow, Objection
from qihang.foundation.notices.ports import NoticeContent, notice_closed, notice_kinds, objection_received
from qihang.foundation.notices.workflows import NOTICE_WORKFLOW, OBJECTION_WORKFLOW

logger = logging.getLogger(__name__)

CLOSER = Actor.for_system("notice-closer")
OBJECTION_DAYS = "objection.days"
# Read aloud on the phone: without letters and digits that are taken for one another.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_NUMBER_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an officer writes for a notice. `region` is a division code."""

    kind: str
    subject: str
    subject_id: int
    region: str
    issuer: str
    title: str
    body: str
    number: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """What somebody writes against a notice. All but `text` and one of `row` and `about` may be left out."""

    text: str
    about: str = ""
    row: NoticeRow | None = None
    grounds: Sequence[str] = ()
    name: str = ""
    phone: str = ""
    identity_no: str = ""
    file: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class ObjectionStatus:
    """What the holder of an objection's number may know."""

    number: str
    notice: str
    state: str
    received_on: dt.date
    due_on: dt.date | None
    outcome: str
    answer: str


def draft_notice(*, actor: Actor, draft: Draft) -> Notice:
    """Write a notice that waits for an approver. LookupError for an unregistered kind."""
    notice_kinds.get(draft.kind)
    return NOTICE_WORKFLOW.enter(Notice(**asdict(draft)), actor=actor)


def open_notice(*, actor: Actor, notice: Notice, number: str = "") -> Notice:
    """Publish it from today for the working days of its parameter, and freeze its list, masked.

    The day of publishing does not count (民法典 §201): it stays up to the end of the last working day. DomainError
    when the parameter or the year's holidays are not filled in, or the list is empty.
    """
    kind = notice_kinds.get(notice.kind)
    with unit_of_work(actor):
        content = kind.content(notice)
        if not content.rows:
            raise DomainError("名单是空的，没有什么可公示。请先看看这一批里有没有人", code="notice.empty")
        today = clock.today()
        fields: dict[str, Any] = {
            "opens_on": today,
            "closes_on": add_working_days(today, _days(kind.days, notice.region, today)),
            "columns": list(kind.columns),
            "summary": asdict(content.summary) if content.summary else None,
        }
        if number:
            fields["number"] = number.strip()
        NOTICE_WORKFLOW.apply(notice, "open", actor=actor, fields=fields)
        copy_objects(_frozen(notice, content))
    return notice


def withdraw_notice(*, actor: Actor, notice: Notice, comment: str) -> Notice:
    """Take it back before its end, and say why."""
    return NOTICE_WORKFLOW.apply(notice, "withdraw", actor=actor, comment=comment)


def close_notices() -> int:
    """End every notice whose last day is over, and tell who waits for that; returns how many.

    One that cannot be ended (a listener fails) is logged, and tried again by the next run.
    """
    closed = 0
    for notice in Notice.objects.run_out():
        try:
            _close(notice)
        except Exception:
            logger.exception("notice %s could not be closed", notice.pk)
        else:
            closed += 1
    return closed


def _close(notice: Notice) -> None:
    with unit_of_work(CLOSER):
        NOTICE_WORKFLOW.apply(notice, "close", actor=CLOSER)
        for _, listen in notice_closed.items():
            listen(notice)


def object_to(*, actor: Actor, notice: Notice, complaint: Complaint) -> Objection:
    """Take in an objection from anyone, signed in or not, and give it a number to ask with.

    DomainError outside the window, or when it does not say who or what it is about.
    """
    _check(actor, notice, complaint)
    today = clock.today()
    objection = Objection(
        number=_fresh_number(),
        notice=notice,
        row=complaint.row,
        about=complaint.about.strip(),
        grounds=list(complaint.grounds),
        text=complaint.text.strip(),
        name=complaint.name.strip() or None,
        phone=complaint.phone.strip() or None,
        identity_no=complaint.identity_no.strip() or None,
        user_id=actor.user_id,
        file=complaint.file,
        received_on=today,
        due_on=_due_on(notice.region, today),
    )
    with unit_of_work(actor):
        # Anyone may object, but not everyone may then see it: the scope check of a single entry does not fit.
        OBJECTION_WORKFLOW.enter_many([objection], actor=actor)
        for _, listen in objection_received.items():
            listen(objection)
    return objection


def answer_objection(
    *, actor: Actor, objection: Objection, outcome: Outcome, answer: str, comment: str = ""
) -> Objection:
    """Say what looking into it came to. By an inspector who has had no hand in what was published."""
    fields = {"outcome": outcome, "answer": answer.strip()}
    return OBJECTION_WORKFLOW.apply(objection, "answer", actor=actor, comment=comment, fields=fields)


def objection_status(number: str) -> ObjectionStatus:
    """How an objection stands, for whoever holds its number. NotFound for an unknown one."""
    plain = "".join(number.split()).replace("-", "").upper()
    objection = Objection.objects.filter(number=plain).select_related("notice").first()
    if objection is None:
        raise NotFound("没有这个编号，请对照提交时给您的编号再看一眼")
    return ObjectionStatus(
        number=objection.number,
        notice=objection.notice.title,
        state=objection.get_state_display(),
        received_on=objection.received_on,
        due_on=objection.due_on,
        outcome=objection.get_outcome_display(),
        answer=objection.answer,
    )


def _frozen(notice: Notice, content: NoticeContent) -> list[NoticeRow]:
    return [
        NoticeRow(
            notice=notice,
            position=position,
            subject=row.subject,
            subject_id=row.subject_id,
            name=mask("name", row.name),
            identity=mask("identity", row.identity),
            cells=list(row.cells),
        )
        for position, row in enumerate(content.rows, 1)
    ]


def _check(actor: Actor, notice: Notice, complaint: Complaint) -> None:
    _check_window(notice)
    if not complaint.text.strip():
        raise DomainError("请把您知道的写下来", field="text")
    if complaint.row is None and not complaint.about.strip():
        raise DomainError("请写明说的是谁、哪一项，写序号或姓名都行", field="about")
    if complaint.row is not None and complaint.row.notice_id != notice.pk:
        raise DomainError("选的那一行不在这份公示里，请重新选", field="row")
    known = {code for code, _ in notice_kinds.get(notice.kind).grounds}
    if not known.issuperset(complaint.grounds):
        raise DomainError("“哪里不对”里有不认识的选项，请重新选", field="grounds")
    file = complaint.file
    # Naming somebody else's file must not open it to those who read the objection.
    if file is not None and (file.purpose != OBJECTION_FILE or file.user_id != actor.user_id):
        raise DomainError("附的文件不是您刚传的，请重新传一次", field="file")


def _check_window(notice: Notice) -> None:
    if notice.takes_objections:
        return
    last = notice.closes_on
    if last is not None and notice.state in (NoticeState.OPEN, NoticeState.CLOSED):
        raise DomainError(
            f"公示已经结束（最后一天是 {last.month} 月 {last.day} 日）。有问题请到就近窗口反映", code="notice.over"
        )
    raise DomainError("这份公示现在不在公示期，不能提异议", code="notice.not_open")


def _days(key: str, region: str, day: dt.date) -> int:
    days = deadline_days.get("working_days")(key, region, day) if "working_days" in deadline_days else None
    if days is None:
        raise DomainError(f"参数“{key}”还没有设定，公示多少天定不下来。请政策岗位先录入", code="parameter_missing")
    return days


def _due_on(region: str, day: dt.date) -> dt.date | None:
    """When the answer is due; None rather than a guess while the parameter or the holidays are not filled in."""
    try:
        return add_working_days(day, _days(OBJECTION_DAYS, region, day))
    except (CalendarYearMissing, DomainError):
        return None


def _fresh_number() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_NUMBER_LENGTH))
