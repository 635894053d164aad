"""`./qihang import`: judge a bulk file cell by cell; with --commit let its good rows go in."""

import argparse
import datetime as dt
from pathlib import Path

from qihang.foundation.core.commands import WrongUsage


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """As the command surface has it."""
    parser.add_argument(
        "kind", metavar="KIND", help="种类：roster attendance scores contributions vacancies followups"
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="xlsx、xls、ods 或 csv 文件")
    parser.add_argument("--class", dest="target", metavar="ID", default="", help="归入的班期")
    parser.add_argument("--on", type=_day, metavar="DATE", help="业务日期；默认看表头，再不然是今天")
    parser.add_argument("--as", dest="login", metavar="LOGIN", help="以谁的名义；有它才对照班期和全省记录")
    parser.add_argument("--sheet", default="", metavar="NAME", help="读哪张工作表；默认自己找")
    parser.add_argument("--commit", action="store_true", help="导入")
    parser.add_argument("--accept-valid", action="store_true", help="有错的行留下，先导入没有问题的行")
    parser.add_argument("--yes", default="", metavar="CELL,…|all", help="没错、照样导入的格，如 H13,J24")
    parser.add_argument("--reveal", action="store_true", help="不遮盖证件号和电话")
    parser.add_argument("--json", action="store_true", help="只输出 JSON")


def check(options: argparse.Namespace) -> None:
    """WrongUsage for options that do not go together."""
    if options.commit and not options.login:
        raise WrongUsage("--commit 要有 --as，写明以谁的名义导入")
    if not options.commit and (options.accept_valid or options.yes):
        raise WrongUsage("--accept-valid 和 --yes 只和 --commit 一起用")


def run(options: argparse.Namespace) -> int:
    """Judge each file, and commit it where that is asked for."""
    from qihang.foundation.imports import command_run  # models can only be loaded once the settings are

    return command_run.run(options)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期应写作 2026-03-09，而不是 {text}") from None
