"""Scope: own records for institutions, the region and below for officers, nothing for the rest."""

import pytest
from tests.factories import HAIKOU, HAINAN, LONGHUA, MEILAN, SANYA, SYSTEM, make_actor, make_organization, make_user

from qihang.foundation.core.actors import ANONYMOUS, Actor
from qihang.foundation.core.roles import OFFICERS, SEPARATED_ADMINS, Role
from qihang.registry.organizations.models import Membership, Organization
from qihang.registry.organizations.scope import own_or_region_q

pytestmark = pytest.mark.django_db

SCHOOLS = {"美兰校": MEILAN, "龙华校": LONGHUA, "三亚校": SANYA}


@pytest.fixture(autouse=True)
def schools() -> dict[str, Organization]:
    return {name: make_organization(name=name, region=region) for name, region in SCHOOLS.items()}


def seen(actor: Actor) -> set[str]:
    rows = Organization.objects.filter(own_or_region_q(actor, "pk", "region"), kind="training_institution")
    return set(rows.values_list("name", flat=True))


@pytest.mark.parametrize("role", sorted(OFFICERS))
@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (MEILAN, {"美兰校"}),
        (HAIKOU, {"美兰校", "龙华校"}),
        (SANYA, {"三亚校"}),
        (HAINAN, set(SCHOOLS)),
        ("", set()),
        ("440100", set()),
    ],
)
def test_officers_see_their_region_and_below(role: str, region: str, expected: set[str]) -> None:
    assert seen(Actor(user_id=1, organization_id=0, role=role, region=region)) == expected


@pytest.mark.parametrize("role", [Role.PROVIDER_CLERK, Role.PROVIDER_MANAGER, Role.TRAINER, Role.STATION_CLERK])
def test_people_of_an_institution_see_what_is_their_own(schools: dict[str, Organization], role: Role) -> None:
    actor = Actor(user_id=1, organization_id=schools["龙华校"].pk, role=role, region=HAIKOU)
    assert seen(actor) == {"龙华校"}


@pytest.mark.parametrize("role", [*sorted(SEPARATED_ADMINS), Role.EXPERT, Role.PARTICIPANT, Role.VISITOR])
def test_the_rest_see_nothing_by_this_rule(schools: dict[str, Organization], role: str) -> None:
    actor = Actor(user_id=1, organization_id=schools["美兰校"].pk, role=role, region=HAINAN)
    assert seen(actor) == (set() if role not in {Role.PARTICIPANT, Role.VISITOR} else {"美兰校"})


def test_nobody_sees_nothing_and_the_system_everything() -> None:
    assert seen(ANONYMOUS) == set()
    assert seen(SYSTEM) == set(SCHOOLS)


def test_an_officer_also_sees_the_own_agency_outside_the_region() -> None:
    """A county desk of a city agency: its people work for a smaller region than the agency's."""
    agency = make_organization("agency", HAIKOU)
    actor = Actor(user_id=1, organization_id=agency.pk, role=Role.APPROVER, region=MEILAN)
    assert agency in Organization.objects.visible_to(actor)


def test_memberships_of_other_organisations_are_out_of_sight() -> None:
    clerk = make_actor(Role.PROVIDER_CLERK)
    make_actor(Role.PROVIDER_CLERK)
    assert {row.organization_id for row in Membership.objects.visible_to(clerk)} == {clerk.organization_id}
    assert Membership.objects.visible_to(make_actor(Role.AUDIT_ADMIN)).count() == 3
    assert not Membership.objects.visible_to(Actor(user_id=make_user().pk)).exists()


class TestStaffIdentity:
    NUMBER = "46010819820314242X"

    def test_a_trainee_who_is_staff_somewhere_shows(self) -> None:
        trainer = make_actor(Role.TRAINER, user=make_user(identity_no=self.NUMBER))
        make_actor(Role.TRAINER, user=make_user(identity_no="460108197810120420"))
        found = Membership.objects.of_identities([self.NUMBER.lower(), "110101199003074477"])
        assert [row.pk for row in found] == [trainer.membership_id]

    def test_roles_that_ended_show_too(self) -> None:
        from qihang.registry.organizations.services import end_membership

        trainer = make_actor(Role.TRAINER, user=make_user(identity_no=self.NUMBER))
        end_membership(actor=SYSTEM, membership=Membership.objects.get(pk=trainer.membership_id))
        assert Membership.objects.of_identities([self.NUMBER]).count() == 1

    def test_nobody_asked_for_is_nobody_found(self) -> None:
        make_actor(Role.TRAINER)
        assert not Membership.objects.of_identities([]).exists()
