"""Words that several of a trainee's pages share: whom to ask, what was scored, who gets the subsidy, why it is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from qihang.delivery.appraisal.results import Examination, Result
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import TrainingClass
from qihang.delivery.training.said import Said
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import conclude
from qihang.web.explained import rule_rows
from qihang.web.formats import chinese_date, full_stop, in_words, with_unit, yuan
from qihang.web.parts import Outcome, Rule, Tone
from qihang.web.views.participant.way import Way

_TONES = {True: Tone.OK, False: Tone.ERR}
_HOUR = "几点考，鉴定站会通知；没接到通知，问"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sitting as a line: its day, the points, whether that is enough and what was lacking."""

    on: date
    points: str
    verdict: str
    lacking: str
    tone: Tone


def counter_of(item: TrainingClass) -> str:
    """Where to go with a paper."""
    return f"{item.region.name}的人社窗口"


def contact_url(way: Way) -> str:
    return reverse("my_class_contact", args=[way.place.public_id])


def hour_words(item: TrainingClass) -> str:
    """A sitting has a day and a place; its hour is the station's to tell."""
    return f"{_HOUR}{item.contact_name}。"


def points_of(result: Result) -> str:
    """理论 86 分，实操 81 分; 缺考 where they did not come."""
    if result.absent:
        return "缺考"
    told = [
        f"{part} {with_unit(points, '分')}" if points is not None else f"{part}缺考" for part, points in result.points
    ]
    return "，".join(told)


def verdict_of(result: Result) -> str:
    """In three words at most."""
    return "合格" if result.passed else "缺考" if result.absent else "没合格"


def shortfall_of(result: Result) -> str:
    """Which part was not passed: 理论没到 60 分; empty for who passed, or came to neither."""
    if result.passed or result.absent:
        return ""
    parts = [f"{'、'.join(result.below)}没到 {with_unit(result.least, '分')}"] if result.below else []
    parts += [f"{'、'.join(result.missed)}没有考"] if result.missed else []
    return "，".join(parts)


def result_words(result: Result) -> str:
    """One attempt as a sentence: 3 月 30 日的考试：理论 55 分，实操 81 分，理论没到 60 分。"""
    day = chinese_date(result.on)
    if result.absent:
        return f"{day}的考试，记的是缺考。"
    return f"{'，'.join(filter(None, [f'{day}的考试：{points_of(result)}', shortfall_of(result)]))}。"


def subsidy_words(way: Way) -> str:
    """How the subsidy came out, whose the money is, and what became of the person's use of it."""
    place = way.place
    if not place.subsidised:
        return "这个班您是自费学的，不领补贴，也不占用您的次数。"
    if way.back is not None:
        return f"占用的补贴次数退回来了，{chinese_date(way.back.at)}退的。"
    if way.state in {EnrolmentState.WITHDRAWN, EnrolmentState.NOT_COMPLETED}:
        return "没有学完，这个班不领补贴，也不占用您的次数。"
    if way.state == EnrolmentState.REFUSED:
        return "这次的补贴不能发。为什么、怎么申诉，点下面看。"
    return decision_words(place.decision) if place.decision else "还没有算，名单核实以后写在这里。"


def decision_words(decision: Decision) -> str:
    """How the conditions came out; the money is the school's, not the trainee's."""
    if decision.eligible:
        return f"条件都够，可以补 {yuan(decision.amount)}。这笔钱政府按结果付给培训学校，不打到您的卡里，您不用管。"
    return full_stop(in_words(conclude(decision)))


def said_lines(said: Sequence[Said]) -> list[tuple[str, str]]:
    """What officers wrote to the person: the day, and the words as they stand."""
    return [(chinese_date(one.at), full_stop(in_words(one.words))) for one in said]


def attempts_of(exam: Examination) -> list[Attempt]:
    """Every sitting that the trainee was marked in, newest first."""
    return [
        Attempt(one.on, points_of(one), verdict_of(one), shortfall_of(one), _TONES[one.passed]) for one in exam.results
    ]


def rules_of(decision: Decision | None) -> list[Rule]:
    """Every condition in plain words."""
    rows = rule_rows(decision, "participant") if decision else []
    return [
        Rule(row.outcome, row.verdict, in_words(row.condition), in_words(row.actual), article=row.article)
        for row in rows
    ]


def failed_of(decision: Decision | None) -> list[Rule]:
    """The conditions that were not met."""
    return [row for row in rules_of(decision) if row.outcome is Outcome.FAILED]
