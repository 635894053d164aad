"""What other apps ask of policy, beside `lookup`: changing parameters, deciding, and deciding again."""

from qihang.registry.policy.services.decisions import RuleMissing, answer_many, decide_many, decide_one, rule_of
from qihang.registry.policy.services.explaining import (
    Audience,
    ExplainedLine,
    conclude,
    explain,
    first_obstacle,
    working,
)
from qihang.registry.policy.services.parameters import (
    MissingParameter,
    confirm_parameter,
    missing_parameters,
    propose_parameter,
    withdraw_parameter,
)
from qihang.registry.policy.services.replay import Replay, Verification, parse_override, replay, verify_decisions
from qihang.registry.policy.services.seeds import load_demo_parameters, load_instruments, load_sourced_parameters

__all__ = [
    "Audience",
    "ExplainedLine",
    "MissingParameter",
    "Replay",
    "RuleMissing",
    "Verification",
    "answer_many",
    "conclude",
    "confirm_parameter",
    "decide_many",
    "decide_one",
    "explain",
    "first_obstacle",
    "load_demo_parameters",
    "load_instruments",
    "load_sourced_parameters",
    "missing_parameters",
    "parse_override",
    "propose_parameter",
    "replay",
    "rule_of",
    "verify_decisions",
    "withdraw_parameter",
    "working",
]
