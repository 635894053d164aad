"""Nobody decides their own case: who somebody is in the register of persons, and who of it works where."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.db.models import Q

from qihang.foundation.accounts.models import User
from qihang.foundation.accounts.models.user import identity_key
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.privacy import blind_index
from qihang.foundation.core.workflow import BulkGuard, Refused
from qihang.registry.organizations.models import Membership
from qihang.registry.participants.models import Person

OWN_CASE = "这是您本人的事，请同事来办"


def own_persons(actor: Actor) -> frozenset[int]:
    """Ids of all records of the actor's own person: found by identity number or by account, merged ones among them.

    Empty for system actors, and for people whom the register does not know. Three queries at most, each by an index.
    """
    if actor.user_id is None:
        return frozenset()
    known = Q(user=actor.user_id)
    user = User.objects.filter(pk=actor.user_id, identity_no__isnull=False).only("identity_no").first()
    if user is not None:
        known |= Q(identity_index=blind_index(Person, "identity_index", user.identity_no.plain()))
    standing = {into or pk for pk, into in Person.objects.filter(known).values_list("pk", "merged_into_id")}
    if not standing:
        return frozenset()
    everyone = Person.objects.filter(Q(pk__in=standing) | Q(merged_into__in=standing))
    return frozenset(everyone.values_list("pk", flat=True))


def not_own(person: str = "person_id") -> BulkGuard:
    """The guard of a step that nobody makes for themselves; `person` leads from the thing to its person's id."""
    person_of: Callable[[Any], int | None] = attrgetter(person)

    def guard(rows: Sequence[Any], actor: Actor) -> Mapping[int, str]:
        mine = own_persons(actor)
        return {row.pk: OWN_CASE for row in rows if person_of(row) in mine} if mine else {}

    return guard


def require_not_own(actor: Actor, person_id: int) -> None:
    """Refused where the case is the actor's own."""
    if person_id in own_persons(actor):
        raise Refused(OWN_CASE, code="guard")


def staff_among(persons: Iterable[int], organization_id: int) -> dict[int, list[Membership]]:
    """By person id, the roles that these people have or had at an organisation. Two queries, however many people."""
    wanted = among(set(persons))
    numbers, accounts = {}, {}
    for row in Person.objects.filter(Q(pk__in=wanted) | Q(merged_into__in=wanted)):
        stands_for = row.merged_into_id or row.pk
        numbers[identity_key(row.identity_no.plain())] = stands_for
        if row.user_id is not None:
            accounts[row.user_id] = stands_for
    there = Membership.objects.filter(organization=organization_id)
    rows = there.of_identities(numbers) | there.filter(user__in=among(accounts))
    found: dict[int, list[Membership]] = defaultdict(list)
    for membership in rows.select_related("user").order_by("pk"):
        user = membership.user
        found[accounts.get(user.pk) or numbers[identity_key(user.identity_no.plain())]].append(membership)
    return found
