"""`./qihang occupation`: finds the occupations that free job titles may mean."""

import argparse

from qihang.foundation.core.commands import print_json
from qihang.registry.reference.commands.texts import add_text_arguments, given_texts
from qihang.registry.reference.occupations import OccupationMatch, match_titles


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`TEXT… [--top 5] --json`."""
    parser.add_argument("--top", type=_count, default=5, metavar="N", help="每个名称最多列出几个职业，默认 5")
    add_text_arguments(parser, "岗位名称")


def run(options: argparse.Namespace) -> int:
    """Rank the occupations of each title, in the order given."""
    texts = given_texts(options.text)
    found = match_titles(texts, options.top)
    if options.json:
        print_json([_json(text, matches) for text, matches in zip(texts, found, strict=True)])
    else:
        print("\n".join(_lines(text, matches) for text, matches in zip(texts, found, strict=True)))
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError("应是大于 0 的整数")
    return int(text)


def _score(match: OccupationMatch) -> str:
    return f"{match.score:.4f}"


def _json(text: str, matches: list[OccupationMatch]) -> dict[str, object]:
    rows = [{"code": match.code, "name": match.name, "score": _score(match)} for match in matches]
    return {"text": text, "matches": rows}


def _lines(text: str, matches: list[OccupationMatch]) -> str:
    if not matches:
        return f"{text}\n  没有相近的职业，请换一个说法"
    return "\n".join([text, *(f"  {match.code}  {_score(match)}  {match.name}" for match in matches)])
