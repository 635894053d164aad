"""Clauses: small named functions with their legal article, written once as columnar expressions.

The same function explains one case and replays a million. An expression over unknown facts, or over a parameter that
is not set, is null: the clause neither passes nor fails (polars' `&`, `|` and comparisons are three-valued).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl

from qihang.registry.policy.engine.facts import Cell


class Case(Protocol):
    """What a clause may look at: the facts of a case and the parameters in force for it, as expressions."""

    def fact(self, name: str) -> pl.Expr:
        """A fact; null where it is unknown."""

    def number(self, key: str) -> pl.Expr:
        """A parameter as a number: fen, millionths of a ratio, whole numbers; of a cap the least of all levels."""

    def flag(self, key: str) -> pl.Expr:
        """A parameter that is yes or no."""

    def among(self, fact: str, key: str) -> pl.Expr:
        """Whether a choice is one of the codes that a parameter lists."""


Condition = Callable[[Case], pl.Expr]
Tell = Callable[[Mapping[str, Cell]], str]


@dataclass(frozen=True, slots=True)
class Need:
    """A parameter that a rule looks up. `when` says, by facts alone, which cases need it.

    So a woman's case does not lack a limit that nobody has set for men.
    """

    key: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a benefit. `title` and `plain` may name parameters as {key}; `tell` words the situation."""

    id: str
    article: str
    title: str
    plain: str
    uses: tuple[str, ...]
    needs: tuple[Need, ...]
    tell: Tell | None
    check: Condition

    def __call__(self, case: Case) -> pl.Expr:
        return self.check(case)


def clause(
    *,
    id: str,
    article: str,
    title: str,
    plain: str,
    uses: tuple[str, ...],
    parameters: tuple[str | Need, ...] = (),
    tell: Tell | None = None,
) -> Callable[[Condition], Clause]:
    """Make a function a clause: true passes, false fails, null is unknown.

    `article` is cited where the parameter in force names no source of its own; `title` is for officers and `plain` for
    participants; `uses` are the facts it looks at. `tell` is given those, and the numbers of its parameters in force
    under the columns that they lie in.
    """
    needs = tuple(Need(item) if isinstance(item, str) else item for item in parameters)

    def decorate(check: Condition) -> Clause:
        return Clause(id, article, title, plain, uses, needs, tell, check)

    return decorate


@dataclass(frozen=True, slots=True)
class Amount:
    """How much an eligible case comes to: an expression in fen, and the working for a person to follow."""

    uses: tuple[str, ...]
    needs: tuple[Need, ...]
    compute: Condition
    working: Callable[[Mapping[str, Cell], Mapping[str, Any]], str]
