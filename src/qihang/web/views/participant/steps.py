"""What a trainee is to do now, and how far they have come: words for somebody who is tired."""

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse

from qihang.delivery.appraisal.enums import SittingState
from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core import clock
from qihang.registry.benefits.services import GivenBack
from qihang.web.formats import chinese_date
from qihang.web.parts import Stage, Step

_NOTHING = "现在没有要您办的事"


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do now: what it brings (`title`), how urgent (`head`), why, and the button."""

    head: str
    title: str
    why: str
    action: str = ""
    url: str = ""

    @property
    def tone(self) -> str:
        """Only what the person has to do is coloured as such."""
        return "calm" if self.head == _NOTHING else "warn"


@dataclass(frozen=True, slots=True)
class Way:
    """A person's place in a class with what came after it."""

    place: Enrolment
    sitting: Sitting | None
    certificate: Certificate | None
    works: bool
    back: GivenBack | None = None


def next_step(way: Way | None) -> NextStep:
    """What to do now; for most of the time nothing."""
    if way is None:
        return NextStep(
            _NOTHING,
            "您还没有报班",
            "想学技能，带身份证到就近的培训机构或人社窗口，他们帮您报名。",
        )
    if way.certificate is not None:
        return _after_the_certificate(way)
    return _BY_STATE[EnrolmentState(way.place.state)](way)


def _waiting(way: Way) -> NextStep:
    return NextStep(
        _NOTHING,
        "县里在核实您能不能领补贴",
        f"您已经报进“{way.place.training_class.name}”。要是窗口打电话请您带证明，带去就行。",
        "看看在查什么",
        reverse("my_class", args=[way.place.public_id]),
    )


def _refused(way: Way) -> NextStep:
    return NextStep(
        "有一件事要您看看",
        "这次的补贴不能发，课还可以上",
        "可以自费学。觉得不对，带上证明到县里的人社窗口，请他们重新核实。",
        "看看差在哪一条",
        reverse("my_class", args=[way.place.public_id]),
    )


def _in_class(way: Way) -> NextStep:
    item = way.place.training_class
    today = clock.today()
    if today < item.start:
        return NextStep(
            f"{chinese_date(item.start)}开班", "到时候来上课", f"地点：{item.place}。有事来不了，提前跟老师说。"
        )
    if today <= item.end:
        return NextStep(f"上到{chinese_date(item.end)}", "按时来上课", f"地点：{item.place}。到课够了，才能去考试。")
    return NextStep(_NOTHING, "课上完了，学校在办结业", "办好以后，考试（鉴定）的日子写在这里。")


def _completed(way: Way) -> NextStep:
    sitting = way.sitting
    if way.back is not None:
        return NextStep(
            _NOTHING,
            "这个班的补贴得不到了，次数退给您了",
            "以后报别的班，这次不算。觉得不对，带上证明到县里的人社窗口问。",
            "看看为什么",
            reverse("my_class", args=[way.place.public_id]),
        )
    if sitting is None:
        return NextStep(_NOTHING, "学完了，等考试（鉴定）的安排", "日子定了写在这里，也会发消息给您。")
    if clock.today() <= sitting.on:
        return NextStep(f"{chinese_date(sitting.on)}考试", "去考试（鉴定），带上身份证", f"地点：{sitting.place}。")
    if sitting.state == SittingState.HELD:
        return NextStep(
            _NOTHING, "这次没有拿到证书", "成绩出来了，没有过或者没有参加。想补考，问培训学校下一场什么时候。"
        )
    return NextStep(_NOTHING, "考过了，等成绩", "成绩出来，合格的当天就有证书。没过的，问培训学校补考的事。")


def _ended(way: Way) -> NextStep:
    left = way.place.state == EnrolmentState.WITHDRAWN
    title = "您已经退了这个班" if left else "这个班没有学完"
    return NextStep(_NOTHING, title, "想再学，问培训学校或人社窗口下一期什么时候开。")


def _after_the_certificate(way: Way) -> NextStep:
    if way.works:
        return NextStep(
            _NOTHING, "拿到证书，也有工作了", "换了单位，告诉我们一声就行。", "看我的工作", reverse("work_mine")
        )
    return NextStep(
        "有一件事请您办",
        "找到工作了，告诉我们",
        "证书已经有了。单位给您交社保的，县里每月自己核对；没交的，拍一张合同就行。",
        "我找到工作了",
        reverse("work_claim"),
    )


_BY_STATE = {
    EnrolmentState.APPLIED: _waiting,
    EnrolmentState.REFUSED: _refused,
    EnrolmentState.ENROLLED: _in_class,
    EnrolmentState.COMPLETED: _completed,
    EnrolmentState.NOT_COMPLETED: _ended,
    EnrolmentState.WITHDRAWN: _ended,
}


def stages(way: Way) -> list[Step]:
    """Enrolled, in class, examined, certified, at work: done with its day, or still to come."""
    item = way.place.training_class
    passed = [
        ("报名", way.place.enrolled_on),
        ("上课", way.place.completed_on),
        ("考试", way.certificate.appraised_on if way.certificate else None),
        ("证书", way.certificate.issued_on if way.certificate else None),
        ("上班", None),
    ]
    planned = {"报名": None, "上课": item.end, "考试": way.sitting.on if way.sitting else item.appraisal_on}
    now = next((at for at, (_, day) in enumerate(passed) if day is None), len(passed))
    if way.works and now == len(passed) - 1:
        now = len(passed)
    return [_stage(label, day, at, now, planned.get(label)) for at, (label, day) in enumerate(passed)]


def _stage(label: str, day: dt.date | None, at: int, now: int, planned: dt.date | None) -> Step:
    note = chinese_date(day) if day else f"定在{chinese_date(planned)}" if planned else ""
    return Step(label, note, Stage.DONE if at < now else Stage.NOW if at == now else Stage.NEXT)
