"""Deciding cases, one or a hundred thousand, by the parameters in the table; and deciding stored ones again."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.errors import DomainError
from qihang.registry.policy.engine.evaluation import Answers, decide
from qihang.registry.policy.engine.facts import Cell
from qihang.registry.policy.engine.parameters import ParameterBook
from qihang.registry.policy.engine.rules import AMOUNT_FEN, ELIGIBLE, Rule
from qihang.registry.policy.models import Decision, Parameter
from qihang.registry.policy.rules import NoRule, rule_for
from qihang.registry.policy.services.storing import store_answers, store_one


class RuleMissing(DomainError):
    """The benefit has no rule on record."""


def rule_of(benefit: str) -> Rule:
    """The latest edition of a benefit's rule. RuleMissing where there is none."""
    try:
        return rule_for(benefit)
    except NoRule as problem:
        raise RuleMissing(str(problem), code="rule_missing") from problem


def book_for(rule: Rule) -> ParameterBook:
    """The confirmed values of every key the rule looks up, in one query."""
    book: ParameterBook = Parameter.objects.book(need.key for need in rule.needs)
    return book


def answer_many(*, frame: pl.DataFrame, benefit: str, on: pl.Series | dt.date, region: pl.Series | str) -> Answers:
    """Decide every row of `frame` by the table's parameters, with the basis of each answer; nothing is stored."""
    rule = rule_of(benefit)
    return decide(rule, frame, on=on, region=region, book=book_for(rule))


def decide_many(
    *,
    frame: pl.DataFrame,
    benefit: str,
    actor: Actor,
    on: dt.date | None = None,
    region: str | None = None,
    store: bool = True,
) -> pl.DataFrame:
    """Decide every row of `frame`; rows keep their order.

    `frame` holds facts by name (null or left out: unknown) and, unless given once for all, `on` and `region`; to be
    stored also `person_id`, `case_ref` and `supersedes_id` where there are any. Returns `decision_id` (null unless
    stored), `eligible`, `amount` in yuan, `missing` keys, and a column for each clause.
    """
    given = [pl.lit(value).alias(name) for name, value in (("on", on), ("region", region)) if value is not None]
    cases = frame.with_columns(given)
    answers = answer_many(
        frame=frame,
        benefit=benefit,
        on=on if on is not None else frame["on"],
        region=region if region is not None else frame["region"],
    )
    ids = store_answers(answers, cases, actor=actor) if store else pl.Series([None] * cases.height, dtype=pl.Int64)
    return _answer_frame(answers, ids)


def decide_one(
    *,
    benefit: str,
    facts: Mapping[str, Cell],
    on: dt.date,
    region: str,
    actor: Actor,
    person_id: int | None = None,
    case_ref: str = "",
    supersedes: Decision | None = None,
) -> Decision:
    """Decide and store one case. Facts left out are unknown; a name that is no fact of the benefit is refused."""
    rule = rule_of(benefit)
    unknown = sorted(set(facts) - set(rule.facts.names))
    if unknown:
        raise DomainError(f"{rule.title}没有这些事实：{'、'.join(unknown)}", code="unknown_fact")
    schema = {name: rule.facts[name].dtype for name in rule.facts.names}
    case = pl.DataFrame({name: [facts.get(name)] for name in schema}, schema=schema)
    answers = decide(rule, case, on=on, region=region, book=book_for(rule))
    return store_one(
        answers,
        actor=actor,
        on=on,
        region=region,
        person_id=person_id,
        case_ref=case_ref,
        supersedes=supersedes,
    )


def _answer_frame(answers: Answers, ids: pl.Series) -> pl.DataFrame:
    names = [clause.id for clause in answers.rule.clauses]
    return answers.outcomes.select(
        ids.alias("decision_id"),
        pl.col(ELIGIBLE).alias("eligible"),
        yuan(pl.col(AMOUNT_FEN)).alias("amount"),
        answers.missing.alias("missing"),
        *names,
    )


def yuan(fen: pl.Expr) -> pl.Expr:
    """Whole fen as yuan with two decimals."""
    return (fen.cast(pl.Decimal(16, 2)) / 100).cast(pl.Decimal(14, 2))
