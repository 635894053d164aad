"""Marks by person and day, what is below the limits, the sheet to sign, and the end of a class."""

import datetime as dt
from fractions import Fraction

import pytest
from django.urls import reverse

from qihang.delivery.training.attendance_days import register_of
from qihang.delivery.training.completing import attendance_summary
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import Attendance, Enrolment, TrainingClass
from qihang.foundation.core.units import unit_of_work
from qihang.web.formats import chinese_date
from tests.delivery.builders import Cast, approved_class, place_in
from tests.delivery.subsidies.builders import unset
from tests.factories import SYSTEM
from tests.web.office.desk import words_of
from tests.web.provider.pages import browser_of, messages_of, record, reload

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(cast: Cast) -> TrainingClass:
    """Five days; three people, one of whom was there too seldom."""
    made = approved_class(cast, hours=40)
    for signs in ("√√迟√√", "√√√早√", "√××假√"):
        record(place_in(made), signs)
    return made


class TestMatrix:
    def test_signs_rates_and_limits(self, cast: Cast, item: TrainingClass) -> None:
        page = browser_of(cast.clerk).get(reverse("class_attendance", args=[item.public_id]))
        rows = page.context["rows"]
        assert ["".join(cell["sign"] for cell in row["cells"]) for row in rows] == ["√√迟√√", "√√√早√", "√××假√"]
        assert [row["short"] for row in rows] == [False, False, True]
        assert [one["thin"] for one in page.context["days"]] == [False, True, True, True, False]
        words = page.content.decode()
        assert "1\u00a0人出勤不够" in words and "3\u00a0天全班出勤不够" in words

    def test_halves_count_as_halves(self, cast: Cast) -> None:
        made = approved_class(cast, hours=8)
        place = place_in(made)
        with unit_of_work(SYSTEM):
            for half, mark in (("pm", "absent"), ("am", "present")):
                Attendance.objects.create(enrolment=place, day=made.start, half=half, mark=mark)
        (day,) = register_of(made).days
        assert (float(day.share), day.enough) == (0.5, False)
        page = browser_of(cast.clerk).get(reverse("class_attendance", args=[made.public_id]))
        (cell,) = page.context["rows"][0]["cells"]
        assert (cell["sign"], cell["spoken"]) == ("√×", "上午到课，下午缺课")

    def test_who_has_a_mark_for_one_half_only_was_there_half_of_a_day_held_in_two(self, cast: Cast) -> None:
        made = approved_class(cast, hours=8)
        both, morning = place_in(made), place_in(made)
        with unit_of_work(SYSTEM):
            for place, half in ((both, "am"), (both, "pm"), (morning, "am")):
                Attendance.objects.create(enrolment=place, day=made.start, half=half, mark="present")
        (day,) = register_of(made).days
        assert (day.here, day.listed) == (Fraction(3, 2), 2)
        assert {one.enrolment: one.attended for one in attendance_summary(made)} == {both: 1, morning: Fraction(1, 2)}

    def test_voided_marks_are_left_out(self, cast: Cast, item: TrainingClass) -> None:
        with unit_of_work(SYSTEM):
            Attendance.objects.filter(day=item.start).update(voided_on=item.end, void_reason="记错了")
        assert len(register_of(item).days) == 4

    def test_without_marks_it_says_what_to_do(self, cast: Cast) -> None:
        made = approved_class(cast)
        page = browser_of(cast.clerk).get(reverse("class_attendance", args=[made.public_id]))
        assert "还没有考勤" in page.content.decode()

    def test_its_queries_do_not_grow_with_the_class(
        self, cast: Cast, item: TrainingClass, django_assert_max_num_queries: object
    ) -> None:
        client = browser_of(cast.clerk)
        with django_assert_max_num_queries(30):  # type: ignore[operator]
            client.get(reverse("class_attendance", args=[item.public_id]))


class TestSheet:
    @pytest.mark.parametrize(
        ("asked", "shown"),
        [("2026-03-10", "2026-03-10"), ("2025-01-01", "2026-03-09"), ("", "2026-03-27"), ("x", "2026-03-27")],
    )
    def test_the_day_lies_in_the_class(self, cast: Cast, item: TrainingClass, asked: str, shown: str) -> None:
        page = browser_of(cast.clerk).get(reverse("class_sign_sheet", args=[item.public_id]), {"day": asked})
        assert page.context["day"] == dt.date.fromisoformat(shown)

    def test_who_has_left_is_not_on_it(self, cast: Cast, item: TrainingClass) -> None:
        place_in(item, state="refused")
        page = browser_of(cast.clerk).get(reverse("class_sign_sheet", args=[item.public_id]))
        assert len(page.context["places"]) == 3


class TestCompletion:
    def test_who_completes_and_who_does_not_and_why(self, cast: Cast, item: TrainingClass) -> None:
        client = browser_of(cast.clerk)
        address = reverse("class_complete", args=[item.public_id])
        page = client.get(address)
        assert (len(page.context["passing"]), len(page.context["short"])) == (2, 1)
        assert "上课 5 天，到了 2 天" in page.content.decode()
        done = client.post(address, follow=True)
        assert "2 人学完，1 人没学完" in messages_of(done)
        assert reload(item).state == ClassState.COMPLETED
        assert sorted(Enrolment.objects.values_list("state", flat=True)) == ["completed", "completed", "not_completed"]

    def test_it_says_what_becomes_of_the_uses_of_those_without_a_certificate(
        self, cast: Cast, item: TrainingClass
    ) -> None:
        address = reverse("class_complete", args=[item.public_id])
        words = words_of(browser_of(cast.clerk).get(address).content.decode())
        last = item.end + dt.timedelta(days=90)
        assert f"学完了没拿到证书的人，过了最晚的鉴定日 {chinese_date(last)}，占用的次数也退回来" in words
        unset("appraisal.due_days")
        words = words_of(browser_of(cast.clerk).get(address).content.decode())
        assert "学完了没拿到证书的人，过了最晚的鉴定日，占用的次数也退回来" in words

    def test_twice_is_once(self, cast: Cast, item: TrainingClass) -> None:
        client = browser_of(cast.manager)
        address = reverse("class_complete", args=[item.public_id])
        client.post(address)
        assert "结业已经办过" in messages_of(client.post(address, follow=True))

    def test_what_is_in_the_way_is_said_and_nothing_happens(self, cast: Cast, item: TrainingClass) -> None:
        place_in(item, state="applied")
        client = browser_of(cast.clerk)
        address = reverse("class_complete", args=[item.public_id])
        page = client.get(address).content.decode()
        assert "还有 1 人的资格没核实" in page and "现在还不能办" in page
        client.post(address)
        assert reload(item).state == ClassState.APPROVED
