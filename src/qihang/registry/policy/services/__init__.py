"""What other apps ask of policy, beside `lookup`: changing parameters, deciding, and deciding again."""

from qihang.registry.policy.services.changes import ParameterChange, change_of, left_without
from qihang.registry.policy.services.decisions import RuleMissing, answer_many, decide_many, decide_one, rule_of
from qihang.registry.policy.services.explaining import (
    Audience,
    ExplainedLine,
    conclude,
    explain,
    first_failed,
    first_obstacle,
    working,
)
from qihang.registry.policy.services.overview import Hands, ValueHere, hands_of, unproven_values, values_here
from qihang.registry.policy.services.parameters import (
    MissingParameter,
    Proposal,
    ask_parameter_back,
    confirm_parameter,
    draft_parameter,
    keep_parameter,
    missing_parameters,
    propose_parameter,
    send_back_parameter,
    withdraw_parameter,
)
from qihang.registry.policy.services.replay import Replay, Verification, parse_override, replay, verify_decisions
from qihang.registry.policy.services.seeds import load_demo_parameters, load_instruments, load_sourced_parameters

__all__ = [
    "Audience",
    "ExplainedLine",
    "Hands",
    "MissingParameter",
    "ParameterChange",
    "Proposal",
    "Replay",
    "RuleMissing",
    "ValueHere",
    "Verification",
    "answer_many",
    "ask_parameter_back",
    "change_of",
    "conclude",
    "confirm_parameter",
    "decide_many",
    "decide_one",
    "draft_parameter",
    "explain",
    "first_failed",
    "first_obstacle",
    "hands_of",
    "keep_parameter",
    "left_without",
    "load_demo_parameters",
    "load_instruments",
    "load_sourced_parameters",
    "missing_parameters",
    "parse_override",
    "propose_parameter",
    "replay",
    "rule_of",
    "send_back_parameter",
    "unproven_values",
    "values_here",
    "verify_decisions",
    "withdraw_parameter",
    "working",
]
