"""Settling what a class has earned: deciding both tranches of each place, writing down and reversing what follows.

The benefit that a place holds goes the same way in the same transaction (`uses`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from qihang.delivery.subsidies.enums import Tranche
from qihang.delivery.subsidies.gathering import Ground, grounds_of
from qihang.delivery.subsidies.models import EarnedTranche
from qihang.delivery.subsidies.querysets import tranche_decisions
from qihang.delivery.subsidies.uses import keep_uses
from qihang.delivery.subsidies.workflows import EARNED_TRANCHE_WORKFLOW
from qihang.delivery.training.enums import ClassState
from qihang.delivery.training.models import TrainingClass
from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.arrays import among
from qihang.foundation.core.errors import DomainError, NotFound
from qihang.foundation.core.units import unit_of_work
from qihang.registry.policy.engine.evaluation import Answers, facts_json
from qihang.registry.policy.engine.rules import AMOUNT_FEN, ELIGIBLE
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import answer_many, decide_many, first_obstacle, rule_of
from qihang.registry.policy.stored import marks_of

# The day of settlement changes daily, how far lists have been checked with every list; by themselves they are no reason
# to decide anew.
_PASSING = {"settled_on", "work_checked_until"}
# Grows with every list; more of it never unmakes a yes.
_GROWING = "contribution_months"
_OWNER: dict[str, Any] = {"person_id": pl.Int64, "case_ref": pl.String, "on": pl.Date, "region": pl.String}
_OTHER_GROUND = "依据变了，按新的依据另记"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settling did: decisions made (the others stand), parts newly earned, parts reversed."""

    decided: int
    earned: int
    reversed: int


def settle_class(*, actor: Actor, item: TrainingClass) -> Settlement:
    """Decide what each place of a completed class has earned, and write down what that changes. Idempotent.

    A use of the benefit on which nothing can be earned any more is given back, and counts again where it is after all.

    The class is locked, so that two settlements run after each other. NotFound outside the actor's sight, DomainError
    for a class that is not completed yet.
    """
    return settle_classes(actor=actor, items=[item])


def settle_classes(*, actor: Actor, items: Sequence[TrainingClass]) -> Settlement:
    """`settle_class` for many in one transaction: they are locked in id order, and one refusal refuses all."""
    wanted = {item.pk for item in items}
    with unit_of_work(actor):
        seen = TrainingClass.objects.visible_to(actor).filter(pk__in=wanted).values("pk")
        rows = list(TrainingClass.objects.select_for_update().filter(pk__in=seen).order_by("pk"))
        if len(rows) < len(wanted):
            raise NotFound("没有这个班，或者不归您的单位或辖区")
        if any(row.state != ClassState.COMPLETED for row in rows):
            raise DomainError("这个班还没有办结业，办了再结算补贴", code="state")
        grounds = grounds_of(rows)
        decided = {tranche: _decide(grounds, tranche, actor) for tranche in Tranche}
        moved = [_settle(grounds, tranche, decided[tranche][0], actor) for tranche in Tranche]
        keep_uses(actor=actor, grounds=grounds, decisions=decided[Tranche.CERTIFIED][0])
    earned, reversed_ = (sum(column) for column in zip(*moved, strict=True))
    return Settlement(sum(count for _, count in decided.values()), earned, reversed_)


def _settle(
    grounds: list[Ground], tranche: Tranche, decisions: Mapping[str, Decision], actor: Actor
) -> tuple[int, int]:
    """One tranche of these places: (earned, reversed)."""
    standing = EarnedTranche.objects.earned().filter(
        enrolment__in=among(ground.place.pk for ground in grounds), tranche=tranche
    )
    rows = {row.enrolment_id: row for row in standing.select_for_update(of=("self",)).order_by("pk")}
    fresh: list[EarnedTranche] = []
    reasons: dict[str, list[int]] = defaultdict(list)
    for ground in grounds:
        decision, row = decisions[str(ground.place.public_id)], rows.get(ground.place.pk)
        if row is not None and decision.eligible is None and _proof_stands(row, ground, tranche):
            continue  # what cannot be decided now takes nothing away that is still proved
        wanted = _earned(ground, tranche, decision) if decision.eligible and decision.amount else None
        if row is not None and wanted is not None and _same_ground(row, wanted):
            continue
        if row is not None:
            reasons[_OTHER_GROUND if wanted else f"不再符合：{first_obstacle(decision)}"].append(row.pk)
        if wanted is not None:
            fresh.append(wanted)
    for reason, ids in reasons.items():
        fields = {pk: {"reversed_on": clock.today()} for pk in ids}
        EARNED_TRANCHE_WORKFLOW.apply_many(ids, "reverse", actor=actor, comment=reason, fields_by_id=fields)
    EARNED_TRANCHE_WORKFLOW.enter_many(fresh, actor=actor)
    return len(fresh), sum(map(len, reasons.values()))


def _earned(ground: Ground, tranche: Tranche, decision: Decision) -> EarnedTranche:
    assert ground.certificate is not None and decision.amount is not None
    return EarnedTranche(
        enrolment=ground.place,
        tranche=tranche,
        amount=decision.amount,
        earned_on=ground.proof_on(tranche),
        decision=decision,
        granted_by=ground.place.decision,
        certificate_no=ground.certificate.certificate_no,
        spell=ground.spell_for(tranche),
    )


def _proof_stands(row: EarnedTranche, ground: Ground, tranche: Tranche) -> bool:
    """Whether the certificate and the work that a row rests on still do."""
    paper, spell = ground.certificate, ground.spell_for(tranche)
    held = paper is not None and paper.stands and paper.certificate_no == row.certificate_no
    return held and row.spell_id == (spell.pk if spell else None)


def _same_ground(row: EarnedTranche, wanted: EarnedTranche) -> bool:
    """Whether what stands is still earned, for the same amount and by the same proof."""
    return (row.amount, row.certificate_no, row.spell_id) == (wanted.amount, wanted.certificate_no, wanted.spell_id)


def _decide(grounds: Sequence[Ground], tranche: Tranche, actor: Actor) -> tuple[dict[str, Decision], int]:
    """The standing decision of each place by its public id, those that no longer hold decided anew; and how many."""
    if not grounds:
        return {}, 0
    places = [ground.place for ground in grounds]
    standing = {decision.case_ref: decision for decision in tranche_decisions(tranche, places)}
    frame = _frame(grounds, tranche)
    answers = answer_many(frame=frame, benefit=tranche.benefit, on=frame["on"], region=frame["region"])
    before = [standing.get(ref) for ref in frame["case_ref"]]
    changed = [at for at, now in enumerate(_answers(answers)) if _differs(before[at], now)]
    if not changed:
        return standing, 0
    superseded = [old.pk if (old := before[at]) else None for at in changed]
    cases = frame[changed].with_columns(pl.Series("supersedes_id", superseded, pl.Int64))
    decide_many(frame=cases, benefit=tranche.benefit, actor=actor)
    fresh = tranche_decisions(tranche, places).defer("fact_values")
    return {decision.case_ref: decision for decision in fresh}, len(changed)


def _frame(grounds: Iterable[Ground], tranche: Tranche) -> pl.DataFrame:
    rule = rule_of(tranche.benefit)
    schema: dict[str, Any] = {name: rule.facts[name].dtype for name in rule.facts.names} | _OWNER
    rows = [
        {
            **ground.facts(tranche),
            "person_id": ground.place.person_id,
            "case_ref": str(ground.place.public_id),
            "on": ground.place.training_class.filed_on,
            "region": ground.place.training_class.region_id,
        }
        for ground in grounds
    ]
    return pl.DataFrame({name: pl.Series(name, [row[name] for row in rows], kind) for name, kind in schema.items()})


@dataclass(frozen=True, slots=True)
class _Answer:
    """What would be stored of one case now."""

    version: str
    facts: dict[str, Any]
    marks: str
    eligible: bool | None
    fen: int | None
    missing: list[str]


def _answers(answers: Answers) -> list[_Answer]:
    marks = answers.outcomes.select(marks_of(answers.rule)).to_series()
    rows = zip(
        answers.facts.iter_rows(named=True),
        marks,
        answers.outcomes[ELIGIBLE],
        answers.outcomes[AMOUNT_FEN],
        answers.missing.to_list(),
        strict=True,
    )
    return [_Answer(answers.rule.version, facts_json(known), *rest) for known, *rest in rows]


def _differs(stored: Decision | None, now: _Answer) -> bool:
    """Whether a case has to be decided anew: its facts changed, or it was not decided to the end.

    What was decided on the same facts stands, whatever became of rules and values since: who sets a value anew for days
    that have passed decides on nobody's money by it. What an earlier edition did not ask for is no change either.
    """
    if stored is None:
        return True
    known = stored.facts
    if any(
        _fact_differs(name, known[name], value, stored.eligible) for name, value in now.facts.items() if name in known
    ):
        return True
    was = (stored.outcome_marks, stored.eligible, stored.missing)
    return stored.eligible is None and was != (now.marks, now.eligible, now.missing)


def _fact_differs(name: str, was: Any, now: Any, eligible: bool | None) -> bool:
    if name in _PASSING:
        return False
    if name == _GROWING and eligible:
        return (now or 0) < (was or 0)
    return bool(was != now)
