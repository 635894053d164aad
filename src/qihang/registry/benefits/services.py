"""Reserving, enjoying and releasing benefits, so that nobody gets one twice however many hands are at work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import BulkOutcome
from qihang.registry.benefits.counting import COUNTS, uses_before
from qihang.registry.benefits.enums import Fund
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.participants.models import Person
from qihang.registry.policy.models import Decision

_TWICE = "这个人在同一批里出现了两次，后一次不占用"
_CHANGED = "判定以后，这个人的享受记录又有变化，请重新判定"


@dataclass(frozen=True, slots=True)
class Request:
    """A benefit to be reserved for a case, on the strength of a decision."""

    decision_id: int
    source_kind: str
    source_ref: str
    occupation: str = ""
    level: str = ""
    fund: str = Fund.EMPLOYMENT
    organization_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """The uses that were reserved, and by `source_ref` why each other case was not."""

    uses: list[BenefitUse]
    refused: dict[str, str]


def lock_persons(ids: Iterable[int]) -> None:
    """Hold these persons' benefits until the transaction ends. Always in id order, so that no two wait crosswise."""
    list(Person.objects.filter(pk__in=set(ids)).order_by("pk").select_for_update().values_list("pk"))


def reserve_many(*, actor: Actor, requests: Sequence[Request]) -> Reserved:
    """Reserve benefits for cases found eligible. Persons are locked, then their records read again.

    A case is refused, and the others go on, where its decision does not allow it, where the record has changed since
    the decision (it must be decided again), and where the case already holds the benefit.
    """
    with unit_of_work(actor):
        decisions = Decision.objects.select_related("basis").in_bulk([item.decision_id for item in requests])
        lock_persons(decision.person_id for decision in decisions.values() if decision.person_id)
        refused = _not_allowed(requests, decisions)
        refused |= _outdated([item for item in requests if item.source_ref not in refused], decisions)
        uses = [_use(item, decisions[item.decision_id]) for item in requests if item.source_ref not in refused]
        BENEFIT_USE_WORKFLOW.enter_many(uses, actor=actor)
    return Reserved(uses, refused)


def record_past_uses(*, actor: Actor, uses: Sequence[BenefitUse]) -> int:
    """Write down benefits enjoyed before this register began, or under another fund (unsaved rows).

    Returns how many.
    """
    with unit_of_work(actor):
        lock_persons(use.person_id for use in uses)
        BENEFIT_USE_WORKFLOW.enter_many(uses, actor=actor)
        return len(BENEFIT_USE_WORKFLOW.apply_many([use.pk for use in uses], "enjoy", actor=actor).done)


def enjoy_many(*, actor: Actor, source_kind: str, source_refs: Sequence[str], comment: str = "") -> BulkOutcome:
    """Mark the reserved benefits of these cases as enjoyed; refused ones come back by use id."""
    rows = BenefitUse.objects.of_source(source_kind, list(source_refs))
    return BENEFIT_USE_WORKFLOW.apply_many(rows, "enjoy", actor=actor, comment=comment)


def release_many(*, actor: Actor, source_kind: str, source_refs: Sequence[str], comment: str) -> BulkOutcome:
    """Give the reserved benefits of these cases back, so that caps no longer count them."""
    rows = BenefitUse.objects.of_source(source_kind, list(source_refs))
    return BENEFIT_USE_WORKFLOW.apply_many(rows, "release", actor=actor, comment=comment)


def take_back_many(*, actor: Actor, source_kind: str, source_refs: Sequence[str], comment: str) -> BulkOutcome:
    """Take enjoyed benefits of these cases back, as when a certificate is revoked and the money returned."""
    rows = BenefitUse.objects.of_source(source_kind, list(source_refs))
    return BENEFIT_USE_WORKFLOW.apply_many(rows, "take_back", actor=actor, comment=comment)


def move_uses(keep: Person, drop: Person, actor: Actor) -> list[str]:
    """Merging a person: the uses go to the record that stays; the same item used under both is for a human."""
    mine = {_item(use) for use in BenefitUse.objects.counted().filter(person=keep)}
    twice = [use for use in BenefitUse.objects.counted().filter(person=drop) if _item(use) in mine]
    if twice:
        return [f"两条记录都用过{use.benefit_label}（{use.occupation} {use.level}）" for use in twice]
    BenefitUse.objects.filter(person=drop).update(person=keep)
    return []


def _item(use: BenefitUse) -> tuple[str, str, str]:
    return use.benefit, use.occupation, use.level


def _not_allowed(requests: Sequence[Request], decisions: dict[int, Decision]) -> dict[str, str]:
    """Cases whose decision does not carry a reservation."""
    refs = [item.source_ref for item in requests]
    same = BenefitUse.objects.counted().filter(source_ref__in=refs)
    held = set(same.values_list("benefit", "source_kind", "source_ref"))
    refused = {}
    taken = set()
    for item in requests:
        decision = decisions.get(item.decision_id)
        if decision is None or decision.person_id is None:
            refused[item.source_ref] = "没有这个人的资格判定，不能占用待遇"
        elif not decision.eligible:
            refused[item.source_ref] = "资格判定没有通过，不能占用待遇"
        elif (decision.benefit, item.source_kind, item.source_ref) in held:
            refused[item.source_ref] = "这件事已经占用过这项待遇了"
        elif (decision.benefit, decision.person_id) in taken:
            refused[item.source_ref] = _TWICE
        else:
            taken.add((decision.benefit, decision.person_id))
    return refused


def _outdated(requests: Sequence[Request], decisions: dict[int, Decision]) -> dict[str, str]:
    """Cases whose counts are no longer those that were decided on."""
    refused = {}
    for benefit in {decisions[item.decision_id].benefit for item in requests}:
        mine = [item for item in requests if decisions[item.decision_id].benefit == benefit]
        cases = pl.DataFrame([_case(item, decisions[item.decision_id]) for item in mine])
        for item, now in zip(mine, uses_before(benefit=benefit, cases=cases).iter_rows(named=True), strict=True):
            then = decisions[item.decision_id].facts
            if any(name in then and then[name] != now[name] for name in COUNTS):
                refused[item.source_ref] = _CHANGED
    return refused


def _case(item: Request, decision: Decision) -> dict[str, object]:
    return {
        "person_id": decision.person_id,
        "on": decision.on,
        "occupation": item.occupation,
        "level": item.level,
        "source_ref": item.source_ref,
    }


def _use(item: Request, decision: Decision) -> BenefitUse:
    assert decision.person_id is not None
    return BenefitUse(
        person_id=decision.person_id,
        benefit=decision.benefit,
        on=decision.on,
        region=decision.region,
        organization_id=item.organization_id,
        occupation=item.occupation,
        level=item.level,
        fund=item.fund,
        source_kind=item.source_kind,
        source_ref=item.source_ref,
        decision_id=decision.pk,
    )
