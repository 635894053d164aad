"""`./qihang identity`: reads resident identity numbers and unified social credit codes."""

import argparse
from collections.abc import Callable
from typing import Any, TypeVar

from qihang.foundation.core import clock
from qihang.foundation.core.commands import print_json
from qihang.registry.reference.commands.texts import add_text_arguments, day, given_texts
from qihang.registry.reference.identity import CreditCode, Resident, explain, parse_resident, parse_uscc
from qihang.registry.reference.regions import region_table

T = TypeVar("T")

_SEXES = {"male": "男", "female": "女"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`[--kind resident|uscc] [--on DATE] --json -- TEXT…`."""
    parser.add_argument(
        "--kind",
        choices=["resident", "uscc"],
        default="resident",
        help="resident 居民身份证号码（默认），uscc 统一社会信用代码",
    )
    parser.add_argument("--on", type=day, metavar="DATE", help="业务日期，出生不得晚于它；默认今天")
    add_text_arguments(parser, "号码")


def run(options: argparse.Namespace) -> int:
    """Judge each text in order; a bad number is an answer, not a failure."""
    texts = given_texts(options.text)
    if options.kind == "uscc":
        codes = [(text, parse_uscc(text)) for text in texts]
        _answer(options.json, codes, _uscc_json, _uscc_line)
    else:
        on = options.on or clock.today()
        numbers = [(text, parse_resident(text, on=on)) for text in texts]
        _answer(options.json, numbers, _resident_json, _resident_line)
    return 0


def _answer(
    as_json: bool,
    read: list[tuple[str, T]],
    document: Callable[[str, T], dict[str, Any]],
    line: Callable[[str, T], str],
) -> None:
    if as_json:
        print_json([document(*one) for one in read])
    else:
        print("\n".join(line(*one) for one in read))


def _resident_json(text: str, read: Resident) -> dict[str, Any]:
    return {
        "input": text,
        "verdict": read.verdict.value,
        "normalised": read.normalised,
        "sex": read.sex,
        "birth": read.birth.isoformat() if read.birth else None,
        "region": read.region,
        "today": list(read.today),
    }


def _uscc_json(text: str, read: CreditCode) -> dict[str, Any]:
    return {
        "input": text,
        "verdict": read.verdict.value,
        "normalised": read.normalised,
        "department": read.department,
        "category": read.category,
        "region": read.region,
        "organisation_code": read.organisation_code,
    }


def _resident_line(text: str, read: Resident) -> str:
    if not (read.valid and read.sex and read.birth and read.region):
        return f"✗ {text}  {explain(read.verdict)}"
    moved = "" if read.today == (read.region,) else f"（今 {'、'.join(read.today) or '无'}）"
    place = region_table().full_name(read.region)
    return f"✓ {read.normalised}  {_SEXES[read.sex]}  {read.birth} 生  {read.region} {place}{moved}"


def _uscc_line(text: str, read: CreditCode) -> str:
    if not (read.valid and read.region):
        return f"✗ {text}  {explain(read.verdict, 'uscc')}"
    return f"✓ {read.normalised}  {read.region} {region_table().full_name(read.region)}"
