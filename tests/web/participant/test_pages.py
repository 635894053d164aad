"""我的事: the one thing to do now for every place a person can be in, and only their own."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.appraisal.services import issue_many
from qihang.delivery.subsidies.chores import give_up_waiting
from qihang.delivery.training.models import Attendance, Enrolment
from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person
from qihang.web.views.participant.steps import Way, next_step, stages
from tests.delivery.appraisal.builders import make_sitting
from tests.delivery.builders import END, START, approved_class, ground, make_cast, make_person, place_in
from tests.delivery.conftest import _own_storage  # noqa: F401
from tests.delivery.subsidies.builders import completed_class, reserve
from tests.factories import SYSTEM, make_actor, make_user
from tests.web.office.desk import words_of

pytestmark = pytest.mark.django_db

TODAY = dt.date(2026, 4, 20)


def joined(place: Enrolment) -> User:
    """An account for the person of a place."""
    user = make_user(name="王小燕")
    with unit_of_work(SYSTEM):
        Person.objects.filter(pk=place.person_id).update(user=user)
    return user


def page(user: User, url: str = "", **at: Any) -> str:
    client = Client()
    client.force_login(user)
    with clock.travel_to(at.get("on", TODAY)):
        response = client.get(url or reverse("my_home"))
    assert response.status_code == 200
    return response.content.decode()


def placed(state: str, **changes: Any) -> Enrolment:
    ground()
    return place_in(approved_class(make_cast(), **changes), state=state)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("applied", "县里在核实您能不能领补贴"),
        ("refused", "这次的补贴不能发，课还可以上"),
        ("completed", "学完了，等考试（鉴定）的安排"),
        ("not_completed", "这个班没有学完"),
    ],
)
def test_each_state_says_what_there_is_to_do(state: str, words: str) -> None:
    assert words in page(joined(placed(state)))


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (START - dt.timedelta(days=2), "到时候来上课"),
        (START, "按时来上课"),
        (END, "按时来上课"),
        (END + dt.timedelta(days=1), "课上完了，学校在办结业"),
    ],
)
def test_a_class_is_told_by_its_days(on: dt.date, words: str) -> None:
    assert words in page(joined(placed("enrolled")), on=on)


@pytest.mark.parametrize(("on", "words"), [(START, "去考试（鉴定），带上身份证"), (TODAY, "考过了，等成绩")])
def test_a_sitting_is_told_before_and_after_its_day(on: dt.date, words: str) -> None:
    place = placed("completed")
    make_sitting(place.training_class)
    assert words in page(joined(place), on=on)


def test_a_certificate_leads_to_telling_of_work() -> None:
    place = placed("completed")
    sitting = make_sitting(place.training_class)
    with clock.travel_to(TODAY):
        issue_many(actor=SYSTEM, sitting=sitting, enrolments=[place])
    told = page(joined(place))
    assert "我找到工作了" in told
    assert "看我的证书" in told


def test_who_has_work_has_nothing_to_do() -> None:
    place = Enrolment(state="completed", enrolled_on=START, completed_on=END)
    place.training_class = approved_class_unsaved()
    way = Way(place, None, certificate(), works=True)
    assert next_step(way).head == "现在没有要您办的事"
    assert [step.stage for step in stages(way)][-1] == "done"


def approved_class_unsaved() -> Any:
    from qihang.delivery.training.models import TrainingClass

    return TrainingClass(name="班", start=START, end=END)


def certificate() -> Any:
    from qihang.delivery.appraisal.models import Certificate

    return Certificate(appraised_on=END, issued_on=END)


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
    mine = page(user, reverse("my_class", args=[place.public_id]))
    assert "迟到" in mine
    assert "还没有算" in mine


def test_a_decision_is_told_in_plain_words() -> None:
    from qihang.delivery.training.deciding import decide_waiting

    ground()
    item = approved_class(make_cast())
    place = place_in(item, make_person("1950-01-01"), state="applied")
    with clock.travel_to(START):
        decide_waiting(actor=SYSTEM, item=item)
    told = page(joined(place), reverse("my_class", args=[place.public_id]))
    assert "这次不能补" in told
    assert "不够" in told
    assert "training." not in told


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
    place = placed("completed")
    assert "is-calm" in page(joined(place))
    assert next_step(Way(place, None, None, works=False)).tone == "calm"
    with clock.travel_to(START - dt.timedelta(days=2)):
        assert next_step(Way(placed("enrolled"), None, None, works=False)).tone == "warn"


def test_who_did_not_pass_is_not_left_waiting() -> None:
    place = placed("completed")
    sitting = make_sitting(place.training_class)
    with clock.travel_to(sitting.on + dt.timedelta(days=1)):
        assert next_step(Way(place, sitting, None, works=False)).title == "考过了，等成绩"
        sitting.state = "held"
        assert next_step(Way(place, sitting, None, works=False)).title == "这次没有拿到证书"


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
        assert "这个班的补贴得不到了，次数退给您了" in home
        assert "占用的补贴次数退回来了，2026年6月26日退的" in home
        mine = words_of(page(user, reverse("my_class", args=[place.public_id]), on=too_late))
        assert "占用的补贴次数退回来了，2026年6月26日退的。以后报别的班，这次不算。" in mine
        assert "为什么：没有参加鉴定；最晚 2026-06-25 鉴定（结课后 90 天内），已经过了，没有取得证书" in mine
        assert "入班的时候算的：条件都够" in mine

    def test_until_then_nothing_of_it(self, place: Enrolment) -> None:
        user = joined(place)
        for url in ("", reverse("my_class", args=[place.public_id])):
            assert "退回来" not in page(user, url)
        assert "学完了，等考试（鉴定）的安排" in page(user)
