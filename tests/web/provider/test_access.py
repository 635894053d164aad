"""Whose pages these are: other institutions and regions see nothing, other roles learn whose it is."""

import pytest
from django.test import Client
from django.urls import reverse

from qihang.delivery.training.models import Enrolment
from qihang.foundation.core.roles import Role
from tests.delivery.appraisal.builders import make_sitting, make_station
from tests.delivery.builders import Cast, approved_class, make_cast, place_in
from tests.factories import SANYA, make_actor
from tests.web.provider.pages import browser_of, give

pytestmark = pytest.mark.django_db
OF_CLASS = (
    "class_page",
    "class_edit",
    "class_edit_details",
    "class_people",
    "class_attendance",
    "class_sign_sheet",
    "class_complete",
    "class_trainers",
)
OF_PLACE = ("enrolment_page", "enrolment_self_pay", "enrolment_withdraw")
READ = ("class_page", "class_people", "class_attendance", "class_sign_sheet")


@pytest.fixture
def place(cast: Cast) -> Enrolment:
    return place_in(approved_class(cast))


def statuses(client: Client, place: Enrolment, names: tuple[str, ...]) -> set[int]:
    item = place.training_class
    found = set()
    for name in names:
        args = [item.public_id, place.public_id] if name.startswith("enrolment") else [item.public_id]
        found.add(client.get(reverse(name, args=args)).status_code)
    return found


def test_another_institution_finds_nothing(place: Enrolment) -> None:
    other = make_cast()
    assert statuses(browser_of(other.manager), place, OF_CLASS + OF_PLACE) == {404}


def test_another_region_finds_nothing(place: Enrolment) -> None:
    other = make_cast(SANYA)
    assert statuses(browser_of(other.intake), place, (*READ, "enrolment_page")) == {404}


@pytest.mark.parametrize("role", [Role.EMPLOYER_USER, Role.EXPERT, Role.SYSTEM_ADMIN, Role.LENDER_CLERK])
def test_other_roles_are_told_whose_it_is(place: Enrolment, role: Role) -> None:
    answer = browser_of(make_actor(role)).get(reverse("class_page", args=[place.training_class.public_id]))
    assert answer.status_code == 403
    assert "培训机构教务" in answer.content.decode()


@pytest.mark.parametrize(
    "role", [Role.INTAKE_OFFICER, Role.SECOND_REVIEWER, Role.APPROVER, Role.FINANCE_OFFICER, Role.INSPECTOR]
)
def test_officers_of_the_region_read(place: Enrolment, role: Role) -> None:
    client = browser_of(make_actor(role))
    assert statuses(client, place, (*READ, "enrolment_page")) == {200}
    assert statuses(client, place, ("class_edit", "class_complete", "enrolment_withdraw")) == {403}


def test_a_leader_reads_the_class_alone(place: Enrolment) -> None:
    client = browser_of(make_actor(Role.LEADER))
    assert statuses(client, place, ("class_page",)) == {200}
    assert statuses(client, place, ("class_people", "class_attendance", "enrolment_page")) == {403}


def test_a_trainer_reads_the_classes_they_teach(cast: Cast, place: Enrolment) -> None:
    trainer = make_actor(Role.TRAINER, organization=place.training_class.organization)
    client = browser_of(trainer)
    assert statuses(client, place, (*READ, "enrolment_page")) == {404}
    give(cast, place.training_class, trainer)
    assert statuses(client, place, (*READ, "enrolment_page")) == {200}
    assert statuses(client, place, ("class_edit", "class_complete", "class_trainers", "enrolment_withdraw")) == {403}


def test_a_station_without_a_sitting_finds_nothing(place: Enrolment) -> None:
    assert statuses(browser_of(make_actor(Role.STATION_CLERK)), place, ("class_page",)) == {404}


def test_a_station_that_expects_the_class_reads_it_and_not_its_people(place: Enrolment) -> None:
    station = make_station()
    make_sitting(place.training_class, station)
    client = browser_of(make_actor(Role.STATION_CLERK, organization=station))
    assert statuses(client, place, ("class_page",)) == {200}
    assert statuses(client, place, ("class_people", "class_attendance", "enrolment_page")) == {403}


def test_visitors_are_sent_to_sign_in(client: Client, place: Enrolment) -> None:
    assert statuses(client, place, OF_CLASS + OF_PLACE) == {302}


def test_officers_have_no_list_here(cast: Cast) -> None:
    assert browser_of(cast.intake).get(reverse("provider_home")).status_code == 403
    assert browser_of(cast.intake).get(reverse("class_new")).status_code == 403
