"""What the subcommands share: texts from the command line or from standard input."""

import argparse
import sys
from datetime import date
from typing import Final

STDIN: Final = "-"


def add_text_arguments(parser: argparse.ArgumentParser, what: str) -> None:
    """The positional texts and `--json`."""
    parser.add_argument("text", nargs="+", metavar="TEXT", help=f"{what}；写 - 则从标准输入每行读一个")
    parser.add_argument("--json", action="store_true", help="只输出 JSON")


def given_texts(arguments: list[str]) -> list[str]:
    """The texts in order; `-` stands for the lines of standard input."""
    texts: list[str] = []
    for argument in arguments:
        texts += _lines() if argument == STDIN else [_readable(argument)]
    return texts


def _lines() -> list[str]:
    """The lines of standard input, in UTF-8 or, as older office files, GB 18030. Blank lines count."""
    raw = sys.stdin.buffer.read()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines)]


def _readable(argument: str) -> str:
    """An argument without the stand-ins that Python gives for bytes that are no text."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def day(text: str) -> date:
    """An ISO day from the command line. argparse words the refusal."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期应写作 2026-03-09，而不是 {text}") from None
