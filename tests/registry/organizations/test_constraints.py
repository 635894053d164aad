"""What the database itself refuses, whoever writes."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError
from tests.factories import MEILAN, SYSTEM, make_actor, make_organization, make_user

from qihang.foundation.accounts.models import User
from qihang.foundation.core import clock
from qihang.foundation.core.copying import copy_objects
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import EXCLUSIVE_ROLES, ROLES_OF_KIND, OrganizationKind
from qihang.registry.organizations.models import Invitation, Membership, Organization

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 11, 24)


def membership(user: User, organization: Organization, role: str, **fields: Any) -> Membership:
    return Membership(
        user=user, organization=organization, role=role, region_id=MEILAN, **{"valid_from": DAY, **fields}
    )


def save(row: Membership) -> None:
    with unit_of_work(SYSTEM):
        row.save()


@pytest.mark.parametrize("kind", list(OrganizationKind))
def test_each_kind_takes_exactly_its_roles(kind: OrganizationKind) -> None:
    organization = make_organization(kind)
    for role in Role:
        row = membership(make_user(), organization, role)
        if role in ROLES_OF_KIND[kind]:
            save(row)
        else:
            with pytest.raises(IntegrityError, match="role_fits_kind"):
                save(row)


def test_neither_copy_nor_update_gets_round_it() -> None:
    school = make_organization()
    with pytest.raises(IntegrityError, match="role_fits_kind"), unit_of_work(SYSTEM):
        copy_objects([membership(make_user(), school, Role.APPROVER)])
    actor = make_actor(Role.TRAINER)
    with pytest.raises(IntegrityError, match="role_fits_kind"), unit_of_work(SYSTEM):
        Membership.objects.filter(pk=actor.membership_id).update(role=Role.LEADER)


def test_a_kind_never_changes() -> None:
    school = make_organization()
    with pytest.raises(DatabaseError, match="pgtrigger"), unit_of_work(SYSTEM):
        Organization.objects.filter(pk=school.pk).update(kind=OrganizationKind.AGENCY)


@pytest.mark.parametrize("group", EXCLUSIVE_ROLES, ids=["administrators", "policy"])
def test_roles_that_exclude_each_other_do_so_on_every_shared_day(group: frozenset[Role]) -> None:
    first, second = sorted(group)[:2]
    kind = next(kind for kind, roles in ROLES_OF_KIND.items() if group <= roles)
    user, here, there = make_user(), make_organization(kind), make_organization(kind)
    save(membership(user, here, first, ended_on=DAY + dt.timedelta(days=10)))
    for start in (DAY, DAY + dt.timedelta(days=9)):
        with pytest.raises(IntegrityError, match="are_separate"):
            save(membership(user, there, second, valid_from=start))
    save(membership(user, there, second, valid_from=DAY + dt.timedelta(days=10)))
    save(membership(make_user(), here, second))


def test_one_role_in_one_organisation_is_held_once_at_a_time() -> None:
    user, school = make_user(), make_organization()
    save(membership(user, school, Role.TRAINER, ended_on=DAY + dt.timedelta(days=5)))
    with pytest.raises(IntegrityError, match="one_membership_a_role"):
        save(membership(user, school, Role.TRAINER, valid_from=DAY + dt.timedelta(days=4)))
    save(membership(user, school, Role.TRAINER, valid_from=DAY + dt.timedelta(days=5)))
    save(membership(user, school, Role.PROVIDER_CLERK))


def test_nobody_leaves_before_they_come() -> None:
    with pytest.raises(IntegrityError, match=r"membership_dates_in_order|range lower bound"):
        save(membership(make_user(), make_organization(), Role.TRAINER, ended_on=DAY - dt.timedelta(days=1)))


def test_an_accepted_invitation_names_who_accepted_it() -> None:
    invitation = Invitation(
        organization=make_organization(),
        role=Role.TRAINER,
        region_id=MEILAN,
        digest=b"x",
        expires_at=clock.now(),
        accepted_at=clock.now(),
    )
    with pytest.raises(IntegrityError, match="accepted_invitation"), unit_of_work(SYSTEM):
        invitation.save()


def test_a_credit_code_has_its_form() -> None:
    with pytest.raises(IntegrityError, match="uscc_form"), unit_of_work(SYSTEM):
        Organization.objects.filter(pk=make_organization().pk).update(uscc="91350100M000100Y4I")
