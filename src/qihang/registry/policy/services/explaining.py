"""A stored decision in words: for the participant in plain ones, for officers with parameters and their versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from qihang.registry.policy.engine.clauses import Clause
from qihang.registry.policy.engine.facts import Cell
from qihang.registry.policy.engine.parameters import ParameterRow, by_text
from qihang.registry.policy.engine.rules import Rule, parameter_column
from qihang.registry.policy.engine.values import ValueType
from qihang.registry.policy.engine.wording import value_text, worded
from qihang.registry.policy.enums import VerifiedMark
from qihang.registry.policy.models import Decision
from qihang.registry.policy.stored import facts_from_json

Audience = Literal["participant", "officer"]

_MARKS: dict[str, dict[bool | None, str]] = {
    "participant": {True: "够", False: "不够", None: "在查"},
    "officer": {True: "符合", False: "不符合", None: "待核"},
}


@dataclass(frozen=True, slots=True)
class ExplainedParameter:
    """A value behind a line, for officers: which, how much, set where and since when, from what, how far checked."""

    key: str
    label: str
    value: str
    region: str
    valid_from: str
    law: str
    verified: str
    id: int | None


@dataclass(frozen=True, slots=True)
class ExplainedLine:
    """One clause: its mark and outcome, the condition, the law behind it and the person's own situation."""

    clause: str
    passed: bool | None
    mark: str
    condition: str
    law: str
    situation: str
    parameters: tuple[ExplainedParameter, ...] = ()


def explain(decision: Decision, audience: Audience = "participant") -> list[ExplainedLine]:
    """Every clause of a decision in the rule's order. Parameters are shown to officers only."""
    rule, basis = decision.rule, decision.basis.rows
    known = facts_from_json(rule, decision.facts)
    lines = []
    for stored in decision.clauses:
        clause = rule.clause(stored["id"])
        text = clause.title if audience == "officer" else clause.plain
        rows = [row for need in clause.needs for row in basis.of(need.key)]
        lines.append(
            ExplainedLine(
                clause=clause.id,
                passed=stored["passed"],
                mark=_MARKS[audience][stored["passed"]],
                condition=worded(text, rule, basis),
                law=stored["article"],
                situation=_situation(rule, clause, known, rows),
                parameters=tuple(_parameter(rule, row) for row in rows) if audience == "officer" else (),
            )
        )
    return lines


def conclude(decision: Decision, audience: Audience = "participant") -> str:
    """The answer in one sentence: first the result, then what stands in its way."""
    officer = audience == "officer"
    if decision.eligible:
        return f"符合条件，金额 {decision.amount:,.2f} 元" if officer else f"条件都够，可以补 {_yuan(decision)} 元"
    lines = explain(decision, audience)
    if decision.eligible is False:
        reasons = "；".join(f"{line.condition}，实际：{line.situation}" for line in lines if line.passed is False)
        return f"不符合条件：{reasons}" if officer else f"这次不能补，差在：{reasons}"
    waiting = "；".join(line.condition for line in lines if line.passed is None)
    if not officer:
        return f"还不能定，我们在查：{waiting or '补多少钱'}"
    unset = "、".join(decision.rule.spec(key).label for key in decision.missing)
    parts = [f"待核：{waiting}"] if waiting else []
    parts += [f"缺参数：{unset}"] if unset else []
    return "。".join(parts) or "待核：金额（看等级和课时是否填了）"


def first_failed(decision: Decision, audience: Audience = "participant") -> ExplainedLine | None:
    """The first clause that failed, with the person's situation; None where none did."""
    return next((line for line in explain(decision, audience) if line.passed is False), None)


def first_obstacle(decision: Decision) -> str:
    """In a few words what stands in the way, for counting cases by reason; empty for an eligible case.

    The first clause that failed; else the values that nobody has set; else the first clause that cannot be told yet.
    """
    if decision.eligible:
        return ""
    rule, basis, outcomes = decision.rule, decision.basis.rows, decision.outcomes
    titles = {mark: [item.title for item in rule.clauses if outcomes[item.id] is mark] for mark in (False, None)}
    if not titles[False] and decision.missing:
        return "缺参数：" + "、".join(rule.spec(key).label for key in decision.missing)
    first = next(iter([*titles[False], *titles[None]]), "")
    return worded(first, rule, basis) if first else "金额还定不了"


def working(decision: Decision) -> str:
    """How the amount comes about, as a sum to follow; empty where there is no amount."""
    if decision.amount is None:
        return ""
    rule, basis = decision.rule, decision.basis.rows
    values = {need.key: worded(f"{{{need.key}}}", rule, basis) for need in rule.amount.needs}
    return rule.amount.working(facts_from_json(rule, decision.facts), values)


def _yuan(decision: Decision) -> str:
    return f"{decision.amount:,.2f}".removesuffix(".00")


def _situation(rule: Rule, clause: Clause, known: Mapping[str, Cell], in_force: Sequence[ParameterRow]) -> str:
    if clause.tell is not None:
        return clause.tell({**known, **_numbers(in_force)})
    facts = [rule.facts[name] for name in clause.uses]
    return "；".join(f"{fact.label}：{fact.text(known[fact.name]) or '还没有查到'}" for fact in facts)


def _numbers(in_force: Sequence[ParameterRow]) -> dict[str, int]:
    """The values that are numbers, by the columns they lie in; of a cap that several levels set, the least."""
    found: dict[str, int] = {}
    for row in in_force:
        if row.spec.kind not in {ValueType.CODES, ValueType.MAPPING}:
            column = parameter_column(row.spec.key)
            found[column] = min(row.number, found.get(column, row.number))
    return found


def _parameter(rule: Rule, row: ParameterRow) -> ExplainedParameter:
    return ExplainedParameter(
        key=f"{row.spec.key}[{by_text(row.by)}]" if row.by else row.spec.key,
        label=row.spec.label,
        value=value_text(rule, row),
        region=row.region,
        valid_from=row.valid_from.isoformat(),
        law=row.law,
        verified=VerifiedMark(str(row.verified)).label,
        id=row.id,
    )
