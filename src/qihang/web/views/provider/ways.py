"""Where one goes on from a class: its people, attendance, sitting, work and money, each only to who may read it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from qihang.delivery.appraisal.enums import SittingState
from qihang.delivery.appraisal.models import Certificate, Sitting
from qihang.delivery.appraisal.rules import last_day_if_set, may_still_sit
from qihang.delivery.appraisal.waiting import still_to_pass
from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.workflows import PROVIDERS
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.web.formats import chinese_date
from qihang.web.views.employment.roles import LISTED
from qihang.web.views.employment.work_known import Found, found_of
from qihang.web.views.provider.access import MARKERS, PEOPLE_READERS
from qihang.web.views.station.access import READERS as SITTING_READERS
from qihang.web.views.station.sittings import next_step
from qihang.web.views.subsidies.earned import READERS as EARNED_READERS


@dataclass(frozen=True, slots=True)
class Doing:
    """A way on from the class: what lies there."""

    label: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What came of a class after its lessons, as far as the reader may know: its latest sitting, the work found, how
    many have not passed and until when they may sit again (None: nobody has set that)."""

    sitting: Sitting | None
    found: Found | None
    unpassed: int = 0
    resit_by: dt.date | None = None

    @property
    def may_resit(self) -> bool:
        """Whether somebody could still pass in another sitting."""
        return self.unpassed > 0 and may_still_sit(self.resit_by)


def standing_of(item: TrainingClass, actor: Actor) -> Standing:
    sittings = Sitting.objects.visible_to(actor).standing().filter(training_class=item)
    sitting = sittings.select_related("station").order_by("-on").first()
    completed = item.state == ClassState.COMPLETED
    found = found_of(item, actor) if actor.role in LISTED and completed else None
    if not completed or sitting is None or sitting.state != SittingState.HELD:
        return Standing(sitting, found)
    return Standing(sitting, found, still_to_pass(item).count(), last_day_if_set(item))


def doings(item: TrainingClass, actor: Actor, standing: Standing) -> list[Doing]:
    """Every way that there is by now, in the order in which a class is gone through."""
    if item.state not in {ClassState.APPROVED, ClassState.COMPLETED}:
        return []
    return [*_after_filing(item, actor, standing), *_files(item, actor)]


def _after_filing(item: TrainingClass, actor: Actor, standing: Standing) -> Iterator[Doing]:
    args = [item.public_id]
    if actor.role in PEOPLE_READERS:
        yield Doing("学员", "每个人够不够条件，为什么", reverse("class_people", args=args))
        yield Doing("考勤", "每天到了谁，够不够出勤率", reverse("class_attendance", args=args))
    if standing.sitting and actor.role in SITTING_READERS:
        url = reverse("station_sitting", args=[standing.sitting.public_id])
        yield Doing("考试、成绩和证书", sitting_words(standing.sitting, actor), url)
    if standing.found:
        yield Doing("学员就业", standing.found.words, f"{reverse('work_trainees')}?class={item.public_id}")
    if item.state == ClassState.COMPLETED and actor.role in EARNED_READERS:
        yield Doing("补贴", "学完、考过、就业各算出多少", reverse("class_earned", args=args))


def _files(item: TrainingClass, actor: Actor) -> Iterator[Doing]:
    if actor.role not in MARKERS:
        return
    if item.state == ClassState.APPROVED:
        if actor.role in PROVIDERS:
            yield Doing(
                "导入花名册", "一格一格核对，对的先进", reverse("import_start", args=["roster", item.public_id])
            )
        yield Doing("导入考勤表", "照学校自己的表就行", reverse("import_start", args=["attendance", item.public_id]))
    yield Doing("导入过的文件", "原样留着，核对记录也在", reverse("import_list"))


def sitting_words(sitting: Sitting, actor: Actor) -> str:
    """When and where, and how far it is."""
    when = f"{chinese_date(sitting.on)}，{sitting.station.name}"
    if sitting.state == SittingState.HELD:
        certificates = Certificate.objects.visible_to(actor).issued()
        issued = certificates.filter(enrolment__training_class=sitting.training_class_id).count()
        return f"{when}，成绩录好了，发证 {issued} 本"
    return f"{when}，{'还没到日子' if clock.today() < sitting.on else next_step(sitting)[0]}"


@dataclass(frozen=True, slots=True)
class Rest:
    """What is going on while the institution has nothing to do, and where to look meanwhile."""

    title: str
    why: str
    action: str = ""
    url: str = ""


_WAITS = {
    ClassState.SUBMITTED: ("等县里初审", "申请交上去了。要改得请县里退回来。"),
    ClassState.REVIEWED: ("等县里审批", "初审过了，换一个人审批。批准以后就能交花名册。"),
    ClassState.CANCELLED: ("这个班不办了", "申请和材料留着，可以查。"),
}


def rest_of(item: TrainingClass, standing: Standing) -> Rest:
    """Said in place of a task."""
    if item.state in _WAITS:
        return Rest(*_WAITS[ClassState(item.state)])
    if item.state == ClassState.COMPLETED:
        return _after_the_class(item, standing)
    if waiting := item.enrolments.undecided().filter(subsidised=True).count():
        url = f"{reverse('class_people', args=[item.public_id])}?state={EnrolmentState.APPLIED}"
        words = "县里核实他们的人员类别，核完当场录取。等久了打电话催一下；结业以前要核完，不然办不了结业。"
        return Rest(f"等县里核实 {waiting} 个人的资格", words, "看是哪几个人", url)
    if clock.today() < item.start:
        return Rest(f"{chinese_date(item.start)}开班", "名单交好了。开班以后每天记考勤。")
    if clock.today() <= item.end:
        return Rest(f"上到{chinese_date(item.end)}", "每天签到，考勤表可以一天一天导，也可以最后一起导。")
    return Rest("课上完了，没有在读的人", "没有人要办结业。")


def _after_the_class(item: TrainingClass, standing: Standing) -> Rest:
    sitting = standing.sitting
    if sitting is None:
        return Rest("等县里安排考试（鉴定）", "结业办好了。考试的日子定了，写在这一页。")
    if sitting.state != SittingState.HELD:
        url = reverse("station_sitting", args=[sitting.public_id])
        if clock.today() < sitting.on:
            return Rest(f"{chinese_date(sitting.on)}考试", f"告诉学员带身份证到{sitting.place}。", "看考生名单", url)
        return Rest("考过了，等鉴定站录成绩", "成绩录好，合格的当天发证。", "看这场考试", url)
    if standing.may_resit:
        by = f"{chinese_date(standing.resit_by)}以前" if standing.resit_by else "尽早"
        return Rest(
            f"{standing.unpassed} 个人还没考过",
            f"没考过的、没来考的可以补考，要在{by}考。问清他们考不考，再请县里安排一场。",
            "看成绩",
            reverse("station_sitting", args=[sitting.public_id]),
        )
    found = standing.found
    if found and found.open:
        url = f"{reverse('work_trainees')}?class={item.public_id}&view=open"
        words = f"还有 {found.open} 个人没查到工作"
        return Rest(
            words,
            "社保名单每月自动核对。没上名单的，把合同或执照交上来，也算找到工作；第二笔补贴还要看缴费。",
            "看是哪几个人",
            url,
        )
    return Rest("都办好了", "学完的人都查到了工作。", "看算出的补贴", reverse("class_earned", args=[item.public_id]))
