"""Merging takes two hands: one officer proposes that two records are one person, another confirms or refuses."""

from dataclasses import replace
from uuid import UUID

from django.db.models import Q

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import Refused
from qihang.registry.participants.enums import PersonState
from qihang.registry.participants.merging import (
    KEEP_ROWS,
    Collision,
    collisions_between,
    merge_persons,
    refuse_collisions,
)
from qihang.registry.participants.models import MergeProposal, Person
from qihang.registry.participants.own_case import require_not_own
from qihang.registry.participants.services import one_registration_at_a_time
from qihang.registry.participants.workflows import MERGE_WORKFLOW


def get_proposal(*, actor: Actor, public_id: UUID | str) -> MergeProposal:
    """The proposal by its opaque id, if the actor sees both records; else NotFound."""
    rows = MergeProposal.objects.visible_to(actor).select_related("keep", "drop", "region")
    found: MergeProposal | None = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound("没有这件合并，或者两条记录不都归您的辖区")
    return found


def propose_merge(*, actor: Actor, keep: Person, drop: Person, reason: str, both_stand: bool = False) -> MergeProposal:
    """An officer finds that both records are one person; `drop` is to become an alias of `keep`, once another says so.

    Refused for the officer's own records, DomainError for records that are merged already or wait for another merge,
    and for what collides: it is settled first, so that the second hand decides on what will really happen.
    """
    if keep.pk == drop.pk:
        raise DomainError("这是同一条记录，不用合并")
    if not reason.strip():
        raise Refused("请写明凭什么看是同一个人，确认的人要照着核", code="comment", field="comment")
    with unit_of_work(actor):
        MERGE_WORKFLOW.check_role(actor, MERGE_WORKFLOW.enter_roles, MERGE_WORKFLOW.enter_label)
        one_registration_at_a_time()  # so that no merge, and no other proposal, goes on beside this one
        for person in (keep, drop):
            require_not_own(actor, person.pk)
        _require_active(actor, keep, drop)
        _require_free(keep, drop)
        refuse_collisions(collisions_between(keep, drop), both_stand=both_stand)
        proposal = MergeProposal(keep=keep, drop=drop, both_stand=both_stand, region_id=actor.region)
        return MERGE_WORKFLOW.enter(proposal, actor=actor, comment=reason)


def confirm_merge(*, actor: Actor, proposal: MergeProposal, comment: str) -> MergeProposal:
    """Another officer finds the same: the records are merged in the same transaction, or nothing is done.

    NotAllowed for the same hand, Refused for the own records and for a proposal that was decided on meanwhile,
    DomainError for what collides by now.
    """
    with unit_of_work(actor):
        MERGE_WORKFLOW.apply(proposal, "confirm", actor=actor, comment=comment)
        merge_persons(
            actor=actor,
            keep=proposal.keep,
            drop=proposal.drop,
            reason=_reason_of(proposal),
            both_stand=proposal.both_stand,
        )
    return proposal


def refuse_merge(*, actor: Actor, proposal: MergeProposal, comment: str) -> MergeProposal:
    """Another officer finds that they are two people, or that it is not shown; both records stay as they are."""
    return MERGE_WORKFLOW.apply(proposal, "refuse", actor=actor, comment=comment)


def withdraw_merge(*, actor: Actor, proposal: MergeProposal, comment: str) -> MergeProposal:
    """Who proposed it takes it back, before anybody has decided."""
    return MERGE_WORKFLOW.apply(proposal, "withdraw", actor=actor, comment=comment)


def _reason_of(proposal: MergeProposal) -> str:
    entered = MERGE_WORKFLOW.history(proposal).first()
    assert entered is not None
    return entered.comment


def _require_active(actor: Actor, *people: Person) -> None:
    """Both as they stand now, within the actor's sight."""
    seen = {person.pk: person for person in Person.objects.visible_to(actor).filter(pk__in=[one.pk for one in people])}
    for person in people:
        if person.pk not in seen:
            raise NotFound("两条记录里有一条不归您的辖区，请联系两边共同的上级办")
        if seen[person.pk].state != PersonState.ACTIVE:
            raise DomainError("其中一条已经并到别处了，刷新再看", code="state")


def _require_free(keep: Person, drop: Person) -> None:
    """Nothing else is about to happen to the record that would go, and the one that stays is not about to go."""
    other = MergeProposal.objects.open().filter(Q(drop__in=[keep.pk, drop.pk]) | Q(keep=drop))
    if other.exists():
        raise DomainError(_WAITS, code="waits")


_WAITS = "这两条记录里有一条已有合并在等确认，先把那一件办完（在待办的“人员合并”里）"


def _leads_into_the_dropped(keep: Person, drop: Person) -> list[Collision]:
    """Another merge into the record that is about to go would lead into an alias."""
    return [Collision(_WAITS)] if MergeProposal.objects.open().filter(keep=drop).exists() else []


# What was decided about a record stays with it.
NO_OTHER_PROPOSAL = replace(KEEP_ROWS, check=_leads_into_the_dropped)
