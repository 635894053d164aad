"""Every state of a place, on days that matter: the next step's title and words, and nothing that is over told as ahead."""

import datetime as dt
import re

import pytest

from qihang.delivery.appraisal.models import Sitting
from qihang.delivery.appraisal.services import cancel_sitting
from qihang.foundation.core import clock
from tests.delivery.builders import END, START
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.factories import SYSTEM
from tests.web.office.desk import Words, words_of
from tests.web.participant import scenes
from tests.web.participant.scenes import AGAIN, SAT, Scene, joined, page

pytestmark = pytest.mark.django_db

BEFORE, DURING, AFTER = dt.date(2026, 3, 5), dt.date(2026, 3, 18), dt.date(2026, 4, 1)
IN_TIME, TOO_LATE, LONG_AFTER = dt.date(2026, 5, 4), dt.date(2026, 6, 26), dt.date(2027, 2, 9)
WORKING = dt.date(2026, 6, 10)
HOUR = "几点考，鉴定站会通知；没接到通知，问陈老师。"


def at(state: str) -> Scene:
    return lambda: scenes.placed(state)


def scored(theory: int | None, practice: int | None) -> Scene:
    return lambda: scenes.scored(theory, practice)


# state, how it came about, the day, the next step's title, what the page says, what it must not say
STATES: list[tuple[str, Scene, dt.date, str, tuple[str, ...], tuple[str, ...]]] = [
    ("applied-before", at("applied"), BEFORE, "县里在核实您能不能领补贴", ("到时候照常来上课", "3月9日开课，上到3月27日"), ()),
    ("applied-during", at("applied"), DURING, "县里在核实您能不能领补贴", ("课照常上",), ("开课",)),
    ("applied-after", at("applied"), AFTER, "县里在核实您能不能领补贴", ("课上完了，结果还没有出来", "3月27日上完"), ("上到",)),
    ("refused-before", at("refused"), BEFORE, "这次的补贴不能发，课可以自费上", ("觉得不对，3月27日前去窗口", "美兰区的人社窗口", "没有通过"), ("开课", "预计", "日子还没定")),
    ("refused-after", at("refused"), AFTER, "这次的补贴没有通过，课也上完了", ("学校办结业以前", "请尽快去"), ("自费上", "3月27日前")),
    ("withdrawn", scenes.withdrawn, IN_TIME, "您已经退了这个班", ("3月12日", "没有学完，这个班不领补贴"), ("可以补", "上到")),
    ("enrolled-before", at("enrolled"), BEFORE, "到时候来上课", ("3月9日开班，上到3月27日", "3月9日开课，上到3月27日", "提前跟陈老师说"), ()),
    ("enrolled-first-day", at("enrolled"), START, "按时来上课", ("上到3月27日",), ("开课",)),
    ("enrolled-last-day", at("enrolled"), END, "按时来上课", ("上到3月27日",), ()),
    ("enrolled-after", at("enrolled"), AFTER, "课上完了，学校在办结业", ("3月27日上完",), ("上到",)),
    ("not-completed", at("not_completed"), IN_TIME, "这个班没有学完", ("3月27日结束，没有学完",), ("可以补", "日子还没定")),
    ("completed", scenes.completed, AFTER, "学完了，等考试（鉴定）的安排", ("日子还没定", "3月27日学完"), ()),
    ("completed-too-late", scenes.completed, TOO_LATE, "学完了，考试（鉴定）的日子过了", ("最晚该在6月25日考",), ("日子还没定",)),
    ("sitting-planned", scenes.planned, END, "去考试（鉴定），带上身份证", ("3月30日考试", "人民大道1号", HOUR, "3月30日考"), ("改过",)),
    ("sitting-today", scenes.planned, SAT, "去考试（鉴定），带上身份证", (HOUR,), ("等成绩",)),
    ("sitting-over", scenes.planned, AFTER, "考完了，等成绩", ("3月30日考的，等成绩",), ("带上身份证", "考过了")),
    ("sitting-moved", scenes.moved, AFTER, "去考试（鉴定），带上身份证", ("4月20日考试", "二号考场", "以这里写的为准"), ("3月30日", "停电")),
    ("sitting-cancelled", scenes.called_off, END, "3月30日的考试取消了，等新的日子", ("不用去原来的考场",), ("换鉴定站",)),
    ("unlisted", scenes.unlisted, AFTER, "成绩册上没有您的成绩", ("没去考的，问陈老师哪天补考",), ("等成绩。",)),
    ("passed", scored(86, 81), AFTER, "找到工作了，告诉我们", ("考试合格", "理论86分，实操81分", "3月30日"), ("去考试",)),
    ("failed-theory", scored(55, 81), AFTER, "这次没有考过，可以补考", ("有一件事请您办，6月25日前", "理论55分，实操81分，理论没到60分", "最晚6月25日考", "问陈老师哪天补考", "考试没合格"), ("带上身份证",)),
    ("failed-both", scored(55, 40), AFTER, "这次没有考过，可以补考", ("理论、实操没到60分",), ()),
    ("failed-too-late", scored(55, 81), TOO_LATE, "这次没有考过，补考的日子也过了", ("最晚6月25日补考，已经过了",), ("可以补考",)),
    ("failed-long-ago", scored(55, 81), LONG_AFTER, "这次没有考过，补考的日子也过了", ("2026年3月30日的考试",), ("可以补考", "预计")),
    ("absent", scored(None, None), AFTER, "没有去考试（缺考），可以补考", ("3月30日的考试，记的是缺考", "最晚6月25日考"), ("没到",)),
    ("absent-from-one", scored(70, None), AFTER, "这次没有考过，可以补考", ("理论70分，实操缺考", "实操没有考"), ("没到",)),
    ("re-sit-planned", scenes.resits, AFTER, "上次没有考过，去补考，带上身份证", ("4月20日补考", "理论55分", "人民大道1号", HOUR), ("可以补考",)),
    ("re-sit-over", scenes.resits, IN_TIME, "补考完了，等成绩", ("4月20日补考的，等成绩",), ("带上身份证",)),
    ("revoked", scenes.revoked, IN_TIME, "您的证书撤销了，不能再用", ("4月2日撤销的，原因：成绩录错了人。", "怎么申诉", "4月2日撤销了"), ("我找到工作了",)),
    ("works", scenes.accepted, WORKING, "拿到证书，也有工作了", ("记着您现在有工作：“海南椰家家政服务有限公司”，5月6日起",), ()),
    ("work-waiting", scenes.claimed, WORKING, "您报的工作，县里在看", ("不用再报", "现在没有要您办的事"), ("找到工作了", "还没有您的工作记录")),
    ("work-rejected", scenes.rejected, WORKING, "工作的材料没通过，请再交一次", ("县里写的原因：合同日期看不清。", "材料没通过"), ("找到工作了", "还没有您的工作记录")),
    ("work-again", scenes.handed_in_again, WORKING, "您报的工作，县里在看", (), ("合同日期看不清",)),
    ("work-taken-back", scenes.taken_back, WORKING, "工作的材料不算数了，请再交一次", ("合同是假的",), ("也有工作了",)),
    ("work-lost", lambda: scenes.accepted(end=dt.date(2026, 5, 20)), WORKING, "找到新工作了，告诉我们", ("记到5月20日为止", "做到5月20日"), ("还没有您的工作记录",)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("scene", "on", "title", "told", "untold"), [row[1:] for row in STATES], ids=[row[0] for row in STATES]
)
def test_each_state_says_what_there_is_to_do(
    scene: Scene, on: dt.date, title: str, told: tuple[str, ...], untold: tuple[str, ...]
) -> None:
    seen = page(joined(scene()), on=on)
    assert title_of(seen) == title
    words = main_of(seen)
    for said in told:
        assert said in words, said
    for stale in ("定在", *untold):
        assert stale not in words, stale
    assert button_of(seen)
    assert_days_are_written_one_way(seen)


def main_of(seen: str) -> Words:
    return words_of(seen[seen.index("<main") : seen.index("</main>")])


def title_of(seen: str) -> str:
    """The next step's heading, without the spaces that keep numbers and units together."""
    found = re.search(r'<h2 id="next-t">(.*?)</h2>', seen)
    assert found
    return re.sub(r"\s", "", found[1])


def assert_days_are_written_one_way(seen: str) -> None:
    """Dates part from the word before them, and nobody reads the machine's way of writing one."""
    said = re.sub(r"<[^>]+>", "\n", seen[seen.index('<section class="q-next') : seen.index("</main>")])
    assert not re.search(r"[\u4e00-\u9fff]\d+\xa0[月年]", said)
    assert not re.search(r"\d{4}-\d\d-\d\d", said)


def button_of(seen: str) -> str:
    """Where the next step leads, in a word."""
    found = re.search(r'<(?:a|button) class="btn btn-primary"[^>]*>(.*?)</(?:a|button)>', seen)
    return found[1] if found else ""


class TestCombined:
    def test_papers_that_were_not_accepted_come_before_waiting(self) -> None:
        seen = page(joined(scenes.rejected(scenes.completed())), on=WORKING)
        assert title_of(seen) == "工作的材料没通过，请再交一次"

    def test_and_after_what_has_a_last_day(self) -> None:
        found = scenes.scored(55, 81)
        scenes.rejected(found)
        seen = page(joined(found), on=WORKING)
        assert title_of(seen) == "这次没有考过，可以补考"
        assert "还有一件：工作的材料没通过，请再交一次" in main_of(seen)

    def test_after_a_re_sit_that_passed_the_certificate_counts(self) -> None:
        found = scenes.scored(55, 81)
        scenes.marked(found, 70, 81, AGAIN)
        seen = main_of(page(joined(found), on=IN_TIME))
        assert "考试合格" in seen and "4月20日，理论70分，实操81分" in seen
        assert "补考" not in seen

    def test_a_sitting_called_off_after_a_failure(self) -> None:
        found = scenes.resits()
        with clock.travel_to(AFTER):
            cancel_sitting(actor=SYSTEM, sitting=Sitting.objects.planned().get(), comment="停电")
        seen = page(joined(found), on=AFTER)
        assert title_of(seen) == "这次没有考过，可以补考"
        assert "原定4月20日的补考取消了" in re.sub(r"\s", "", main_of(seen))
