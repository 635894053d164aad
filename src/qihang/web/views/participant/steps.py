"""What a trainee is to do now: words for somebody who is tired. Each names the day, the place and whom to ask."""

from dataclasses import replace

from django.urls import reverse

from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.appraisal.results import Result
from qihang.delivery.training.enums import EnrolmentState
from qihang.foundation.core import clock
from qihang.web.formats import chinese_date, full_stop, in_words
from qihang.web.parts import ASKED, NOTHING_TO_DO, TO_READ, NextStep
from qihang.web.site import current_site
from qihang.web.views.employment.own_work import employer_of, refused_step, waiting_step
from qihang.web.views.participant.way import Way
from qihang.web.views.participant.words import (
    contact_url,
    counter_of,
    failed_of,
    hour_words,
    result_words,
)


def next_step(way: Way | None) -> NextStep:
    """What to do now; for most of the time nothing."""
    if way is None:
        return _nowhere()
    if way.certificate is not None:
        return _after_the_certificate(way)
    step = _of_the_class(way)
    papers = refused_step(way.work, "看我的工作", "work_mine")
    if papers is None:
        return step
    return papers if step.tone == "calm" else replace(step, more=f"还有一件：{papers.title}。看下面“我的工作”。")


def _nowhere() -> NextStep:
    hotline = current_site().hotline
    return NextStep(
        NOTHING_TO_DO,
        "您还没有报班",
        "想学技能，带身份证到就近的培训机构或人社窗口，他们帮您报名。",
        f"打 {hotline} 问报名",
        f"tel:{hotline}",
    )


def _of_the_class(way: Way) -> NextStep:
    if way.revoked is not None and way.exam.ahead is None:
        return _revoked(way)
    return _BY_STATE[way.state](way)


def _asks(way: Way, head: str, title: str, why: str, for_what: str = "") -> NextStep:
    """A step whose button shows the number of whom to ask."""
    return NextStep(head, title, why, f"看{way.item.contact_name}的电话{for_what}", contact_url(way), posts=True)


def _reads(way: Way, head: str, title: str, why: str, action: str) -> NextStep:
    """A step whose button leads to the class's page."""
    return NextStep(head, title, why, action, reverse("my_class", args=[way.place.public_id]))


def _waiting(way: Way) -> NextStep:
    item = way.item
    if way.over:
        why = "课上完了，结果还没有出来。要是窗口打电话请您带证明，带去就行。"
    else:
        lessons = "到时候照常来上课。" if clock.today() < item.start else "课照常上。"
        why = f"您已经报进“{item.name}”。{lessons}要是窗口打电话请您带证明，带去就行。"
    return _reads(way, NOTHING_TO_DO, "县里在核实您能不能领补贴", why, "看看在查什么")


# -- refused, left, not completed --


def _refused(way: Way) -> NextStep:
    item, last = way.item, chinese_date(way.item.end)
    action = "看为什么、怎么申诉"
    if way.closed:
        why = f"{lacking(way)}这个班结束了，名单不再改。想学，问{counter_of(item)}下一期什么时候开，报名时重新核实。"
        return _reads(way, NOTHING_TO_DO, "这次的补贴没有通过，班也结束了", why, action)
    if way.over:
        why = f"{lacking(way)}觉得不对，学校办结业以前，还能带证明到{counter_of(item)}重新核实，请尽快去。"
        return _reads(way, TO_READ, "这次的补贴没有通过，课也上完了", why, action)
    appeal = f"觉得不对，{last}前带证明到{counter_of(item)}，请他们重新核实。"
    why = f"{lacking(way)}{appeal}想自费上课，跟{item.contact_name}说。"
    return _reads(way, f"觉得不对，{last}前去窗口", "这次的补贴不能发，课可以自费上", why, action)


def lacking(way: Way) -> str:
    """Which condition, and how it is with this person; what an officer wrote to them."""
    failed = failed_of(way.place.decision)
    rule = f"没够上这一条：{failed[0].condition}。您的情况：{failed[0].actual}。" if failed else ""
    said = f"县里写给您的话：{full_stop(in_words(way.said[-1].words))}" if way.said else ""
    return rule + said


def _withdrawn(way: Way) -> NextStep:
    why = "想再学，问培训学校或人社窗口下一期什么时候开。"
    return _reads(way, NOTHING_TO_DO, "您已经退了这个班", why, "看这个班")


def _not_completed(way: Way) -> NextStep:
    scores = result_words(way.exam.latest) if way.exam.latest else ""
    why = f"到课没到要求。{scores}想再学，问{way.item.contact_name}或人社窗口下一期什么时候开。"
    return _reads(way, NOTHING_TO_DO, "这个班没有学完", why, "看考勤")


# -- lessons --


def _in_class(way: Way) -> NextStep:
    item = way.item
    today, head = clock.today(), f"{chinese_date(item.start)}开班，上到 {chinese_date(item.end)}"
    if today < item.start:
        why = f"地点：{item.place}。有事来不了，提前跟{item.contact_name}说。"
        return _asks(way, head, "到时候来上课", why)
    if today <= item.end:
        why = f"地点：{item.place}。到课够了，才能去考试。有事来不了，提前跟{item.contact_name}说。"
        return _asks(way, f"上到 {chinese_date(item.end)}", "按时来上课", why)
    if way.exam.ahead is not None or way.exam.results:
        return _completed(way)
    why = f"办好以后，考试（鉴定）的日子写在这里。着急就问{item.contact_name}。"
    return _asks(way, NOTHING_TO_DO, "课上完了，学校在办结业", why)


# -- the appraisal --


def _completed(way: Way) -> NextStep:
    exam, latest = way.exam, way.exam.latest
    if exam.ahead is not None:
        return _ahead(way, exam.ahead)
    if way.back is not None:
        return _given_back(way)
    if exam.unlisted is not None and (latest is None or latest.on < exam.unlisted.on):
        return _unlisted(way, exam.unlisted)
    if latest is not None:
        return _marked(way, latest)
    if not way.may_sit_again:
        why = f"最晚该在 {chinese_date(exam.last_day)}考，已经过了。请问{way.item.contact_name}怎么办。"
        return _asks(way, TO_READ, "学完了，考试（鉴定）的日子过了", why)
    return _not_planned(way)


def _not_planned(way: Way) -> NextStep:
    off = way.exam.called_off
    if off is not None:
        why = f"原定 {chinese_date(off.on)}的考试取消了。新的日子定了写在这里，不用去原来的考场。"
        return _asks(way, TO_READ, f"{chinese_date(off.on)}的考试取消了，等新的日子", why)
    why = f"日子定了写在这里。想知道大概哪天，问{way.item.contact_name}。"
    return _asks(way, NOTHING_TO_DO, "学完了，等考试（鉴定）的安排", why)


def _ahead(way: Way, sitting: Sitting) -> NextStep:
    """A sitting without scores yet: before its day, and from the day after it."""
    failed = [result for result in way.exam.results if not result.passed]
    again = "补考" if failed else "考试"
    before = result_words(failed[0]) if failed else ""
    day = chinese_date(sitting.on)
    if clock.today() > sitting.on:
        why = f"{day}的{again}，成绩还没有出来。出来了写在这里；合格的，当天就有证书。"
        return _asks(way, NOTHING_TO_DO, f"{'补考完了' if failed else '考完了'}，等成绩", why)
    title = "上次没有考过，去补考，带上身份证" if failed else "去考试（鉴定），带上身份证"
    moved = "日子或考场改过，以这里写的为准。" if way.exam.moved else ""
    return _asks(way, f"{day}{again}", title, f"{before}地点：{sitting.place}。{moved}{hour_words(way.item)}")


def _marked(way: Way, latest: Result) -> NextStep:
    """The latest scores, where nothing is planned after them."""
    if way.exam.passed is not None:
        why = f"{result_words(way.exam.passed)}证书发了写在这里。"
        return _asks(way, NOTHING_TO_DO, "考试合格了，等证书", why)
    failed = "没有去考试（缺考）" if latest.absent else "这次没有考过"
    last = way.exam.last_day
    if not way.may_sit_again:
        why = f"{result_words(latest)}最晚 {chinese_date(last)}补考，已经过了。"
        why += f"想再学，问{way.item.contact_name}下一期什么时候开。"
        return _asks(way, NOTHING_TO_DO, f"{failed}，补考的日子也过了", why)
    off = way.exam.called_off
    called_off = f"原定 {chinese_date(off.on)}的补考取消了。" if off else ""
    until = f"最晚 {chinese_date(last)}考，" if last else ""
    why = f"{result_words(latest)}{called_off}可以补考，{until}由学校报给县里安排。问{way.item.contact_name}哪天补考。"
    return _asks(way, _until(way), f"{failed}，可以补考", why, "，问补考")


def _until(way: Way) -> str:
    last = way.exam.last_day
    return f"{ASKED}，{chinese_date(last)}前" if last else ASKED


def _unlisted(way: Way, sitting: Sitting) -> NextStep:
    day, name = chinese_date(sitting.on), way.item.contact_name
    again = f"没去考的，问{name}哪天补考。" if way.may_sit_again else "补考的日子过了。"
    why = f"{day}的考试出成绩了，里面没有您。去考了的，请{name}问鉴定站；{again}"
    return _asks(way, ASKED, "成绩册上没有您的成绩", why, "，问成绩")


def _given_back(way: Way) -> NextStep:
    scores = result_words(way.exam.latest) if way.exam.latest else ""
    why = f"{scores}以后报别的班，这次不算。觉得不对，带上证明到{counter_of(way.item)}问。"
    return _reads(way, NOTHING_TO_DO, "没有拿到证书，补贴次数退给您了", why, "看看为什么")


# -- the certificate, and work --


def _revoked(way: Way) -> NextStep:
    paper = way.revoked
    assert paper is not None
    again = ""
    if way.exam.passed is None and way.may_sit_again:
        last = f"，最晚 {chinese_date(way.exam.last_day)}" if way.exam.last_day else ""
        again = f"可以补考{last}，问{way.item.contact_name}。"
    return NextStep(
        TO_READ,
        "您的证书撤销了，不能再用",
        f"{chinese_date(paper.revoked_on)}撤销的，原因：{full_stop(in_words(way.revoked_for))}"
        f"觉得不对，带身份证到{counter_of(way.item)}问怎么申诉，或者打 {current_site().hotline}。{again}",
        "看这本证书",
        reverse("certificate", args=[paper.public_id]),
    )


def _after_the_certificate(way: Way) -> NextStep:
    work = way.work
    mine = ("看我的工作", reverse("work_mine"))
    if work.now is not None:
        return NextStep(NOTHING_TO_DO, "拿到证书，也有工作了", "换了单位，告诉我们一声就行。", *mine)
    told = refused_step(work, "看我的工作", "work_mine") or waiting_step(work, *mine)
    if told is not None:
        return told
    papers = "单位给您交社保的，县里每月自己核对；没交的，拍一张合同就行。"
    if work.lost is not None:
        before = f"{employer_of(work.lost)}的工作，记到 {chinese_date(work.lost.end)}为止。"
        return NextStep(ASKED, "找到新工作了，告诉我们", before + papers, "我找到工作了", reverse("work_claim"))
    return NextStep(ASKED, "找到工作了，告诉我们", f"证书已经有了。{papers}", "我找到工作了", reverse("work_claim"))


_BY_STATE = {
    EnrolmentState.APPLIED: _waiting,
    EnrolmentState.REFUSED: _refused,
    EnrolmentState.ENROLLED: _in_class,
    EnrolmentState.COMPLETED: _completed,
    EnrolmentState.NOT_COMPLETED: _not_completed,
    EnrolmentState.WITHDRAWN: _withdrawn,
}
