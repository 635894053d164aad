"""Everyone of a class, why each of them gets the subsidy or not, and what can be done about a place."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.training.enrolling import withdraw as take_out
from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.models import RevealLog
from qihang.foundation.core.units import unit_of_work
from qihang.registry.participants.models import Person
from tests.delivery.builders import Cast, approved_class, make_person, place_in
from tests.factories import SYSTEM, make_user
from tests.web.provider.pages import browser_of, messages_of, record, settle
from tests.web.provider.test_workspace import _prove

pytestmark = pytest.mark.django_db


def url(name: str, place: Enrolment) -> str:
    return reverse(name, args=[place.training_class.public_id, place.public_id])


@pytest.fixture
def places(cast: Cast) -> list[Enrolment]:
    """One that meets the conditions, one too young for them, one nobody has looked at."""
    item = approved_class(cast, hours=40)
    good = place_in(item, state="applied")
    young = place_in(item, make_person("2012-01-01"), state="applied")
    settle([good, young], cast)
    waiting = place_in(item, state="applied")
    return [Enrolment.objects.get(pk=place.pk) for place in (good, young, waiting)]


class TestList:
    def test_three_outcomes(self, cast: Cast, places: list[Enrolment]) -> None:
        page = browser_of(cast.clerk).get(reverse("class_people", args=[places[0].training_class.public_id]))
        assert [row["outcome"] for row in page.context["rows"]] == ["passed", "failed", "unknown"]

    def test_names_are_shown_and_numbers_masked(self, cast: Cast, places: list[Enrolment]) -> None:
        person = places[0].person
        page = browser_of(cast.clerk).get(reverse("class_people", args=[places[0].training_class.public_id]))
        assert person.name.plain() in page.content.decode()
        assert person.identity_no.plain() not in page.content.decode().replace(" ", "")

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ({"state": "enrolled"}, 1),
            ({"outcome": "failed"}, 1),
            ({"state": "refused", "outcome": "passed"}, 0),
            ({"state": "x", "outcome": "y"}, 3),
        ],
    )
    def test_filters(self, cast: Cast, places: list[Enrolment], query: dict[str, str], count: int) -> None:
        page = browser_of(cast.clerk).get(reverse("class_people", args=[places[0].training_class.public_id]), query)
        assert len(page.context["rows"]) == count

    def test_one_who_pays_is_neither(self, cast: Cast) -> None:
        place = place_in(approved_class(cast), subsidised=False)
        page = browser_of(cast.clerk).get(reverse("class_people", args=[place.training_class.public_id]))
        assert page.context["rows"][0]["outcome"] == "none"


class TestPlace:
    def test_the_explanation_speaks_to_its_reader(self, cast: Cast, places: list[Enrolment]) -> None:
        mine = browser_of(cast.clerk).get(url("enrolment_page", places[1]))
        theirs = browser_of(cast.intake).get(url("enrolment_page", places[1]))
        assert {rule.verdict for rule in mine.context["rules"]} <= {"够", "不够", "在查"}
        assert {rule.verdict for rule in theirs.context["rules"]} <= {"符合", "不符合", "待核"}
        assert all(not rule.parameter for rule in mine.context["rules"])
        assert any(rule.parameter for rule in theirs.context["rules"])

    def test_history_and_days(self, cast: Cast, places: list[Enrolment]) -> None:
        record(places[0], "√×")
        page = browser_of(cast.clerk).get(url("enrolment_page", places[0]))
        assert [event.title for event in page.context["events"]] == ["报名", "录取"]
        assert "上课 2 天，到了 1 天" in page.content.decode()
        assert "没到要求" in page.content.decode()

    def test_roster_rules_that_failed_say_what_to_do(self, cast: Cast) -> None:
        place = place_in(approved_class(cast), state="refused", refusals=["R-AGE-01", "R-GONE-99"])
        assert "请照身份证核对号码" in browser_of(cast.clerk).get(url("enrolment_page", place)).content.decode()

    def test_a_place_of_another_class_is_not_here(self, cast: Cast, places: list[Enrolment]) -> None:
        other = approved_class(cast, name="别的班")
        address = reverse("enrolment_page", args=[other.public_id, places[0].public_id])
        assert browser_of(cast.clerk).get(address).status_code == 404

    def test_the_number_is_revealed_with_a_reason_and_logged(self, cast: Cast, places: list[Enrolment]) -> None:
        client = browser_of(cast.clerk)
        address = url("enrolment_identity", places[0])
        assert client.get(address).status_code == 405
        _prove(client)
        number = places[0].person.identity_no.plain()
        asked = client.post(address)
        assert number not in asked.content.decode()
        shown = client.post(address, {"reason": "核对证件"})
        assert number in shown.content.decode() and shown.headers["Cache-Control"] == "no-store"
        assert RevealLog.objects.count() == 1


class TestSelfPay:
    def test_a_refused_person_may_come_at_their_own_cost(self, cast: Cast, places: list[Enrolment]) -> None:
        client = browser_of(cast.clerk)
        assert "改为自费上课吗" in client.get(url("enrolment_self_pay", places[1])).content.decode()
        answer = client.post(url("enrolment_self_pay", places[1]), {"comment": "本人愿意自费"}, follow=True)
        assert "自费上课" in messages_of(answer)
        again = Enrolment.objects.get(pk=places[1].pk)
        assert (again.state, again.subsidised) == (EnrolmentState.ENROLLED, False)

    def test_it_needs_a_reason(self, cast: Cast, places: list[Enrolment]) -> None:
        answer = browser_of(cast.clerk).post(url("enrolment_self_pay", places[1]), {"comment": ""})
        assert "请填“为什么”" in answer.content.decode()

    def test_twice_is_once(self, cast: Cast, places: list[Enrolment]) -> None:
        client = browser_of(cast.clerk)
        client.post(url("enrolment_self_pay", places[1]), {"comment": "愿意"})
        answer = client.post(url("enrolment_self_pay", places[1]), {"comment": "愿意"}, follow=True)
        assert "已经办过" in messages_of(answer)


class TestWithdraw:
    def leave(self, cast: Cast, place: Enrolment, **changes: Any) -> Any:
        given = {"on": "2026-03-12", "comment": "家里有事", **changes}
        return browser_of(cast.clerk).post(url("enrolment_withdraw", place), given, follow=True)

    def test_a_place_is_given_up(self, cast: Cast, places: list[Enrolment]) -> None:
        assert "退班办好了" in messages_of(self.leave(cast, places[0]))
        assert Enrolment.objects.get(pk=places[0].pk).state == EnrolmentState.WITHDRAWN

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"on": "2026-05-01"}, "on"),
            ({"on": "2026-03-29"}, "on"),
            ({"on": "2026-01-01"}, "on"),
            ({"on": ""}, "on"),
            ({"comment": ""}, "comment"),
        ],
    )
    def test_wrong_days_and_no_reason(
        self, cast: Cast, places: list[Enrolment], changes: dict[str, str], field: str
    ) -> None:
        assert list(self.leave(cast, places[0], **changes).context["form"].errors) == [field]
        assert Enrolment.objects.get(pk=places[0].pk).state == EnrolmentState.ENROLLED

    def test_who_is_not_enrolled_cannot_leave(self, cast: Cast, places: list[Enrolment]) -> None:
        assert "不能办了" in messages_of(self.leave(cast, places[1]))

    def test_not_before_a_day_on_which_they_were_there(self, cast: Cast, places: list[Enrolment]) -> None:
        record(places[0], "×√√√√√")  # to 14 March
        page = self.leave(cast, places[0], on="2026-03-10")
        assert "3 月 14 日还有到课记录，退班日不能早于那天；记错了先改考勤" in page.content.decode()
        assert Enrolment.objects.get(pk=places[0].pk).state == EnrolmentState.ENROLLED


class TestWhoLeft:
    """Neither a subsidy to come nor attendance still to come is told of somebody who is gone."""

    @pytest.fixture
    def left(self, cast: Cast, places: list[Enrolment]) -> Enrolment:
        record(places[0], "√×")
        record(place_in(places[0].training_class), "√√√√")
        take_out(actor=cast.clerk, enrolment=places[0], on=dt.date(2026, 3, 10), comment="家里有事")
        return Enrolment.objects.get(pk=places[0].pk)

    def test_the_institutions_page(self, cast: Cast, left: Enrolment) -> None:
        page = browser_of(cast.clerk).get(url("enrolment_page", left)).content.decode()
        assert "已经退班，这个班不补了" in page and "退班前上课 2 天，到了 1 天" in page
        assert "可以补" not in page and "还没有考勤" not in page and "没到要求" not in page

    def test_the_list(self, cast: Cast, left: Enrolment) -> None:
        page = browser_of(cast.clerk).get(reverse("class_people", args=[left.training_class.public_id]))
        row = next(row for row in page.context["rows"] if row["place"].pk == left.pk)
        assert (row["outcome"], row["presence"].words) == ("none", "退班前上课 2 天，到了 1 天")

    def test_the_officers_page(self, cast: Cast, left: Enrolment) -> None:
        page = browser_of(cast.intake).get(reverse("office_case", args=[left.public_id])).content.decode()
        assert "已经退班，这个班不补了" in page and "1,500.00" not in page

    def test_without_a_lesson(self, cast: Cast, places: list[Enrolment]) -> None:
        take_out(actor=cast.clerk, enrolment=places[0], on=dt.date(2026, 3, 9), comment="不来了")
        page = browser_of(cast.clerk).get(url("enrolment_page", places[0])).content.decode()
        assert "退班前没有考勤" in page and "还没有考勤" not in page

    def test_the_persons_own_pages(self, left: Enrolment) -> None:
        user = make_user()
        with unit_of_work(SYSTEM):
            Person.objects.filter(pk=left.person_id).update(user=user)
        client = Client()
        client.force_login(user)
        mine = client.get(reverse("my_class", args=[left.public_id])).content.decode()
        assert "占用的补贴次数退回来了" in mine and "退班前上课 2 天，到了 1 天" in mine
        assert "可以补" not in mine + client.get(reverse("my_home")).content.decode()
