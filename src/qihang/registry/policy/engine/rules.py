"""A rule: the facts, clauses and amount of one benefit, with a version that changes only when its meaning does."""

import ast
import hashlib
import inspect
import math
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from qihang.registry.policy.engine import expressions
from qihang.registry.policy.engine.clauses import Amount, Clause, Need
from qihang.registry.policy.engine.facts import Fact, FactDictionary
from qihang.registry.policy.engine.parameters import KeySpec
from qihang.registry.policy.engine.values import ValueType

ELIGIBLE, AMOUNT_FEN = "eligible", "amount_fen"
_MOST_CHOICES = 62


@dataclass(frozen=True)
class Rule:
    """One edition of a benefit's rule. A published edition stays as it is; a change of meaning is a new edition."""

    benefit: str
    edition: int
    title: str
    facts: FactDictionary
    clauses: tuple[Clause, ...]
    amount: Amount
    keys: Mapping[str, KeySpec]

    def __post_init__(self) -> None:
        known = set(self.facts.names)
        used = {name for clause in self.clauses for name in clause.uses} | set(self.amount.uses)
        unknown = sorted(used - known) + sorted(need.key for need in self.needs if need.key not in self.keys)
        if unknown:
            raise ValueError(f"{self.benefit}: facts or parameters nobody declared: {unknown}")

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """Every parameter the rule may look up, each once, in the order of its clauses."""
        return tuple({need.key: need for need in self._all_needs()}.values())

    def spec(self, key: str) -> KeySpec:
        """What a parameter key of this rule means."""
        return self.keys[key]

    def clause(self, clause_id: str) -> Clause:
        """The clause of that id. LookupError if there is none."""
        for item in self.clauses:
            if item.id == clause_id:
                return item
        raise LookupError(clause_id)

    @cached_property
    def outcomes(self) -> list[pl.Expr]:
        """Clause outcomes and the amount over columns of facts and parameters; built once, run on one case or many."""
        case = ColumnCase(self)
        amount = self.amount.compute(case).cast(pl.Int64).alias(AMOUNT_FEN)
        return [*(clause(case).alias(clause.id) for clause in self.clauses), amount]

    @cached_property
    def conditions(self) -> dict[str, pl.Expr]:
        """For each parameter that only some cases need: which ones, told by their facts."""
        case = ColumnCase(self)
        return {need.key: need.when(case) for need in self.needs if need.when}

    @cached_property
    def discriminators(self) -> dict[str, int]:
        """The facts that pick a row of some key (`level`), and how many values each has, "unknown" included."""
        names = dict.fromkeys(name for need in self.needs for name in self.keys[need.key].by)
        return {name: len(self.facts[name].choices) + 1 for name in names}

    @cached_property
    def kind(self) -> pl.Expr:
        """A whole number below `kinds` for each case: cases of one kind, place and era look up the same values.

        Its low bits say which of `conditions` hold, the first condition in the highest of them.
        """
        kind = pl.lit(0, pl.UInt32)
        for name, size in self.discriminators.items():
            kind = kind * size + pl.col(name).to_physical().cast(pl.UInt32).fill_null(size - 1)
        for condition in self.conditions.values():
            kind = kind * 2 + condition.fill_null(False).cast(pl.UInt32)
        return kind

    @cached_property
    def kinds(self) -> int:
        """How many kinds of case there can be."""
        return int(math.prod(self.discriminators.values())) << len(self.conditions)

    def listed_fact(self, key: str) -> str:
        """The choice whose codes a parameter lists: the one that clauses compare with it."""
        (name,) = {fact for listed, fact in self._listed if listed == key}
        return name

    @cached_property
    def _listed(self) -> set[tuple[str, str]]:
        case = ColumnCase(self)
        for item in self.clauses:
            item(case)
        return case.listed

    @cached_property
    def version(self) -> str:
        """`benefit/edition:digest`. The digest covers what decides (code, facts, keys), not words or layout."""
        parts = [_meaning(expressions)]
        checks = [(item.id, item.uses, item.needs, item.check) for item in self.clauses]
        for name, uses, needs, check in [
            *checks,
            ("amount", self.amount.uses, self.amount.needs, self.amount.compute),
        ]:
            parts += [name, ",".join(uses), _meaning(check)]
            parts += [f"{need.key}:{self.keys[need.key].by}:{self.keys[need.key].cap}" for need in needs]
            parts += [_meaning(need.when) for need in needs if need.when]
        parts += [f"{fact.name}:{fact.kind}:{[choice.code for choice in fact.choices]}" for fact in self.facts]
        digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return f"{self.benefit}/{self.edition}:{digest[:16]}"

    def _all_needs(self) -> Iterator[Need]:
        for item in self.clauses:
            yield from item.needs
        yield from self.amount.needs


def _meaning(thing: Callable[..., Any] | Any) -> str:
    """The syntax tree of a function or module without comments, layout, decorators or docstrings."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(thing)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
        if isinstance(node, (ast.FunctionDef, ast.Module)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.unparse(tree)  # `dump` differs between Python releases


def parameter_column(key: str) -> str:
    """The column in which a parameter lies beside the facts."""
    return f"@{key}"


def bit_mask(fact: Fact, codes: Sequence[str]) -> int:
    """A list of codes as one number: bit n stands for the fact's nth choice."""
    return sum(1 << place for place, choice in enumerate(fact.choices) if choice.code in codes)


class ColumnCase:
    """The `Case` that clauses see: facts and parameters are columns of one frame."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.listed: set[tuple[str, str]] = set()

    def fact(self, name: str) -> pl.Expr:
        return pl.col(self._rule.facts[name].name)

    def number(self, key: str) -> pl.Expr:
        return pl.col(parameter_column(self._rule.spec(key).key))

    def flag(self, key: str) -> pl.Expr:
        if self._rule.spec(key).kind is not ValueType.FLAG:
            raise TypeError(f"{key} is no flag")
        return self.number(key) != 0

    def among(self, fact: str, key: str) -> pl.Expr:
        choices = self._rule.facts[fact].choices
        if not 0 < len(choices) <= _MOST_CHOICES:
            raise TypeError(f"{fact} is no choice, or one of too many")
        self.listed.add((key, fact))
        bits = pl.Series([1 << place for place in range(len(choices))], dtype=pl.Int64)
        return (pl.lit(bits).gather(self.fact(fact).to_physical()) & self.number(key)) != 0
