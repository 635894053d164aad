"""Reserving, enjoying and releasing benefits, so that nobody gets one twice however many hands are at work."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import QuerySet

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.units import unit_of_work
from qihang.foundation.core.workflow import BulkOutcome
from qihang.registry.benefits.counting import COUNTS, uses_before
from qihang.registry.benefits.enums import Fund, UseState
from qihang.registry.benefits.models import BenefitUse
from qihang.registry.benefits.workflows import BENEFIT_USE_WORKFLOW
from qihang.registry.participants.merging import Collision, MergeHandler
from qihang.registry.participants.models import Person
from qihang.registry.participants.services import lock_persons
from qihang.registry.policy.models import Decision, DecisionBasis

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


def reserve_many(*, actor: Actor, requests: Sequence[Request]) -> Reserved:
    """Reserve benefits for cases found eligible. Persons are locked, then their records read again.

    A case is refused, and the others go on, where its decision does not allow it, where the record has changed since
    the decision (it must be decided again), and where the case already holds the benefit.
    """
    with unit_of_work(actor):
        decisions = _decided([item.decision_id for item in requests])
        lock_persons(decision.person_id for decision in decisions.values())
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
    rows = BenefitUse.objects.of_source(source_kind, source_refs)
    return BENEFIT_USE_WORKFLOW.apply_many(rows, "enjoy", actor=actor, comment=comment)


# One reason for all cases, or one for each by its `source_ref`.
Reasons = str | Mapping[str, str]


def release_many(*, actor: Actor, source_kind: str, source_refs: Sequence[str], comment: Reasons) -> BulkOutcome:
    """Give the reserved benefits of these cases back, so that caps no longer count them."""
    rows = BenefitUse.objects.of_source(source_kind, source_refs)
    return _apply(rows, "release", actor, comment)


def take_back_many(*, actor: Actor, source_kind: str, source_refs: Sequence[str], comment: Reasons) -> BulkOutcome:
    """Take enjoyed benefits of these cases back, as when a certificate is revoked and the money returned."""
    rows = BenefitUse.objects.of_source(source_kind, source_refs)
    return _apply(rows, "take_back", actor, comment)


def count_again_many(
    *, actor: Actor, benefit: str, source_kind: str, source_refs: Sequence[str], comment: Reasons
) -> BulkOutcome:
    """Count a benefit of these cases that was given back as enjoyed after all, as when a corrected certificate comes.

    A case that holds the benefit, or never did, is left as it is. What has been earned counts even where the person has
    used up the caps meanwhile. The caller has locked the persons (`lock_persons`), so that a class that is counting at
    the moment sees it.
    """
    with unit_of_work(actor):
        given_back = BenefitUse.objects.given_back().filter(benefit=benefit).of_cases(source_kind, source_refs)
        return _apply(given_back, "count_again", actor, comment)


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A use that no cap counts any more: since when, and why, in the words of its history."""

    use: BenefitUse
    at: dt.datetime
    why: str


def given_back_of(*, actor: Actor, source_kind: str, source_ref: str) -> list[GivenBack]:
    """What one case held and holds no more, within the actor's sight; [] while it holds it, or never did."""
    rows = BenefitUse.objects.visible_to(actor).given_back().of_cases(source_kind, [source_ref])
    found = []
    for use in rows:
        last = BENEFIT_USE_WORKFLOW.history(use).filter(target=UseState.RELEASED).latest("pk")
        found.append(GivenBack(use, last.at, last.comment))
    return found


def _apply(rows: QuerySet[BenefitUse], step: str, actor: Actor, comment: Reasons) -> BulkOutcome:
    if isinstance(comment, str):
        return BENEFIT_USE_WORKFLOW.apply_many(rows, step, actor=actor, comment=comment)
    said = {pk: comment[ref] for pk, ref in rows.values_list("pk", "source_ref")}
    return BENEFIT_USE_WORKFLOW.apply_many(rows, step, actor=actor, comments_by_id=said)


def _used_under_both(keep: Person, drop: Person) -> list[Collision]:
    """The same item counted under both records: somebody got it twice. Whether rightly is for a human to find out.

    Nothing contradicts if both stay: caps then count two. Each is given back where its ground falls away.
    """
    mine = {_item(use) for use in BenefitUse.objects.counted().filter(person=keep)}
    twice = [use for use in BenefitUse.objects.counted().filter(person=drop) if _item(use) in mine]
    return [Collision(_words_of_twice(use), may_stand=True) for use in twice]


def _words_of_twice(use: BenefitUse) -> str:
    item = " ".join(filter(None, (use.occupation, use.level and f"{use.level} 级")))
    named = f"{use.benefit_label}（{item}）" if item else use.benefit_label
    return (
        f"两条记录都用过{named}。重复领的：班还没结业，请学校给其中一条退班；已经发证，请审批把其中一本证书撤销，"
        "钱和次数随着退回。两次都该有的，勾上“两次都照实算”"
    )


def _move_uses(keep: Person, drop: Person, actor: Actor) -> None:
    BenefitUse.objects.filter(person=drop).update(person=keep)


MOVE_USES = MergeHandler(_move_uses, _used_under_both)


def _item(use: BenefitUse) -> tuple[str, str, str]:
    return use.benefit, use.occupation, use.level


@dataclass(frozen=True, slots=True)
class _Decided:
    """What a reservation needs of a decision; `counts` are the uses that it was made on."""

    id: int
    benefit: str
    person_id: int
    on: dt.date
    region: str
    eligible: bool | None
    counts: dict[str, Any]


def _decided(ids: Sequence[int]) -> dict[int, _Decided]:
    """The decisions that are about a person, by id."""
    rows = Decision.objects.filter(pk__in=among(ids)).exclude(person=None)
    values = list(
        rows.values_list("pk", "benefit", "person_id", "on", "region", "eligible", "basis_id", "fact_values")
    )
    names = dict(DecisionBasis.objects.filter(pk__in={row[6] for row in values}).values_list("pk", "fact_names"))
    places = {pk: [(name, at) for at, name in enumerate(facts) if name in COUNTS] for pk, facts in names.items()}
    return {
        pk: _Decided(pk, benefit, person, on, region, eligible, {name: facts[at] for name, at in places[basis]})
        for pk, benefit, person, on, region, eligible, basis, facts in values
    }


def _not_allowed(requests: Sequence[Request], decisions: dict[int, _Decided]) -> dict[str, str]:
    """Cases whose decision does not carry a reservation."""
    same = BenefitUse.objects.counted().filter(source_ref__in=among([item.source_ref for item in requests], "text"))
    held = set(same.values_list("benefit", "source_kind", "source_ref"))
    refused = {}
    taken = set()
    for item in requests:
        decision = decisions.get(item.decision_id)
        if decision is None:
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


def _outdated(requests: Sequence[Request], decisions: dict[int, _Decided]) -> dict[str, str]:
    """Cases whose counts are no longer those that were decided on."""
    refused = {}
    for benefit in {decisions[item.decision_id].benefit for item in requests}:
        mine = [item for item in requests if decisions[item.decision_id].benefit == benefit]
        now = uses_before(benefit=benefit, cases=_cases(mine, decisions))
        for item, counts in zip(mine, now.select(COUNTS).iter_rows(named=True), strict=True):
            then = decisions[item.decision_id].counts
            if any(counts[name] != value for name, value in then.items()):
                refused[item.source_ref] = _CHANGED
    return refused


def _cases(requests: Sequence[Request], decisions: dict[int, _Decided]) -> pl.DataFrame:
    rows = [
        (
            decisions[item.decision_id].person_id,
            decisions[item.decision_id].on,
            item.occupation,
            item.level,
            item.source_ref,
        )
        for item in requests
    ]
    schema = {
        "person_id": pl.Int64,
        "on": pl.Date,
        "occupation": pl.String,
        "level": pl.String,
        "source_ref": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _use(item: Request, decision: _Decided) -> BenefitUse:
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
        decision_id=decision.id,
    )
