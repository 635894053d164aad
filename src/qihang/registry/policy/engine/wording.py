"""Putting the values in force into the texts of a rule: {key}, or {key|other} for the first of them that is set."""

import re

from qihang.registry.policy.engine.evaluation import Basis
from qihang.registry.policy.engine.parameters import ParameterRow
from qihang.registry.policy.engine.rules import Rule
from qihang.registry.policy.engine.values import ValueType, value_to_text

_SLOT = re.compile(r"\{([^}]+)\}")
_UNSET = "（还没有设定）"


def worded(text: str, rule: Rule, basis: Basis) -> str:
    """The text with its slots filled; of a cap that several levels set, the least."""

    def fill(slot: re.Match[str]) -> str:
        for key in slot[1].split("|"):
            rows = basis.of(key)
            if rows:
                return value_text(rule, min(rows, key=lambda row: row.number) if rule.spec(key).cap else rows[0])
        return _UNSET

    return _SLOT.sub(fill, text)


def value_text(rule: Rule, row: ParameterRow) -> str:
    """A value as a person reads it: codes by their labels, numbers with their unit."""
    if row.spec.kind is ValueType.CODES and isinstance(row.value, tuple):
        listed = rule.facts[rule.listed_fact(row.spec.key)]
        return "、".join(listed.text(code) for code in row.value)
    return value_to_text(row.spec.kind, row.value, row.spec.unit)
