"""The one rule of scope: own records for institutions, the region and below for officers (roles.md)."""

from django.db.models import Q

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.roles import OFFICERS, SEPARATED_ADMINS, Role
from qihang.registry.reference.scope import region_q

NOTHING = Q(pk__in=[])
# Administrators see no case data; experts only what is assigned to them, which goes by name.
_NO_CASES = SEPARATED_ADMINS | {Role.EXPERT}


def own_or_region_q(actor: Actor, organization_field: str = "organization", region_field: str = "region") -> Q:
    """Rows that `actor` may see, of a table with an organisation and a region.

    Officers and leaders see their region and all below it (the province all), people of an organisation what is its
    own, system actors everything. Visitors, participants, experts and the three administrators see nothing by this
    rule.
    """
    if actor.is_system:
        return Q()
    if actor.role in OFFICERS:
        return region_q(region_field, actor.region) if actor.region else NOTHING
    if actor.organization_id is None or actor.role in _NO_CASES:
        return NOTHING
    return Q(**{organization_field: actor.organization_id})
