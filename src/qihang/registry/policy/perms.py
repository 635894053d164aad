"""Who may set policy where."""

from django.db.models import Q

from qihang.foundation.core.actors import Actor
from qihang.registry.policy.engine.parameters import NATION
from qihang.registry.reference.scope import region_code_q, region_within

_PROVINCE_TAIL = "0000"


def may_set_for(actor: Actor, region: str) -> bool:
    """Whether a value for `region` is the actor's to set: their own place and below; the nation's, for a province.

    National values are written down by each province's policy people: every province runs its own installation.
    """
    if actor.is_system:
        return True
    if region == NATION:
        return actor.region.endswith(_PROVINCE_TAIL)
    return region_within(region, actor.region)


def settable_q(actor: Actor) -> Q:
    """`may_set_for` as a condition on rows that keep their place in `region`."""
    if actor.is_system:
        return Q()
    nation = Q(region=NATION) if may_set_for(actor, NATION) else Q(pk__in=[])
    return nation | region_code_q("region", actor.region)
