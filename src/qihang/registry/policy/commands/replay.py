"""`./qihang replay`: decides stored decisions again from their own facts; with other values, a what-if."""

import argparse

from qihang.foundation.core.commands import print_json
from qihang.registry.policy.commands.arguments import day, known_benefit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`BENEFIT --from DATE --to DATE [--with KEY=VALUE …] --json`."""
    parser.add_argument("benefit", metavar="BENEFIT", help="待遇，如 training_subsidy")
    parser.add_argument("--from", dest="first", type=day, required=True, metavar="DATE", help="适用日从哪天起")
    parser.add_argument("--to", dest="last", type=day, required=True, metavar="DATE", help="到哪天止（含）")
    parser.add_argument(
        "--with",
        dest="supposed",
        nargs="+",
        action="extend",
        default=[],
        metavar="KEY=VALUE",
        help="假设参数改成这个值，如 training.yearly_cap=2，或只改一级 training.rate[level=5]=1600",
    )
    parser.add_argument("--json", action="store_true", help="只输出 JSON")


def check(options: argparse.Namespace) -> None:
    """WrongUsage for a benefit that does not exist."""
    known_benefit(options.benefit)


def run(options: argparse.Namespace) -> int:
    """Print the comparison. DomainError for a benefit without a rule or a value that is none."""
    from qihang.registry.policy.services import parse_override, replay  # models load only once Django is ready

    result = replay(
        benefit=options.benefit,
        date_from=options.first,
        date_to=options.last,
        with_=[parse_override(text) for text in options.supposed],
    )
    if options.json:
        print_json(result.as_json())
    else:
        changed = len(result.changed)
        print(f"重算 {result.decisions} 件：{result.decisions - changed} 件不变，{changed} 件变了。")
        print(f"金额合计：原来 {result.amount_was:.2f} 元，现在 {result.amount_now:.2f} 元。")
    return 0
