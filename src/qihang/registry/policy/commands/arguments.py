"""Arguments that the policy subcommands share."""

from argparse import ArgumentTypeError
from datetime import date

from qihang.foundation.core.commands import WrongUsage
from qihang.registry.policy.rules import BENEFITS, no_such_benefit


def day(text: str) -> date:
    """An ISO day."""
    try:
        value = date.fromisoformat(text)
    except ValueError:
        value = None
    if value is None or value.isoformat() != text:
        raise ArgumentTypeError(f"“{text}”不是日期，应写作 2026-03-09")
    return value


def region(text: str) -> str:
    """A division code of six digits."""
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"“{text}”不是行政区划代码，应为 6 位数字")
    return text


def known_benefit(name: str) -> None:
    """WrongUsage for a benefit that the product does not know; one whose rule is not on record yet is known."""
    if name not in BENEFITS:
        raise WrongUsage(no_such_benefit(name))
