"""What an institution has to see to, class by class: read from the class as it stands, the most urgent first."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from qihang.delivery.training.enums import ClassState, EnrolmentState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.opening import OpeningRules
from qihang.delivery.training.rules import may_complete
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import WorkCalendar
from qihang.foundation.core.roles import Role
from qihang.web.due import Due, due
from qihang.web.formats import chinese_date
from qihang.web.views.provider.access import returned_words


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do in one class: what and why, by when, and where it is done.

    `head` stands over it where it is the first thing of all; `url` is empty where somebody else has to act first.
    `by` is the last day where there is one; things without one are to be done now.
    """

    item: TrainingClass
    title: str
    why: str
    action: str
    url: str
    by: dt.date | None
    head: str


def tasks_for(actor: Actor) -> list[Task]:
    """The next task of each class in which something waits for this hand of the institution, by the day it is due."""
    today = clock.today()
    found = _tasks(TrainingClass.objects.visible_to(actor).to_do(today, actor.role), actor)
    return sorted(found, key=lambda task: (task.by or today, task.item.pk))


def task_of(item: TrainingClass, actor: Actor) -> Task | None:
    """The one thing to do next in a class, None while others are at work or nothing is due."""
    found = _tasks(TrainingClass.objects.visible_to(actor).filter(pk=item.pk), actor)
    return found[0] if found else None


def _tasks(rows: QuerySet[TrainingClass], actor: Actor) -> list[Task]:
    today, rules = clock.today(), OpeningRules()
    classes = rows.with_needs(today).select_related("organization", "occupation")  # type: ignore[attr-defined]
    return [task for item in classes if (task := _task(item, actor, rules))]


def _task(item: Any, actor: Actor, rules: OpeningRules) -> Task | None:
    """`item` comes `with_needs`."""
    if item.state == ClassState.RETURNED:
        return _mend(item, rules)
    if item.state == ClassState.DRAFT:
        return _hand_in(item, actor, rules)
    if item.state != ClassState.APPROVED:
        return None
    if item.lacks_roster:
        return _bring_roster(item, clock.today())
    if item.lacks_attendance:
        return _bring_attendance(item, "这个班开课了，还没有一天考勤。考勤全了才能办结业。")
    return _finish(item, actor) if item.is_over else None


def due_of(task: Task, calendar: WorkCalendar) -> Due | None:
    """The task's clock, where it has a last day."""
    return due(task.by, calendar=calendar) if task.by else None


def _mend(item: TrainingClass, rules: OpeningRules) -> Task:
    words = f"退回的人写了：{returned_words(item)}。改好存下，再交上去。"
    return Task(
        item,
        "照退回的意见改好申请，再交一次",
        words,
        "改申请",
        reverse("class_edit", args=[item.public_id]),
        rules.hand_in_by(item),
        "申请退回来了",
    )


def _hand_in(item: TrainingClass, actor: Actor, rules: OpeningRules) -> Task:
    by, edit = rules.hand_in_by(item), reverse("class_edit", args=[item.public_id])
    if reason := rules.obstacle(item, on=clock.today()):
        return Task(item, "先改一处，才能交", reason, "改申请", edit, by, "草稿，还没有交")
    if actor.role != Role.PROVIDER_MANAGER:
        why = "填好了。交申请要负责人来办，请负责人登录以后打开这一页。"
        return Task(item, "请负责人交上去", why, "", "", by, "草稿，还没有交")
    url = reverse("class_step", args=[item.public_id, "submit"])
    return Task(item, "看一遍，交给县里初审", "", "交开班申请", url, by, "草稿，还没有交")


def _bring_roster(item: TrainingClass, today: dt.date) -> Task:
    last = item.roster_last_day
    if last < today:
        why = f"名单 {chinese_date(last)}前要交，已经过了。请县里放宽日子，放宽了再导入。"
        return Task(item, "请县里放宽报名单的日子", why, "", "", last, "名单过了日子")
    url = reverse("import_start", args=["roster", item.public_id])
    why = f"批准开班了，还没有学员。名单 {chinese_date(last)}前都能交，资格当场就算出来。"
    return Task(item, "把花名册导进来", why, "导入花名册", url, last, "花名册还没有交")


def _bring_attendance(item: TrainingClass, why: str) -> Task:
    url = reverse("import_start", args=["attendance", item.public_id])
    return Task(item, "把考勤表导进来", why, "导入考勤表", url, None, "考勤还没有交")


def _finish(item: TrainingClass, actor: Actor) -> Task | None:
    """Over: to be completed, or what is in the way of it and who removes that."""
    reason = may_complete(item, actor)
    if reason is None:
        absent = item.enrolments.filter(state=EnrolmentState.ENROLLED, attendance=None).count()
        why = "课上完了，考勤也交了。办了结业，学完的人才能考试。"
        if absent:
            why = f"有 {absent} 个人一天考勤也没有，先看是不是漏了；漏了的补上，再办结业。"
        url = reverse("class_complete", args=[item.public_id])
        return Task(item, "给这个班办结业", why, "去办结业", url, None, "可以办结业了")
    if item.enrolments.undecided().exists():
        url = f"{reverse('class_people', args=[item.public_id])}?state={EnrolmentState.APPLIED}"
        return Task(item, "结业还差一步", reason, "看是哪几个人", url, None, "课上完了")
    if not item.enrolments.filter(state=EnrolmentState.ENROLLED).exists():
        return None
    return _bring_attendance(item, reason)
