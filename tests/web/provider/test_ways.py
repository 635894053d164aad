"""Where a class leads on to, for whom, and what its page says while the institution has nothing to do."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.urls import reverse

from qihang.delivery.appraisal.rules import last_day
from qihang.delivery.appraisal.services import issue_many
from qihang.delivery.appraisal.workflows import SITTING_WORKFLOW
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.web.formats import chinese_date
from qihang.web.views.provider.steps import class_steps
from qihang.web.views.provider.ways import Rest, Standing, doings, rest_of, standing_of
from tests.delivery.appraisal.builders import SITTING_DAY, complete_class, make_sitting
from tests.delivery.builders import END, START, Cast, approved_class, place_in
from tests.factories import SYSTEM, make_actor
from tests.web.provider.pages import browser_of

pytestmark = pytest.mark.django_db

AFTER = dt.date(2026, 4, 10)


@pytest.fixture
def item(cast: Cast) -> Iterator[TrainingClass]:
    """Two people, completed; the day is after the sitting's."""
    made = approved_class(cast, hours=8)
    place_in(made)
    place_in(made)
    with clock.travel_to(AFTER):
        yield made


def labels(item: TrainingClass, actor: Actor) -> list[str]:
    return [way.label for way in doings(item, actor, standing_of(item, actor))]


def rest(item: TrainingClass, actor: Actor) -> Rest:
    return rest_of(item, standing_of(item, actor))


def test_a_class_in_lesson_leads_to_its_people_and_files(cast: Cast, item: TrainingClass) -> None:
    assert labels(item, cast.clerk) == ["学员", "考勤", "导入花名册", "导入考勤表", "导入过的文件"]
    assert labels(item, cast.intake) == ["学员", "考勤"]


def test_a_completed_class_leads_to_scores_work_and_money(cast: Cast, item: TrainingClass) -> None:
    make_sitting(item)
    complete_class(item)
    assert labels(item, cast.clerk) == ["学员", "考勤", "考试、成绩和证书", "学员就业", "补贴", "导入过的文件"]
    assert labels(item, cast.intake) == ["学员", "考勤", "考试、成绩和证书", "学员就业", "补贴"]
    assert labels(item, make_actor(Role.LEADER)) == []


def test_a_sitting_says_when_where_and_how_far(cast: Cast, item: TrainingClass) -> None:
    sitting = make_sitting(item)
    complete_class(item)
    said = {way.label: way.note for way in doings(item, cast.clerk, standing_of(item, cast.clerk))}
    assert said["学员就业"] == "学完 2 人，0 人查到工作"
    assert "等成绩" in said["考试、成绩和证书"] or "传成绩册" in said["考试、成绩和证书"]
    assert sitting.station.name in said["考试、成绩和证书"]
    with clock.travel_to(SITTING_DAY - dt.timedelta(days=1)):
        (way,) = (one for one in doings(item, cast.clerk, standing_of(item, cast.clerk)) if "考试" in one.label)
        assert way.note.endswith("还没到日子")


@pytest.mark.parametrize(
    ("state", "words"), [("submitted", "等县里初审"), ("reviewed", "等县里审批"), ("cancelled", "这个班不办了")]
)
def test_others_are_at_work(item: TrainingClass, state: str, words: str) -> None:
    item.state = ClassState(state)
    assert rest_of(item, Standing(None, None)).title == words


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (START - dt.timedelta(days=1), "开班"),
        (START, "上到"),
        (END, "上到"),
        (END + dt.timedelta(days=1), "课上完了"),
    ],
)
def test_by_the_days_of_the_class(item: TrainingClass, on: dt.date, words: str) -> None:
    with clock.travel_to(on):
        assert words in rest_of(item, Standing(None, None)).title


def test_after_the_class_it_says_whose_turn_it_is(cast: Cast, item: TrainingClass) -> None:
    complete_class(item)
    assert rest(item, cast.clerk).title == "等县里安排考试（鉴定）"
    sitting = make_sitting(item)
    with clock.travel_to(SITTING_DAY - dt.timedelta(days=1)):
        assert rest(item, cast.clerk).title.endswith("考试")
    assert rest(item, cast.clerk).title == "考过了，等鉴定站录成绩"
    sitting.state = "held"
    standing = Standing(sitting, standing_of(item, cast.clerk).found)
    found = rest_of(item, standing)
    assert (found.title, found.action) == ("还有 2 个人没查到工作", "看是哪几个人")
    assert found.url.endswith(f"?class={item.public_id}&view=open")
    assert rest_of(item, Standing(sitting, None)).action == "看算出的补贴"


def test_who_has_not_passed_may_sit_again_until_the_last_day(cast: Cast, item: TrainingClass) -> None:
    complete_class(item)
    sitting = make_sitting(item)
    SITTING_WORKFLOW.apply(sitting, "hold", actor=SYSTEM)
    issue_many(actor=SYSTEM, sitting=sitting, enrolments=list(item.enrolments.all()[:1]))
    last = last_day(item)
    with clock.travel_to(last):
        said = rest(item, cast.clerk)
        assert (said.title, said.action) == ("1 个人还没考过", "看成绩")
        assert chinese_date(last) in said.why
        page = browser_of(cast.intake).get(reverse("office_class", args=[item.public_id])).content.decode()
        assert "安排补考（1\u00a0人没考过）" in page
    with clock.travel_to(last + dt.timedelta(days=1)):
        assert rest(item, cast.clerk).title == "还有 2 个人没查到工作"


def test_before_the_start_it_says_who_is_waited_for(cast: Cast, item: TrainingClass) -> None:
    place_in(item, state="applied")
    with clock.travel_to(START - dt.timedelta(days=1)):
        assert rest(item, cast.clerk).title == "等县里核实 1 个人的资格"


def test_the_page_shows_it_calmly(cast: Cast, item: TrainingClass) -> None:
    complete_class(item)
    page = browser_of(cast.clerk).get(reverse("class_page", args=[item.public_id])).content.decode()
    assert "is-calm" in page
    assert "等县里安排考试（鉴定）" in page


def test_the_way_shows_the_day_of_the_sitting_and_goes_on_after_it(item: TrainingClass) -> None:
    notes = {step.label: step.note for step in class_steps(item, 2, 1)}
    assert notes["考试（鉴定）"] == "日子没定"
    sitting = make_sitting(item)
    complete_class(item)
    steps = {step.label: step for step in class_steps(item, 2, 1, sitting)}
    assert steps["考试（鉴定）"].note == "03-30 考"
    assert steps["考试（鉴定）"].stage == "now"
    sitting.state = "held"
    steps = {step.label: step for step in class_steps(item, 2, 1, sitting)}
    assert (steps["考试（鉴定）"].note, steps["就业"].stage) == ("03-30 考过", "now")
