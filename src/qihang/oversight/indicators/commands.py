"""`./qihang indicators`: every figure by command, as JSON or as lines to read."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date
from fractions import Fraction
from pathlib import Path

from qihang.foundation.core.commands import Needs, print_json
from qihang.oversight.indicators.catalogue import BY_NAME
from qihang.oversight.indicators.enums import Grouping, Programme
from qihang.oversight.indicators.events import Events
from qihang.oversight.indicators.figures import Figure, decimal
from qihang.oversight.indicators.services import compute


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--programme", choices=Programme.values, help="只算一个计划：skills 技能再就业，startup 能力促创业"
    )
    parser.add_argument("--as-of", type=_day, required=True, metavar="DATE", help="截止日期，YYYY-MM-DD")
    parser.add_argument("--region", type=_region, metavar="CODE", help="只算该地区及其下级，6 位行政区划代码")
    parser.add_argument("--by", choices=Grouping.values, help="按哪一项分组")
    parser.add_argument("--known-only", action="store_true", help="有登记日的事实，从登记日起才算已知")
    parser.add_argument("--events", type=Path, metavar="FILE", help="事件文件；不写就从数据库算")
    parser.add_argument("--json", action="store_true", help="只输出 JSON")


def needs(options: Namespace) -> Needs:
    """A file is computed without any database."""
    return Needs.NOTHING if options.events else Needs.DATABASE


def run(options: Namespace) -> int:
    """Compute and print. DomainError for a faulty events file."""
    figures = compute(
        Events.read_json(options.events) if options.events else _from_database(options),
        as_of=options.as_of,
        known_only=options.known_only,
        programme=options.programme,
        region=options.region,
        by=options.by,
    )
    if options.json:
        print_json([figure.as_json() for figure in figures])
    else:
        print("\n".join(_as_line(figure) for figure in figures) or "没有可以计算的对象。")
    return 0


def _from_database(options: Namespace) -> Events:
    from qihang.oversight.indicators.projection import events_from_database  # needs Django, a file does not

    return events_from_database(programme=options.programme, region=options.region)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise ArgumentTypeError(f"“{text}”不是日期，应写作 2026-03-09")
    return day


def _region(text: str) -> str:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):
        raise ArgumentTypeError(f"“{text}”不是行政区划代码，应为 6 位数字")
    return text


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
