"""How far a trainee has come: each step done with its day, or still to come; no day that is past as if it were ahead."""

from collections.abc import Callable

from django.utils import timezone

from qihang.delivery.training.enums import EnrolmentState
from qihang.foundation.core import clock
from qihang.web.formats import chinese_date
from qihang.web.parts import Stage, Step
from qihang.web.views.participant.way import Way
from qihang.web.views.participant.words import points_of, verdict_of


def stages(way: Way) -> list[Step]:
    """Enrolled, in class, examined, certified, at work; for who was refused or left, only as far as they came."""
    whole = way.certificate is not None or bool(way.exam.results)
    told = [part(way) for part in (_WHOLE if whole else _PARTS.get(way.state, _WHOLE))]
    now = next((at for at, (_, _, done) in enumerate(told) if not done), len(told))
    return [Step(label, note, _stage(at, now)) for at, (label, note, _) in enumerate(told)]


def _stage(at: int, now: int) -> Stage:
    return Stage.DONE if at < now else Stage.NOW if at == now else Stage.NEXT


_Told = tuple[str, str, bool]


def _applied(way: Way) -> _Told:
    return "报名", chinese_date(timezone.localdate(way.place.created_at)), True


def _checked(way: Way) -> _Told:
    return "补贴", "没有通过", False


def _enrolled(way: Way) -> _Told:
    if way.state == EnrolmentState.APPLIED:
        return "报名", "县里在核实", False
    return "报名", chinese_date(way.place.enrolled_on), True


def _left(way: Way) -> _Told:
    return "退班", chinese_date(way.place.withdrawn_on), False


def _lessons(way: Way) -> _Told:
    first, last = chinese_date(way.item.start), chinese_date(way.item.end)
    if way.place.completed_on is not None:
        return "上课", f"{chinese_date(way.place.completed_on)}学完", True
    if way.state == EnrolmentState.NOT_COMPLETED:
        return "上课", f"{last}结束，没有学完", way.certificate is not None
    if clock.today() < way.item.start:
        return "上课", f"{first}开课，上到 {last}", False
    if clock.today() <= way.item.end:
        return "上课", f"上到 {last}", False
    return "上课", f"{last}上完", False


def _examined(way: Way) -> _Told:
    exam = way.exam
    result = exam.passed or exam.latest
    if result is None:
        return "考试", _exam_ahead(way), way.certificate is not None
    scores = "" if result.absent else f"，{points_of(result)}"
    again = f"；{_exam_ahead(way)}" if exam.ahead is not None and not result.passed else ""
    done = result.passed or way.certificate is not None
    return f"考试{verdict_of(result)}", f"{chinese_date(result.on)}{scores}{again}", done


def _exam_ahead(way: Way) -> str:
    """The day of the sitting that is planned, else of the one that the class hopes for; none that is past."""
    sitting, hoped = way.exam.ahead, way.item.appraisal_on
    if sitting is not None:
        again = "补考" if way.exam.results else "考"
        done = clock.today() > sitting.on
        return f"{chinese_date(sitting.on)}{again}{'的，等成绩' if done else ''}"
    if way.certificate is not None:
        return chinese_date(way.certificate.appraised_on)
    if way.exam.unlisted is not None:
        return f"{chinese_date(way.exam.unlisted.on)}考的，没有您的成绩"
    waits = way.state in {EnrolmentState.ENROLLED, EnrolmentState.COMPLETED, EnrolmentState.APPLIED}
    if waits and hoped is not None and hoped >= clock.today() and way.exam.called_off is None:
        return f"预计 {chinese_date(hoped)}"
    return "日子还没定" if waits and way.may_sit_again else ""


def _certified(way: Way) -> _Told:
    if way.certificate is not None:
        return "证书", chinese_date(way.certificate.issued_on), True
    if way.revoked is not None:
        return "证书", f"{chinese_date(way.revoked.revoked_on)}撤销了", False
    return "证书", "", False


def _working(way: Way) -> _Told:
    work = way.work
    if work.now is not None:
        return "上班", f"{chinese_date(work.now.start)}起", True
    if work.refused is not None:
        return "上班", "材料没通过", False
    if work.waiting is not None:
        return "上班", "县里在看", False
    return "上班", f"做到 {chinese_date(work.lost.end)}" if work.lost is not None else "", False


_WHOLE: tuple[Callable[[Way], _Told], ...] = (_enrolled, _lessons, _examined, _certified, _working)
_PARTS: dict[EnrolmentState, tuple[Callable[[Way], _Told], ...]] = {
    EnrolmentState.REFUSED: (_applied, _checked),
    EnrolmentState.WITHDRAWN: (_enrolled, _left),
    EnrolmentState.NOT_COMPLETED: (_enrolled, _lessons),
}
