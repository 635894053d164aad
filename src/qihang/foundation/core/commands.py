"""What the modules of subcommands share.

A subcommand of `./qihang` is a module with two functions, named in the table of `qihang.cli`:

    def add_arguments(parser: argparse.ArgumentParser) -> None
    def run(options: argparse.Namespace) -> int          # the exit code; refusals are raised as DomainError

and, where it depends on the options what must be there before `run`, a third:

    def needs(options: argparse.Namespace) -> Needs

and, where arguments may be wrong in a way that argparse cannot see, a fourth, called before anything is provided:

    def check(options: argparse.Namespace) -> None       # raises WrongUsage
"""

import enum
import json
import re
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from qihang.foundation.core.errors import DomainError

_HALF_PAIRS = re.compile("[\ud800-\udfff]")


class WrongUsage(DomainError):
    """The command line itself is wrong: exit code 2, where a refusal is 1."""


class Needs(enum.Enum):
    """What a subcommand needs before its `run` is called."""

    NOTHING = enum.auto()
    """Only the standard library and what it imports itself."""

    DJANGO = enum.auto()
    """Settings and apps are loaded; no database."""

    SERVER = enum.auto()
    """The database server answers; nothing is loaded, nothing migrated."""

    DATABASE = enum.auto()
    """Settings and apps are loaded, the database is there, migrated, with its reference data."""


def content_of(path: Path) -> bytes:
    """The bytes of a file that the command line names. DomainError, by its name, for one that cannot be read."""
    try:
        return path.read_bytes()
    except OSError as problem:
        reason = "没有这个文件" if isinstance(problem, FileNotFoundError) else "它不是文件，或者没有读它的权限"
        raise DomainError(f"打不开 {path}：{reason}", code="file.unreadable") from problem


def print_json(document: Any) -> None:
    """Write one JSON document to stdout: dates as ISO, decimals as strings, Chinese as it is.

    A whole one or nothing: what JSON cannot say (NaN among it) is a fault before the first character.
    """
    text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain, allow_nan=False)
    # Half a character pair comes from an argument that is no UTF-8; nothing but its escape can be written.
    text = _HALF_PAIRS.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    sys.stdout.write(f"{text}\n")


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):  # datetimes are dates too
        return value.isoformat()
    raise TypeError(f"not for JSON: {value!r}")
