"""An application for a class as an officer reads it: facts, conditions, hands, the institution's record."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Q

from qihang.delivery.training.enums import EVER_ENROLLED, ClassState, EnrolmentState
from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.delivery.training.opening import OpeningCheck, OpeningRules, handed_in_on
from qihang.delivery.training.workflows import CLASS_WORKFLOW
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.calendars import WorkCalendar
from qihang.foundation.core.models import TransitionLog
from qihang.foundation.core.roles import Role
from qihang.registry.policy.engine.parameters import NATION, ParameterRow
from qihang.registry.policy.engine.values import value_to_text
from qihang.registry.policy.enums import VerifiedMark
from qihang.registry.reference.models import Region
from qihang.web.due import Due, due
from qihang.web.formats import chinese_date, date_span, with_unit
from qihang.web.parts import Event, Outcome, Rule, Stage
from qihang.web.views.office.timeline import events_of

_OUTCOMES = {True: (Outcome.PASSED, "过"), False: (Outcome.FAILED, "不过"), None: (Outcome.UNKNOWN, "没设参数")}
_WITH_OFFICERS = {ClassState.SUBMITTED, ClassState.REVIEWED}
_NEXT = {
    ClassState.SUBMITTED: (("初审：等受理初审的人办", "审"), ("审批：换一个人办", "准")),
    ClassState.REVIEWED: (("审批：等审批的人办", "审"),),
    ClassState.RETURNED: (("等机构改好再交", ""),),
}


def checks_of(item: TrainingClass) -> list[OpeningCheck]:
    """The conditions as of the day that counts: today while it is with the officers, the filing day afterwards."""
    on = item.filed_on or clock.today()
    return OpeningRules().checks(item, on=on, handed_in=handed_in_on(item))


def rules_of(checks: Sequence[OpeningCheck]) -> list[Rule]:
    """The conditions as rows: with the parameter, where it was set, since when, from what and how far checked."""
    places = place_names({check.parameter.region for check in checks if check.parameter})
    return [_rule(check, places) for check in checks]


def _rule(check: OpeningCheck, places: dict[str, str]) -> Rule:
    outcome, verdict = _OUTCOMES[check.passed]
    row = check.parameter
    actual = f"{check.actual}。{check.reason}" if check.passed is False else check.actual
    return Rule(
        outcome=outcome,
        verdict=verdict,
        condition=check.condition,
        actual=actual,
        article=law_of(row) if row else "",
        parameter=_version(row, places)
        if row
        else (
            f"{check.key} 还没有设定，由省里的政策录入、政策复核两人设；没设以前这一条查不了"
            if "." in check.key
            else ""
        ),
    )


def _unset(key: str) -> str:
    """Whose turn it is where nobody has set the value; nothing for a condition without one."""
    return f"{key} 还没有设定，由省里的政策录入、政策复核两人设；没设以前这一条查不了" if "." in key else ""


def law_of(row: ParameterRow) -> str:
    """Where a value comes from and how far that was checked: 琼财社规〔2021〕14号（已核原文）."""
    mark = VerifiedMark(str(row.verified)).label
    return f"{row.law}（{mark}）" if row.law else mark


def _version(row: ParameterRow, places: dict[str, str]) -> str:
    value = value_to_text(row.spec.kind, row.value, row.spec.unit)
    return f"{row.spec.key} = {value}，{places[row.region]} {row.valid_from:%Y-%m-%d} 起"


def place_names(codes: set[str]) -> dict[str, str]:
    """What the places that set values are called. One query, none where only the nation has set any."""
    wanted = codes - {NATION}
    names = dict(Region.objects.filter(code__in=wanted).values_list("code", "name")) if wanted else {}
    return {code: "全国" if code == NATION else names.get(code, code) for code in codes}


def facts_of(item: TrainingClass, exam: str = "") -> list[tuple[str, Any]]:
    """What the institution asks for."""
    trade = f"{item.occupation.name}，{item.get_level_display()}" if item.occupation else item.get_module_display()
    nature = item.get_kind_display()
    facts: list[tuple[str, Any]] = [
        ("计划", item.get_programme_display()),
        ("学什么", trade),
        (
            "班型",
            f"{item.get_format_display()}，{nature}" + (f"（{item.order_employer}）" if item.order_employer else ""),
        ),
        ("人数", with_unit(item.planned_heads, "人")),
        ("上课", f"{date_span(item.start, item.end)}，{with_unit(item.hours, '课时')}"),
        ("地点", item.place),
        ("鉴定", exam or (f"计划 {chinese_date(item.appraisal_on)}" if item.appraisal_on else "没有写日子")),
        ("联系人", f"{item.contact_name} {item.contact_phone}"),
    ]
    if item.filing_no:
        facts.insert(0, ("备案", f"{item.filing_no}，{chinese_date(item.filed_on)}"))
        facts.append(("报名单", f"到 {chinese_date(item.roster_last_day)}"))
    return facts


def record_of(actor: Actor, item: TrainingClass) -> list[tuple[str, str]]:
    """What the institution has done so far within the actor's sight; empty where this is its first class."""
    others = TrainingClass.objects.visible_to(actor).filter(organization=item.organization_id).exclude(pk=item.pk)
    classes = others.aggregate(
        opened=Count("pk", filter=Q(state__in=[ClassState.APPROVED, ClassState.COMPLETED])),
        completed=Count("pk", filter=Q(state=ClassState.COMPLETED)),
        waiting=Count("pk", filter=Q(state__in=_WITH_OFFICERS)),
        cancelled=Count("pk", filter=Q(state=ClassState.CANCELLED)),
    )
    ended = Enrolment.objects.visible_to(actor).filter(training_class__in=others.filter(state=ClassState.COMPLETED))
    people = ended.aggregate(
        all=Count("pk", filter=Q(state__in=EVER_ENROLLED)), done=Count("pk", filter=Q(state=EnrolmentState.COMPLETED))
    )
    lines = [
        ("开过的班", with_unit(classes["opened"], "个"), classes["opened"]),
        ("已结业", with_unit(classes["completed"], "个班"), classes["completed"]),
        ("另外在审", with_unit(classes["waiting"], "个"), classes["waiting"]),
        ("取消过", with_unit(classes["cancelled"], "个"), classes["cancelled"]),
        ("学完", f"{with_unit(people['done'], '人')}，入过班的 {with_unit(people['all'], '人')}", people["all"]),
    ]
    return [(name, text) for name, text, number in lines if number]


def timeline_of(item: TrainingClass, log: Sequence[TransitionLog]) -> list[Event]:
    """What was done, and the steps still to come with their days."""
    ahead = [
        Event(title, when=_until(log) if at == 0 else "", seal=seal, stage=Stage.NEXT if at else Stage.NOW)
        for at, (title, seal) in enumerate(_NEXT.get(ClassState(item.state), ()))
    ]
    return [*events_of(CLASS_WORKFLOW, log), *ahead]


def _until(log: Sequence[TransitionLog]) -> str:
    last = log[-1].due_on if log else None
    return f"{chinese_date(last)}前" if last else ""


def due_of(item: TrainingClass, log: Sequence[TransitionLog]) -> Due | None:
    """The clock of the step that waits; None where nothing waits for an officer or no day was set."""
    if not log or item.state not in _WITH_OFFICERS:
        return None
    last: dt.date | None = log[-1].due_on
    return due(last, calendar=WorkCalendar(), started=log[-1].at) if last else None


def hands_note(item: TrainingClass, actor: Actor, log: Sequence[TransitionLog]) -> str:
    """Whose step it is now and why it may not be this actor's, in a sentence."""
    if item.state not in _WITH_OFFICERS:
        return ""
    wanted = Role.INTAKE_OFFICER if item.state == ClassState.SUBMITTED else Role.APPROVER
    if actor.role != wanted:
        return f"这一步由“{wanted.label}”的人办，您可以看，不能办。"
    reviewer = next((line for line in reversed(log) if line.transition == "review"), None)
    if wanted == Role.APPROVER and any(line.transition == "review" and line.user_id == actor.user_id for line in log):
        return "初审是您自己办的，审批要换一个人，请交给同事。"
    if wanted == Role.APPROVER and reviewer:
        return f"{reviewer.user_label}办的初审；审批由您办，两个人。"
    return "您办初审；审批必须由另一人办。"
