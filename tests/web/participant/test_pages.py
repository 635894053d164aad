"""我的事 and one class of mine: what they show, and to whom. What each state asks for is in `test_states`."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.subsidies.chores import give_up_waiting
from qihang.delivery.training.deciding import decide_waiting
from qihang.delivery.training.enrolling import reconsider, reject_category
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person
from tests.delivery.builders import END, FILED, START, Cast, approved_class, ground, make_cast, make_person, place_in
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.delivery.subsidies.builders import completed_class, reserve
from tests.factories import SYSTEM, make_actor, make_user
from tests.web.office.desk import Words, at_desk, waiting_place, words_of
from tests.web.participant import scenes
from tests.web.participant.scenes import AGAIN, joined, page, placed

pytestmark = pytest.mark.django_db


def class_page(user: User, place: Enrolment, on: dt.date = scenes.TODAY) -> Words:
    return words_of(page(user, reverse("my_class", args=[place.public_id]), on=on))


def test_nobody_is_left_without_a_word() -> None:
    user = make_user(name="新来的")
    person = make_person()
    with unit_of_work(SYSTEM):
        Person.objects.filter(pk=person.pk).update(user=user)
    assert "您还没有报班" in page(user)


def test_days_and_earlier_classes_are_there() -> None:
    place = placed("enrolled")
    later = place_in(
        approved_class(make_cast(), name="第二期", start=END, end=END, hours=8), place.person, state="applied"
    )
    with unit_of_work(SYSTEM):
        copy_objects([Attendance(enrolment=place, day=START, mark="late")])
    user = joined(place)
    home = page(user)
    assert later.training_class.name in home
    assert "以前的班" in home
    mine = class_page(user, place)
    assert "3月9日 周一" in mine
    assert "迟到" in mine
    assert "还没有算" in mine


def test_a_decision_is_told_in_plain_words() -> None:
    ground()
    item = approved_class(make_cast())
    place = place_in(item, make_person("1950-01-01"), state="applied")
    with clock.travel_to(START):
        decide_waiting(actor=SYSTEM, item=item)
    user = joined(place)
    assert "这次的补贴不能发" in page(user)
    told = class_page(user, place)
    assert "没够上的没到55周岁" in told
    assert "training." not in told


def test_the_money_is_said_to_go_to_the_school() -> None:
    place = scenes.completed()
    user = joined(place)
    said = "条件都够，可以补1,500元。这笔钱政府按结果付给培训学校，不打到您的卡里，您不用管。"
    assert said in words_of(page(user))
    assert said in class_page(user, place)


def test_scores_of_every_attempt_stand_on_the_class_page() -> None:
    place = scenes.scored(55, 81)
    scenes.marked(place, 70, 81, AGAIN)
    told = class_page(joined(place), place)
    assert "4月20日 合格 理论70分，实操81分" in told
    assert "3月30日 没合格 理论55分，实操81分（理论没到60分）" in told
    assert "考试（鉴定）" not in class_page(joined(other := scenes.planned()), other)


def test_another_persons_class_is_not_found() -> None:
    mine, other = placed("enrolled"), placed("enrolled", name="别人的班")
    client = Client()
    client.force_login(joined(mine))
    assert client.get(reverse("my_class", args=[other.public_id])).status_code == 404


def test_others_have_no_such_page() -> None:
    client = Client()
    client.force_login(User.objects.get(pk=make_actor("provider_clerk").user_id))
    assert client.get(reverse("my_home")).status_code == 403


def test_somebody_without_the_subsidy_reads_so() -> None:
    place = placed("enrolled")
    with unit_of_work(SYSTEM):
        Enrolment.objects.filter(pk=place.pk).update(subsidised=False)
    assert "自费学的" in page(joined(place))


def test_only_what_there_is_to_do_is_coloured_as_such() -> None:
    assert "is-calm" in page(joined(scenes.completed()))
    assert "is-calm" not in page(joined(placed("enrolled")), on=START - dt.timedelta(days=2))


class TestWhomToAsk:
    """The class's contact: the name for everybody in it, the number behind a button that is written down."""

    def test_the_number_is_masked_until_it_is_asked_for(self) -> None:
        place = placed("enrolled")
        user = joined(place)
        for seen in (page(user, on=START), class_page(user, place, START)):
            assert "陈老师" in seen
            assert "13800001111" not in seen
        client = Client()
        client.force_login(user)
        answer = client.post(reverse("my_class_contact", args=[place.public_id]))
        assert 'href="tel:13800001111"' in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]
        look = RevealLog.objects.get()
        assert (look.subject, look.field, look.actor["user_id"]) == (
            TrainingClass._meta.label_lower,
            "contact_phone",
            user.pk,
        )

    def test_the_step_leads_there_where_there_is_somebody_to_ask(self) -> None:
        place = scenes.scored(55, 81)
        seen = page(joined(place), on=dt.date(2026, 4, 1))
        address = reverse("my_class_contact", args=[place.public_id])
        button = re.search(
            rf'<form method="post" action="{address}">.*?<button class="btn btn-primary"[^>]*>(.*?)<', seen
        )
        assert button
        assert button[1] == "看陈老师的电话，问补考"

    def test_looking_is_no_matter_of_an_address(self) -> None:
        place = placed("enrolled")
        client = Client()
        client.force_login(joined(place))
        assert client.get(reverse("my_class_contact", args=[place.public_id])).status_code == 405
        assert not RevealLog.objects.exists()


class TestRefused:
    """An officer found that the person is not of their category, and wrote to them why."""

    WORDS = "就业创业证 2024-05-01 就注销了，请到社区问"

    @pytest.fixture
    def cast(self) -> Cast:
        ground()
        return make_cast()

    @pytest.fixture
    def place(self, cast: Cast) -> Enrolment:
        with clock.travel_to(FILED):
            place = waiting_place(approved_class(cast))
            reject_category(actor=cast.intake, enrolment=place, reason=self.WORDS)
        return Enrolment.objects.get(pk=place.pk)

    def test_the_officers_words_reach_the_person(self, place: Enrolment) -> None:
        user, said = joined(place), "就业创业证2024年5月1日就注销了，请到社区问。"
        assert said in words_of(page(user, on=START))
        assert said in class_page(user, place, START)

    def test_and_the_school_but_no_trainer(self, cast: Cast, place: Enrolment) -> None:
        address = reverse("enrolment_page", args=[place.training_class.public_id, place.public_id])
        for actor in (cast.clerk, cast.intake):
            seen = words_of(at_desk(actor).get(address).content.decode())
            assert "县里写给本人的话：" in seen
            assert self.WORDS in seen
        trainer = make_actor("trainer", organization=place.training_class.organization)
        assert self.WORDS not in at_desk(trainer).get(address).content.decode()

    def test_taken_up_again_the_newest_words_come_last(self, cast: Cast, place: Enrolment) -> None:
        with clock.travel_to(START):
            reconsider(actor=cast.intake, enrolment=place, comment="补来了证，重新看过")
        told = class_page(joined(place), place, START)
        assert told.index("就注销了") < told.index("补来了证")
        assert "补来了证，重新看过" in page(joined(Enrolment.objects.get(pk=place.pk)), on=START)

    def test_the_five_parts_of_a_refusal(self, place: Enrolment) -> None:
        told = class_page(joined(place), place, START)
        for said in (
            "结论这次的补贴不能发。",
            "没够上的人员类别核实过（",
            "您的情况",
            "往后怎样课可以自费上",
            "不占用您的补贴次数",
            "怎么申诉3月27日前，带身份证和证明到美兰区的人社窗口，请他们重新核实。",
            "行政复议，就是请上一级机关再审一次",
            "打给谁政策和申诉，打12333",
        ):
            assert said in told, said

    def test_long_after_nothing_is_ahead(self, place: Enrolment) -> None:
        with unit_of_work(SYSTEM):
            place_in(place.training_class)
        scenes.finish(place.training_class)
        user, on = joined(place), dt.date(2027, 2, 9)
        home, mine = words_of(page(user, on=on)), class_page(user, place, on)
        assert "这次的补贴没有通过，班也结束了" in home
        assert "名单不再改" in mine
        for stale in ("自费上", "3月27日前", "预计", "开课"):
            assert stale not in home, stale
            assert stale not in mine, stale


class TestGivenBack:
    """No certificate by the last day to be examined: the person is told that the use came back, when and why."""

    @pytest.fixture
    def place(self) -> Enrolment:
        ground()
        _, (place,) = completed_class(make_cast())
        reserve(place)
        return place

    def test_the_persons_pages_say_so_and_why(self, place: Enrolment) -> None:
        user, too_late = joined(place), END + dt.timedelta(days=91)
        with clock.travel_to(too_late):
            give_up_waiting()
        home = words_of(page(user, on=too_late))
        assert "没有拿到证书，补贴次数退给您了" in home
        assert "占用的补贴次数退回来了，6月26日退的" in home
        mine = class_page(user, place, too_late)
        assert "占用的补贴次数退回来了，6月26日退的。以后报别的班，这次不算。" in mine
        assert "为什么：没有参加鉴定；最晚2026年6月25日鉴定（结课后 90 天内），已经过了，没有取得证书" in mine
        assert "入班的时候是这样算的" in mine

    def test_until_then_nothing_of_it(self, place: Enrolment) -> None:
        user = joined(place)
        for url in ("", reverse("my_class", args=[place.public_id])):
            assert "退回来" not in page(user, url)
        assert "学完了，等考试（鉴定）的安排" in page(user)
