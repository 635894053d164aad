"""Keeping decisions: many at once by COPY, each with its facts, outcomes and a shared basis."""

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl

from qihang.foundation.core import clock
from qihang.foundation.core.actors import Actor
from qihang.foundation.core.copying import copy_frame, random_uuids, reserve_ids
from qihang.foundation.core.units import unit_of_work
from qihang.registry.policy.engine.evaluation import Answers, Basis, facts_json
from qihang.registry.policy.engine.rules import AMOUNT_FEN, ELIGIBLE, Rule
from qihang.registry.policy.models import Decision, DecisionBasis
from qihang.registry.policy.stored import basis_digest, basis_to_json, facts_to_text, marks_of

PERSON, CASE_REF, SUPERSEDES = "person_id", "case_ref", "supersedes_id"
_MARKS = {True: "1", False: "0", None: "?"}


def store_answers(answers: Answers, cases: pl.DataFrame, *, actor: Actor) -> pl.Series:
    """Store every answer; returns the decisions' ids in the order of the cases.

    `cases` has `on` and `region`, and where there are any `person_id`, `case_ref` and `supersedes_id`.
    """
    if not cases.height:
        return pl.Series("decision_id", [], pl.Int64)
    with unit_of_work(actor):
        rows = decision_rows(answers, cases)
        copy_frame(Decision, rows.with_columns(_signature(rows.height, actor)))
    return rows["id"].alias("decision_id")


def decision_rows(answers: Answers, cases: pl.DataFrame) -> pl.DataFrame:
    """The decisions' columns by their database names, with the ids reserved and the bases stored.

    For who writes them in several names at once; who decided and when is not among them. Needs an open unit of work.
    """
    basis_ids = pl.Series(_basis_ids(answers.rule, answers.bases), dtype=pl.Int64)
    ids = pl.Series("id", reserve_ids(Decision, cases.height), pl.Int64)
    return _rows(answers, cases).with_columns(ids, basis_ids.gather(answers.basis_at).alias("basis_id"))


def store_one(answers: Answers, *, actor: Actor, on: dt.date, region: str, **owner: Any) -> Decision:
    """Store the one answer of a single case; `owner` may name `person_id`, `case_ref` and `supersedes`."""
    rule = answers.rule
    known = facts_json(answers.facts.row(0, named=True))
    outcome = answers.outcomes.row(0, named=True)
    fen = outcome[AMOUNT_FEN]
    with unit_of_work(actor):
        decision = Decision(
            benefit=rule.benefit,
            on=on,
            region=region,
            basis_id=_basis_ids(rule, answers.bases)[0],
            fact_values=list(known.values()),
            outcome_marks="".join(_MARKS[outcome[clause.id]] for clause in rule.clauses),
            eligible=outcome[ELIGIBLE],
            amount=None if fen is None else Decimal(fen).scaleb(-2),
            decided_by_id=actor.user_id,
            decided_by=actor.user_label,
            decided_by_role=actor.role,
            decided_by_organization=actor.organization_label,
            **owner,
        )
        decision.save(force_insert=True)
    return decision


def _basis_ids(rule: Rule, bases: list[Basis]) -> list[int]:
    """The stored id of each basis; those not seen before are added."""
    contents = [basis_to_json(rule, basis) for basis in bases]
    digests = [basis_digest(content) for content in contents]
    known = _known(digests)
    fresh = [
        DecisionBasis(digest=digest, **content)
        for digest, content in zip(digests, contents, strict=True)
        if digest not in known
    ]
    if fresh:
        DecisionBasis.objects.bulk_create(fresh, ignore_conflicts=True)  # another process may just have added it
        known = _known(digests)
    return [known[digest] for digest in digests]


def _known(digests: list[str]) -> dict[str, int]:
    return dict(DecisionBasis.objects.filter(digest__in=digests).values_list("digest", "pk"))


def _rows(answers: Answers, cases: pl.DataFrame) -> pl.DataFrame:
    fen = pl.col(AMOUNT_FEN)
    yuan = pl.concat_str((fen // 100).cast(pl.String), pl.lit("."), (fen % 100).cast(pl.String).str.zfill(2))
    outcomes = answers.outcomes.select(
        pl.col(ELIGIBLE).alias("eligible"),
        pl.when(fen.is_not_null()).then(yuan).alias("amount"),
        marks_of(answers.rule).alias("outcome_marks"),
    )
    facts = answers.facts.select(facts_to_text(answers.rule).alias("fact_values"))
    return pl.concat([_owner(cases), facts, outcomes], how="horizontal").with_columns(
        pl.lit(answers.rule.benefit).alias("benefit")
    )


def _signature(count: int, actor: Actor) -> list[pl.Expr | pl.Series]:
    return [
        random_uuids(count),
        pl.lit(clock.now().isoformat()).alias("created_at"),
        pl.lit(actor.user_id, pl.Int64).alias("decided_by_id"),
        pl.lit(actor.user_label).alias("decided_by"),
        pl.lit(actor.role).alias("decided_by_role"),
        pl.lit(actor.organization_label).alias("decided_by_organization"),
    ]


def _owner(cases: pl.DataFrame) -> pl.DataFrame:
    have = cases.columns
    return cases.select(
        "on",
        "region",
        pl.col(PERSON).cast(pl.Int64) if PERSON in have else pl.lit(None, pl.Int64).alias(PERSON),
        pl.col(SUPERSEDES).cast(pl.Int64) if SUPERSEDES in have else pl.lit(None, pl.Int64).alias(SUPERSEDES),
        pl.col(CASE_REF).fill_null("") if CASE_REF in have else pl.lit("").alias(CASE_REF),
    )
