"""An officer whose own case waits sees that a colleague has to do it; and who of a class works at its school."""

import pytest
from django.urls import reverse

from qihang.delivery.training.models import Enrolment, TrainingClass
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.registry.participants.own_case import OWN_CASE
from tests.delivery.builders import Cast, approved_class
from tests.factories import make_actor, make_user
from tests.web.office.desk import at_desk, ids_of, waiting_place, waiting_places, words_of


@pytest.fixture
def item(cast: Cast) -> TrainingClass:
    return approved_class(cast)


def officer_who_is(place: Enrolment) -> Actor:
    return make_actor(Role.INTAKE_OFFICER, user=make_user(identity_no=place.person.identity_no.plain()))


def confirmed(actor: Actor, item: TrainingClass, places: list[Enrolment]) -> str:
    posted = {"ids": ids_of(places), "comment": "看了原件", "no_public_post": "on", "sure": "1"}
    address = reverse("office_categories_confirm", args=[item.public_id])
    return words_of(at_desk(actor).post(address, posted, follow=True).content.decode())


def test_the_own_row_has_no_box_and_says_why(item: TrainingClass) -> None:
    mine, other = waiting_places(item, 2)
    page = at_desk(officer_who_is(mine)).get(reverse("office_categories", args=[item.public_id])).content.decode()
    assert OWN_CASE in page
    assert f'value="{other.public_id}"' in page and f'value="{mine.public_id}"' not in page


def test_sent_all_the_same_only_the_others_are_confirmed(item: TrainingClass) -> None:
    mine, other = waiting_places(item, 2)
    officer = officer_who_is(mine)
    confirmed(officer, item, [mine, other])
    states = dict(Enrolment.objects.values_list("pk", "state"))
    assert states == {mine.pk: "applied", other.pk: "enrolled"}
    assert "没有勾选" in confirmed(officer, item, [mine])


def test_deciding_everybody_anew_says_of_the_own_that_a_colleague_does_it(item: TrainingClass) -> None:
    mine, _ = waiting_places(item, 2)
    address = reverse("office_categories_again", args=[item.public_id])
    page = at_desk(officer_who_is(mine)).post(address, follow=True).content.decode()
    assert page.count(OWN_CASE) == 1


def test_the_case_offers_nothing_to_whom_it_is_about(cast: Cast, item: TrainingClass) -> None:
    mine = waiting_place(item)
    address = reverse("office_case", args=[mine.public_id])
    own = at_desk(officer_who_is(mine)).get(address).content.decode()
    assert OWN_CASE in own and "您能办的" not in own
    others = at_desk(cast.intake).get(address).content.decode()
    assert OWN_CASE not in others and "您能办的" in others


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("office_case_reject", {"comment": "不是"}),
        ("office_case_correct", {"category": "03", "public_post": "no", "comment": "看了证"}),
    ],
)
def test_its_pages_refuse_in_words(item: TrainingClass, url: str, posted: dict[str, str]) -> None:
    mine = waiting_place(item)
    answer = at_desk(officer_who_is(mine)).post(reverse(url, args=[mine.public_id]), posted)
    assert OWN_CASE in answer.content.decode()
    assert Enrolment.objects.get().state == "applied"


def test_staff_of_the_school_are_marked_and_can_be_confirmed(cast: Cast, item: TrainingClass) -> None:
    place = waiting_place(item)
    user = make_user(identity_no=place.person.identity_no.plain())
    make_actor(Role.PROVIDER_CLERK, organization=item.organization, user=user)
    page = at_desk(cast.intake).get(reverse("office_categories", args=[item.public_id])).content.decode()
    assert "在本班学校任职：培训机构教务" in page and f'value="{place.public_id}"' in page
    confirmed(cast.intake, item, [place])
    assert Enrolment.objects.get().state == "enrolled"
