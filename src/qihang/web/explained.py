"""A stored decision as pages show it: clause by clause, and in one sentence for the place that it was made for."""

from qihang.delivery.training.enums import EnrolmentState
from qihang.delivery.training.models import Enrolment
from qihang.registry.policy.models import Decision
from qihang.registry.policy.services import Audience, ExplainedLine, conclude, explain
from qihang.web.parts import Outcome, Rule

_OUTCOMES = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.UNKNOWN}

# Places that came to nothing: whatever was decided when the person came, there is no subsidy.
_GONE = {EnrolmentState.WITHDRAWN: "已经退班，这个班不补了", EnrolmentState.NOT_COMPLETED: "没学完，这个班不补了"}


def is_gone(place: Enrolment) -> bool:
    """Whether the person left the class or fell short."""
    return place.state in _GONE


def answer_of(place: Enrolment, audience: Audience = "participant") -> str:
    """What the decision comes to for this place as it stands today; "" before there is one."""
    if place.decision is None:
        return ""
    return _GONE[EnrolmentState(place.state)] if is_gone(place) else conclude(place.decision, audience)


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
