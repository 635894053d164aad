"""Between the engine and what the tables keep: bases as JSON, facts and outcomes in rows, and back."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from qihang.registry.policy.engine.evaluation import Basis
from qihang.registry.policy.engine.facts import Cell, Fact, FactType
from qihang.registry.policy.engine.parameters import ParameterRow, Verified, by_of
from qihang.registry.policy.engine.rules import Rule
from qihang.registry.policy.engine.values import parse_value

# What a basis is made of, by the names of the table's columns; its digest covers them.
BASIS_COLUMNS = ("benefit", "rules_version", "fact_names", "clauses", "parameters", "missing")


def basis_to_json(rule: Rule, basis: Basis) -> dict[str, Any]:
    """All that a decision rests on, by the names of BASIS_COLUMNS."""
    clauses = [
        {"id": clause.id, "article": basis.law(clause.needs, clause.article), "facts": list(clause.uses)}
        for clause in rule.clauses
    ]
    return {
        "benefit": rule.benefit,
        "rules_version": rule.version,
        "fact_names": rule.facts.names,
        "clauses": clauses,
        "parameters": [row.as_json() for row in basis.parameters],
        "missing": list(basis.missing),
    }


def basis_from_json(rule: Rule, parameters: Sequence[dict[str, Any]], missing: Sequence[str]) -> Basis:
    """The basis that `basis_to_json` wrote. Its rows are in force by definition: only their value matters now."""
    return Basis(tuple(_row(rule, entry) for entry in parameters), tuple(missing))


def basis_digest(content: dict[str, Any]) -> str:
    """The digest of what `basis_to_json` gives; equal bases are stored once."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def facts_to_text(rule: Rule) -> pl.Expr:
    """Fact columns as the JSON list that a decision keeps, in the rule's order."""
    return pl.concat_str(
        pl.lit("["),
        pl.concat_str([_json_text(fact).fill_null("null") for fact in rule.facts], separator=", "),
        pl.lit("]"),
    )


def facts_from_text(rule: Rule, texts: pl.Series, names: Sequence[str] | None = None) -> pl.DataFrame:
    """The typed fact columns that `facts_to_text` wrote; what another edition, which asked for `names`, did not ask
    for is unknown.
    """
    values = texts.str.json_decode(pl.List(pl.String)).alias("values").to_frame()
    asked = {name: at for at, name in enumerate(rule.facts.names if names is None else names)}
    return values.select(
        _fact_value(pl.col("values").list.get(asked[fact.name]), fact)
        if fact.name in asked
        else pl.lit(None, fact.dtype).alias(fact.name)
        for fact in rule.facts
    )


def facts_from_json(rule: Rule, stored: Mapping[str, Any]) -> dict[str, Cell]:
    """The facts of one decision with their Python types."""
    return {
        fact.name: dt.date.fromisoformat(stored[fact.name])
        if fact.kind is FactType.DATE and stored[fact.name]
        else stored[fact.name]
        for fact in rule.facts
    }


def marks_of(rule: Rule) -> pl.Expr:
    """Clause columns as one text, a mark for each in the rule's order."""
    return pl.concat_str([pl.col(clause.id).cast(pl.Int8).cast(pl.String).fill_null("?") for clause in rule.clauses])


def _json_text(fact: Fact) -> pl.Expr:
    column = pl.col(fact.name)
    if fact.kind is FactType.DATE:
        return pl.concat_str(pl.lit('"'), column.dt.to_string(), pl.lit('"'))
    if fact.kind is FactType.CHOICE:
        return pl.concat_str(pl.lit('"'), column.cast(pl.String), pl.lit('"'))
    return column.cast(pl.String)


def _fact_value(text: pl.Expr, fact: Fact) -> pl.Expr:
    if fact.kind is FactType.DATE:
        return text.str.to_date("%Y-%m-%d").alias(fact.name)
    if fact.kind is FactType.FLAG:
        return (text == "true").alias(fact.name)
    return text.cast(fact.dtype).alias(fact.name)


def _row(rule: Rule, entry: dict[str, Any]) -> ParameterRow:
    spec = rule.spec(entry["key"])
    return ParameterRow(
        spec=spec,
        region=entry["region"],
        valid_from=dt.date.fromisoformat(entry["valid_from"]),
        value=parse_value(spec.kind, entry["value"]),
        by=by_of(entry["by"]),
        source=entry["source"],
        verified=Verified(entry["verified"]),
        id=entry["id"],
    )
