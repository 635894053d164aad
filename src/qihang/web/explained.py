"""A stored decision as the component `c-rules` shows it."""

from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import Audience, ExplainedLine, explain
from qihang.web.parts import Outcome, Rule

_OUTCOMES = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.UNKNOWN}


def rule_rows(decision: Decision, audience: Audience = "officer") -> list[Rule]:
    """Every clause in the rule's order; parameters with their versions for officers alone."""
    return [_row(line) for line in explain(decision, audience)]


def _row(line: ExplainedLine) -> Rule:
    return Rule(
        outcome=_OUTCOMES[line.passed],
        verdict=line.mark,
        condition=line.condition,
        actual=line.situation,
        article=line.law,
        parameter="；".join(f"{one.key} {one.value}（{one.region}，{one.valid_from} 起）" for one in line.parameters),
    )
