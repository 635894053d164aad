"""Deciding: a frame of facts becomes clause outcomes, eligibility, amounts and the basis of each answer."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import polars as pl

from qihang.registry.policy.engine.clauses import Need
from qihang.registry.policy.engine.facts import Cell
from qihang.registry.policy.engine.parameters import EACH, By, KeySpec, ParameterBook, ParameterRow
from qihang.registry.policy.engine.resolution import Resolution, dense, resolve, resolve_from
from qihang.registry.policy.engine.rules import AMOUNT_FEN, ELIGIBLE, Rule

_KIND = "@kind"
_PRINTED = ("key", "value", "region", "valid_from", "source", "verified")


@dataclass(frozen=True)
class Basis:
    """What the rules were for one kind of case: the parameters that bound it, and the keys that nobody has set."""

    parameters: tuple[ParameterRow, ...]
    missing: tuple[str, ...]

    def of(self, key: str) -> tuple[ParameterRow, ...]:
        """The rows of one key: several for a cap that several levels set."""
        return tuple(row for row in self.parameters if row.spec.key == key)

    def rows(self, spec: KeySpec, by: By) -> tuple[ParameterRow, ...]:
        """Its rows of a key for a discriminator: a basis that was made for level five has none for level four."""
        fitting = {by, tuple((name, EACH) for name, _ in by)}
        return tuple(row for row in self.of(spec.key) if row.by in fitting)

    def law(self, needs: Sequence[Need], otherwise: str) -> str:
        """The article to cite: that of the parameters in force, else the clause's own."""
        laws = [row.law for need in needs for row in self.of(need.key) if row.law]
        return "；".join(dict.fromkeys(laws)) or otherwise


@dataclass(frozen=True)
class Answers:
    """The answers to many cases. `outcomes` has `eligible`, `amount_fen` and one column for each clause."""

    rule: Rule
    facts: pl.DataFrame
    outcomes: pl.DataFrame
    kinds: pl.Series
    resolution: Resolution

    @property
    def eligible(self) -> pl.Series:
        """True, false, or null for undecided."""
        return self.outcomes[ELIGIBLE]

    @property
    def bases(self) -> list[Basis]:
        """The distinct bases among the cases; `basis_at` says which is whose."""
        return self._based[1]

    @property
    def basis_at(self) -> pl.Series:
        """The position in `bases` of each case."""
        return self._based[0]

    @property
    def missing(self) -> pl.Series:
        """The keys that each case lacks, as a list column."""
        lists = pl.Series("missing", [list(basis.missing) for basis in self.bases], pl.List(pl.String))
        return lists.gather(self.basis_at)

    @cached_property
    def _based(self) -> tuple[pl.Series, list[Basis]]:
        return _bases(self.rule, self.facts, self.kinds, self.resolution)

    def as_json(self) -> Iterator[dict[str, Any]]:
        """Each answer as `decide` prints it, without its `case`."""
        rows = zip(self.facts.iter_rows(named=True), self.outcomes.iter_rows(named=True), self.basis_at, strict=True)
        for known, row, at in rows:
            yield answer_json(self.rule, self.bases[at], facts_json(known), row)


def facts_json(known: Mapping[str, Cell]) -> dict[str, Any]:
    """Facts as JSON has them: days as ISO texts, unknown ones null."""
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in known.items()}


def answer_json(rule: Rule, basis: Basis, facts: Mapping[str, Cell], row: Mapping[str, Any]) -> dict[str, Any]:
    """One answer in the order the command surface fixes; `facts` are ready for JSON."""
    fen = row[AMOUNT_FEN]
    return {
        "eligible": row[ELIGIBLE],
        "amount": None if fen is None else f"{Decimal(fen).scaleb(-2):.2f}",
        "clauses": clauses_json(rule, basis, facts, row),
        "parameters": [{name: entry[name] for name in _PRINTED} for entry in (p.as_json() for p in basis.parameters)],
        "missing": list(basis.missing),
    }


def clauses_json(
    rule: Rule, basis: Basis, facts: Mapping[str, Cell], outcomes: Mapping[str, bool | None]
) -> list[dict[str, Any]]:
    """The outcome of each clause with the article and the facts behind it."""
    return [
        {
            "id": clause.id,
            "article": basis.law(clause.needs, clause.article),
            "passed": outcomes[clause.id],
            "facts": {name: facts[name] for name in clause.uses},
        }
        for clause in rule.clauses
    ]


def decide(
    rule: Rule, cases: pl.DataFrame, *, on: pl.Series | dt.date, region: pl.Series | str, book: ParameterBook
) -> Answers:
    """Decide every case by the values in force on its day at its place (one for all, or one for each).

    `cases` holds facts, unknown ones null or left out.
    """
    facts = rule.facts.frame(cases)
    return evaluate(rule, facts, resolve(rule, facts, on=on, region=region, book=book))


def decide_by_bases(rule: Rule, cases: pl.DataFrame, *, bases: Sequence[Basis], at: pl.Series) -> Answers:
    """Decide again by stored bases, whatever the parameter table says today. `at` is each case's position in them."""
    facts = rule.facts.frame(cases)
    return evaluate(rule, facts, resolve_from(rule, facts, bases, at.cast(pl.UInt32)))


def evaluate(rule: Rule, facts: pl.DataFrame, resolution: Resolution) -> Answers:
    """Run every clause over every case at once.

    One failed clause refuses. A case with none failed but one unknown, or with no amount, is undecided; only an
    eligible case has an amount.
    """
    all_hold = pl.all_horizontal(clause.id for clause in rule.clauses)
    priced = pl.col(AMOUNT_FEN).is_not_null()
    outcomes = (
        facts.lazy()
        .with_columns(resolution.columns())
        .select(*rule.outcomes, rule.kind.alias(_KIND))
        .with_columns(pl.when(all_hold & ~priced).then(None).otherwise(all_hold).alias(ELIGIBLE))
        .with_columns(pl.when(ELIGIBLE).then(AMOUNT_FEN).alias(AMOUNT_FEN))
        .collect()
    )
    kinds = outcomes.drop_in_place(_KIND)
    return Answers(rule, facts, outcomes, kinds, resolution)


def _bases(rule: Rule, facts: pl.DataFrame, kinds: pl.Series, resolution: Resolution) -> tuple[pl.Series, list[Basis]]:
    """Number the distinct combinations of group and kind, and gather the rows behind each."""
    if not facts.height:
        return pl.Series([], dtype=pl.UInt32), []
    if resolution.group is not None:
        kinds = resolution.group * rule.kinds + kinds
    at, present = dense(kinds)
    samples = {at[row]: row for row in at.arg_unique()} if len(present) > 1 else {0: 0}
    return at, [_basis(rule, facts, resolution, samples[index], number) for index, number in enumerate(present)]


def _basis(rule: Rule, facts: pl.DataFrame, resolution: Resolution, sample: int, signature: int) -> Basis:
    """The basis of the cases like case number `sample`; the low bits of their signature say which needs they have."""
    wanted = {key: bool(signature >> bit & 1) for bit, key in enumerate(reversed(rule.conditions))}
    rows: list[ParameterRow] = []
    missing: list[str] = []
    for need in rule.needs:
        undetermined = any(facts[name][sample] is None for name in rule.spec(need.key).by)
        if undetermined or not wanted.get(need.key, True):
            continue
        cells = resolution.cells[need.key]
        found = cells.rows[0 if cells.at is None else cells.at[sample]]
        rows += found
        if not found:
            missing.append(need.key)
    return Basis(tuple(rows), tuple(missing))
