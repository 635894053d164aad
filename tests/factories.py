"""Small, valid rows for tests, each made through the service that makes it in life."""

from itertools import count
from typing import Any

from qihang.foundation.accounts.models import User
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import Role
from qihang.foundation.core.units import unit_of_work
from qihang.registry.organizations.enums import ROLES_OF_KIND, OrganizationKind
from qihang.registry.organizations.models import Organization
from qihang.registry.organizations.services import actor_for, add_membership, register_organization
from qihang.registry.reference.models import Region

SYSTEM = Actor.for_system("tests")
MEILAN = "460108"  # 海口市美兰区
LONGHUA = "460106"  # 海口市龙华区
HAIKOU = "460100"
HAINAN = "460000"
SANYA = "460200"

_REGIONS = {
    HAINAN: ("海南省", "province", ""),
    HAIKOU: ("海口市", "prefecture", HAINAN),
    SANYA: ("三亚市", "prefecture", HAINAN),
    LONGHUA: ("龙华区", "county", HAIKOU),
    MEILAN: ("美兰区", "county", HAIKOU),
}
_number = count(1)


def make_region(code: str = MEILAN) -> Region:
    """A division of Hainan, and those above it; the one that is there if it is."""
    found = Region.objects.filter(code=code).first()
    if found:
        return found
    name, level, parent = _REGIONS[code]
    if parent:
        make_region(parent)
    with unit_of_work(SYSTEM):
        return Region.objects.create(
            code=code,
            name=name,
            full_name=name,
            province="海南省",
            level=level,
            parent_code=parent,
            since=2000,
        )


def make_organization(
    kind: str = OrganizationKind.TRAINING_INSTITUTION, region: str = MEILAN, **fields: Any
) -> Organization:
    """An active organisation of a kind in a region."""
    make_region(region)
    name = fields.pop("name", f"{OrganizationKind(kind).label}{next(_number)}")
    return register_organization(actor=SYSTEM, fields={"kind": kind, "region_id": region, "name": name, **fields})


def make_user(**fields: Any) -> User:
    """A user with a password nobody knows."""
    number = next(_number)
    with unit_of_work(SYSTEM):
        return User.objects.create_user(**{"login": f"user{number}", "name": f"用户{number}", **fields})


def make_actor(
    role: str, *, organization: Organization | None = None, region: str = MEILAN, user: User | None = None
) -> Actor:
    """Somebody in a role, at an organisation of a kind that has that role."""
    if organization is None:
        kind = next(kind for kind, roles in ROLES_OF_KIND.items() if Role(role) in roles)
        organization = make_organization(kind, region)
    membership = add_membership(actor=SYSTEM, user=user or make_user(), organization=organization, role=role)
    return actor_for(membership)
