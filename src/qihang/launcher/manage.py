"""`./qihang manage …`: Django's own commands, with the database server running and nothing else done first."""

import argparse

from qihang.foundation.core.commands import Needs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("arguments", nargs="*", metavar="命令", help="Django 的命令及其参数；manage help 列出全部")


def needs(options: argparse.Namespace) -> Needs:
    """Help needs no server."""
    helping = not options.arguments or options.arguments[0] == "help" or {"-h", "--help"} & set(options.arguments)
    return Needs.NOTHING if helping else Needs.SERVER


def run(options: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    execute_from_command_line(["qihang manage", *options.arguments])
    return 0
