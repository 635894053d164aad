"""`./qihang indicators`: every figure by command, as JSON or as lines to read."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path

from qihang.foundation.core.errors import DomainError
from qihang.oversight.indicators.catalogue import BY_NAME
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.figures import Figure, decimal
from qihang.oversight.indicators.services import compute

DONE, REFUSED, WRONG_USAGE = 0, 1, 2

# Events of a programme (None: both) and of a region and below (None: everywhere), read from the database.
EventsSource = Callable[[str | None, str | None], Events]


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--programme", choices=Programme.values, help="只算一个计划：skills 技能再就业，startup 能力促创业"
    )
    parser.add_argument("--as-of", type=_day, required=True, metavar="DATE", help="截止日期，YYYY-MM-DD")
    parser.add_argument("--region", type=_region, metavar="CODE", help="只算该地区及其下级，6 位行政区划代码")
    parser.add_argument("--by", choices=Grouping.values, help="按哪一项分组")
    parser.add_argument("--known-only", action="store_true", help="有登记日的事实，从登记日起才算已知")
    parser.add_argument("--events", type=Path, metavar="FILE", help="从事件文件计算")
    parser.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: Namespace, *, events_from_database: EventsSource | None = None) -> int:
    """Computes and prints; returns the exit code. Without `--events` the events come from `events_from_database`."""
    if args.events is not None:
        source = partial(Events.read_json, args.events)
    elif events_from_database is not None:
        source = partial(events_from_database, args.programme, args.region)
    else:
        print("请用 --events 给出事件文件。", file=sys.stderr)
        return WRONG_USAGE
    try:
        figures = compute(
            source(),
            as_of=args.as_of,
            known_only=args.known_only,
            programme=args.programme,
            region=args.region,
            by=args.by,
        )
    except DomainError as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    print(_as_json(figures) if args.json else "\n".join(_as_line(figure) for figure in figures))
    return DONE


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ArgumentTypeError(f"“{text}”不是日期，应为 YYYY-MM-DD")
    return day


def _region(text: str) -> str:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"“{text}”不是行政区划代码，应为 6 位数字")
    return text


def _as_json(figures: list[Figure]) -> str:
    rows = ",\n".join(json.dumps(figure.as_json(), ensure_ascii=False) for figure in figures)
    return f"[\n{rows}\n]"


def _as_line(figure: Figure) -> str:
    indicator = BY_NAME[figure.indicator]
    group = " ".join(_group_name(key, value) for key, value in figure.group.items())
    value = _percent if indicator.is_share else _number
    if figure.firms is not None:
        beside = f"企业 {figure.firms} 家，已关闭 {figure.closed} 家"
    else:
        beside = f"{figure.numerator}/{figure.denominator}，未到期 {figure.running}"
    if figure.bounds is not None:
        beside += f"，最低 {value(figure.worst)}，最高 {value(figure.best)}"
    return f"{indicator.label}{group and ' ' + group}：{value(figure.value)}（{beside}）"


def _group_name(key: str, value: str | None) -> str:
    if value is None:
        return "（无）"
    return Programme(value).label if key == "programme" else value


def _percent(value: Fraction | None) -> str:
    return "—" if value is None else f"{decimal(value * 100, 2)}%"


def _number(value: Fraction | None) -> str:
    return decimal(value, 2) or "—"
